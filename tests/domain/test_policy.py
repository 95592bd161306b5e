"""How long a channel lets us answer."""

from datetime import timedelta

from cm_desktop.domain.model import Kind
from cm_desktop.services.contract_json import policy_json
from tests import factory
from tests.factory import NOW

WEEK, DAY = timedelta(days=7), timedelta(days=1)


def test_each_kind_of_conversation_has_its_own_time():
    policy = factory.policy(reply_windows={Kind.DIRECT: WEEK, Kind.REVIEW: DAY})
    heard = NOW - timedelta(days=2)
    assert policy.window_left(Kind.DIRECT, heard, NOW) == timedelta(days=5)
    assert policy.window_left(Kind.REVIEW, heard, NOW) == timedelta(days=-1)
    assert policy.window_left(Kind.COMMENTS, heard, NOW) is None


def test_programs_are_told_the_shortest_time():
    policy = factory.policy(reply_windows={Kind.DIRECT: WEEK, Kind.REVIEW: DAY})
    assert policy_json(policy)["reply_window"] == 86_400
    assert policy_json(factory.policy())["reply_window"] is None
