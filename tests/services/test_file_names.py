"""Names of attachments as senders give them."""

import pytest

from cm_desktop.services.file_names import safe_file_name


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("Rechnung.pdf", "Rechnung.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\x\\y.exe", "C__x_y.exe"),
        ("CON", "file_CON"),
        ("nul.txt", "file_nul.txt"),
        ("a:b", "a_b"),
        ("name. ", "name"),
        ("", "file"),
        ("...", "file"),
        ("\u202egpj.exe", "gpj.exe"),
        ("Grüße 🥐.png", "Grüße 🥐.png"),
        ("x" * 300 + ".jpeg", "x" * 115 + ".jpeg"),
    ],
)
def test_a_name_given_by_others_stays_in_its_folder(given, safe):
    assert safe_file_name(given) == safe
