"""The lint of the house finds each thing it forbids, and lets the doors themselves pass."""

import ast

import pytest

from tests.house import lint


def found(code, path="ui/inbox/view.py"):
    return [what for _line, what in lint(ast.parse(code), path)]


@pytest.mark.parametrize(
    "code",
    [
        "from PySide6.QtWidgets import QLabel",
        "label = QtWidgets.QLabel(name)",
        "QMessageBox.warning(self, title, text)",
        "class Page(QTextBrowser): ...",
        "edit = QTextEdit()",
        "QDesktopServices.openUrl(url)",
        "image = QImage.fromData(data)",
        "pixmap.loadFromData(data)",
        "view.setHtml(text)",
        "import httpx",
        "from httpx import Client",
        "client = httpx.Client()",
        "print(text)",
        "get(url, verify=False)",
        "context.verify_mode = ssl.CERT_NONE",
        "db.execute(f'SELECT * FROM message WHERE id = {number}')",
        "db.execute('SELECT * FROM message WHERE id = %s' % number)",
        "db.execute('SELECT * FROM message WHERE name = ' + name)",
        "db.execute('DELETE FROM {}'.format(table))",
        "query = f'DELETE FROM {table}'",
        "button.setText('Send the answer')",
        "action = QAction('Archive', self)",
        "label(_(f'{count} answers'))",
        "label(_('from ' + name))",
        "try: send()\nexcept Exception: log()",
        "try: send()\nexcept: log()",
        "try: send()\nexcept OSError: pass",
    ],
)
def test_what_is_forbidden_is_found(code):
    assert found(code)


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("from PySide6.QtWidgets import QLabel", "ui/labels.py"),
        ("QDesktopServices.openUrl(url)", "ui/links.py"),
        ("image = QImage.fromData(data)", "ui/images.py"),
        ("import httpx\nclient = httpx.Client()", "connectors/http.py"),
        ("print(text)", "cli/inbox.py"),
        ("print(text)", "worker.py"),
        ("db.execute('SELECT * FROM message WHERE id = ?', (number,))", "store/messages.py"),
        ("db.execute(f'{_HEAD} WHERE id = ?', (number,))", "store/messages.py"),
        ("text = f'Please select one from {place}'", "ui/inbox/view.py"),
        ("button.setText(_('Send the answer'))", "ui/inbox/view.py"),
        ("button.setText('…')", "ui/inbox/view.py"),
        ("label(_('from %(name)s') % {'name': name})", "ui/inbox/view.py"),
        ("try: keep()\nexcept BaseException:\n    undo()\n    raise", "store/connection.py"),
        ("try: run()\nexcept Exception: show()", "ui/runner.py"),
        ("db.execute(f'PRAGMA key = {key.hex()}')", "store/connection.py"),
    ],
)
def test_what_is_right_passes(code, path):
    assert found(code, path) == []
