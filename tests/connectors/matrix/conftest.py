"""A played Matrix server for the tests of its connector."""

import pytest

from tests.connectors.matrix.case import Case


@pytest.fixture
def case():
    with Case() as played:
        yield played


@pytest.fixture
def fake(case):
    return case.fake


@pytest.fixture
def connector(case):
    return case.connect()
