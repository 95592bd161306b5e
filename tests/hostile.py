"""Texts, markup and links that strangers could send, by name.

Import it with `from tests import hostile`.
`TEXTS` is everything that may stand in a message, name or title; `MARKUP` is HTML as a channel
or mail could deliver it; `LINKS` are addresses that look like links. `ALL` is the three together.
Markup that would load something names `{port}`: fill it with the port of a loopback server
that counts visits (`at_port`), and assert that nobody came.
"""

import base64
import zlib

_PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def _chunk(kind, data):
    check = zlib.crc32(kind + data).to_bytes(4, "big")
    return len(data).to_bytes(4, "big") + kind + data + check


def huge_png(side=8000):
    """Return a small file that decodes to `side` x `side` black pixels of four bytes."""
    size = side.to_bytes(4, "big")
    rows = zlib.compress(bytes((side * 4 + 1) * side), 9)
    head = _chunk(b"IHDR", size + size + b"\x08\x06\0\0\0")
    return _PNG_HEAD + head + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def svg_bomb(levels=8):
    """Return an SVG that draws ten times as much per level; 8 levels stop Qt for 20 s."""
    groups = "".join(
        f'<g id="g{level + 1}">' + f'<use href="#g{level}"/>' * 10 + "</g>"
        for level in range(levels)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><defs>'
        f'<rect id="g0" width="1" height="1"/>{groups}</defs><use href="#g{levels}"/></svg>'
    )


def _data_address(kind, content):
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def at_port(text, port):
    """Return markup with its loopback addresses pointing at a port."""
    return text.replace("{port}", str(port))


TEXTS = {
    "empty": "",
    "only spaces": "     ",
    "NUL inside": "before\0after",
    "lone high surrogate": "a\ud83db",
    "lone low surrogate": "a\ude00b",
    "noncharacters": "a\ufffe\uffffb",
    "byte order mark first": "\ufeffHallo",
    "one word of 1 MB": "x" * 1_000_000,
    "spaces of 1 MB": " " * 1_000_000,
    "200,000 line breaks": "\n" * 200_000,
    "carriage returns only": "one\rtwo\rthree",
    "line and paragraph separators": "one\u2028two\u2029three",
    "zalgo": "H" + "\u0315\u031b\u0321\u0362\u0489" * 10_000 + "i",
    "long joiner chain": "\U0001f468\u200d" * 50_000 + "\U0001f467",
    "family with skin tones": "\U0001f468\U0001f3fd\u200d\U0001f469\U0001f3ff\u200d\U0001f467",
    "odd number of flag halves": "\U0001f1e9" * 7,
    "variation selectors": "a" + "\ufe0f\ufe0e" * 50_000,
    "tag characters": "hi\U000e0001\U000e0068\U000e0069\U000e007f",
    "file name turned round": "photo\u202egpj.exe",
    "unbalanced isolates": "\u2066" * 100_000 + "x",
    "pop isolate first": "\u2069\u202cHallo",
    "Arabic ligatures": "\ufdfa" * 200_000,
    "composed name": "Z\u00fcrich",
    "decomposed name": "Zu\u0308rich",
    "Cyrillic look-alike": "\u0430dmin",
    "full-width formula": "\uff1dcmd|' /C calc'!A1",
    "soft hyphens": "Bro\u00adt\u00adteig" + "\u00ad" * 500,
    "name nobody sees": "\u200b\u200c\u200d\u2060\ufeff",
    "escaped twice": "&amp;lt;b&amp;gt;fett&amp;lt;/b&amp;gt;",
    "ampersands of menus": "M&uller && S&ohne &File",
    "format signs": "%s %n %(x)s {0} {x.__class__} {name} ${y}",
    "terminal codes": "\x1b[2J\x1b[31mred\x1b[0m\x07\x08",
    "faked log line": "hello\n[ERROR] 2026-01-01 00:00:00 cm_desktop: token=abc",
}

MARKUP = {
    "bold first line": "<b>x",
    "local file": "<img src=file:///etc/hostname>",
    "Windows path": r"<img src=C:\x.png>",
    "address without scheme": "<img src=//127.0.0.1:{port}/s.png>",
    "remote picture": "<img src=http://127.0.0.1:{port}/pixel.png width=1 height=1>",
    "SVG bomb in data": f'<img src="{_data_address("image/svg+xml", svg_bomb().encode())}">',
    "huge PNG in data": f'<img src="{_data_address("image/png", huge_png())}">',
    "table background": "<table background=file:///etc/hostname><tr><td>x</table>",
    "CSS background": "<p style=\"background-image:url('file:///etc/hostname')\">x</p>",
    "stylesheet": "<link rel=stylesheet href=http://127.0.0.1:{port}/s.css>x",
    "link that lies": "<a href=https://evil.example/login>https://bank.example</a>",
    "hides everything": "<style>*{display:none}</style>x",
    "10,000 nested div": "<div>" * 10_000 + "x",
    "10,000 nested tables": "<table><tr><td>" * 10_000 + "x",
    "attribute left open": '<a href="https://example.org title=x>text',
    "script": "<script>document.location='http://127.0.0.1:{port}/'</script>x",
    "refresh": "<meta http-equiv=refresh content='0;url=http://127.0.0.1:{port}/'>x",
    "pictures of the program": "<img src=qrc:/icons/x.png><img src=:/qt-project.org/logos/x.png>",
    "Markdown picture": "![x](file:///etc/hostname) ![y](http://127.0.0.1:{port}/y.png)",
    "attribute of 1 MB": '<a title="' + "x" * 1_000_000 + '">y</a>',
    "comment left open": "before<!-- x",
    "font of 9999": "<font size=9999>x</font><p style='font-size:99999px'>y",
    "cell of 99999999": "<table><tr><td width=99999999 height=99999999>x</table>",
    "span of 99999999": "<table><tr><td colspan=99999999 rowspan=99999999>x</table>",
}

LINKS = {
    "script": "javascript:alert(document.cookie)",
    "file in capitals": "FILE:///etc/passwd",
    "share": r"\\evil.example\share\x.png",
    "Windows help": "ms-msdt:/id%20PCWDiagnostic",
    "Windows search": "search-ms:query=x&crumb=location:\\\\evil.example",
    "editor": "vscode://file/etc/passwd",
    "page in data": "data:text/html,<script>alert(1)</script>",
    "user before host": "https://bank.example@evil.example/login",
    "backslash before at": "https://bank.example\\@evil.example/",
    "look-alike host": "https://xn--80ak6aa92e.com/",
    "host in hex": "http://0x7f000001/",
    "port 99999": "https://example.org:99999/",
    "IPv6 left open": "http://[::1/",
    "turned round": "https://example.org/\u202egpj.exe",
    "control character in scheme": "java\x01script:alert(1)",
    "5,000 characters": "https://example.org/" + "a" * 5_000,
    "mail with attachment": "mailto:a@example.org?subject=x&attach=/etc/passwd",
    "phone code": "tel:*#06#",
    "ssh with command": "ssh://-oProxyCommand=touch%20x/",
}

ALL = {**TEXTS, **MARKUP, **LINKS}
