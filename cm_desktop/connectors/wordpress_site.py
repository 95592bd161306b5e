"""One WordPress site: where its API is, how it is asked, and what its refusals mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit, urlunsplit

from cm_desktop.connectors import http_json
from cm_desktop.connectors.http import Answer, Ask, Http
from cm_desktop.connectors.http_address import is_same_place, without_query
from cm_desktop.domain.errors import (
    AddressError,
    CmError,
    DuplicateError,
    GoneError,
    NotAllowedError,
    RateLimitedError,
    RejectedError,
    ServerTroubleError,
)
from cm_desktop.domain.standing import Standing

T = TypeVar("T")

_API_LINK = "https://api.w.org/"
_FLOOD_SECONDS = 15.0  # what WordPress itself asks for between two comments of one person
# Only these say that an item is gone; any other 404 says that the API is.
_GONE = {
    "rest_already_trashed",
    "rest_comment_invalid_id",
    "rest_post_invalid_id",
    "woocommerce_rest_already_trashed",
    "woocommerce_rest_review_invalid_id",
}
_NO_POST = {"rest_comment_invalid_post_id", "rest_comment_trash_post"}
_REJECTED = {
    "comment_content_column_length": "too_long",
    "rest_comment_content_invalid": "empty",
}
_SIGN_IN_PAGE = "/wp-login.php"
_NOT_DATA = {"not_json", "empty"}
# What people copy from the address bar of the site's administration.
_ADMINISTRATION = re.compile(r"/(wp-admin|wp-login\.php|wp-json|xmlrpc\.php|index\.php)(/.*)?$")


class Said:
    """One answer of the API."""

    def __init__(self, answer: Answer) -> None:
        """Keep the answer; nothing is decoded yet."""
        self._answer = answer

    def item(self) -> object:
        """Return the body. Raises ServerTroubleError where it is no JSON."""
        return http_json.decode(self._answer.body, object)

    def item_as(self, shape: type[T]) -> T:
        """Return the body as a shape. Raises ServerTroubleError where it is another."""
        return http_json.decode(self._answer.body, shape)

    def items(self) -> list[object]:
        """Return the members of a list, each still of any shape."""
        return http_json.decode(self._answer.body, list[object])

    @property
    def total(self) -> int | None:
        """How many there are on all pages together, where the site says so."""
        told = self._answer.headers.get("x-wp-total", "")
        return int(told) if re.fullmatch(r"[0-9]{1,15}", told) else None


class Site:
    """Asks the API of one site."""

    def __init__(self, http: Http, root: str = "") -> None:
        """Ask through `http`; without a `root` it is looked for when it is first needed."""
        self._http = http
        self._root = root if root and is_same_place(http.base_url, root) else ""
        self.now = datetime.now(UTC)  # by the site's own clock, once it answered

    @property
    def address(self) -> str:
        """The address of the site, without a slash at its end."""
        return self._http.base_url

    @property
    def root(self) -> str:
        """The address of the API; asks the site for it at first. Raises AddressError."""
        if not self._root:
            self._root = self._find_root()
        return self._root

    def get(self, route: str, params: Mapping[str, str] | None = None) -> Said:
        """Read from a route such as /wp/v2/comments."""
        return self._ask("GET", route, params)

    def post(self, route: str, body: Mapping[str, object]) -> Said:
        """Create or change something, once."""
        return self._ask("POST", route, body=body)

    def delete(self, route: str) -> Said:
        """Put something into the trash."""
        return self._ask("DELETE", route)

    @property
    def standing(self) -> Standing:
        """What the site's answers said of our allowance."""
        return self._http.standing

    def close(self) -> None:
        """Give back connections."""
        self._http.close()

    def _ask(
        self,
        method: str,
        route: str,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Said:
        address, query = self._place_of(route)
        asked = Ask(method=method, path=address, params={**query, **(params or {})}, json=body)
        try:
            answer = self._http.ask(asked)
            if answer.body.lstrip()[:1] not in (b"{", b"["):
                raise _no_data(answer.url)
        except CmError as error:
            meant = self._meant(error)
            if meant is error:
                raise
            raise meant from error
        self._set_clock(answer)
        return Said(answer)

    def _place_of(self, route: str) -> tuple[str, dict[str, str]]:
        """Return the address of a route, and what has to stand in its query."""
        root = urlsplit(self.root)
        if "rest_route" in root.query:  # plain permalinks
            return urlunsplit(root._replace(query="")), {"rest_route": route}
        return self.root.rstrip("/") + route, {}

    def _meant(self, error: CmError) -> CmError:
        """Return what an error means here; the next call looks for a lost API anew."""
        if isinstance(error, ServerTroubleError) and error.detail in _NOT_DATA:
            self._root = ""  # perhaps the site changed its permalinks
        if isinstance(error, GoneError) and error.detail not in _GONE:
            self._root = ""
            return AddressError("no_api")
        return _reworded(error)

    def _set_clock(self, answer: Answer) -> None:
        try:
            told = parsedate_to_datetime(answer.headers.get("date", ""))
        except (ValueError, OverflowError, IndexError):
            return
        self.now = told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)

    def _find_root(self) -> str:
        """Return the root of the API, which each page of a site names in its Link header."""
        for method in ("HEAD", "GET"):
            try:
                answer = self._http.ask(Ask(method=method, path=""))
            except (NotAllowedError, GoneError, RejectedError, ServerTroubleError):
                continue  # some sites refuse HEAD, some have no start page
            if found := answer.links.get(_API_LINK):
                return self._trusted(found)
        return self._guessed_root()

    def _guessed_root(self) -> str:
        """Try the form that works with all permalinks, for sites that hide the header."""
        guess = f"{self.address}/index.php?rest_route=/"
        try:
            answer = self._http.get(f"{self.address}/index.php", {"rest_route": "/"})
            is_root = b"wp/v2" in answer.body and answer.body.lstrip()[:1] == b"{"
        except (GoneError, RejectedError):
            is_root = False
        if not is_root:
            raise AddressError("no_api", without_query(self.address))
        return guess

    def _trusted(self, root: str) -> str:
        """Return the root if our password may go there. Raises AddressError `moved`.

        Behind a proxy that ends TLS a site may think itself unencrypted.
        """
        if self.address.startswith("https:") and root.startswith("http:"):
            root = "https:" + root.removeprefix("http:")
        if not is_same_place(self.address, root):
            raise AddressError("moved", without_query(root))
        return root


