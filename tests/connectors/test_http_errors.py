"""How long to wait, and what refusals are called."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_desktop.connectors.http_errors import error_for, reason_of, remaining, wait_seconds
from cm_desktop.connectors.rate import RateBucket
from cm_desktop.domain.errors import CmError, RateLimitedError

NOW = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
EPOCH = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "30"}, 30),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "-5"}, 0),
        ({"retry-after": "99999999999999999999"}, 3600),
        ({"retry-after": "Fri, 20 Nov 2026 12:00:10 GMT"}, 10),
        ({"retry-after": "Fri, 20 Nov 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, 3600),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"x-ratelimit-reset": str(EPOCH + 60)}, 60),
        ({"x-rate-limit-reset": str((EPOCH + 60) * 1000)}, 60),
        ({"x-ratelimit-reset": "2026-11-20T12:01:00.869078Z"}, 60.869078),
        ({"x-ratelimit-reset": "29"}, 29),
        ({"ratelimit-reset": str(EPOCH + 9)}, 9),
        ({"retry-after": "5", "x-ratelimit-reset": "60"}, 5),
        ({}, None),
    ],
)
def test_every_way_to_tell_a_wait_is_understood(headers, seconds):
    assert wait_seconds(headers, NOW) == pytest.approx(seconds)


@given(st.text(max_size=80))
def test_any_header_gives_a_wait_of_at_most_an_hour_or_none(text):
    for name in ("retry-after", "x-ratelimit-reset"):
        wait = wait_seconds({name: text}, NOW)
        assert wait is None or 0 <= wait <= 3600


@given(st.integers(100, 599), st.binary(max_size=200))
def test_any_refusal_is_an_error_of_ours_without_a_text(status, body):
    error = error_for(status, {}, body, NOW)
    assert isinstance(error, CmError)
    assert " " not in error.detail


def test_a_reason_is_a_word_and_never_a_text():
    assert reason_of(b'{"code": "Lieber Nutzer, nein"}') == ""
    assert reason_of(b'{"code": 190, "message": "x"}') == "190"
    assert reason_of(b'{"title": "x", "type": "https://api.x.com/2/problems/usage-capped"}') == (
        "https://api.x.com/2/problems/usage-capped"
    )
    assert reason_of(b'{"code": true}') == ""
    assert reason_of(b"[" * 100_000) == ""
    assert reason_of(b'{"a":' * 50_000) == ""
    assert reason_of(b'{"code":' + b"9" * 5000 + b"}") == ""


@pytest.mark.parametrize(
    ("headers", "said", "seconds"),
    [
        ({}, "13", 13),
        ({}, "1.5", 1.5),
        ({}, "99999999999999999999", 3600),
        ({"retry-after": "5"}, "13", 5),
        ({"retry-after": "soon"}, "13", 13),
        ({}, "-1", None),
        ({}, "NaN", None),
        ({}, "Infinity", 3600),
        ({}, '"13"', None),
        ({}, "[13]", None),
    ],
)
def test_a_wait_that_only_the_answer_itself_tells_is_understood(headers, said, seconds):
    body = (
        b'{"errors":["?"],"error_type":"rate_limit","extras":{"wait_seconds":%s}}' % said.encode()
    )
    error = error_for(429, headers, body, NOW)
    assert isinstance(error, RateLimitedError)
    assert error.wait_seconds == seconds
    assert error.detail == "rate_limit"


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"extras":[]}', b'{"extras":null}', b"<html>"])
def test_an_answer_that_tells_no_wait_gives_none(body):
    assert error_for(429, {}, body, NOW).wait_seconds is None


@pytest.mark.parametrize(
    ("headers", "left"),
    [({"x-ratelimit-remaining": "9301.0"}, 9301), ({"ratelimit-remaining": "x"}, None), ({}, None)],
)
def test_what_is_left_is_read(headers, left):
    assert remaining(headers) == left


def test_a_bucket_closes_one_host_and_opens_in_time():
    bucket = RateBucket()
    bucket.learn("a", 200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "60"}, NOW)
    bucket.learn("b", 200, {"x-ratelimit-remaining": "1", "x-ratelimit-reset": "60"}, NOW)
    bucket.learn("c", 429, {}, NOW)
    bucket.learn("d", 200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "garbage"}, NOW)

    with pytest.raises(RateLimitedError) as caught:
        bucket.check("a", NOW)
    assert caught.value.wait_seconds == 60
    for host in "bcd":
        bucket.check(host, NOW)
    bucket.check("a", NOW.replace(minute=1, second=1))
