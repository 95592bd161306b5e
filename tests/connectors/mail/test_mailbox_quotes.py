"""What is new in a mail and what is only repeated."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cm_desktop.connectors.mailbox_quotes import split_quoted, title_of


@pytest.mark.parametrize(
    "attribution",
    [
        "Am 20.11.2026 um 15:10 schrieb Bäckerei Morgenrot:",
        "Am Fr., 20. Nov. 2026 um 15:10 Uhr schrieb Bäckerei <info@x.example>:",
        "Am 20.11.2026 um 15:10 schrieb Bäckerei\n<info@x.example>:",
        "On Fri, Nov 20, 2026 at 3:10 PM Bakery <info@x.example> wrote:",
        "On 20.11.26 15:10, Bakery wrote:",
        "Le ven. 20 nov. 2026 à 15:10, Boulangerie <info@x.example> a écrit :".replace(" :", ":"),
        "El vie, 20 nov 2026 a las 15:10, Panadería (<info@x.example>) escribió:",
        "Il giorno ven 20 nov 2026 alle 15:10 Forno <info@x.example> ha scritto:",
        "Op vr 20 nov 2026 om 15:10 schreef Bakkerij <info@x.example>:",
        "Bäckerei Morgenrot <info@x.example> schrieb am Fr., 20. Nov. 2026, 15:10:",
        "Bakery <info@x.example> wrote:",
    ],
)
def test_an_answer_above_the_original_is_found_in_many_languages(attribution):
    text = f"Sehr gern!\n\nGruß\n\n{attribution}\n\n> Zeile eins\n> Zeile zwei"

    new, quoted = split_quoted(text)

    assert new == "Sehr gern!\n\nGruß"
    assert quoted.startswith(attribution)
    assert quoted.endswith("> Zeile zwei")


@pytest.mark.parametrize(
    "block",
    [
        "-----Ursprüngliche Nachricht-----\nVon: A\nGesendet: heute\nAn: B\n\nalt",
        "-----Original Message-----\nFrom: A\n\nalt",
        "---------- Original-Nachricht ----------\nalt",
        "________________________________\nVon: A <a@x.example>\nGesendet: x\nAn: y\n\nalt",
        "Von: A <a@x.example>\nGesendet: Freitag\nAn: B\nBetreff: C\n\nalt",
        "From: A <a@x.example>\nSent: Friday\nTo: B\nSubject: C\n\nalt",
        "*Von:* A <a@x.example>\n*Gesendet:* Freitag\n*An:* B\n\nalt",
        "———\nVon: A <a@x.example>\nDatum: Freitag\nAn: B\n\nalt",
    ],
)
def test_the_blocks_of_outlook_are_found(block):
    new, quoted = split_quoted(f"Danke!\n\n{block}")

    assert new == "Danke!"
    assert quoted == block


@pytest.mark.parametrize(
    "text",
    [
        "Von: Rosa\nTelefon: 1\n\nEine Frage",
        "Da ich am Montag komme:\nAn diesem Tag passt es.",
        "Am Montag schrieb ich schon: nichts geschah.",
        "Am Ende\nwar\nalles gut:",
        "5 > 3\nund fertig",
        "-- \nGruß",
        "________________________________\nNur ein Strich",
        "",
    ],
)
def test_what_only_looks_like_a_quotation_stays(text):
    assert split_quoted(text) == (text.strip(), "")


def test_a_mail_that_is_only_a_quotation_stays_whole():
    text = "> alles\n> davon"

    assert split_quoted(text) == (text, "")


def test_a_forwarded_mail_stays_whole():
    text = "Bitte!\n\nVon: A <a@x.example>\nGesendet: x\nAn: y\n\nalt"

    assert split_quoted(text, "WG: Kritik") == (text, "")
    assert split_quoted(text, "Fwd: Kritik") == (text, "")
    assert split_quoted(text, "AW: Kritik")[1] != ""


def test_an_answer_below_the_original_is_found():
    text = "Am 20.11. schrieb Bäckerei:\n> Bis 18 Uhr.\n\nDanke!"

    assert split_quoted(text) == ("Danke!", "Am 20.11. schrieb Bäckerei:\n> Bis 18 Uhr.")


def test_answers_between_the_lines_stay_together():
    text = "Hallo\n\n> Wann?\n\nUm acht.\n\n> Wie viele?\n\nZwanzig."

    assert split_quoted(text) == (text, "")


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("Re: Torte", "Torte"),
        ("AW: Re: WG: Torte", "Torte"),
        ("Antwort: Torte", "Torte"),
        ("Re[2]: Torte", "Torte"),
        ("SV: VS: Torte", "Torte"),
        ("Rezept: Torte", "Rezept: Torte"),
        ("Re: ", ""),
        ("Torte Re: 2", "Torte Re: 2"),
    ],
)
def test_a_title_is_the_subject_without_what_programs_put_in_front(subject, title):
    assert title_of(subject) == title


_LINES = st.lists(
    st.sampled_from(
        [
            "",
            "Hallo",
            "> alt",
            ">> sehr alt",
            "Am 1.1. schrieb A:",
            "On x wrote",
            "Von: A",
            "An: B",
            "Betreff: C",
            "-----Original Message-----",
            "____________________________",
            "-- ",
        ]
    ),
    max_size=30,
)


@given(_LINES)
@example(["Hallo", "Am 1.1. schrieb A:", "> alt"])
def test_nothing_is_ever_lost(lines):
    text = "\n".join(lines)

    new, quoted = split_quoted(text)

    found = sorted(line.strip() for line in f"{new}\n{quoted}".split("\n") if line.strip())
    assert found == sorted(line.strip() for line in text.split("\n") if line.strip())
    assert new.strip() or not text.strip()


@pytest.mark.parametrize(
    "line",
    ["Am " * 130, "<a@" * 130 + ":", "On " + "wrote " * 60 + ":", "Von: " + "x" * 380, "> " * 200],
)
def test_no_text_takes_long(line):
    begin = time.perf_counter()
    split_quoted(f"{line}\n" * 500)

    assert time.perf_counter() - begin < 2
