"""How the played Discourse makes HTML of Markdown: the little of it that tests need."""

import html
import re

_QUOTE = re.compile(
    r'\[quote="(?P<who>[\w.-]+)(?:, post:(?P<post>\d+), topic:(?P<topic>\d+))?"\]\n'
    r"(?P<text>.*?)\n\[/quote\]\n*",
    re.DOTALL,
)
_PUNCTUATION = r"""[!-/:-@\[-`{-~]"""
EMOJI = {"🥨": "pretzel", "🙂": "slight_smile", "👍🏽": "+1:t4", "❤️": "heart", "🇩🇪": "de"}
_TAGS = {"code": "code", "bold": "strong", "slanted": "em", "starred": "em"}
_NAMES = set(EMOJI.values())


def cook(raw, users=frozenset()):
    """Return the HTML of a text; names in `users` are linked where they are mentioned."""
    parts, place = [], 0
    for found in _QUOTE.finditer(raw):
        parts.append(_paragraphs(raw[place : found.start()], users))
        parts.append(_quote(found, users))
        place = found.end()
    parts.append(_paragraphs(raw[place:], users))
    return "\n".join(part for part in parts if part)


def _quote(found, users):
    source = f' data-post="{found["post"]}" data-topic="{found["topic"]}"' if found["post"] else ""
    return (
        f'<aside class="quote no-group" data-username="{found["who"]}"{source}>\n'
        '<div class="title">\n<div class="quote-controls"></div>\n'
        '<img alt="" width="24" height="24" src="/letter_avatar/a/48.png" class="avatar"> '
        f"{found['who']}:</div>\n<blockquote>\n{_paragraphs(found['text'], users)}\n"
        "</blockquote>\n</aside>"
    )


def _paragraphs(text, users):
    blocks = [block.strip("\n") for block in re.split(r"\n{2,}", text)]
    return "\n".join(_block(block, users) for block in blocks if block.strip())


def _block(block, users):
    heading = re.fullmatch(r"(#{1,6}) (.*)", block)
    if heading:
        return f"<h{len(heading[1])}>{_inline(heading[2], users)}</h{len(heading[1])}>"
    if block.startswith(">"):
        inner = "\n".join(line.removeprefix(">").removeprefix(" ") for line in block.split("\n"))
        return f"<blockquote>\n<p>{_inline(inner, users)}</p>\n</blockquote>"
    if re.match(r"[-+*] ", block):
        items = [_inline(line[2:], users) for line in block.split("\n")]
        return "<ul>\n" + "\n".join(f"<li>{item}</li>" for item in items) + "\n</ul>"
    return f"<p>{_inline(block, users)}</p>"


_TOKEN = re.compile(
    rf"\\(?P<kept>{_PUNCTUATION})|&(?P<entity>\w+);|`(?P<code>[^`\n]+)`|\*\*(?P<bold>[^*\n]+)\*\*"
    r"|_(?P<slanted>[^_\n]+)_|\*(?P<starred>[^*\n]+)\*|(?P<link>https?://[^\s<>]+)|(?<!\w)@(?P<who>[\w.-]*\w)"
    r"|\[(?P<shown>[^\]\n]*)\]\((?P<to>[^)\s]+)\)|:(?P<name>[\w+-]+(?::t\d)?):|(?P<line>\n)"
    "|(?P<emoji>" + "|".join(map(re.escape, EMOJI)) + ")"
)


def _inline(text, users):
    parts, place = [], 0
    for found in _TOKEN.finditer(text):
        parts += [html.escape(text[place : found.start()], quote=False), _token(found, users)]
        place = found.end()
    return "".join([*parts, html.escape(text[place:], quote=False)])


def _token(found, users):
    kind = found.lastgroup
    word = found[kind]
    if kind == "who":
        known = word.casefold() in users
        link = f'a class="mention" href="/u/{word.casefold()}"' if known else 'span class="mention"'
        return f"<{link}>@{word}</{link[: 1 if known else 4]}>"
    if kind in ("emoji", "name"):
        name = EMOJI.get(word, word)
        return _picture(name) if name in _NAMES else html.escape(found[0], quote=False)
    if kind in _TAGS:
        tag = _TAGS[kind]
        return f"<{tag}>{html.escape(word, quote=False)}</{tag}>"
    if kind in ("link", "to"):
        shown = html.escape(found["shown"] or word)
        return f'<a href="{html.escape(word)}" rel="noopener nofollow ugc">{shown}</a>'
    plain = {"kept": word, "entity": html.unescape(found[0])}
    return "<br>\n" if kind == "line" else html.escape(plain[kind], quote=False)


def _picture(name):
    return (
        f'<img src="/images/emoji/twitter/{name.replace(":t", "/")}.png?v=12" title=":{name}:" '
        f'class="emoji" alt=":{name}:" loading="lazy" width="20" height="20">'
    )
