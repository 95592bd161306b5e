"""Decode JSON of strangers: whatever they send, an error of ours or a clean value comes out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from cm_desktop.connectors.plain_text import scrub
from cm_desktop.domain.errors import ServerTroubleError
from cm_desktop.domain.events import ItemSkipped

T = TypeVar("T")

# Escaped halves of a surrogate pair that stand alone: PHP cuts emoji in two and sends them.
_HAS_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_MARKS = tuple(mark for mark, _charset in _BOMS)


def decode(body: bytes, type_: type[T]) -> T:
    """Return a JSON body as a value of a type (`object` for any).

    A byte order mark, UTF-16, a wrong charset, NaN and lone surrogates are cleaned up.
    Raises ServerTroubleError: `not_json` for HTML and other things, `empty`, `too_deep`,
    `unexpected_shape` where it is JSON of another kind.
    """
    body = _utf8(body)
    if not body.strip():
        raise ServerTroubleError("empty")
    try:
        return msgspec.json.decode(body, type=_known(type_))
    except msgspec.ValidationError as error:
        raise ServerTroubleError(_shape(error)) from None
    except RecursionError:
        raise ServerTroubleError("too_deep") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _again(_patiently(body), type_)


def convert(value: object, type_: type[T]) -> T:
    """Return a decoded value as a type. Raises ServerTroubleError `unexpected_shape`."""
    try:
        return msgspec.convert(value, type=_known(type_), strict=False)
    except msgspec.ValidationError as error:
        raise ServerTroubleError(_shape(error)) from None


def items(page: list[msgspec.Raw], type_: type[T]) -> Iterator[T | ItemSkipped]:
    """Yield the items of a page one by one; one of another shape costs only itself.

    Ask for the page as `list[msgspec.Raw]`.
    """
    for raw in page:
        try:
            yield decode(bytes(raw), type_)
        except ServerTroubleError as error:
            yield ItemSkipped(reason=error.detail.partition(" ")[0])


def _known(type_: type[T]) -> type[T]:
    any_: Any = Any  # msgspec's name for "whatever it is"
    return any_ if type_ is object else type_


def _utf8(body: bytes) -> bytes:
    if body.startswith(_MARKS):
        mark, charset = next(one for one in _BOMS if body.startswith(one[0]))
        return body[len(mark) :].decode(charset, "replace").encode("utf-8", "replace")
    if body[1:2] == b"\0":  # UTF-16 that does not say so
        return body.decode("utf-16-le", "replace").encode("utf-8", "replace")
    return body


def _patiently(body: bytes) -> object:
    """Decode what msgspec refuses and Python's decoder takes, and clean what it leaves."""
    if body.lstrip()[:1] not in b'{["0123456789-ntfNI':
        raise ServerTroubleError("not_json")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = body.decode("cp1252", "replace")
    try:
        said = json.loads(text, parse_constant=_nothing)
    except RecursionError:
        raise ServerTroubleError("too_deep") from None
    except ValueError:  # also numbers of thousands of digits
        raise ServerTroubleError("not_json") from None
    return _scrubbed(said) if _HAS_SURROGATE.search(body) else said


def _again(value: object, type_: type[T]) -> T:
    """Return a cleaned value as a type, by way of JSON: only there is `msgspec.Raw` known."""
    try:
        return msgspec.json.decode(json.dumps(value), type=_known(type_), strict=False)
    except msgspec.ValidationError as error:
        raise ServerTroubleError(_shape(error)) from None
    except (msgspec.DecodeError, RecursionError):  # infinite numbers
        return convert(value, type_)


def _nothing(_constant: str) -> None:
    """Read NaN and Infinity as null."""


def _scrubbed(value: Any) -> Any:
    # json.loads nests no deeper than Python's stack, hence neither does this.
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, list):
        return [_scrubbed(one) for one in value]
    if isinstance(value, dict):
        return {scrub(name): _scrubbed(one) for name, one in value.items()}
    return value


def _shape(error: msgspec.ValidationError) -> str:
    # "Expected `int`, got `str` - at `$.items[0].id`": the place only, never a value.
    _, _, place = str(error).rpartition(" - at ")
    return f"unexpected_shape {place}".strip()[:120]
