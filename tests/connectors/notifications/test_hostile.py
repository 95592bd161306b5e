"""Spoiled notification mails: never an error, never a link that leads elsewhere."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cm_desktop.connectors.notifications_by_hand import event_of, guess, guess_mail
from cm_desktop.connectors.notifications_read import conversation_of
from cm_desktop.connectors.notifications_recognise import recognise
from cm_desktop.domain.errors import AddressError
from cm_desktop.services.clock import utc_now
from tests import hostile

SAMPLES = [path.read_bytes() for path in (Path(__file__).parent / "samples").glob("*.eml")]
PIECES = [b"", b"\0", b"\xff\xfe", b"\r\n\r\n", b"=?utf-8?q?=ff?=", b"<", b"{author}", b"\n" * 50]
PIECES += [text.encode("utf-8", "surrogatepass")[:3000] for text in hostile.ALL.values()]


def check(found):
    assert found.author
    assert found.text
    assert found.pattern.has(found.link)
    assert found.rating in (None, 1, 2, 3, 4, 5)
    assert conversation_of(found)
    repr((found.author, found.text, found.title)).encode()


@given(
    st.sampled_from(SAMPLES),
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 40), st.sampled_from(PIECES)),
        min_size=1,
        max_size=4,
    ),
)
def test_a_spoiled_mail_is_recognised_or_not_but_never_an_error(raw, changes):
    for place, length, piece in changes:
        begin = int(place * len(raw))
        raw = raw[:begin] + piece + raw[begin + length :]
    found = recognise(raw)
    if found is not None:
        check(found)
    try:
        noted = guess_mail(raw)
    except AddressError:
        return
    event_of(noted, utc_now())


@given(st.one_of(st.text(max_size=400), st.sampled_from([*hostile.ALL.values()])))
def test_whatever_is_pasted_is_guessed_and_kept_or_refused(text):
    noted = guess(text)
    if not (noted.text or noted.link):
        return
    try:
        event = event_of(noted, utc_now())
    except AddressError:
        return
    assert event.remote_id
    assert event.author.remote_id
    assert event.permalink == "" or event.permalink.startswith(("http://", "https://"))
    repr(event).encode()
