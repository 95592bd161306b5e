"""Export the conversation log to a file: choose, see how much it is, write, check."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import shiboken6
from PySide6.QtCore import QDate, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QComboBox, QDateEdit, QFileDialog, QLineEdit, QWidget

from cm_desktop.i18n import _, ngettext
from cm_desktop.services import export_log, verify
from cm_desktop.services.export_log import ExportReport
from cm_desktop.services.log_records import LogFilter, walk
from cm_desktop.services.vault import Vault
from cm_desktop.services.verify import VerifyReport
from cm_desktop.ui import dates, theme
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.parts import row, text_button
from cm_desktop.ui.dialogs import times
from cm_desktop.ui.dialogs.fields import TroubleBox, field
from cm_desktop.ui.dialogs.frame import Dialog, Later
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.labels import name_text
from cm_desktop.ui.runner import Failed, Outcome

_JOB, _COUNT = "export", "export count"
_COUNTED = 300  # conversations; more are only said to be more


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, and what checking it found where its format can be checked."""

    report: ExportReport
    verified: VerifyReport | None


class ExportDialog(Dialog):
    """Asks what to export and writes it; the window goes on meanwhile."""

    def __init__(self, context: Context, query: str = "", parent: QWidget | None = None) -> None:
        super().__init__(_("Export conversations"), parent, width=520)
        self._context = context
        self._written: Written | None = None
        self.trouble = TroubleBox()
        self.outcome = Words("")
        self.outcome.hide()
        self.count = Words("", "soft")
        self._busy = Later(self._say_busy, self)
        self._build(query)
        self.copy = text_button(_("Copy the check sum"), self._copy, "quiet", "copy")
        self.copy.hide()
        self.add_left(self.copy)
        self.close_button = self.add_cancel()
        self.button = self.add_primary(_("Export…"), self._choose_file, "export")
        self.begin_at(self.format)
        self._count()

    def _build(self, query: str) -> None:
        self.format = QComboBox()
        words = format_words()
        for name in sorted(export_log.FORMATS, key=_order):
            self.format.addItem(words.get(name, name), name)
        self.query = QLineEdit(query)
        self.query.setPlaceholderText(_("All conversations"))
        self.query.textChanged.connect(self._count)
        self.from_day, self.begin = self._day(_("From"), -365)
        self.to_day, self.end = self._day(_("To"), 0)
        self.notes = QCheckBox(_("With internal notes"))
        self.notes.setChecked(True)
        self.body.addLayout(field(_("Format"), self.format))
        self.body.addLayout(
            field(_("Only what is found by"), self.query, _("As in the search field of the list."))
        )
        days = row(self.from_day, self.begin, self.to_day, self.end, None, spacing=theme.SMALL)
        self.body.addLayout(days)
        self.body.addWidget(self.notes)
        self.body.addWidget(self.count)
        self.body.addWidget(self.trouble)
        self.body.addWidget(self.outcome)
        self.body.addStretch(1)

    def _day(self, words: str, days: int) -> tuple[QCheckBox, QDateEdit]:
        here = (self._context.now() + timedelta(days=days)).astimezone()
        day = QDateEdit(QDate(here.year, here.month, here.day))
        day.setCalendarPopup(True)
        day.setLocale(dates.locale())
        # Translators: Qt's letters for a day in a field; German: "dd.MM.yyyy".
        day.setDisplayFormat(_("dd/MM/yyyy"))
        day.setEnabled(False)
        day.setAccessibleName(words)
        box = QCheckBox(words)
        box.toggled.connect(day.setEnabled)
        box.toggled.connect(self._count)
        day.dateChanged.connect(self._count)
        return box, day

    @property
    def wanted(self) -> LogFilter:
        """What the fields ask for; both days are included whole."""
        begin = _start_of(self.begin.date()) if self.from_day.isChecked() else None
        end = _start_of(self.end.date().addDays(1)) if self.to_day.isChecked() else None
        return LogFilter(
            query=self.query.text().strip(), begin=begin, end=end, notes=self.notes.isChecked()
        )

    def done(self, result: int) -> None:
        """Stop counting, and close."""
        self._context.runner.cancel(_COUNT)
        super().done(result)

    @Slot()
    def _count(self) -> None:
        vault, wanted, cancelled = self._context.vault, self.wanted, threading.Event()
        self._context.runner.replace(
            _COUNT,
            lambda: _counted(vault, wanted, cancelled),
            self._on_counted,
            cancelled=cancelled,
        )

    def _on_counted(self, outcome: Outcome[int]) -> None:
        if isinstance(outcome, Failed):
            self.count.setText("")
            return
        count = outcome.value
        if count > _COUNTED:
            words = _("More than %(n)s conversations.") % {"n": dates.number(_COUNTED)}
        elif count:
            words = ngettext("%(n)s conversation.", "%(n)s conversations.", count)
            words = words % {"n": dates.number(count)}
        else:
            words = _("Nothing fits. The file would be empty.")
        self.count.setText(words)

    def _choose_file(self) -> None:
        name, _filter = QFileDialog.getSaveFileName(
            self, _("Export conversations"), f"cm-desktop{_ending(self._format)}"
        )
        if name:
            self.write_to(Path(name))

    def write_to(self, file: Path) -> None:
        """Write the file and check it where its format can be checked."""
        vault, wanted, format_name = self._context.vault, self.wanted, self._format
        self.trouble.clear()
        self.outcome.hide()
        self.button.setEnabled(False)
        self._busy.start()
        started = self._context.runner.submit(
            _JOB, lambda: _write(vault, file, format_name, wanted), self._tell
        )
        if not started:
            self._busy.stop()
            self.trouble.tell(_("Another export is still being written. Please wait for it."))
            self.button.setEnabled(True)

    @property
    def _tell(self) -> Callable[[Outcome[Written]], None]:
        """What hears of the result: the window, where the dialog was closed meanwhile."""
        changes = self._context.changes

        def tell(outcome: Outcome[Written]) -> None:
            if shiboken6.isValid(self) and self.isVisible():
                self._on_written(outcome)
            elif isinstance(outcome, Failed):
                changes.problem.emit(outcome.error)
            else:
                changes.said.emit(_result_words(outcome.value).partition("\n")[0])

        return tell

    def _on_written(self, outcome: Outcome[Written]) -> None:
        self._busy.stop()
        self.button.setEnabled(True)
        if isinstance(outcome, Failed):
            self.outcome.hide()
            self.trouble.explain(outcome.error)
            return
        self._written = outcome.value
        self.outcome.setText(_result_words(outcome.value))
        self.outcome.show()
        self.copy.show()
        self.close_button.setText(_("Close"))

    def _say_busy(self) -> None:
        self.outcome.setText(_("Writing… You can go on working meanwhile."))
        self.outcome.show()

    def _copy(self) -> None:
        if self._written is not None:
            QGuiApplication.clipboard().setText(self._written.report.sha256)

    @property
    def _format(self) -> str:
        return str(self.format.currentData())


