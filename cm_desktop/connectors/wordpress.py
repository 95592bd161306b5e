"""WordPress: comments of a site, reviews of its WooCommerce shop, by an application password."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping

from cm_desktop.connectors import wordpress_shapes as shapes
from cm_desktop.connectors.base import (
    AccountConfig,
    Action,
    ChannelInfo,
    Identity,
    Reply,
    Sent,
)
from cm_desktop.connectors.http import Http, basic
from cm_desktop.connectors.wordpress_read import COMMENTS, REVIEWS, Pass
from cm_desktop.connectors.wordpress_site import Site, site_address, site_name
from cm_desktop.connectors.wordpress_write import CONTENT_BYTES, Writer
from cm_desktop.domain.channel_words import ChannelWords, FieldWords, Step
from cm_desktop.domain.errors import (
    AddressError,
    GoneError,
    NotAllowedError,
    RejectedError,
    SignInNeededError,
)
from cm_desktop.domain.events import Event
from cm_desktop.domain.policy import Ability, ChannelPolicy
from cm_desktop.domain.standing import Standing
from cm_desktop.i18n import _

_STAFF_ROLES = "administrator,editor,author,contributor,shop_manager"
_POLL_SECONDS = 120


def _policy(*abilities: Ability) -> ChannelPolicy:
    return ChannelPolicy(
        abilities=frozenset(abilities), byte_limit=CONTENT_BYTES, poll_seconds=_POLL_SECONDS
    )


MODERATOR = _policy(
    Ability.REPLY,
    Ability.EDIT,
    Ability.HIDE,
    Ability.DELETE,
    Ability.APPROVE,
    Ability.HOLD,
    Ability.SPAM,
)
AUTHOR = _policy(Ability.REPLY)


class WordPress:
    """One site, as one of its users."""

    def __init__(self, config: AccountConfig) -> None:
        """Prepare; nothing is asked and nothing can fail yet."""
        self._config = config
        self._settings: Mapping[str, str] = config.settings
        self._open: Site | None = None

    @property
    def policy(self) -> ChannelPolicy:
        """What the user may do on the site, as far as it is known."""
        return MODERATOR if self._settings.get("moderator", "yes") == "yes" else AUTHOR

    def identify(self) -> Identity:
        """Sign in; learn what the site is called, who we are and what we may."""
        site = self._site()
        root = site.get("/", {"_fields": "name,home,url,namespaces,authentication"})
        about = root.item_as(shapes.Root)
        if "wp/v2" not in about.namespaces:
            raise AddressError("no_api", site.address)
        user = _signed_in(site, about)
        moderator = _moderates(site)
        shop = moderator and "wc/v3" in about.namespaces and _reads_reviews(site)
        self._settings = {
            **self._config.settings,
            "api_root": site.root,
            "user": str(user.id),
            "moderator": "yes" if moderator else "no",
            "reviews": "yes" if shop else "no",
            "staff": ",".join(map(str, sorted({user.id, *_staff(site)}))),
        }
        name = site_name(site.address)
        return Identity(
            remote_id=name,
            handle=user.username or user.slug,
            title=shapes.line(about.name) or name,
            url=site.address,
            settings=self._settings,
        )

    def fetch(self, since: str | None) -> Iterator[Event]:
        """Report comments and reviews; see wordpress_read."""
        known = self._known()
        staff = frozenset(int(one) for one in known["staff"].split(",") if one.isdecimal())
        reading = Pass(self._site(), since, staff)
        try:
            yield from reading.events(
                moderator=known["moderator"] == "yes", reviews=known["reviews"] == "yes"
            )
        except NotAllowedError as error:
            if error.detail == "rest_forbidden_context":
                # No moderator any more: the next pass reads as what we are now.
                self._settings = {}
            raise

    def send(self, reply: Reply) -> Sent:
        """Answer a comment under it, once."""
        if reply.private:
            raise NotAllowedError("ability")
        return self._writer().send(reply)

    def find_sent(self, reply: Reply) -> Sent | None:
        """Look on the site for an answer of ours."""
        return self._writer().find_sent(reply)

    def act(self, action: Action) -> None:
        """Approve, hold, mark as spam, put into the trash, or edit our own."""
        self._writer().act(action)

    def wait(self, seconds: float, cancelled: threading.Event) -> bool:  # noqa: ARG002  (contract)
        """Return at once: WordPress does not push."""
        return False

    def standing(self) -> Standing:
        """An application password has no end; what the site allows it may have said."""
        return self._open.standing if self._open else Standing()

    def close(self) -> None:
        """Give back connections."""
        if self._open:
            self._open.close()
            self._open = None

    def _site(self) -> Site:
        if self._open is None:
            config = self._config
            password = config.secret.get("password", "").strip()
            if not config.handle.strip() or not password:
                raise SignInNeededError("no_password")
            # Our sign-in goes over TLS or nowhere, whatever other channels may be allowed.
            settings = {key: config.settings[key] for key in config.settings if key != "allow_http"}
            http = Http(
                site_address(config.url),
                authorization=basic(config.handle.strip(), password),
                settings=settings,
            )
            self._open = Site(http, self._settings.get("api_root", ""))
        return self._open

    def _known(self) -> Mapping[str, str]:
        """Return what `identify` found out; asks now if nobody asked before."""
        if not {"user", "moderator", "reviews", "staff"} <= self._settings.keys():
            self.identify()
        return self._settings

    def _writer(self) -> Writer:
        known = self._known()
        return Writer(self._site(), int(known["user"]), moderator=known["moderator"] == "yes")


def _signed_in(site: Site, about: shapes.Root) -> shapes.User:
    try:
        return site.get("/wp/v2/users/me", {"context": "edit"}).item_as(shapes.User)
    except SignInNeededError as error:
        offered = about.authentication
        if not (isinstance(offered, dict) and "application-passwords" in offered):
            raise SignInNeededError("application_passwords_off") from error
        raise


def _moderates(site: Site) -> bool:
    """Tell whether we see what others may not. Raises NotAllowedError for mere subscribers."""
    asked = {"status": "any", "per_page": "1", "_fields": "id"}
    try:
        site.get(COMMENTS.route, {**asked, "context": "edit"})
    except NotAllowedError:
        site.get(COMMENTS.route, asked)
        return False
    return True


def _reads_reviews(site: Site) -> bool:
    try:
        site.get(REVIEWS.route, {"per_page": "1", "status": "all", "_fields": "id"})
    except (NotAllowedError, GoneError, AddressError, RejectedError):
        return False
    return True


def _staff(site: Site) -> list[int]:
    """Return the users whose comments are ours; only administrators may ask for them."""
    try:
        asked = {"roles": _STAFF_ROLES, "per_page": "100", "_fields": "id"}
        found = shapes.decoded(site.get("/wp/v2/users", asked).items(), shapes.UserNumber)
    except (NotAllowedError, RejectedError, AddressError):
        return []
    return [one.id for one in found if isinstance(one, shapes.UserNumber)]


def _words() -> ChannelWords:
    return ChannelWords(
        card=_("Comments on your website, and product reviews of your shop."),
        steps=(
            Step(
                text=_("Sign in to your website and open “Users”, then “Profile”."),
                link="{url}/wp-admin/profile.php",
            ),
            Step(
                text=_(
                    "Further down, under “Application Passwords”, type CM Desktop and press the"
                    " button beside it."
                )
            ),
            Step(text=_("Copy the password that appears, and paste it below.")),
        ),
        fields={
            "url": FieldWords(label=_("Address of the website"), example="https://www.example.com"),
            "handle": FieldWords(
                label=_("User name"), hint=_("The name with which you sign in to the website.")
            ),
            "password": FieldWords(
                label=_("Application password"),
                example="xxxx xxxx xxxx xxxx xxxx xxxx",
                hint=_("Not the password with which you sign in to the website."),
            ),
        },
    )


CHANNEL = ChannelInfo(
    channel="wordpress",
    make=WordPress,
    words=_words,
    secret_fields=("password",),
    needs_url=True,
    needs_handle=True,
    policy=MODERATOR,
)
