"""Addresses found in texts."""

import pytest

from cm_desktop.domain.links_in_text import MOST, links_in


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("siehe https://example.org/a.", ["https://example.org/a"]),
        (
            "(https://de.example.org/wiki/Brot_(Gebäck))",
            ["https://de.example.org/wiki/Brot_(Gebäck)"],
        ),
        ("www.example.org, bitte", ["https://www.example.org"]),
        ("„https://example.org/x“ sagt sie", ["https://example.org/x"]),
        ("https://a.example https://a.example", ["https://a.example"]),
        ("javascript:alert(1) file:///etc/passwd", []),
        ("kein Link", []),
    ],
)
def test_addresses_are_found_without_the_punctuation_around_them(text, links):
    assert links_in(text) == links


def test_a_text_full_of_addresses_offers_a_few():
    text = " ".join(f"https://example.org/{n}" for n in range(500))

    assert len(links_in(text)) == MOST
