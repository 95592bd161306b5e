"""What a Telegram message says, as text in no language but its own, and the files it carries."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, TypeVar

import msgspec

from cm_desktop.connectors import telegram_shapes as shapes
from cm_desktop.connectors.http_json import items
from cm_desktop.connectors.plain_text import clean_name, scrub
from cm_desktop.domain.events import SeenAttachment
from cm_desktop.domain.model import Attachment

T = TypeVar("T")

_ENTITIES = 200  # Telegram itself allows 100
_OPTIONS = 20
_MIME = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,100}", re.ASCII)
_LINK = re.compile(r"(https?://|mailto:|tel:)[^\s\x00-\x1f]{1,2000}", re.IGNORECASE)

# What every message may have; whatever else there is, is its content.
_FRAME_FIELDS = """
    message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count
    sender_business_bot sender_tag business_connection_id date chat forward_origin is_topic_message
    is_automatic_forward reply_to_message external_reply quote reply_to_story
    reply_to_checklist_task_id via_bot edit_date has_protected_content is_from_offline
    is_paid_post media_group_id author_signature paid_star_count text entities
    link_preview_options suggested_post_info effect_id caption caption_entities
    show_caption_above_media has_media_spoiler reply_markup forward_from forward_from_chat
    forward_from_message_id forward_signature forward_sender_name forward_date
    """
# What Telegram itself notes in a chat; nobody said anything.
_SERVICE_FIELDS = """
    new_chat_members new_chat_member new_chat_participant left_chat_member left_chat_participant
    new_chat_title new_chat_photo delete_chat_photo group_chat_created supergroup_chat_created
    channel_chat_created message_auto_delete_timer_changed migrate_to_chat_id migrate_from_chat_id
    pinned_message successful_payment refunded_payment users_shared user_shared chat_shared
    connected_website write_access_allowed passport_data proximity_alert_triggered boost_added
    chat_background_set checklist_tasks_done checklist_tasks_added direct_message_price_changed
    forum_topic_created forum_topic_edited forum_topic_closed forum_topic_reopened
    general_forum_topic_hidden general_forum_topic_unhidden giveaway_created giveaway_completed
    paid_message_price_changed suggested_post_approved suggested_post_approval_failed
    suggested_post_declined suggested_post_paid suggested_post_refunded video_chat_scheduled
    video_chat_started video_chat_ended video_chat_participants_invited voice_chat_scheduled
    voice_chat_started voice_chat_ended voice_chat_participants_invited web_app_data
    chat_owner_left chat_owner_changed gift unique_gift gift_upgrade_sent
    """


_FRAME = frozenset(_FRAME_FIELDS.split())
_SERVICE = frozenset(_SERVICE_FIELDS.split())


class _Entity(msgspec.Struct):
    """A part of a text; `offset` and `length` count UTF-16 units."""

    type: str
    offset: Annotated[int, msgspec.Meta(ge=0, le=1 << 20)]
    length: Annotated[int, msgspec.Meta(ge=0, le=1 << 20)]
    url: str | None = None


class _File(msgspec.Struct):
    file_name: str | None = None
    mime_type: str | None = None
    file_size: Annotated[int, msgspec.Meta(ge=0, le=1 << 53)] | None = None


class _Sticker(_File):
    emoji: str | None = None
    is_animated: bool = False
    is_video: bool = False


class _Contact(msgspec.Struct):
    phone_number: str = ""
    first_name: str = ""
    last_name: str | None = None


class _Location(msgspec.Struct):
    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)]


class _Venue(msgspec.Struct):
    location: _Location
    title: str = ""
    address: str = ""


class _Option(msgspec.Struct):
    text: str = ""


class _Poll(msgspec.Struct):
    question: str = ""
    options: list[_Option] = []


class _Dice(msgspec.Struct):
    emoji: str = "🎲"
    value: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0


class _Titled(msgspec.Struct):
    title: str = ""


Parts = Mapping[str, msgspec.Raw]


def is_service(parts: Parts) -> bool:
    """Whether a message only notes what happened in a chat, such as somebody joining."""
    return not parts.keys().isdisjoint(_SERVICE)


def text_of(message: shapes.Message, parts: Parts) -> str:
    """Return what a message says: its text with the addresses of links, or signs for the rest."""
    written, entities = message.text, message.entities
    if written is None:
        written, entities = message.caption or "", message.caption_entities
    text = with_links(scrub(written), entities)
    lines = [_forwarded(message), _signs(parts), text]
    return "\n".join(line for line in lines if line)


def with_links(text: str, entities: msgspec.Raw) -> str:
    """Return a text with the address after each link that shows other words.

    Entities count in UTF-16 units, so that an emoji before a link counts two.
    """
    found = [
        (entity.offset, entity.offset + entity.length, entity.url)
        for entity in _decoded(entities)
        if entity.type == "text_link" and entity.url and _LINK.fullmatch(entity.url)
    ]
    if not found:
        return text
    units = text.encode("utf-16-le")
    for begin, end, url in sorted(found, reverse=True):
        place = _between_letters(units, min(end * 2, len(units)))
        shown = units[begin * 2 : place].decode("utf-16-le", "ignore").strip()
        if shown and not _same(shown, url):
            units = units[:place] + f" ({url})".encode("utf-16-le", "replace") + units[place:]
    return units.decode("utf-16-le", "replace")


def files_of(parts: Parts) -> tuple[SeenAttachment, ...]:
    """Return the files of a message by name, type and size.

    They have no address: Telegram's contains the token of the bot.
    """
    if "photo" in parts:
        sizes = shapes.part(parts["photo"], list[_File]) or [_File()]
        return (_attached(sizes[-1], "photo.jpg", "image/jpeg"),)
    for key, (name, kind) in _FILES.items():
        if key in parts:
            file = shapes.part(parts[key], _File) or _File()
            return (_attached(file, name, kind),)
    return ()


# An animation comes as a document too, so that the order matters.
_FILES = {
    "animation": ("animation.mp4", "video/mp4"),
    "video": ("video.mp4", "video/mp4"),
    "video_note": ("video.mp4", "video/mp4"),
    "audio": ("audio.mp3", "audio/mpeg"),
    "voice": ("voice.ogg", "audio/ogg"),
    "document": ("document", "application/octet-stream"),
}
_WITH_FILE = frozenset((*_FILES, "photo"))


def _attached(file: _File, name: str, kind: str) -> SeenAttachment:
    told = file.mime_type or ""
    return SeenAttachment(
        about=Attachment(
            name=clean_name(file.file_name or "") or name,
            type=told if _MIME.fullmatch(told) else kind,
            size=file.file_size,
        )
    )


def _decoded(entities: msgspec.Raw) -> list[_Entity]:
    page = shapes.part(entities, list[msgspec.Raw]) or []
    return [one for one in items(page[:_ENTITIES], _Entity) if isinstance(one, _Entity)]


def _between_letters(units: bytes, place: int) -> int:
    """Return a place that does not part the two halves of a letter."""
    second_half = units[place + 1 : place + 2]
    return place + 2 if second_half and 0xDC <= second_half[0] <= 0xDF else place


def _same(shown: str, url: str) -> bool:
    return _bare(shown) == _bare(url)


def _bare(address: str) -> str:
    return re.sub(r"^(https?://|mailto:|tel:)?(www\.)?", "", address.lower()).rstrip("/")


def _forwarded(message: shapes.Message) -> str:
    origin = shapes.part(message.forward_origin, shapes.Origin)
    if origin is None:
        return ""
    if origin.sender_user is not None:
        name = shapes.user_name(origin.sender_user)
    elif (chat := origin.sender_chat or origin.chat) is not None:
        name = shapes.chat_name(chat)
    else:
        name = clean_name(origin.sender_user_name or "")
    return f"↪ {name}" if name else "↪"


def _signs(parts: Parts) -> str:
    """Return signs and words for what is neither text nor a file."""
    for key, show in _SHOWN.items():
        if key in parts:
            return scrub(show(parts[key])) or f"[{key}]"
    if "text" in parts or not parts.keys().isdisjoint(_WITH_FILE):
        return ""
    # Kinds of content that came after this was written are at least named.
    strange = sorted(parts.keys() - _FRAME)
    return f"[{clean_name(strange[0])[:40]}]" if strange else ""


def _with(type_: type[T], show: Callable[[T], str]) -> Callable[[msgspec.Raw], str]:
    def shown(raw: msgspec.Raw) -> str:
        found = shapes.part(raw, type_)
        return "" if found is None else show(found)

    return shown


def _sticker(sticker: _Sticker) -> str:
    return clean_name(sticker.emoji or "")


def _contact(contact: _Contact) -> str:
    name = clean_name(f"{contact.first_name} {contact.last_name or ''}")
    return "\n".join(one for one in (f"👤 {name}", clean_name(contact.phone_number)) if one)


def _location(place: _Location) -> str:
    where = f"{place.latitude:.5f}", f"{place.longitude:.5f}"
    map_ = f"https://www.openstreetmap.org/?mlat={where[0]}&mlon={where[1]}"
    return f"📍 {where[0]}, {where[1]}\n{map_}"


def _venue(venue: _Venue) -> str:
    named = [clean_name(venue.title), clean_name(venue.address)]
    place, map_ = _location(venue.location).split("\n")
    return "\n".join([place, *(one for one in named if one), map_])


def _poll(poll: _Poll) -> str:
    options = [f"• {clean_name(one.text)}" for one in poll.options[:_OPTIONS]]
    return "\n".join([f"📊 {clean_name(poll.question)}", *options])


# A venue comes with a location of its own, so that the order matters.
_SHOWN: dict[str, Callable[[msgspec.Raw], str]] = {
    "sticker": _with(_Sticker, _sticker),
    "contact": _with(_Contact, _contact),
    "venue": _with(_Venue, _venue),
    "location": _with(_Location, _location),
    "poll": _with(_Poll, _poll),
    "dice": _with(_Dice, lambda dice: f"{clean_name(dice.emoji) or '🎲'} {dice.value}"),
    "game": _with(_Titled, lambda game: f"🎮 {clean_name(game.title)}"),
    "invoice": _with(_Titled, lambda invoice: f"🧾 {clean_name(invoice.title)}"),
}
