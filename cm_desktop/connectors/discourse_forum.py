"""One Discourse forum: how it is asked, what its refusals mean, who we are there.

A key is sent with each request. Discourse answers a key it does not know as it answers
somebody who may not do a thing, with 403: so after such an answer we ask who we are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from cm_desktop.connectors import discourse_shapes as shapes
from cm_desktop.connectors.http import Answer, Ask, Http
from cm_desktop.domain.errors import (
    AddressError,
    CmError,
    GoneError,
    NotAllowedError,
    ServerTroubleError,
    SignInNeededError,
)
from cm_desktop.domain.events import ItemSkipped

T = TypeVar("T")

POSTS_AT_ONCE = 20  # as many as the page of a topic asks for
# Discourse's own words for "may not", which may mean that the key is not valid.
_REFUSED = ("invalid_access", "not_logged_in")
# What people copy from the address bar.
_PAGE = re.compile(
    r"/(about|admin|c|categories|g|hot|latest|login|my|new|posts|review|search|t|tag|tags|top|u"
    r"|unread)(/.*)?$"
)


class Forum:
    """Asks one forum, with a key."""

    def __init__(self, http: Http) -> None:
        """Ask through `http`, which carries the key; nothing is asked yet."""
        self._http = http
        self._signed_in = False  # as we were told ourselves

    @property
    def address(self) -> str:
        """The address of the forum, without a slash at its end."""
        return self._http.base_url

    def user(self) -> shapes.User:
        """Return who we are. Raises SignInNeededError where the key is not taken."""
        try:
            user = self._http.get_json("/session/current.json", shapes.Session).current_user
        except NotAllowedError as error:
            raise _of_the_key(error) from None
        except GoneError:  # nobody is signed in
            raise SignInNeededError("invalid_key") from None
        self._signed_in = True
        return user

    def get(self, path: str, shape: type[T], params: Mapping[str, Any] | None = None) -> T:
        """Read from a path such as /posts.json."""
        return self._ask(Ask(method="GET", path=path, params=params or {})).json(shape)

    def write(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Answer:
        """Change something, once."""
        return self._ask(Ask(method=method, path=path, json=body))

    def latest(self, before: int | None) -> list[shapes.Post | ItemSkipped]:
        """Return a page of the newest posts, or of those before one, newest first.

        An item that makes no sense is ItemSkipped. Raises AddressError where there is no forum.
        """
        asked = {"before": str(before)} if before else {}
        try:
            page = self.get("/posts.json", shapes.LatestPosts, asked)
        except GoneError:
            raise AddressError("no_api", self.address) from None
        return shapes.decoded(page.latest_posts, shapes.Post)

    def topic(self, number: int, near: int | None = None) -> shapes.Topic:
        """Return a topic with its first posts, or with those around one."""
        place = f"/{near}" if near else ""
        return self.get(f"/t/{number}{place}.json", shapes.Topic, {"include_raw": "1"})

    def posts(self, topic: int, numbers: Sequence[int]) -> list[shapes.Post]:
        """Return those of some posts of a topic that are there and that we may see."""
        found: list[shapes.Post] = []
        for place in range(0, len(numbers), POSTS_AT_ONCE):
            asked = {
                "post_ids[]": [str(one) for one in numbers[place : place + POSTS_AT_ONCE]],
                "include_raw": "1",
            }
            page = self.get(f"/t/{topic}/posts.json", shapes.SomePosts, asked)
            found += shapes.good(page.post_stream.posts, shapes.Post)
        return [post for post in found if post.id in numbers]

    def _ask(self, ask: Ask) -> Answer:
        try:
            return self._http.ask(ask)
        except NotAllowedError as error:
            if error.detail in _REFUSED and not self._signed_in:
                self.user()
            raise


def site_at(http: Http) -> shapes.SiteInfo:
    """Return what a forum says of itself. Raises AddressError where there is none.

    Everybody may ask that, but nobody with a key that is not valid: SignInNeededError.
    """
    try:
        info = http.get_json("/site/basic-info.json", shapes.SiteInfo)
    except NotAllowedError as error:
        raise _of_the_key(error) from None
    except (GoneError, ServerTroubleError) as error:
        if isinstance(error, ServerTroubleError) and not _is_another_page(error):
            raise
        raise AddressError("no_api", http.base_url) from error
    if not info.is_discourse:
        raise AddressError("no_api", http.base_url)
    return info


def limits_at(http: Http) -> shapes.SiteSettings:
    """Return a forum's limits; those it does not tell, as one that is closed, are 0."""
    try:
        return http.get_json("/site/settings.json", shapes.SiteSettings)
    except (NotAllowedError, GoneError, AddressError):
        return shapes.SiteSettings()


