"""Links of strangers that hide something in their percent signs, or are half an address."""

import pytest

from cm_desktop.ui.links import look_at, open_link

REFUSED = {
    "https:example.org": "invalid", "http:/example.org": "invalid", "https:": "invalid",
    "https://": "invalid", "https:\u2044\u2044x": "invalid",
    "mailto:ana@example.org%0Abcc:evil@example.org": "mail",
    "mailto:ana@example.org%0d%0abcc:evil@example.org": "mail",
    "mailto:ana@example.org?subject=Hello%0Abcc:evil@example.org": "mail",
    "mailto:ana@example.org?subject=Hello%E2%80%A8bcc:evil@example.org": "mail",
    "mailto:ana@example.org%00": "mail", "mailto:%E2%80%AEana@example.org": "mail",
    "mailto:ana@example.org?%61ttach=/etc/passwd": "mail",
    "mailto:ana@example.org?body=a%00b": "mail",
}  # fmt: skip


@pytest.mark.parametrize("link", REFUSED)
def test_what_hides_something_is_refused(link):
    assert look_at(link).refused == REFUSED[link]


def test_a_mail_may_bring_lines_of_text():
    link = "mailto:ana@example.org?subject=Gr%C3%BC%C3%9Fe&body=Hallo%0D%0AAna"
    assert look_at(link).refused == ""


@pytest.mark.parametrize(
    "link",
    ["https://example.org/%E2%80%AEgpj.exe", "https://example.org/%E2%81%A6x", "https://a.example/%0A",
     "https://example.org/%EF%BB%BFx", "https://example.org/%E2%80%A8Open%3F"],
)  # fmt: skip
def test_what_is_shown_and_opened_holds_no_letter_that_cannot_be_seen(link):
    opened = []
    verdict = open_link(link, opener=opened.append)
    assert verdict.url == link
    assert [url.toEncoded().data().decode() for url in opened] == [link]
