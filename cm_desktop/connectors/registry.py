"""Which channels there are: one line each."""

from __future__ import annotations

from importlib import import_module

from cm_desktop.connectors.base import ChannelInfo

# Module by channel; imported on first use, so that a channel costs nothing until it is used.
_MODULES = {
    "demo": "demo",
    "wordpress": "wordpress",
    "mail": "mail",
    "mastodon": "mastodon",
    "bluesky": "bluesky",
    "discourse": "discourse",
    "misago": "misago",
    "matrix": "matrix",
    "telegram": "telegram",
    "feed": "feed",
    "notifications": "notifications",
}

CHANNELS: tuple[str, ...] = tuple(_MODULES)


def channel_info(channel: str) -> ChannelInfo:
    """Return what is known of a channel. Raises KeyError for one we do not speak."""
    module = import_module(f"cm_desktop.connectors.{_MODULES[channel]}")
    info: ChannelInfo = module.CHANNEL
    return info
