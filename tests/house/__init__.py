"""An AST lint of what must pass one door: text of others, links, images, the network, SQL."""

import ast
import re

# A name may stand only in the files named with it: they are the doors, and have tests of their own.
DOORS = {
    "QDesktopServices": ("ui/links.py",),
    "QErrorMessage": (),
    "QImageReader": ("ui/images.py",),
    "QInputDialog": (),
    "QLabel": ("ui/labels.py",),
    "QMessageBox": ("ui/labels.py",),
    "QProgressDialog": (),
    "QTextBrowser": ("ui/labels.py",),
    "QTextDocument": ("ui/labels.py",),
    "QTextEdit": ("ui/labels.py",),
    "QToolTip": ("ui/labels.py",),
    "httpx": ("connectors/http.py",),
    "webbrowser": ("ui/links.py",),
}
METHODS = {
    "CERT_NONE": (),
    "_create_unverified_context": (),
    "insertHtml": ("ui/labels.py",),
    "appendHtml": ("ui/labels.py",),
    "loadFromData": ("ui/images.py",),
    "openUrl": ("ui/links.py",),
    "setHtml": ("ui/labels.py",),
    "setMarkdown": ("ui/labels.py",),
    "startDetached": ("ui/links.py",),
}
# Shown by a widget: a sentence goes through _() on its way there.
SHOWS = {
    "QAction", "QCheckBox", "QGroupBox", "QPushButton", "QRadioButton", "QToolButton",
    "setAccessibleDescription", "setAccessibleName", "setPlaceholderText", "setStatusTip",
    "setText", "setTitle", "setToolTip", "setWhatsThis", "setWindowTitle",
}  # fmt: skip
TRANSLATES = {"_", "ngettext", "pgettext"}
# The last net, which tells the user and the log of a mistake of ours.
CATCHES_ALL = ("ui/runner.py", "app.py", "__main__.py")
PRINTERS = ("cli/", "worker.py")
RUNS_SQL = {"execute", "executemany", "executescript", "query"}
SQL = re.compile(
    r"\b(SELECT\b.+\bFROM|INSERT (OR \w+ )?INTO|UPDATE \w+\s+SET|DELETE FROM|CREATE \w+|DROP \w+"
    r"|ALTER TABLE|ATTACH|PRAGMA|WITH \w+ AS)\b",
    re.DOTALL,
)
CONSTANT = re.compile(r"_*[A-Z][A-Z0-9_]*$")
# What cannot be bound as a parameter: file, and how the statement starts.
SQL_EXCEPTIONS = {
    ("store/connection.py", "PRAGMA key = "),  # 64 hexadecimal digits, made by bytes.hex()
}


def lint(tree, path):
    """Yield the line and what is wrong there; `path` is relative to the package."""
    for node in ast.walk(tree):
        for what in _wrong(node, path):
            yield node.lineno, what


def _wrong(node, path):
    for name in _names(node):
        if path not in DOORS.get(name, (path,)):
            yield f"{name} only in {DOORS[name] or 'no file at all'}"
    if isinstance(node, ast.Attribute):
        yield from _wrong_attribute(node, path)
    if isinstance(node, ast.Call):
        yield from _wrong_call(node, path)
    if isinstance(node, ast.ExceptHandler):
        yield from _wrong_except(node, path)
    if isinstance(node, ast.JoinedStr) and _is_loose_sql(node, path):
        yield "SQL put together from values: bind them"


def _wrong_attribute(node, path):
    if path not in METHODS.get(node.attr, (path,)):
        yield f"{node.attr} only in {METHODS[node.attr] or 'no file at all'}"
    if (_name(node.value), node.attr) == ("QImage", "fromData") and path != "ui/images.py":
        yield "QImage.fromData only in ui/images.py"


def _wrong_call(call, path):
    if _name(call.func) == "print" and not path.startswith(PRINTERS):
        yield "print only in cli and worker"
    name = call.func.attr if isinstance(call.func, ast.Attribute) else _name(call.func)
    if name in TRANSLATES and any(
        isinstance(text, ast.JoinedStr | ast.BinOp) for text in call.args
    ):
        yield "_() takes a whole sentence; values are filled in afterwards"
    if name in SHOWS and path.startswith("ui/") and any(map(_is_sentence, call.args)):
        yield "a sentence without _()"
    for keyword in call.keywords:
        off = isinstance(keyword.value, ast.Constant) and keyword.value.value is False
        if off and keyword.arg in {"verify", "check_hostname"}:
            yield f"{keyword.arg}=False: a certificate is always checked"
    runs = isinstance(call.func, ast.Attribute) and call.func.attr in RUNS_SQL
    if runs and call.args and _is_formatted(call.args[0], path):
        yield "SQL put together from values: bind them"


def _wrong_except(handler, path):
    broad = handler.type is None or _name(handler.type) in {"BaseException", "Exception"}
    raises = any(isinstance(node, ast.Raise) for node in ast.walk(handler))
    if broad and not raises and path not in CATCHES_ALL:
        yield "every mistake caught: name the errors that were foreseen"
    if all(isinstance(node, ast.Pass) for node in handler.body):
        yield "an error passed over in silence"


def _is_sentence(node):
    text = node.value if isinstance(node, ast.Constant) else None
    if text == "CM Desktop":
        return False  # a name, the same in every language
    return isinstance(text, str) and bool(re.search(r"[^\W\d_]{3}", text))


def _names(node):
    """Yield the names that a node uses or imports."""
    if isinstance(node, ast.ImportFrom):
        yield (node.module or "").partition(".")[0]
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.Name):
        yield node.id


def _name(node):
    return node.id if isinstance(node, ast.Name) else None


def _is_formatted(node, path):
    """Tell whether a statement is put together from more than constants."""
    if isinstance(node, ast.JoinedStr):
        return _has_values(node) and not _is_excepted(node, path)
    if isinstance(node, ast.BinOp):
        return not all(_is_constant(side) for side in (node.left, node.right))
    is_method = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return is_method and node.func.attr in {"format", "replace"}


def _is_loose_sql(text, path):
    written = " ".join(part.value for part in text.values if isinstance(part, ast.Constant))
    return bool(SQL.search(written)) and _has_values(text) and not _is_excepted(text, path)


def _has_values(text):
    return any(
        not _is_constant(part.value) for part in text.values if isinstance(part, ast.FormattedValue)
    )


def _is_excepted(text, path):
    first = text.values[0]
    start = first.value if isinstance(first, ast.Constant) else ""
    return any(path == file and start.startswith(opening) for file, opening in SQL_EXCEPTIONS)


def _is_constant(node):
    """Tell whether a part is written in the source: a literal, or a name in upper case."""
    if isinstance(node, ast.BinOp):
        return _is_constant(node.left) and _is_constant(node.right)
    name = node.attr if isinstance(node, ast.Attribute) else _name(node)
    return isinstance(node, ast.Constant) or (name is not None and bool(CONSTANT.match(name)))
