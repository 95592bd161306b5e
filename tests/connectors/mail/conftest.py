"""A played mailbox for each test that wants one."""

import pytest

from tests.connectors.mail.case import Case


@pytest.fixture
def case():
    with Case() as played:
        yield played


@pytest.fixture
def inbox(case):
    return case.connect()
