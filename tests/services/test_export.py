"""The exported log: what stands in it, and whether a change of it shows."""

import base64
import csv
import io
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from cm_desktop.domain.errors import UsageError
from cm_desktop.i18n import use_language
from cm_desktop.services.export_csv import COLUMNS, PLAIN, excel_dialect, safe_cell, write_csv
from cm_desktop.services.export_jsonl import write_jsonl
from cm_desktop.services.log_records import LogEntry
from cm_desktop.services.verify import verify
from cm_desktop.services.whole_file import written_whole
from tests import factory, hostile

KEY = Ed25519PrivateKey.generate()


def entry(*texts, notes=()):
    return LogEntry(
        conversation=factory.conversation(),
        account=factory.account(),
        messages=tuple(
            factory.message(text=text, created_at=factory.NOW + timedelta(minutes=number))
            for number, text in enumerate(texts)
        ),
        notes=tuple(
            factory.note(text=text, created_at=factory.NOW + timedelta(days=1)) for text in notes
        ),
        events=(),
    )


def table(entries, dialect):
    file = io.BytesIO()
    write_csv(entries, "Bäckerei", dialect, file)
    return file.getvalue()


def rows(data, delimiter=","):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def text_cells(entries, dialect=PLAIN, delimiter=","):
    return [row[COLUMNS.index("text")] for row in rows(table(entries, dialect), delimiter)[1:]]


@pytest.fixture
def log(tmp_path):
    file = tmp_path / "log.jsonl"
    public = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    manifest = {"client": "Bäckerei", "key": base64.b64encode(public).decode()}
    with written_whole(file) as out:
        write_jsonl(
            [entry("Eins", "Zwei", notes=["intern"]), entry("Drei")],
            manifest,
            lambda data: base64.b64encode(KEY.sign(data)).decode(),
            out,
        )
    return file


def test_the_table_has_a_row_for_each_message_and_note():
    assert text_cells([entry("Eins", "Zwei", notes=["intern"])]) == ["Eins", "Zwei", "intern"]


def test_the_plain_dialect_is_what_programs_expect():
    data = table([entry("Guten Tag")], PLAIN)

    assert not data.startswith(b"\xef\xbb\xbf")
    assert rows(data)[0] == list(COLUMNS)


def test_a_german_excel_finds_semicolons_a_mark_and_its_own_words():
    use_language("de")
    data = table([entry("Guten Tag")], excel_dialect())

    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == 2
    assert len(rows(data, ";")[0]) == len(COLUMNS)


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+49 123", "-5", "@name", "\tx", "  =cmd|'/c calc'!A1", "\uff1d1", "\0=1", "\n=1"],
)
def test_a_cell_is_never_taken_for_a_formula(text):
    assert safe_cell(text).startswith("'")


def test_an_ordinary_cell_stays_as_it_is():
    assert safe_cell("Brot = gut; a-b") == "Brot = gut; a-b"


@given(st.text())
def test_no_text_at_all_becomes_a_formula(text):
    shown = safe_cell(text).lstrip()

    assert not shown.startswith(("=", "+", "-", "@", *"\uff1d\uff0b\uff0d\uff20"))


def test_hostile_texts_come_back_out_of_the_table():
    texts = [text for text in hostile.ALL.values() if len(text) < 100_000]

    found = text_cells([entry(*texts)])

    assert len(found) == len(texts)


def test_a_text_too_long_for_excel_says_so():
    (cell,) = text_cells([entry("x" * 40_000)], excel_dialect(), ";")

    assert len(cell) <= 32_767
    assert "JSONL" in cell


def test_an_untouched_log_is_in_order(log):
    report = verify(log)

    assert report.ok
    assert report.counts == {"conversation": 2, "message": 3, "note": 1}
    assert report.client == "Bäckerei"


def test_the_lines_form_a_chain(log):
    records = [json.loads(line) for line in log.read_text().splitlines()]

    assert [one["seq"] for one in records] == list(range(7))
    assert [one["prev"] for one in records[1:]] == [one["hash"] for one in records[:-1]]
    assert records[0]["type"] == "manifest"


@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: [line.replace("Zwei", "Vier") for line in lines],
        lambda lines: lines[:-1],
        lambda lines: lines[:2] + lines[3:],
        lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [lines[0].replace("Bäckerei", "Metzgerei"), *lines[1:]],
        lambda lines: [lines[0].replace('"message":3', '"message":4'), *lines[1:]],
        lambda lines: [*lines[:3], "{broken", *lines[4:]],
        lambda lines: [*lines[:3], '"text"', *lines[4:]],
    ],
)
def test_every_change_shows(log, damage):
    lines = damage(log.read_text().splitlines())
    log.write_text("\n".join(lines) + "\n")

    assert not verify(log).ok


def test_a_log_signed_by_somebody_else_does_not_pass_for_ours(log):
    lines = log.read_text().splitlines()
    manifest = json.loads(lines[0])
    other = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    manifest["key"] = base64.b64encode(other).decode()
    log.write_text("\n".join([json.dumps(manifest), *lines[1:]]) + "\n")

    assert not verify(log).ok


@pytest.mark.parametrize("content", ["", "Guten Tag", "[]", '{"type":"message"}', "\0" * 100])
def test_another_file_is_not_an_export(tmp_path, content):
    file = tmp_path / "other"
    file.write_text(content)

    with pytest.raises(UsageError, match="not_an_export"):
        verify(file)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(UsageError, match="not_readable"):
        verify(tmp_path / "nowhere.jsonl")


def test_nothing_half_written_stays(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text("before")

    def failing():
        yield entry("Eins")
        raise RuntimeError

    with pytest.raises(RuntimeError), written_whole(file) as out:
        write_csv(failing(), "x", PLAIN, out)

    assert file.read_text() == "before"
    assert [one.name for one in tmp_path.iterdir()] == ["log.csv"]


def test_a_folder_that_may_not_be_written_is_said(tmp_path):
    with pytest.raises(UsageError, match="not_writable"), written_whole(tmp_path / "no" / "x"):
        pass