def chosen_categories(forum: Forum, typed: str) -> list[int]:
    """Return the numbers of categories that were typed: slugs, names, numbers or addresses.

    Those below them count too. Raises AddressError for one that the forum does not show us.
    """
    wanted = [one.strip() for one in re.split(r"[,;\n]", typed) if one.strip()]
    if not wanted:
        return []
    asked = {"include_subcategories": "true"}
    page = forum.get("/categories.json", shapes.Categories, asked)
    known = _flat(page.category_list.categories)
    found: set[int] = set()
    for one in wanted:
        category = _category(one, known) or _asked_for(forum, one)
        if category is None:
            raise AddressError("categories", one[:100])
        found |= _with_those_below(category)
    return sorted(found)


def forum_address(typed: str) -> str:
    """Return the address of a forum from what somebody typed or copied."""
    typed = typed.strip()
    if typed and "://" not in typed:
        typed = f"https://{typed}"
    try:
        parts = urlsplit(typed)
    except ValueError:
        return typed  # refused with a reason when it is used
    path = _PAGE.sub("", parts.path.rstrip("/"))
    return urlunsplit(SplitResult(parts.scheme, parts.netloc, path, "", ""))


def forum_name(address: str) -> str:
    """Return what a forum is called everywhere: its host and folder, however it was typed."""
    parts = urlsplit(address)
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}"


def is_told_by_discourse(error: CmError) -> bool:
    """Whether it is Discourse itself that says that something is not there, or not for us."""
    return error.detail in ("not_found", "invalid_access")


def _of_the_key(error: NotAllowedError) -> CmError:
    return SignInNeededError("invalid_key") if error.detail in _REFUSED else error


def _is_another_page(error: ServerTroubleError) -> bool:
    return error.status is None and error.detail.startswith(("not_json", "unexpected_shape"))


def _flat(categories: Sequence[object]) -> list[dict[str, Any]]:
    found = shapes.dicts(list(categories))
    below = [inner for one in found for inner in shapes.dicts(one.get("subcategory_list"))]
    return [*found, *below]


def _category(typed: str, known: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    words = [word for word in typed.rstrip("/").split("/") if word]
    last = (words or [typed])[-1].casefold()
    for one in known:
        names = (
            str(one.get("id")),
            str(one.get("slug")).casefold(),
            str(one.get("name")).casefold(),
        )
        if shapes.is_number(one.get("id")) and (last in names or typed.casefold() in names):
            return one
    return None


def _asked_for(forum: Forum, typed: str) -> dict[str, Any] | None:
    """Return a category that the list left out, as it does in forums with very many."""
    last = typed.rstrip("/").rpartition("/")[2]
    try:
        page = forum.get(f"/c/{quote(last, safe='')}/show.json", shapes.OneCategory)
    except (GoneError, NotAllowedError):
        return None
    one = page.category
    return one if isinstance(one, dict) and shapes.is_number(one.get("id")) else None


def _with_those_below(category: dict[str, Any]) -> set[int]:
    below = category.get("subcategory_ids")
    listed = [one.get("id") for one in shapes.dicts(category.get("subcategory_list"))]
    numbers = [category.get("id"), *(below if isinstance(below, list) else []), *listed]
    return {one for one in numbers if shapes.is_number(one) and isinstance(one, int)}
