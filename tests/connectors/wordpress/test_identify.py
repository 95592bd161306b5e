"""Signing in: where the API is, who we are, what we may, and every way to be refused."""

import pytest

from cm_desktop.connectors.base import Reply, Target
from cm_desktop.connectors.http import Answer, Http
from cm_desktop.connectors.wordpress import CHANNEL
from cm_desktop.connectors.wordpress_site import Site, site_address, site_name
from cm_desktop.domain.errors import (
    AddressError,
    NotAllowedError,
    ServerTroubleError,
    SignInNeededError,
)
from cm_desktop.domain.policy import Ability
from tests.connectors.loopback import serve
from tests.connectors.wordpress.fake_site import PASSWORD, recorded


@pytest.mark.parametrize("pretty", [False, True])
def test_the_api_is_found_with_plain_and_with_pretty_permalinks(site, wordpress, pretty):
    site.pretty = pretty
    identity = wordpress.identify()

    assert identity.title == "Bäckerei Krume"
    assert identity.handle == "admin"
    assert identity.url == site.url
    assert identity.remote_id == f"127.0.0.1:{site.loopback.port}"
    root = "/wp-json/" if pretty else "/index.php?rest_route=/"
    assert identity.settings["api_root"] == site.url + root


def test_a_root_found_before_is_not_looked_for_again(site, connect):
    settings = connect().identify().settings
    site.asked.clear()
    list(connect(settings=settings).fetch(None))
    assert [route for _method, route, _query, _body in site.asked if route is None] == []


def test_a_site_that_refuses_head_is_asked_for_its_start_page(site, wordpress):
    methods = []

    def refuse(exchange):
        methods.append(exchange.command)
        if exchange.command == "HEAD":
            exchange.answer(status=405)
        else:
            site._serve(exchange)

    site.loopback.routes["/"] = refuse
    assert wordpress.identify().title == "Bäckerei Krume"
    assert methods == ["HEAD", "GET"]


def test_a_site_that_hides_the_link_header_is_still_found(site, wordpress):
    site.loopback.answer("/", b"<html>Krume")
    assert wordpress.identify().settings["api_root"] == f"{site.url}/index.php?rest_route=/"


def test_an_address_without_wordpress_is_named(site, wordpress):
    for path in ("/", "/index.php"):
        site.loopback.answer(path, b"<html>Apache2 Default Page", Content_Type="text/html")
    with pytest.raises(AddressError) as error:
        wordpress.identify()
    assert (error.value.problem, error.value.value) == ("no_api", site.url)


def test_an_api_without_comments_is_named(site, wordpress):
    root = recorded("root")
    root["body"]["namespaces"] = ["oembed/1.0"]
    site.refusals["GET", "/"] = root
    with pytest.raises(AddressError, match="no_api"):
        wordpress.identify()


@pytest.mark.parametrize("status", [301, 302, 308])
def test_a_site_that_moved_is_named_and_the_password_stays_here(site, wordpress, status):
    with serve() as elsewhere:
        moved = f"{elsewhere.url}/blog/?utm=1"
        site.loopback.answer("/", b"", status=status, Location=moved)
        with pytest.raises(AddressError) as error:
            wordpress.identify()
        assert elsewhere.asked == []
    assert error.value.problem == "moved"
    assert error.value.value == f"{elsewhere.url}/blog/"


def test_an_api_on_another_host_never_sees_the_password(site, wordpress):
    with serve() as elsewhere:
        link = f'<{elsewhere.url}/wp-json/>; rel="https://api.w.org/"'
        site.loopback.answer("/", b"", Link=link)
        with pytest.raises(AddressError, match="moved"):
            wordpress.identify()
        assert elsewhere.asked == []


def test_a_site_behind_tls_that_thinks_itself_unencrypted_is_asked_over_tls():
    site = Site(Http("https://shop.example"))
    assert site._trusted("http://shop.example/wp-json/") == "https://shop.example/wp-json/"
    with pytest.raises(AddressError, match="moved"):
        site._trusted("https://other.example/wp-json/")
    site.close()


@pytest.mark.parametrize("allow_http", ["yes", ""])
def test_over_plain_http_nothing_leaves_for_another_computer(connect, allow_http):
    settings = {"allow_http": allow_http}
    wordpress = connect(url="http://192.0.2.1/blog", settings=settings)
    # The guard of the tests fails them when anything looks up or calls that address.
    with pytest.raises(AddressError, match="not_https"):
        wordpress.identify()
    with pytest.raises(AddressError, match="not_https"):
        list(wordpress.fetch(None))


@pytest.mark.parametrize("password", [PASSWORD, f"  {PASSWORD}\n", f"\N{NO-BREAK SPACE}{PASSWORD}"])
def test_a_pasted_password_may_have_spaces_around_it(connect, password):
    assert connect(secret={"password": password}).identify().handle == "admin"


@pytest.mark.parametrize("given", [{"secret": {}}, {"secret": {"password": " "}}, {"handle": ""}])
def test_without_a_name_or_password_nobody_is_asked(site, connect, given):
    with pytest.raises(SignInNeededError):
        connect(**given).identify()
    assert site.asked == []


@pytest.mark.parametrize("answer", ["wrong_password", "unknown_user_pretty", "not_signed_in"])
def test_a_wrong_password_asks_to_sign_in(site, connect, answer):
    site.refusals["GET", "/wp/v2/users/me"] = answer
    with pytest.raises(SignInNeededError) as error:
        connect(secret={"password": "wrong"}).identify()
    assert error.value.detail == "rest_not_logged_in"
    assert "wrong" not in str(error.value)