def _reworded(error: CmError) -> CmError:
    word = error.reason if isinstance(error, RejectedError) else error.detail
    match error, word.removeprefix("woocommerce_rest_"):
        case RejectedError(), "comment_duplicate":
            error = DuplicateError(word)
        case RejectedError(), "comment_flood":
            error = RateLimitedError(_FLOOD_SECONDS, word)
        case RejectedError(), _ if word in _REJECTED:
            error = RejectedError(_REJECTED[word], word)
        case ServerTroubleError(), "rest_trash_not_supported":
            error = RejectedError(word, word)
        case NotAllowedError(), _ if word in _NO_POST:
            error = GoneError(word)
        case AddressError(problem="moved", value=value), _ if _SIGN_IN_PAGE in value:
            error = _no_data(value)
    return error


def _no_data(address: str) -> CmError:
    """Return what it means that a page came from an address, and no data.

    Some sites send everybody without their cookie to the sign-in page, the API's users too.
    """
    if _SIGN_IN_PAGE in address:
        return NotAllowedError("sign_in_page")
    return ServerTroubleError("not_json")


def site_address(typed: str) -> str:
    """Return the address of a site from what somebody typed or copied."""
    typed = typed.strip()
    if typed and "://" not in typed:
        typed = f"https://{typed}"
    try:
        parts = urlsplit(typed)
    except ValueError:
        return typed  # refused with a reason when it is used
    path = _ADMINISTRATION.sub("", parts.path.rstrip("/"))
    return urlunsplit(SplitResult(parts.scheme, parts.netloc, path, "", ""))


def site_name(address: str) -> str:
    """Return what a site is called everywhere: its host and folder, however it was typed."""
    parts = urlsplit(address)
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}"
