"""What German people read: complete, polite, in the agreed words, and with every value in place."""

import ast
import functools
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from cm_desktop import i18n
from cm_desktop.cli import click_words, main
from cm_desktop.ui import dates
from cm_desktop.ui.dialogs import times
from tools import strings

ROOT = Path(__file__).parent.parent
PO = ROOT / "translations" / "de" / "LC_MESSAGES" / "cm_desktop.po"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

ENGLISH = re.compile(
    r"\b(the|and|you|your|please|with|this|that|there|which|of|is|are|been|not|or|to|from|for"
    r"|inbox|outbox|message|conversation|channel|reply|template|settings|vault|passphrase|undo)\b",
    re.IGNORECASE,
)
# What stays as it is: commands, options, names of screens and of keys in a file.
TECHNICAL = re.compile(
    r"cm-desktop [a-z ]*[A-Z]*|--[a-z-]+|inbox, thread, templates…|\{[a-z_!]*\}|[A-Z_]{4,}"
)
SHORTENED = re.compile(r"\b(Min|Std)\.$")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)(?:!r)?\}")
# What click would put in is English: "File", "integer".
LEFT_OUT = {"number_type", "name"}

AGREED = {
    r"inbox": "Eingang",
    r"outbox": "Postausgang",
    r"templates?": "Vorlage",
    r"notes?(?! down)": "[Nn]oti[zt]",
    r"handoffs?": "[Üü]berg[ae]",
    r"undo": "[Rr]ückgängig|verwerfen",
    r"tags?": "Schlagw|schlagw",
    r"snoozed?": "[Zz]urück|wieder zeigen",
    r"channels?": "[Kk]an[aä]l",
    r"conversations?": "Unterhaltung",
    r"hide|hidden": "[Vv]erb[eo]rg|ausblenden|verdecken",
    r"block(ed)?": "blockier",
}
NOT_OURS = re.compile(
    r"\b(Konversation|Ticket|Thread|Posteingang|Template|Label|Snooze\w*|Passphrase|Tresor"
    r"|User|Kunde[n]?|Kommentarfaden|Nutzer|Plattform|Netzwerke|OK|bzw\.|ggf\.)\b"
)


@functools.cache
def _messages():
    return [message for message in strings.read(PO, "de") if message.id]


def _pairs():
    """Return each English text with each German form of it."""
    pairs = []
    for message in _messages():
        if isinstance(message.id, str):
            pairs.append((message.id, message.string))
        else:
            pairs += zip(message.id, message.string, strict=True)
    return pairs


def _wrong(is_wrong):
    return [(english, german) for english, german in _pairs() if is_wrong(english, german)]


def _names(text):
    found = {percent or brace for percent, brace in PLACEHOLDER.findall(text)}
    # A word in braces that stands for any such word.
    return {"placeholders" if name == "Platzhalter" else name for name in found}


def _asked_for():
    """Yield every text that the source wants to show, those inside f-strings included."""
    for file in (ROOT / "cm_desktop").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                place = {"_": 0, "ngettext": 0, "pgettext": 1}.get(node.func.id)
                if place is not None and isinstance(node.args[place], ast.Constant):
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", node.args[place].value


def test_every_sentence_of_the_source_is_in_german():
    known = {m.id if isinstance(m.id, str) else m.id[0] for m in _messages() if all(m.string)}
    assert [(place, text) for place, text in _asked_for() if text not in known] == []


def test_no_value_is_lost_or_invented():
    def differs(english, german):
        names = _names(english)
        return not names - LEFT_OUT <= _names(german) <= names

    assert _wrong(differs) == []


def test_values_that_are_counted_stay_numbers():
    def differs(english, german):
        return sorted(re.findall(r"%\(\w+\)[sd]", english)) != sorted(
            re.findall(r"%\(\w+\)[sd]", german)
        )

    assert _wrong(differs) == []


def test_no_english_is_left():
    assert _wrong(lambda _english, german: ENGLISH.search(_bare(german))) == []


def test_a_sentence_that_is_alike_in_both_languages_is_so_on_purpose():
    alike = {english for english, german in _pairs() if english == german}
    assert {text for text in alike if len(re.findall(r"[A-Za-z]{3,}", _bare(text))) > 1} == {
        "Anna Berger"
    }


def _bare(text):
    return TECHNICAL.sub("", PLACEHOLDER.sub("", text))


def test_people_are_addressed_politely_and_calmly():
    familiar = re.compile(r"\b(du|dich|dir|dein\w*|euch|eure\w*|euer)\b", re.IGNORECASE)
    assert _wrong(lambda _english, german: familiar.search(_bare(german))) == []
    assert _wrong(lambda _english, german: "!" in german) == []
    asks = re.compile(r"\bPlease\b")
    bid = re.compile(r"\b[Bb]itte|\bSie\b")
    assert _wrong(lambda english, german: asks.search(english) and not bid.search(german)) == []


