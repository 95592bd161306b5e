"""Mails to put into a played mailbox, and what a pass told of them."""

from cm_desktop.domain.events import MessageGone
from tests.connectors.contract import messages


def mail(text="Hallo", message_id="<a@x.example>", *headers):
    lines = ["From: Karl <karl@kunde.example>", "Subject: Frage", *headers]
    if message_id:
        lines.append(f"Message-ID: {message_id}")
    return ("\r\n".join(lines) + f"\r\n\r\n{text}\r\n").encode()


def ids(events):
    return [one.remote_id for one in messages(events)]


def gone(events):
    return [one.remote_id for one in events if isinstance(one, MessageGone)]
