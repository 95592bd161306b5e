"""What a channel is called in the window."""

from __future__ import annotations

from cm_desktop.i18n import _

_NAMES = {
    "wordpress": "WordPress",
    "mastodon": "Mastodon",
    "bluesky": "Bluesky",
    "discourse": "Discourse",
    "misago": "Misago",
    "telegram": "Telegram",
    "matrix": "Matrix",
    "facebook": "Facebook",
    "instagram": "Instagram",
    "threads": "Threads",
    "whatsapp": "WhatsApp",
    "x": "X",
    "youtube": "YouTube",
    "linkedin": "LinkedIn",
    "google-business": "Google",
    "tiktok": "TikTok",
    "trustpilot": "Trustpilot",
    "kununu": "kununu",
    "jameda": "jameda",
    "provenexpert": "ProvenExpert",
}


def has_name(channel: str) -> bool:
    """Tell whether people have a name for a channel or a network of this name."""
    return channel in _NAMES


def channel_name(channel: str) -> str:
    """Return the name of a channel as people say it, in the language spoken now."""
    ours = {
        "mail": _("E-mail"),
        "feed": _("Feed"),
        "notifications": _("Notifications"),
        "demo": _("Demo"),
    }
    return ours.get(channel) or _NAMES.get(channel, channel)