def test_a_site_without_application_passwords_is_told_from_a_wrong_one(site, connect):
    root = recorded("root")
    root["body"]["authentication"] = []  # what PHP makes of an empty map
    site.refusals["GET", "/"] = root
    with pytest.raises(SignInNeededError, match="application_passwords_off"):
        connect(secret={"password": "wrong"}).identify()


def test_a_closed_api_is_no_question_of_the_password(site, wordpress):
    site.refusals["GET", "/wp/v2/users/me"] = "rest_disabled"
    with pytest.raises(NotAllowedError, match="rest_disabled"):
        wordpress.identify()


def test_a_sign_in_page_in_place_of_data_is_trouble_of_the_server(site, wordpress):
    site.refusals["GET", "/wp/v2/users/me"] = "login_page"
    with pytest.raises(ServerTroubleError, match="not_json"):
        wordpress.identify()


def test_a_site_that_sends_everybody_to_its_sign_in_page_is_a_refusal(site, wordpress):
    settings = wordpress.identify().settings
    assert settings
    answer = {"status": 302, "headers": {"location": "/wp-login.php?redirect_to=x"}, "body": ""}
    page = recorded("login_page")["body"].encode()
    site.loopback.answer("/wp-login.php", page, Content_Type="text/html")
    for method in ("GET", "POST"):
        site.refusals[method, "/wp/v2/comments"] = answer
    with pytest.raises(NotAllowedError, match="sign_in_page"):
        list(wordpress.fetch(None))
    question = Target(remote_id="1", conversation_remote_id="comment:1")
    with pytest.raises(NotAllowedError, match="sign_in_page"):
        wordpress.send(Reply(client_key="k", text="x", target=question))


def test_a_firewall_that_answers_with_a_page_is_a_refusal(site, wordpress):
    page = {"status": 403, "headers": {"content-type": "text/html"}, "body": "<h1>Blocked"}
    site.refusals["GET", "/wp/v2/users/me"] = page
    with pytest.raises(NotAllowedError, match="http_403"):
        wordpress.identify()


def test_a_moderator_may_do_everything(wordpress):
    wordpress.identify()
    assert wordpress.policy.abilities == {
        Ability.REPLY, Ability.EDIT, Ability.HIDE, Ability.DELETE,
        Ability.APPROVE, Ability.HOLD, Ability.SPAM,
    }  # fmt: skip
    assert wordpress.policy.can_read_back
    assert wordpress.policy == CHANNEL.policy


def test_somebody_who_may_not_moderate_can_only_reply(site, connect):
    site.role = "contributor"
    wordpress = connect()
    identity = wordpress.identify()
    assert wordpress.policy.abilities == {Ability.REPLY}
    # What was learned holds for a connector made from the stored account, too.
    assert connect(settings=identity.settings).policy.abilities == {Ability.REPLY}


def test_a_subscriber_is_told_that_the_right_is_missing(site, wordpress):
    site.role = "subscriber"
    site.refusals["GET", "/wp/v2/comments"] = "status_forbidden"
    with pytest.raises(NotAllowedError, match="rest_forbidden_param"):
        wordpress.identify()


def test_reviews_are_only_asked_for_where_the_shop_has_them(site, connect):
    assert connect().identify().settings["reviews"] == "yes"
    site.refusals["GET", "/wc/v3/products/reviews"] = "rest_disabled"
    assert connect().identify().settings["reviews"] == "no"
    root = recorded("root")
    root["body"]["namespaces"].remove("wc/v3")
    site.refusals = {("GET", "/"): root}
    site.asked.clear()
    assert connect().identify().settings["reviews"] == "no"
    assert site.lists("/wc/v3/products/reviews") == []


def test_a_site_in_a_folder_keeps_its_folder(site, connect):
    site.pretty = True
    identity = connect(url=f"{site.url}/blog/").identify()
    assert identity.remote_id == f"127.0.0.1:{site.loopback.port}/blog"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("example.org", "https://example.org"),
        (" https://example.org/ ", "https://example.org"),
        ("https://example.org/blog/wp-admin/edit-comments.php?x=1", "https://example.org/blog"),
        ("https://example.org/wp-login.php?redirect_to=x", "https://example.org"),
        ("https://example.org/wp-json/wp/v2/#x", "https://example.org"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("", ""),
        ("http://[::1", "http://[::1"),
    ],
)
def test_an_address_may_be_typed_as_people_type_it(typed, address):
    assert site_address(typed) == address


@pytest.mark.parametrize(
    "typed", ["", "   ", "https://", "http://[::1", "ftp://example.org", "a b"]
)
def test_an_address_that_cannot_work_is_refused_before_anything_is_sent(connect, typed):
    with pytest.raises(AddressError):
        connect(url=typed).identify()


@pytest.mark.parametrize("date", ["", "gestern", "Sat, 99 Nov 2026 25:00:00 GMT"])
def test_a_site_without_a_clock_has_ours(date):
    site = Site(Http("https://shop.example"))
    before = site.now
    site._set_clock(Answer(status=200, headers={"date": date}, body=b"", url=""))
    assert site.now == before
    site.close()


def test_two_computers_call_a_site_the_same():
    assert site_name("https://Example.org") == site_name("https://example.org/") == "example.org"