def format_words() -> dict[str, str]:
    """Return what the formats are called."""
    return {
        "csv-excel": _("Table for Excel (CSV)"),
        "csv": _("Table for other programs (CSV)"),
        "jsonl": _("Complete log with proof (JSONL)"),
        "xlsx": _("Table for Excel (XLSX)"),
        "html": _("Page to read and print (HTML)"),
        "pdf": _("Document (PDF)"),
        "zip": _("Everything with proof (ZIP)"),
    }


def _order(name: str) -> int:
    names = list(format_words())
    return names.index(name) if name in names else len(names)


def _ending(format_name: str) -> str:
    return f".{format_name.partition('-')[0]}"


def _start_of(day: QDate) -> datetime:
    return times.on(date(day.year(), day.month(), day.day()), time())


def _counted(vault: Vault, wanted: LogFilter, cancelled: threading.Event) -> int:
    count = 0
    for _entry in walk(vault, wanted):
        count += 1
        if count > _COUNTED or cancelled.is_set():
            break
    return count


def _write(vault: Vault, file: Path, format_name: str, wanted: LogFilter) -> Written:
    report = export_log.export(vault, file, format_name, wanted)
    verified = verify.verify(file) if format_name == "jsonl" else None
    return Written(report, verified)


def _result_words(written: Written) -> str:
    report = written.report
    count = report.counts.get("message", 0)
    words = ngettext(
        "%(n)s message written to %(file)s.", "%(n)s messages written to %(file)s.", count
    ) % {"n": dates.number(count), "file": name_text(report.file.name)}
    said = [words]
    if written.verified is not None:
        said.append(
            _("Checked: every line and the signature are whole.")
            if written.verified.ok
            else _("The check found differences. Please export again.")
        )
    said.append(_("Check sum (SHA-256): %(sum)s") % {"sum": report.sha256})
    return "\n".join(said)
