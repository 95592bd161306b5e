"""What is printed: nobody's text steers the terminal, and every terminal can show it."""

import io
import json

import pytest

from cm_desktop.cli import output

HOSTILE = "\x1b[2J\x1b]0;title\x07red\x9b31m \u202egnp.exe\u2069 nul\0 \udc80 bell\x08"


def test_text_of_others_cannot_steer_the_terminal():
    shown = output.plain(HOSTILE + "\nsecond\tline\r")
    assert not {letter for letter in shown if ord(letter) < 32} - {"\n", "\t"}
    assert not set("\x1b\x9b\x07\x08\u202e\u2069\udc80") & set(shown)
    assert "red" in shown
    assert "second\tline" in shown


def test_a_line_is_one_line_of_limited_length():
    assert output.line("  a\n\n b\tc ") == "a b c"
    assert output.line("x" * 100, 10) == "x" * 9 + "…"
    assert output.line("x" * 10, 10) == "x" * 10


def test_a_table_shows_everything_where_nobody_looks_on(capsys):
    output.table(("Id", "Text"), [("1", "x" * 500), ("[bold]2[/bold]", HOSTILE)])
    shown = capsys.readouterr().out
    assert "x" * 500 in shown
    assert "[bold]2[/bold]" in shown
    assert "\x1b" not in shown
    assert len(shown.splitlines()) == 3


class Screen(io.TextIOWrapper):
    """A terminal of some encoding."""

    def __init__(self, encoding):
        super().__init__(io.BytesIO(), encoding=encoding)

    @property
    def shown(self):
        return self.buffer.getvalue()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437", "utf-8"])
def test_a_document_is_whole_in_every_encoding(encoding):
    document = {"text": "Brötchen 店 😀 \udc80", "none": None}
    screen = Screen(encoding)
    output.write_json(document, screen)
    assert json.loads(screen.shown.decode(encoding)) == document
    assert screen.shown.endswith(b"}\n")


def test_letters_are_kept_readable_where_they_can_be_shown():
    screen = Screen("utf-8")
    output.write_json({"text": "Brötchen 店"}, screen)
    assert "Brötchen 店".encode() in screen.shown


def test_a_conversation_that_holds_such_text_is_shown_to_people(busy_shop):
    conversation = busy_shop.conversations()[0]["id"]
    with busy_shop.opened() as opened, opened.db.writing() as writer:
        hostile = HOSTILE.replace("\udc80", "").replace("\0", "")
        writer.execute("UPDATE message SET text = ?", (hostile,))
        writer.execute("UPDATE person SET name = ?", (hostile,))
        writer.execute("UPDATE conversation SET title = ?, preview = ?", (hostile, hostile))
    for command in (["inbox"], ["show", conversation]):
        shown = busy_shop.people(*command).out
        assert not {letter for letter in shown if ord(letter) < 32} - {"\n", "\t"}
        assert not set("\x9b\u202e\u2069") & set(shown)
        assert busy_shop(*command).code == 0
