"""Every error has a sentence that says what happened and one that says what to do."""

import ast
import re
from pathlib import Path

import pytest

from cm_desktop.domain import errors
from cm_desktop.domain.errors import (
    AddressError,
    CmError,
    RateLimitedError,
    RejectedError,
    UntrustedServerError,
    UsageError,
)
from cm_desktop.services.sentences import explain


def error_classes(base=CmError):
    return [base, *(one for child in base.__subclasses__() for one in error_classes(child))]


def made(kind):
    if kind is UntrustedServerError:
        return kind("expired", "shop.example")
    if kind is AddressError or kind is UsageError:
        return kind("something", "value")
    return kind()


@pytest.mark.parametrize("kind", error_classes(), ids=lambda kind: kind.__name__)
def test_every_error_is_explained_with_what_happened_and_what_to_do(kind):
    sentence = explain(made(kind))
    for text in (sentence.what, sentence.what_to_do):
        assert text.endswith(".")
        assert "%(" not in text
        assert "!" not in text


def test_every_vault_error_has_sentences_of_its_own():
    kinds = error_classes(errors.VaultError)
    assert len({explain(kind()).what for kind in kinds}) == len(kinds)


def test_expired_wrong_host_and_unknown_issuer_are_three_things():
    problems = ("expired", "wrong_host", "unknown_issuer")
    told = [explain(UntrustedServerError(problem, "shop.example")) for problem in problems]
    assert len({one.what for one in told}) == 3
    assert all("shop.example" in one.what for one in told)


def test_a_stored_code_and_detail_say_the_same_as_the_error():
    error = UntrustedServerError("wrong_host", "shop.example")
    assert explain(error.code, error.detail) == explain(error)
    assert explain("rejected", "too_long") == explain(RejectedError("too_long"))


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "1 second."), (45.4, "45 seconds."), (600, "10 minutes.")]
)
def test_a_wait_is_told_in_words_a_person_counts_in(seconds, words):
    assert explain(RateLimitedError(seconds)).what_to_do.endswith(words)


def test_an_unknown_code_is_explained_too():
    assert explain("something_new").what == explain(CmError()).what


@pytest.mark.parametrize("code", ["lost_track", "answered_meanwhile", "bug"])
def test_codes_that_are_no_errors_have_their_own_words(code):
    assert explain(code) != explain("error")


def test_no_sentence_uses_words_of_programmers():
    words = re.compile(r"\b(API|HTTP|SQL|exception|token|JSON|null|timeout)\b", re.IGNORECASE)
    for kind in error_classes():
        sentence = explain(made(kind))
        assert not words.search(f"{sentence.what} {sentence.what_to_do}")


PACKAGE = Path(__file__).parents[2] / "cm_desktop"
WITH_REASONS = {"AddressError", "UsageError", "RejectedError", "NotAllowedError"}


def reasons_in_the_program():
    """Yield every error that the program raises with a reason written in its source."""
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in WITH_REASONS:
                continue
            if node.args and isinstance(node.args[0], ast.Constant):
                yield getattr(errors, node.func.id), node.args[0].value


@pytest.mark.parametrize(
    ("kind", "reason"),
    sorted(set(reasons_in_the_program()), key=str),
    ids=lambda value: getattr(value, "__name__", value),
)
def test_every_reason_the_program_gives_has_a_sentence_of_its_own(kind, reason):
    error = kind(reason)
    if (kind.code, reason) == ("not_allowed", "demo"):  # the demo plays the general case
        return
    assert explain(error) != explain(kind("something else altogether"))
