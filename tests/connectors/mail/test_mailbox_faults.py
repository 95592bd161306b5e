"""What an IMAP server answers that it should not, while a mailbox is read."""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cm_desktop.domain.errors import CmError, NotAllowedError, RateLimitedError, ServerTroubleError
from cm_desktop.domain.events import MessageGone
from tests.connectors.contract import events_of
from tests.connectors.mail.played_imap import HungUpError
from tests.connectors.mail.reading import ids, mail

_ANSWERS = [
    b"* SEARCH 1 2 3\r\n",
    b"* SEARCH x\r\n",
    b"* 1 FETCH (UID 1 FLAGS (\\Seen) RFC822.SIZE 10)\r\n",
    b"* 1 FETCH (UID 1 BODY[] {12}\r\nFrom: a@b\r\n\r\n)\r\n",
    b"* 1 FETCH (UID 1 BODY[] {3}\r\n\r\n",
    b'* 1 FETCH (UID 99999999999 INTERNALDATE "99-Foo-2026 10:00:00 +9999")\r\n',
    b'* LIST () "/" x\r\n',
    b"* NO [ALERT] so\r\n",
    b"\xff\0",
    b"{5}\r\n",
    b"* ",
    b"+ \r\n",
]


@pytest.mark.parametrize("size", ["", " RFC822.SIZE 0"])
def test_a_server_that_does_not_tell_sizes_is_believed_nothing(case, inbox, size):
    case.imap.inbox.put(mail())

    def sizeless(session, tag, name, words):
        if name == "UID FETCH" and "RFC822.SIZE" in words:
            session.say(f"* 1 FETCH (UID 1 FLAGS (){size})\r\n* 1 FETCH (FLAGS (\\Seen))\r\n")
            session.done(tag)
            return True
        return False

    case.imap.manner = sizeless
    assert ids(events_of(inbox)) == ["<a@x.example>"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("NO [UNAVAILABLE] later", ServerTroubleError),
        ("NO [LIMIT] too much", RateLimitedError),
        ("NO [NOPERM] not you", NotAllowedError),
        ("NO no", NotAllowedError),
        ("BAD what", NotAllowedError),
    ],
)
def test_what_a_server_says_no_with_is_told_apart(case, inbox, answer, error):
    def refuse(session, tag, name, words):
        if name == "UID SEARCH":
            session.say(f"{tag} {answer}\r\n")
            return True
        return False

    case.imap.manner = refuse
    with pytest.raises(error):
        events_of(inbox)


@pytest.mark.parametrize(
    "answer",
    [
        b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\n",
        b"* 1 FETCH (UID 1 BODY[] {100}\r\nshort",
        b"complete nonsense\r\n",
        b"* BYE going home\r\n",
        b"\0\xff\r\n",
        b"no line end",
    ],
)
def test_an_answer_that_is_no_imap_is_the_servers_trouble(case, inbox, answer):
    case.imap.inbox.put(mail())

    def rude(session, tag, name, words):
        if name == "UID FETCH":
            session.say(answer)
            raise HungUpError
        return False

    case.imap.manner = rude
    with pytest.raises(ServerTroubleError):
        events_of(inbox)


def test_news_about_flags_in_between_confuses_nothing(case, inbox):
    case.imap.inbox.put(mail())

    def talkative(session, tag, name, words):
        if name == "UID FETCH":
            session.say(
                "* 1 FETCH (FLAGS (\\Seen))\r\n* 9 FETCH (UID 99 FLAGS ())\r\n* 3 EXISTS\r\n"
            )
        return False

    case.imap.manner = talkative
    assert ids(events_of(inbox)) == ["<a@x.example>"]


@given(st.lists(st.sampled_from(_ANSWERS), max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_server_answers_only_foreseen_errors_come_of_it(case, tokens):
    def babbling(session, tag, name, words):
        if name not in ("UID FETCH", "UID SEARCH"):
            return False
        session.say(b"".join(tokens) + b"\r\n")
        session.done(tag)
        return True

    case.imap.manner = babbling
    with suppress(CmError):
        for event in case.connect().fetch(None):
            assert not isinstance(event, MessageGone)
