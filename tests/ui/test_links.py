import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from cm_desktop.ui.links import look_at, open_link

# Link, text that stands for it, what is refused, what is asked about.
LINKS = [
    ("https://example.org/", "", "", ()),
    ("https://example.org/a?b=c#d", "", "", ()),
    ("HTTPS://EXAMPLE.org/", "", "", ()),
    ("https://example.org:8443/", "", "", ()),
    ("https://example.org/%E2%80%AE", "", "", ()),
    ("http://example.org/", "", "", ("not_https",)),
    ("https://example.org/", "example.org/offers", "", ()),
    ("https://www.example.org/", "https://example.org", "", ()),
    ("https://evil.example/", "https://bank.example", "", ("looks_like_another",)),
    ("https://evil.example/", "bank.example", "", ("looks_like_another",)),
    ("https://evil.example/", "our offer", "", ()),
    ("https://münchen.de/", "", "", ("foreign_letters",)),
    ("https://xn--mnchen-3ya.de/", "", "", ("foreign_letters",)),
    ("https://localhost/", "", "", ("local",)),
    ("https://printer/", "", "", ("local",)),
    ("https://nas.local/", "", "", ("local",)),
    ("http://127.0.0.1/", "", "", ("not_https", "local")),
    ("https://127.1/", "", "", ("local",)),
    ("https://0x7f000001/", "", "", ("local",)),
    ("https://2130706433/", "", "", ("local",)),
    ("https://192.168.1.1/admin", "", "", ("local",)),
    ("https://169.254.169.254/latest", "", "", ("local",)),
    ("https://[::1]/", "", "", ("local",)),
    ("https://8.8.8.8/", "", "", ()),
    ("https://good.example@evil.example/", "", "user", ()),
    ("https://a:b@evil.example/", "", "user", ()),
    ("https://@evil.example/", "", "user", ()),
    ("https://good.example\\@evil.example/", "", "characters", ()),
    ("https://exam\u200bple.org/", "", "characters", ()),
    ("https://example.org/\u202egpj", "", "characters", ()),
    ("https://example.org/a b", "", "characters", ()),
    ("https://example.org/\n", "", "characters", ()),
    ("java\tscript:alert(1)", "", "characters", ()),
    ("https://[::1", "", "invalid", ()),
    ("https://example.org:99999/", "", "invalid", ()),
    ("https:///etc/passwd", "", "invalid", ()),
    ("javascript:alert(1)", "", "scheme", ()),
    ("JavaScript:alert(1)", "", "scheme", ()),
    ("vscode://file/etc", "", "scheme", ()),
    ("ms-msdt:/id", "", "scheme", ()),
    ("search-ms:query=x", "", "scheme", ()),
    ("smb://host/share", "", "scheme", ()),
    ("ftp://host/file", "", "scheme", ()),
    ("file:///etc/passwd", "", "scheme", ()),
    ("FILE:///etc/passwd", "", "scheme", ()),
    ("//evil.example/share", "", "scheme", ()),
    ("data:text/html,<script>", "", "scheme", ()),
    ("ssh://-oProxyCommand=x", "", "scheme", ()),
    ("example.org", "", "scheme", ()),
    ("", "", "scheme", ()),
    ("https://example.org/" + "a" * 5_000, "", "too_long", ()),
    ("mailto:ana@example.org", "", "", ()),
    ("mailto:ana@example.org?subject=Hello&body=x", "", "", ()),
    ("mailto:ana@example.org?attach=/etc/passwd", "", "mail", ()),
    ("mailto:ana@example.org?bcc=evil@example.org", "", "mail", ()),
    ("tel:+49301234567", "", "", ()),
    ("tel:*#06#", "", "telephone", ()),
]  # fmt: skip


@pytest.mark.parametrize(("link", "shown", "refused", "reasons"), LINKS)
def test_each_link_is_judged_as_the_table_says(link, shown, refused, reasons):
    verdict = look_at(link, shown)
    assert (verdict.refused, verdict.reasons) == (refused, reasons)


@pytest.fixture
def window(qtbot):
    shown = QWidget()
    qtbot.addWidget(shown)
    shown.show()
    return shown


def buttons(window):
    (box,) = window.findChildren(QMessageBox)
    return {button.text(): button for button in box.findChildren(QPushButton)}


def test_an_ordinary_link_is_opened_at_once(window):
    opened = []
    open_link("https://example.org/x", window, opener=opened.append)
    assert [url.toString() for url in opened] == ["https://example.org/x"]
    assert window.findChildren(QMessageBox) == []


def test_a_link_that_could_surprise_is_only_opened_after_a_yes(qtbot, window):
    opened = []
    open_link("https://evil.example/", window, shown="bank.example", opener=opened.append)
    assert opened == []
    (box,) = window.findChildren(QMessageBox)
    assert "evil.example" in box.text()
    assert "another page" in box.informativeText()
    qtbot.mouseClick(buttons(window)["Open page"], Qt.MouseButton.LeftButton)
    assert [url.host() for url in opened] == ["evil.example"]


def test_a_foreign_name_is_shown_in_both_spellings(window):
    open_link("https://münchen.de/", window, opener=lambda _url: None)
    (box,) = window.findChildren(QMessageBox)
    assert "münchen.de (xn--mnchen-3ya.de)" in box.text()


def test_a_link_that_could_do_harm_is_never_opened(window):
    opened = []
    open_link("javascript:alert(1)", window, opener=opened.append)
    assert list(buttons(window)) == ["Close"]
    assert opened == []
