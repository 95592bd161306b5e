"""The post that was commented, quiet on top of its comments."""

from __future__ import annotations

from collections.abc import Callable

from cm_desktop.domain.model import Post
from cm_desktop.i18n import _
from cm_desktop.ui.conversation.parts import Card, align_with_text, row, text_button
from cm_desktop.ui.labels import PlainLabel, one_line

_LINES = 240  # characters of the post's text that are shown


class PostCard(Card):
    """Title and first lines of a post, and the way to it."""

    def __init__(self, post: Post, channel: str, open_link: Callable[[str], None]) -> None:
        super().__init__("panel")
        if post.title:
            self.inside.addWidget(PlainLabel(post.title, "strong").wrapping().selectable())
        text = one_line(post.text, _LINES)
        if text and text != post.title:
            self.inside.addWidget(PlainLabel(text, "soft").wrapping())
        if post.url:
            # Translators: %(channel)s is a name such as Facebook or WordPress.
            words = _("Open on %(channel)s") % {"channel": channel}
            button = text_button(words, lambda: open_link(post.url), "link", "open_out")
            self.inside.addLayout(align_with_text(row(button, None)))
        self.setAccessibleName(_("Our post: %(title)s") % {"title": post.title or text})