def test_the_agreed_words_are_used():
    for english_word, german_word in AGREED.items():
        word = re.compile(rf"\b({english_word})\b", re.IGNORECASE)
        assert (
            _wrong(
                lambda english, german, word=word, wanted=german_word: (
                    word.search(_bare(english))
                    and not english.startswith("Which part of the window")
                    and not re.search(wanted, german)
                )
            )
            == []
        ), english_word

    def is_wrong(english, german):
        # Channels are no networks; the networks that write to us are.
        named = german.replace("Netzwerke", "") if "etworks" in english else german
        return NOT_OURS.search(named)

    assert _wrong(is_wrong) == []


def test_german_signs_are_used():
    json = re.compile(r'\{"[^}]*\}')
    assert _wrong(lambda _english, german: '"' in json.sub("", german) or "''" in german) == []
    assert _wrong(lambda _english, german: german.count("„") != german.count("“")) == []
    assert _wrong(lambda _english, german: "”" in german) == []
    assert _wrong(lambda _english, german: "..." in german or re.search(r"\w - \w", german)) == []
    assert _wrong(lambda _english, german: re.search(r"\bz\. ?B\.", german)) == []


def test_a_number_is_not_torn_from_its_unit():
    torn = re.compile(r"%\(n\)d (Std|Min|s\b|Tage?n?\b|Stunden?|Sekunden?|Minuten?|%%)")
    assert _wrong(lambda _english, german: torn.search(german)) == []


def test_sentences_begin_and_end_as_they_do_in_english():
    def differs(english, german):
        ends = [
            SHORTENED.sub("", text).replace(")", "").rstrip()[-1:] in ".?…:"
            for text in (english, german)
        ]
        lower = english[:1].isupper() and german[:1].islower()
        return ends[0] != ends[1] or lower

    assert _wrong(differs) == []


def test_every_menu_keeps_its_letter():
    assert _wrong(lambda english, german: english.count("&") != german.count("&")) == []


def test_both_forms_of_a_count_are_german():
    i18n.use_language("de")
    shown = [i18n.ngettext("%(n)d template.", "%(n)d templates.", n) % {"n": n} for n in (0, 1, 2)]
    assert shown == ["0 Vorlagen.", "1 Vorlage.", "2 Vorlagen."]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (lambda: dates.short_time(NOW - timedelta(days=2), NOW), "19. Nov."),
        (lambda: dates.short_time(NOW - timedelta(days=1), NOW), "gestern"),
        (lambda: dates.due(NOW + timedelta(hours=2), NOW), "in 2\u00a0Std."),
        (lambda: dates.due(NOW - timedelta(days=1), NOW), "seit 1\u00a0Tag fällig"),
        (lambda: dates.due(NOW - timedelta(days=2), NOW), "seit 2\u00a0Tagen fällig"),
        (lambda: dates.ago(NOW - timedelta(minutes=5), NOW), "vor 5\u00a0Min."),
        (lambda: dates.day_heading(NOW - timedelta(days=9), NOW), "Donnerstag, 12. November 2026"),
        (lambda: times.short(NOW + timedelta(days=2)), "Mo. 23. Nov., 09:00"),
    ],
)
def test_times_are_said_as_germans_say_them(said, expected):
    i18n.use_language("de")
    assert said() == expected


def test_click_says_what_we_have_words_for():
    files = Path(click.__file__).parent.glob("*.py")
    source = "\n".join(file.read_text(encoding="utf-8") for file in files)
    known = [text.replace("\n", "\\n").replace("\t", "\\t") for text in click_words.sentences()]
    assert [text for text in known if f'"{text}"' not in source] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "Den Befehl „nonsense“ gibt es nicht."),
        (["sync", "--nonsense"], "Die Option „--nonsense“ gibt es nicht."),
        (["show"], "Es fehlt die Angabe"),
        (["inbox", "--limit", "x"], "„x“ ist keine passende Zahl."),
        (["inbox", "--limit", "0"], "0 liegt nicht im Bereich"),
        (["inbox", "--limit"], "Die Option „--limit“ braucht eine Angabe."),
        (["show", "a", "b"], "Eine Angabe ist zu viel (b)"),
        (["outbox"], "Aufruf: cm-desktop outbox"),
    ],
)
def test_a_mistake_in_a_command_is_explained_in_german(capsys, arguments, said):
    main.main(["--lang", "de", *arguments])
    shown = capsys.readouterr()
    assert said in shown.out + shown.err


@pytest.mark.parametrize("command", ["", *main._PLACES])
def test_the_help_of_every_command_is_german(capsys, command):
    main.main(["--lang", "de", *([command] if command else []), "--help"])
    shown = capsys.readouterr().out
    assert shown.startswith("Aufruf: cm-desktop")
    assert "Diese Hilfe zeigen und beenden." in shown
    words = re.findall(r"\w+", re.sub(r"--?\S+|\[[^\]]*\]|  [a-z]+  ", " ", shown))
    assert not {"the", "and", "of", "is", "with", "from", "show", "message"} & set(words) - {
        command
    }
