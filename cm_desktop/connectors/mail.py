"""The connector for mail: IMAP to read, SMTP to answer, both encrypted and checked."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

from cm_desktop.connectors import mail_smtp
from cm_desktop.connectors.base import (
    AccountConfig,
    Action,
    ChannelInfo,
    Identity,
    Reply,
    Sent,
    Target,
)
from cm_desktop.connectors.mail_compose import Outgoing, compose, message_id_of
from cm_desktop.connectors.mailbox_cursor import Known, read_cursor
from cm_desktop.connectors.mailbox_events import Sighting, event_of
from cm_desktop.connectors.mailbox_fetch import MailReader
from cm_desktop.connectors.mailbox_folders import Places, find_places
from cm_desktop.connectors.mailbox_imap import ImapSession
from cm_desktop.connectors.mailbox_parse import parse_mail
from cm_desktop.connectors.mailbox_settings import (
    SETTING_FIELDS,
    MailSettings,
    as_settings,
    read_settings,
)
from cm_desktop.domain.channel_words import ChannelWords, FieldWords, Step
from cm_desktop.domain.errors import CmError, GoneError, RejectedError
from cm_desktop.domain.events import Event
from cm_desktop.domain.model import Direction, OutboxKind
from cm_desktop.domain.outbox_rules import OUTCOME_UNKNOWN
from cm_desktop.domain.policy import Ability, ChannelPolicy
from cm_desktop.domain.standing import Standing
from cm_desktop.i18n import _

_log = logging.getLogger(__name__)

POLICY = ChannelPolicy(
    abilities=frozenset({Ability.REPLY, Ability.SPAM, Ability.DELETE}),
    poll_seconds=120,
    can_read_back=True,
)
# Their SMTP servers put every mail they take into the sent folder by themselves.
_SAVING_HOSTS = (".gmail.com", ".googlemail.com", ".office365.com", "smtp-mail.outlook.com")


class MailConnector:
    """One mailbox. Each call signs in for itself: servers drop connections that rest."""

    def __init__(self, config: AccountConfig) -> None:
        """Keep what the account is set to; it is read and checked at the first use."""
        self._config = config
        self._uidnext = 0  # of the inbox, when it was read last

    @property
    def policy(self) -> ChannelPolicy:
        """Answer, move to junk, move to trash."""
        return POLICY

    def identify(self) -> Identity:
        """Sign in to both servers and tell whose mailbox it is.

        The SMTP server is only tried where it was named or is known. Raises AddressError,
        SignInNeededError, UntrustedServerError, OfflineError, GoneError (no such folder).
        """
        settings = read_settings(self._config)
        with _session(settings) as (session, _places):
            session.select(settings.folder)
        if settings.smtp_known:
            mail_smtp.check_sign_in(settings)
        return Identity(
            remote_id=settings.address,
            handle=settings.address,
            title=settings.name or settings.address,
            url=self._config.url,
            settings=as_settings(settings),
        )

    def fetch(self, since: str | None) -> Iterator[Event]:
        """Report new mails, own answers from the sent folder, and mails moved or deleted."""
        settings = read_settings(self._config)
        with _session(settings) as (session, places):
            reader = MailReader(session, settings, places, read_cursor(since))
            yield from reader.events()
            self._uidnext = reader.uidnext

    def send(self, reply: Reply) -> Sent:
        """Send one answer, put a copy into the sent folder, mark the original as answered.

        Raises SlowError where the server may have taken it; every other error means that
        it has not.
        """
        settings = read_settings(self._config)
        mail = compose(reply, settings, datetime.now(UTC))
        mail_smtp.hand_over(mail, settings)
        # From here on it is sent, whatever becomes of copy and mark.
        copied = self._file_away(mail, reply, settings)
        return _sent(mail, settings, copied=copied)

    def find_sent(self, reply: Reply) -> Sent | None:
        """Look for an answer whose fate is unknown, by its own Message-ID.

        It was sent if it lies in the sent folder, or if a mail in the inbox answers or
        returns it. Nothing found means not sent only where the SMTP server itself fills
        the sent folder. Elsewhere nobody can tell: raises RejectedError (`outcome_unknown`),
        so that a person decides and nobody gets it twice.
        """
        settings = read_settings(self._config)
        message_id = message_id_of(reply, settings)
        with _session(settings) as (session, places):
            found = bool(places.sent) and bool(_in_folder(session, places.sent, message_id))
            if not found and _is_mentioned(session, places, message_id):
                found = True
            saving = _saves_sent(session, settings)
        if found:
            return _sent(compose(reply, settings, datetime.now(UTC)), settings, copied=True)
        if not saving:
            raise RejectedError(OUTCOME_UNKNOWN)
        return None

    def act(self, action: Action) -> None:
        """Move a mail to junk or trash. Raises GoneError where it is nowhere any more."""
        settings = read_settings(self._config)
        with _session(settings) as (session, places):
            folder = _target_folder(action.kind, places)
            sources = (places.inbox, places.sent, places.junk, places.trash, *places.others)
            if _move(session, action.target, [one for one in sources if one != folder], folder):
                return
            if not _find(session, action.target, folder):
                raise GoneError("mail")

    def wait(self, seconds: float, cancelled: threading.Event) -> bool:
        """Wait for new mail by IDLE, where the server offers it."""
        if seconds <= 0 or cancelled.is_set():
            return False
        settings = read_settings(self._config)
        with _session(settings) as (session, places):
            if "IDLE" not in session.capabilities:
                return False
            state = session.select(places.inbox)
            if self._uidnext and state.uidnext > self._uidnext:
                return True  # came between the last fetch and now
            return session.wait(seconds, cancelled.is_set)

    def standing(self) -> Standing:
        """Mailboxes tell neither an end of the sign-in nor an allowance."""
        return Standing()

    def close(self) -> None:
        """Nothing is held open between calls."""

    def _file_away(self, mail: Outgoing, reply: Reply, settings: MailSettings) -> bool:
        try:
            with _session(settings) as (session, places):
                copied = _keep_copy(session, places, mail, settings)
                _mark_answered(session, places, reply.target)
                return copied
        except CmError as error:
            _log.info("sent, but not filed away: %s %s", error.code, error.detail)
            return False


def _words() -> ChannelWords:
    return ChannelWords(
        card=_("The mailbox of your firm: read and answer e-mails."),
        steps=(Step(text=_("Use the mailbox that your customers write to, such as info@.")),),
        fields={
            "handle": FieldWords(label=_("E-mail address"), example="info@example.com"),
            "password": FieldWords(label=_("Password of the mailbox")),
        },
    )


def make(config: AccountConfig) -> MailConnector:
    """Return the connector of one mailbox."""
    return MailConnector(config)


CHANNEL = ChannelInfo(
    channel="mail",
    make=make,
    words=_words,
    secret_fields=("password",),
    setting_fields=SETTING_FIELDS,
    needs_handle=True,
    policy=POLICY,
)


@contextlib.contextmanager
def _session(settings: MailSettings) -> Iterator[tuple[ImapSession, Places]]:
    session = ImapSession(settings)
    try:
        yield session, find_places(session.folders(), settings)
    finally:
        session.close()


def _sent(mail: Outgoing, settings: MailSettings, *, copied: bool) -> Sent:
    """Return the answer as the next fetch will report it."""
    parsed = parse_mail(mail.raw)
    known = Known(parsed.remote_id, "", parsed.digest, parsed.message_id)
    event = event_of(parsed, settings, known, Sighting(direction=Direction.OUT, seen_by_us=True))
    context = dict(event.context) if copied else {**event.context, "sent_copy": "missing"}
    return Sent(
        remote_id=mail.message_id,
        created_at=mail.written_at,
        text=parsed.text,
        context=context,
    )


def _in_folder(session: ImapSession, folder: str, message_id: str) -> list[int]:
    session.select(folder)
    return session.with_message_id(message_id)


def _is_mentioned(session: ImapSession, places: Places, message_id: str) -> bool:
    """Tell whether a mail in the inbox answers this one or reports that it came back."""
    session.select(places.inbox)
    quoted = f'"{message_id}"'
    answers = f"OR HEADER In-Reply-To {quoted} HEADER References {quoted}"
    return bool(session.search(answers) or session.search(f"TEXT {quoted}"))


def _saves_sent(session: ImapSession, settings: MailSettings) -> bool:
    host = f".{settings.smtp.host.lower()}"
    return "X-GM-EXT-1" in session.capabilities or host.endswith(_SAVING_HOSTS)


def _keep_copy(
    session: ImapSession, places: Places, mail: Outgoing, settings: MailSettings
) -> bool:
    if _saves_sent(session, settings):
        return True
    if not places.sent:
        return False
    if not _in_folder(session, places.sent, mail.message_id):
        session.append(places.sent, mail.raw, mail.written_at)
    return True


def _mark_answered(session: ImapSession, places: Places, target: Target) -> None:
    session.select(places.inbox, writing=True)
    for uid in _uids(session, target, places.inbox):
        session.flag(uid, "\\Answered", "\\Seen")


def _target_folder(kind: OutboxKind, places: Places) -> str:
    wanted = {OutboxKind.SPAM: places.junk, OutboxKind.DELETE: places.trash}
    if kind not in wanted:
        raise RejectedError("unsupported", kind.value)
    if not wanted[kind]:
        raise RejectedError("no_junk_folder" if kind is OutboxKind.SPAM else "no_trash_folder")
    return wanted[kind]


def _move(session: ImapSession, target: Target, sources: list[str], folder: str) -> bool:
    for source in sources:
        if source and (uids := _find(session, target, source)):
            session.select(source, writing=True)
            for uid in uids:
                session.move(uid, folder)
            return True
    return False


def _find(session: ImapSession, target: Target, folder: str) -> list[int]:
    try:
        session.select(folder)
    except GoneError:
        return []
    return _uids(session, target, folder)


def _uids(session: ImapSession, target: Target, folder: str) -> list[int]:
    """Return the mail's UIDs in the open folder: by Message-ID, else where it was seen."""
    if message_id := target.context.get("message_id", ""):
        return session.with_message_id(message_id)
    uid, _, place = target.context.get("place", "").partition(":")
    if uid.isdigit() and session.place_of(int(uid)) == f"{uid}:{place}" and place.endswith(folder):
        return session.search(f"UID {uid}")
    return []
