"""Everything that can go wrong and was foreseen, by what the user can do about it.

CmError
├── OfflineError              go online
├── SlowError                 the other side did not finish in time; outcome of a send unknown
├── SignInNeededError         sign in again
├── NotAllowedError           ask whoever gives rights on the channel
├── RateLimitedError          wait
├── RejectedError             change what was to be sent
├── GoneError                 it no longer exists on the channel
├── ServerTroubleError        the channel is broken or answers nonsense: later, or fix the address
├── UntrustedServerError      certificate expired, wrong host, unknown issuer: fix, never ignore
├── AddressError              correct the address or the settings
├── SearchStoppedError        nothing: another search was asked for meanwhile
└── VaultError                the vault cannot be used; it was not touched
    ├── VaultMissingError     no such vault
    ├── VaultExistsError      a vault of that name is already there
    ├── VaultInUseError       another window has it open
    ├── VaultDamagedError     restore a backup
    ├── VaultTooNewError      update the program
    ├── VaultReadOnlyError    make the folder writable
    ├── DiskFullError         free disk space
    ├── KeyMissingError       the key is not in the keyring
    ├── KeyWrongError         another passphrase or keyring is needed
    ├── KeyringLockedError    unlock the keyring
    └── KeyringMissingError   no safe keyring here: give a passphrase

They carry data, not sentences; `services/sentences.py` is the one place that words them.
"""

from __future__ import annotations

from typing import ClassVar


class CmError(Exception):
    """Something foreseen. `code` is stable and goes into reports and the vault."""

    code: ClassVar[str] = "error"

    def __init__(self, detail: str = "") -> None:
        """Keep a technical detail for the log and the report: no texts, names or tokens."""
        super().__init__(detail)
        self.detail = detail


class OfflineError(CmError):
    """No route, no name, or refused: the request never left this computer."""

    code = "offline"


class SlowError(CmError):
    """The request left but no whole answer came back: it may have been carried out."""

    code = "no_answer"


class SignInNeededError(CmError):
    """The channel does not (or no longer) accept our sign-in."""

    code = "sign_in_needed"


class NotAllowedError(CmError):
    """Signed in, but without the right to do this."""

    code = "not_allowed"


class RateLimitedError(CmError):
    """The channel asks us to wait; the request was not carried out."""

    code = "rate_limited"

    def __init__(self, wait_seconds: float | None = None, detail: str = "") -> None:
        """Carry how long to wait in seconds, or None where the channel did not say."""
        super().__init__(detail)
        self.wait_seconds = wait_seconds


class RejectedError(CmError):
    """The channel understood and refused; `reason` is its own machine-readable word."""

    code = "rejected"

    def __init__(self, reason: str = "", detail: str = "") -> None:
        """Carry the channel's reason, such as `too_long` or `comment_duplicate`."""
        super().__init__(detail)
        self.reason = reason


class DuplicateError(RejectedError):
    """The channel says it already has this very text: probably our own earlier attempt."""

    code = "duplicate"


class GoneError(CmError):
    """What we wanted to read, answer or change is no longer there."""

    code = "gone"


class ServerTroubleError(CmError):
    """5xx, a cut body, or HTML where data was promised. A send may have been carried out."""

    code = "server_trouble"

    def __init__(self, detail: str = "", *, status: int | None = None) -> None:
        """Carry the HTTP status, where there was one."""
        super().__init__(detail)
        self.status = status


class UntrustedServerError(CmError):
    """The server could not prove who it is. `problem` is expired, wrong_host or unknown_issuer."""

    code = "untrusted_server"

    def __init__(self, problem: str, host: str = "") -> None:
        """Carry what is wrong with the certificate and the host we asked for."""
        super().__init__(f"{problem} {host}".strip())
        self.problem = problem
        self.host = host


class AddressError(CmError):
    """The address or a setting cannot work. `problem` is a code, `value` what was given."""

    code = "address"

    def __init__(self, problem: str, value: str = "") -> None:
        """Carry what is wrong, such as `no_api`, `not_https`, `moved`, `missing`."""
        super().__init__(f"{problem} {value}".strip())
        self.problem = problem
        self.value = value


class SearchStoppedError(CmError):
    """A search was interrupted from another thread, because another one was typed."""

    code = "search_stopped"


class UsageError(CmError):
    """What was asked of the program makes no sense, such as an unknown member."""

    code = "usage"

    def __init__(self, problem: str, value: str = "") -> None:
        """Carry what is wrong, such as `no_conversation`, and the value that was given."""
        super().__init__(f"{problem} {value}".strip())
        self.problem = problem
        self.value = value


class VaultError(CmError):
    """The vault cannot be used as things are. It was not touched."""

    code = "vault"


class VaultMissingError(VaultError):
    """There is no vault of that name."""

    code = "vault_missing"


class VaultExistsError(VaultError):
    """There already is a vault of that name."""

    code = "vault_exists"


class VaultInUseError(VaultError):
    """Another window of the program has it open."""

    code = "vault_in_use"


class VaultDamagedError(VaultError):
    """The key is right, but the file is not what it was."""

    code = "vault_damaged"


class VaultTooNewError(VaultError):
    """A newer program wrote it."""

    code = "vault_too_new"


class VaultReadOnlyError(VaultError):
    """Its folder or file may not be written."""

    code = "vault_read_only"


class DiskFullError(VaultError):
    """No room left where it lies."""

    code = "disk_full"


class KeyMissingError(VaultError):
    """The keyring works and does not have the key."""

    code = "key_missing"


class KeyWrongError(VaultError):
    """The passphrase or key does not open it."""

    code = "key_wrong"


class KeyringLockedError(VaultError):
    """The keyring is there and locked."""

    code = "keyring_locked"


class KeyringMissingError(VaultError):
    """No keyring that keeps secrets safe; a passphrase is needed and none was given."""

    code = "keyring_missing"
