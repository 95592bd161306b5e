"""What a server says a large mail consists of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_desktop.connectors.mailbox_imap import Fetched
from cm_desktop.connectors.mailbox_structure import body_piece, pieces_of

PLAIN = b'("text" "plain" ("charset" "utf-8") NIL NIL "8bit" 22 1 NIL NIL NIL NIL)'
HTML = b'("text" "html" ("charset" "utf-8") NIL NIL "quoted-printable" 90 2 NIL NIL NIL NIL)'
VIDEO = (
    b'("video" "mp4" ("name" "T.mp4") NIL NIL "base64" 7800 NIL '
    b'("attachment" ("filename" "T.mp4")) NIL NIL)'
)


def fetched(structure, *literals):
    line = b"1 (UID 5 BODYSTRUCTURE " + structure
    return Fetched(uid=5, line=line, literals=literals, tail=b"" if literals else line + b")")


def pieces(structure, *literals):
    return pieces_of(fetched(structure, *literals))


def test_a_plain_mail_is_one_piece():
    (piece,) = pieces(PLAIN)

    assert (piece.section, piece.size, piece.is_text) == ("1", 22, True)
    assert piece.head.get_content_type() == "text/plain"


def test_parts_are_numbered_as_the_server_numbers_them():
    structure = (
        b"((" + PLAIN + HTML + b' "alternative" ("boundary" "b"))' + VIDEO + b' "mixed" NIL)'
    )

    found = pieces(structure)

    assert [piece.section for piece in found] == ["1.1", "1.2", "2"]
    assert body_piece(found).section == "1.1"
    about = found[2].as_attachment().about
    assert (about.name, about.type, about.size) == ("T.mp4", "video/mp4", 5700)


def test_html_is_read_where_there_is_no_plain_text():
    assert body_piece(pieces(b"(" + VIDEO + HTML + b' "mixed")')).section == "2"
    assert body_piece(pieces(VIDEO)) is None


def test_a_text_with_a_file_name_is_a_file():
    structure = b'("text" "plain" ("name" "a.txt") NIL NIL "7bit" 5 1 NIL NIL NIL NIL)'

    (piece,) = pieces(structure)
    assert not piece.is_text
    assert piece.as_attachment().about.name == "a.txt"


def test_a_name_may_come_as_a_literal():
    before = b'1 (UID 5 BODYSTRUCTURE ("application" "pdf" ("name" {9}'
    answer = Fetched(
        uid=5,
        line=before,
        literals=((before, b"Rat 1.pdf"),),
        tail=b') NIL NIL "7bit" 5 NIL NIL NIL NIL))',
    )

    (piece,) = pieces_of(answer)
    assert piece.as_attachment().about.name == "Rat 1.pdf"


def test_a_name_may_be_encoded_in_either_way():
    old = (
        b'("image" "png" ("name" "=?utf-8?q?Gr=C3=BCn=2Epng?=") NIL NIL "base64" 5 NIL NIL NIL NIL)'
    )
    new = (
        b'("image" "png" NIL NIL NIL "base64" 5 NIL '
        b'("inline" ("filename*" "utf-8\'\'Gr%C3%BCn.png")) NIL NIL)'
    )
    found = [pieces(structure)[0].as_attachment().about.name for structure in (old, new)]

    assert found == ["Grün.png", "Grün.png"]


@pytest.mark.parametrize(
    "structure",
    [b"", b"NIL", b"(", b")", b"()", b"(" * 100_000, b"(NIL NIL NIL)", b'"x', b"x " * 50_000],
)
def test_nonsense_is_no_piece(structure):
    assert pieces(structure) == []


@given(st.lists(st.sampled_from([b"(", b")", b" ", b'"a"', b"NIL", b"7", b'"\\', PLAIN, VIDEO])))
def test_no_structure_stops_the_program(tokens):
    for piece in pieces(b"".join(tokens)):
        piece.as_attachment()
        assert piece.size >= 0
