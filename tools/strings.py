"""Gathers the sentences a user sees, checks that each is translated, compiles the catalogues.

`strings.py update | check | compile`. English is the language of the source: it needs a
catalogue of its own only where a translator wants to change a sentence.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "translations"
TEMPLATE = FOLDER / "cm_desktop.pot"
COMPLETE = ("de",)  # besides English, the languages that must not miss a sentence
KEYWORDS = {"_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
# One fixed date: the template changes only when a sentence does.
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)


def extract() -> Catalog:
    """Return every sentence of the source, in the order of files and lines."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]  # Babel's gap
    catalog = Catalog(project="CM Desktop", creation_date=_NO_DATE, charset="utf-8")
    found = extract_from_dir(
        str(ROOT), methods, options, KEYWORDS, ("Translators:",), strip_comment_tags=True
    )
    for file, line, text, comments, context in found:
        place = [(Path(file).as_posix(), line)]
        catalog.add(text, None, place, auto_comments=comments, context=context)
    return catalog


def as_po(catalog: Catalog) -> bytes:
    """Return a catalogue as the text of a .po file."""
    out = io.BytesIO()
    write_po(out, catalog, width=100, sort_by_file=True, include_lineno=False)
    return out.getvalue()


def catalogues() -> Iterator[tuple[str, Path]]:
    """Yield each language with its .po file."""
    for path in sorted(FOLDER.glob("*/LC_MESSAGES/cm_desktop.po")):
        yield path.parent.parent.name, path


def read(path: Path, language: str) -> Catalog:
    """Read a .po file."""
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="cm_desktop")


def update() -> None:
    """Write the template anew and add its new sentences to each language, untranslated."""
    template = extract()
    TEMPLATE.write_bytes(as_po(template))
    for language, path in catalogues():
        catalog = read(path, language)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.creation_date = _NO_DATE
        path.write_bytes(as_po(catalog))
        missing = sum(not _translated(message) for message in catalog if message.id)
        print(f"{path.relative_to(ROOT)}: {missing} sentences wait for a translation")


def check() -> list[str]:
    """Return what is wrong with the sentences; nothing when all is well."""
    template = extract()
    problems = []
    if not TEMPLATE.exists() or TEMPLATE.read_bytes() != as_po(template):
        problems.append("translations/cm_desktop.pot is not what the source says: make strings")
    found = dict(catalogues())
    problems += [f"translations/{name} is missing" for name in COMPLETE if name not in found]
    for language, path in found.items():
        problems += _wrong_in(language, read(path, language), template)
    return problems


def _wrong_in(language: str, catalog: Catalog, template: Catalog) -> Iterator[str]:
    for wanted in template:
        if not wanted.id:
            continue
        text = wanted.id if isinstance(wanted.id, str) else wanted.id[0]
        message = catalog.get(wanted.id, wanted.context)
        if message is None or not _translated(message):
            yield f"{language}: not translated: {text!r}"
        elif message.fuzzy:
            yield f"{language}: marked as uncertain: {text!r}"
        else:
            yield from (f"{language}: {text!r}: {error}" for error in message.check(catalog))


def _translated(message: Message) -> bool:
    forms = (message.string,) if isinstance(message.string, str) else message.string or ()
    return bool(forms) and all(forms)


def compile_all() -> None:
    """Write each .mo file that is absent or older than its .po file."""
    for language, path in catalogues():
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns > path.stat().st_mtime_ns:
            continue
        fresh = target.with_suffix(".tmp")
        with fresh.open("wb") as file:
            write_mo(file, read(path, language))
        fresh.replace(target)


def main(command: str) -> int:
    """Do one of the three; end with 1 when the check found something."""
    if command == "update":
        update()
    elif command == "compile":
        compile_all()
    elif command == "check":
        problems = check()
        print("\n".join(problems) or "Every sentence is translated.")
        return min(len(problems), 1)
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
