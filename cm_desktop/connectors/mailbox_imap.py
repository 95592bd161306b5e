"""One signed-in IMAP connection. The only place that knows imap-tools."""

from __future__ import annotations

import contextlib
import imaplib
import re
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import imap_tools
from imap_tools.utils import encode_folder

from cm_desktop.connectors.mailbox_network import TIMEOUT, connect_error, cut_error, tls_context
from cm_desktop.connectors.mailbox_settings import MailSettings, Security, Server
from cm_desktop.domain.errors import (
    AddressError,
    CmError,
    GoneError,
    NotAllowedError,
    RateLimitedError,
    ServerTroubleError,
    SignInNeededError,
)

_MAX_LITERAL = 64 << 20  # bytes of one answer; nothing we ask for may be longer
_IDLE_STRETCH = 60.0  # seconds; routers forget connections that are silent for longer
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,12})\b")
_DATE = re.compile(rb'INTERNALDATE "([^"]{20,40})"')
_FLAGS = re.compile(rb"\bFLAGS \(([^)]{0,2000})\)")
_CODE = re.compile(r"\[([A-Z-]{2,40})")
_BUSY = {"UNAVAILABLE", "INUSE", "SERVERBUG"}
_FULL = {"LIMIT", "OVERQUOTA"}
_REFUSED = {"NOPERM", "CANNOT", "READ-ONLY"}
Flags = frozenset[str]


