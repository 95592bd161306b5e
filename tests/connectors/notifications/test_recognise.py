"""What the sample mails say, and which of them are not believed.

The samples are written by us, after the wording that networks use.
"""

import json
from pathlib import Path

import pytest

from cm_desktop.connectors.notifications_patterns import patterns
from cm_desktop.connectors.notifications_recognise import recognise, stars

SAMPLES = Path(__file__).parent / "samples"
# What each sample says: `link` is the end of its path, `cut` whether the text may go on.
EXPECTED = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
NOT_BELIEVED = (
    "unknown",
    "facebook-security",
    "forged-other-domain",
    "forged-other-signature",
    "forged-signature",
)


def sample(name):
    return (SAMPLES / f"{name}.eml").read_bytes()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_network_s_mail_says_who_wrote_what_where(name):
    found = recognise(sample(name))

    expected = dict(EXPECTED[name])
    assert found.link.partition("?")[0].endswith(expected.pop("link"))
    assert {field: getattr(found, field) for field in expected} == expected
    assert found.pattern.network == name.partition("-")[0]
    assert found.pattern.has(found.link)


@pytest.mark.parametrize("name", NOT_BELIEVED)
def test_other_mails_and_forged_ones_are_not_taken_for_a_network_s(name):
    assert recognise(sample(name)) is None


def test_every_network_has_a_sample_and_every_sample_is_looked_at():
    assert {one.network for one in patterns()} == {name.partition("-")[0] for name in EXPECTED}
    assert {path.stem for path in SAMPLES.glob("*.eml")} == {
        *EXPECTED,
        *NOT_BELIEVED,
        "foreign-link",
    }


def test_only_links_to_the_network_s_own_pages_are_offered():
    found = recognise(sample("foreign-link"))

    assert found.link == "https://www.facebook.com/notifications"
    assert "https://evil.example/facebook.com/posts/1" in found.text


@pytest.mark.parametrize(
    "link",
    [
        "https://l.facebook.com/relay?u=https%3A%2F%2Fevil.example",
        "https://www.facebook.com/l.php?u=https%3A%2F%2Fevil.example",
        "http://www.facebook.com/baecker/posts/1",
        "https://www.facebook.com:8443/baecker/posts/1",
        "https://user@www.facebook.com/baecker/posts/1",
        "https://www.facebook.com\\@evil.example/posts/1",
        "https://xn--fcebook-hwa.com/posts/1",
        "https://facebook.com.evil.example/posts/1",
        "https://www.facebook.com/settings?tab=notifications",
    ],
)
def test_a_link_that_leads_elsewhere_is_passed_over(link):
    raw = sample("facebook-review-de").replace(
        b"https://www.facebook.com/baeckereibeispiel/reviews/?ref=3Dnotif",
        link.replace("=", "=3D").encode(),
    )
    assert link.replace("=", "=3D").encode() in raw
    assert recognise(raw).link == "https://www.facebook.com/notifications"


def test_a_link_within_what_a_stranger_wrote_is_not_the_page_of_the_mail():
    raw = sample("facebook-review-de").replace(
        b"Das beste", b"Siehe https://www.facebook.com/evil/posts/9 und das beste"
    )
    found = recognise(raw)
    assert found.link.endswith("/baeckereibeispiel/reviews/?ref=notif")
    assert "https://www.facebook.com/evil/posts/9" in found.text


def test_without_findings_of_the_server_the_address_counts():
    raw = b"\r\n".join(
        line
        for line in sample("facebook-de").split(b"\r\n")
        if not line.startswith(b"Authentication-Results")
    )
    assert recognise(raw).author == "Anna Müller"


@pytest.mark.parametrize(
    ("findings", "believed"),
    [
        ("mx.test; dmarc=pass header.from=facebookmail.com", True),
        ("mx.test; dmarc=pass header.from=evil.example", False),
        ("mx.test; dkim=pass header.d=facebookmail.com", True),
        ("mx.test; dkim=pass header.i=@mail.facebookmail.com", True),
        ("mx.test; dkim=fail header.d=facebookmail.com", False),
        ("mx.test; dkim=none; spf=pass smtp.mailfrom=a@facebookmail.com", True),
        ("mx.test; spf=pass smtp.mailfrom=a@evil.example", False),
        ("mx.test; dkim=fail header.d=facebookmail.com; spf=pass smtp.mail=facebookmail.com", 0),
        ("mx.test; dkim=pass header.d=facebookmail.com; dmarc=fail", False),
        ("mx.test; dkim=fail header.d=a.example; dkim=pass header.d=facebookmail.com", True),
        ("mx.test; dkim=pass header.d=com", False),
        ("mx.test; none", True),  # it looked at nothing
        ("mx.test 1; dkim=pass (good; really) header.d=facebookmail.com", True),
        ("garbage", True),
    ],
)  # fmt: skip
def test_what_the_server_found_out_decides(findings, believed):
    raw = sample("facebook-de").replace(
        sample("facebook-de").split(b"\r\n")[1], b"Authentication-Results: " + findings.encode()
    )
    assert (recognise(raw) is not None) == believed


def test_findings_that_the_mail_brought_along_do_not_count():
    good, bad = "dkim=pass header.d=facebookmail.com", "dkim=fail header.d=facebookmail.com"
    lines = sample("forged-signature").split(b"\r\n")
    server = b"Authentication-Results: mx.example.test; " + bad.encode()
    forged = b"Authentication-Results: mx.example.test; dmarc=pass; " + good.encode()
    rest = lines[3:]
    received = lines[2]

    assert recognise(b"\r\n".join([server, received, forged, *rest])) is None
    other = forged.replace(b"mx.example.test", b"mx.evil.example")
    assert recognise(b"\r\n".join([received, server, other, *rest])) is None
    # Two lines of one server are one finding.
    both = b"Authentication-Results: mx.example.test; " + good.encode()
    spf = b"Authentication-Results: mx.example.test; spf=softfail smtp.mailfrom=x.example"
    assert recognise(b"\r\n".join([spf, both, received, *rest])) is not None


def test_a_mail_of_several_authors_is_no_network_s():
    raw = sample("facebook-de").replace(
        b"From: Facebook <notification@facebookmail.com>",
        b"From: Facebook <notification@facebookmail.com>, x <x@evil.example>",
    )
    assert recognise(raw) is None


def test_where_the_wording_of_the_body_is_new_the_subject_tells_the_least():
    raw = sample("facebook-review-de").replace(b"Bewertung ansehen", b"Jetzt aber anders")
    found = recognise(raw)
    assert (found.author, found.text, found.cut) == (
        "Clara Vogt",
        "Clara Vogt empfiehlt Bäckerei Beispiel",
        True,
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [("4", 4), ("4,5", 5), ("3.4", 3), ("★★★★☆", 4), ("5 von 5", 5), ("0", None), ("10", None),
     ("", None), ("★" * 9, 5), ("sehr gut", None)],
)  # fmt: skip
def test_stars_are_read_as_people_write_them(said, expected):
    assert stars(said) == expected