@dataclass(frozen=True, slots=True)
class FolderState:
    """What the server says of a folder when it is opened."""

    uidvalidity: int
    uidnext: int  # 0 where it does not say


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of the mailbox; `uses` are its flags in lower case, special uses among them."""

    name: str
    uses: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One mail of a FETCH answer: what was asked for, by the bytes in front of each literal."""

    uid: int
    line: bytes  # everything but the literals
    literals: tuple[tuple[bytes, bytes], ...]  # what stands before a literal, and the literal
    tail: bytes = b""  # what stands after the last one

    @property
    def size(self) -> int:
        """Its size in bytes, 0 where the server did not say."""
        found = _SIZE.search(self.line)
        return int(found.group(1)) if found else 0

    @property
    def flags(self) -> Flags:
        """Its flags in lower case."""
        found = _FLAGS.search(self.line)
        names = found.group(1).decode("ascii", "replace").lower().split() if found else []
        return frozenset(names)

    @property
    def arrived(self) -> datetime | None:
        """When the server took it in, UTC."""
        found = _DATE.search(self.line)
        try:
            text = found.group(1).decode("ascii").strip() if found else ""
            return datetime.strptime(text, "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    @property
    def content(self) -> bytes:
        """The first literal, which is the mail or the part that was asked for."""
        return self.literals[0][1] if self.literals else b""


class _CappedTls(imaplib.IMAP4_SSL):
    """Refuses answers without end."""

    def read(self, size: int) -> bytes:
        """Read a literal; raises `abort` for one that is too long to be meant."""
        if size > _MAX_LITERAL:
            raise self.abort("literal-too-long")
        return super().read(size)


class _CappedStartTls(imaplib.IMAP4):
    """The same for a connection that turns to TLS after its greeting."""

    def read(self, size: int) -> bytes:
        """Read a literal; raises `abort` for one that is too long to be meant."""
        if size > _MAX_LITERAL:
            raise self.abort("literal-too-long")
        return super().read(size)


class _Mailbox(imap_tools.BaseMailBox):
    def __init__(self, server: Server, context: ssl.SSLContext) -> None:
        self._server, self._context = server, context
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        host, port = self._server.host, self._server.port
        if self._server.security is Security.TLS:
            return _CappedTls(host, port, ssl_context=self._context, timeout=TIMEOUT)
        client = _CappedStartTls(host, port, timeout=TIMEOUT)
        try:
            _turn_to_tls(client, host, self._context)
        except BaseException:
            with contextlib.suppress(OSError):  # a failed handshake has closed it
                client.shutdown()
            raise
        return client


def _turn_to_tls(client: imaplib.IMAP4, host: str, context: ssl.SSLContext) -> None:
    # A greeting that is already signed in (PREAUTH) would keep us from TLS, too.
    if "STARTTLS" not in client.capabilities or client.state != "NONAUTH":
        raise AddressError("no_tls", host)
    client.starttls(context)


class ImapSession:
    """A mailbox that was signed in to. All methods raise only errors of domain/errors.py."""

    def __init__(self, settings: MailSettings) -> None:
        """Connect, check the certificate, sign in. Raises what `Connector.identify` raises."""
        self._host = settings.imap.host
        self._open = ""
        context = tls_context(settings.imap)
        try:
            self._box = _Mailbox(settings.imap, context)
        except (OSError, UnicodeError) as error:
            raise connect_error(error, self._host) from error
        except imaplib.IMAP4.error as error:
            raise ServerTroubleError("greeting") from error
        try:
            self._sign_in(settings.username, settings.password)
            with _foreseen():
                answer = self._box.client.capability()[1]
                self.capabilities = frozenset(
                    b" ".join(one for one in answer if one)
                    .decode("ascii", "replace")
                    .upper()
                    .split()
                )
        except BaseException:
            self.close()
            raise

    def _sign_in(self, username: str, password: str) -> None:
        box = self._box
        plain_text = (username + password).isascii() and not set(username + password) & set(
            "\r\n\0"
        )
        login = box.login if plain_text else box.login_utf8
        try:
            login(username, password, initial_folder=None)
        except imap_tools.MailboxLoginError as error:
            raise _login_error(str(error.command_result)) from error
        except imaplib.IMAP4.abort as error:
            raise ServerTroubleError("sign-in") from error
        except imaplib.IMAP4.error as error:  # AUTHENTICATE says it this way
            raise _login_error(str(error)) from error
        except OSError as error:
            raise cut_error(error) from error

    def close(self) -> None:
        """Say good-bye and give the connection back, whatever state it is in."""
        client = self._box.client
        with contextlib.suppress(OSError, imaplib.IMAP4.error, imap_tools.ImapToolsError):
            client.sock.settimeout(3)
            client.logout()
        with contextlib.suppress(OSError):
            client.shutdown()

    def folders(self) -> list[Folder]:
        """Return the folders that can be opened."""
        with _foreseen():
            listed = self._box.folder.list()
        uses = [(one, frozenset(flag.lower() for flag in one.flags)) for one in listed]
        return [Folder(one.name, flags) for one, flags in uses if "\\noselect" not in flags]

    def select(self, folder: str, *, writing: bool = False) -> FolderState:
        """Open a folder. Raises GoneError where there is none of that name."""
        try:
            with _foreseen():
                self._box.folder.set(folder, readonly=not writing)
                client = self._box.client
                state = FolderState(_number(client, "UIDVALIDITY"), _number(client, "UIDNEXT"))
                self._open = f"{state.uidvalidity}:{folder}"
                return state
        except NotAllowedError as error:
            if error.detail in _REFUSED:
                raise
            raise GoneError(f"folder:{error.detail}") from error

    def place_of(self, uid: int) -> str:
        """Return where a mail of the open folder is: UID, UIDVALIDITY and folder."""
        return f"{uid}:{self._open}"

    def search(self, criteria: str) -> list[int]:
        """Return the UIDs that fit, in ascending order. Criteria are ASCII IMAP search keys."""
        with _foreseen():
            typ, answer = self._box.client.uid("SEARCH", criteria)
            _check(typ, answer)
            words = b" ".join(one for one in answer if isinstance(one, bytes)).split()
            return sorted({int(word) for word in words if word.isdigit()})

    def with_message_id(self, message_id: str) -> list[int]:
        """Return the UIDs of the open folder whose Message-ID is exactly this one."""
        if not message_id.isascii() or not message_id.isprintable():
            return []
        quoted = message_id.replace("\\", "\\\\").replace('"', '\\"')
        found = self.search(f'HEADER Message-ID "{quoted}"')
        wanted = message_id.encode("ascii")
        # The search finds parts of an id, too.
        asked = self.fetch(found[-20:], "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]")
        return [one.uid for one in asked if wanted in one.content]

    def fetch(self, uids: Sequence[int], items: str) -> Iterator[Fetched]:
        """Return what the server has of these mails; it may leave out some that are gone."""
        if not uids:
            return
        with _foreseen():
            typ, answer = self._box.client.uid("FETCH", _set_of(uids), f"(UID {items})")
            _check(typ, answer)
        wanted = set(uids)
        literals: list[tuple[bytes, bytes]] = []
        for part in answer:
            if isinstance(part, tuple):
                literals.append((bytes(part[0]), bytes(part[1])))
                continue
            line = b" ".join([*(before for before, _ in literals), part or b""])
            found = _UID.search(line)
            # What belongs to no mail we asked for is news about flags.
            if found and int(found.group(1)) in wanted:
                yield Fetched(
                    uid=int(found.group(1)), line=line, literals=tuple(literals), tail=part or b""
                )
            literals = []

    def flag(self, uid: int, *flags: str) -> None:
        """Add flags to a mail of the open folder."""
        with _foreseen():
            _check(
                *self._box.client.uid("STORE", str(uid), "+FLAGS.SILENT", f"({' '.join(flags)})")
            )

    def move(self, uid: int, folder: str) -> None:
        """Move a mail of the open folder; never touches what others marked as deleted."""
        with _foreseen():
            client, target = self._box.client, encode_folder(folder)
            if "MOVE" in self.capabilities:
                _check(*client.uid("MOVE", str(uid), target.decode("ascii")))
                return
            _check(*client.uid("COPY", str(uid), target.decode("ascii")))
            _check(*client.uid("STORE", str(uid), "+FLAGS.SILENT", "(\\Deleted)"))
            if "UIDPLUS" in self.capabilities:
                _check(*client.uid("EXPUNGE", str(uid)))

    def append(self, folder: str, raw: bytes, written: datetime) -> None:
        """Store a mail of ours in a folder, marked as read."""
        with _foreseen():
            self._box.append(raw, folder, dt=written, flag_set=["\\Seen"])

    def wait(self, seconds: float, stop: Callable[[], bool]) -> bool:
        """Wait by IDLE until the open folder changes, time is up or `stop` says so."""
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end and not stop():
            if self._idle(min(end, now + _IDLE_STRETCH), stop):
                return True
        return False

    def _idle(self, end: float, stop: Callable[[], bool]) -> bool:
        with _foreseen():
            self._box.idle.start()  # type: ignore[no-untyped-call]  # has no types
            news: list[bytes] = []
            while not news and (now := time.monotonic()) < end and not stop():
                slice_end = now + min(1.0, end - now)
                news = self._box.idle.poll(timeout=slice_end - now)
                # A dead connection is readable and holds nothing, for ever.
                if not news and time.monotonic() < slice_end - 0.05:
                    raise ServerTroubleError("connection")
            # What came together with the "go on" is only found now.
            _done, late = self._box.idle.stop()  # type: ignore[no-untyped-call]  # has no types
        return any(b" EXISTS" in line or b" EXPUNGE" in line for line in (*news, *late) if line)


@contextlib.contextmanager
def _foreseen() -> Iterator[None]:
    """Turn what the libraries raise into our errors."""
    try:
        yield
    except imap_tools.UnexpectedCommandStatusError as error:
        raise _refusal(str(error.command_result)) from error
    except imap_tools.ImapToolsError as error:
        raise ServerTroubleError(type(error).__name__) from error
    except imaplib.IMAP4.abort as error:
        raise ServerTroubleError("connection") from error
    except imaplib.IMAP4.error as error:
        raise _refusal(str(error)) from error
    except OSError as error:
        raise cut_error(error) from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        # An answer that is not IMAP trips imaplib in many ways.
        raise ServerTroubleError(type(error).__name__) from error


def _check(typ: str, answer: object) -> None:
    if typ != "OK":
        raise _refusal(str(answer))


def _refusal(answer: str) -> CmError:
    code = _response_code(answer)
    if code in _BUSY:
        return ServerTroubleError(code)
    if code in _FULL:
        return RateLimitedError(detail=code)
    # Only the code: the rest of the sentence may name folders and people.
    return NotAllowedError(code or "NO")


def _login_error(answer: str) -> CmError:
    code = _response_code(answer)
    if code in _BUSY:
        return ServerTroubleError(code)
    if code in _FULL:
        return RateLimitedError(detail=code)
    return SignInNeededError(code or "sign-in")


def _response_code(answer: str) -> str:
    found = _CODE.search(answer)
    return found.group(1) if found else ""


def _number(client: imaplib.IMAP4, name: str) -> int:
    _typ, answer = client.response(name)
    last = answer[-1] if answer else None
    return int(last) if isinstance(last, bytes) and last.isdigit() else 0


def _set_of(uids: Sequence[int]) -> str:
    """Return UIDs as IMAP writes sets, neighbours joined: 3:7,9."""
    ranges: list[list[int]] = []
    for uid in sorted(set(uids)):
        if ranges and uid == ranges[-1][1] + 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return ",".join(str(a) if a == b else f"{a}:{b}" for a, b in ranges)
