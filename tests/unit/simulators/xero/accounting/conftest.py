"""A fresh organisation for each test, in the same process."""

from __future__ import annotations

import pytest

from tests.simulators.xero.seed import new_organisation
from tests.unit.simulators.xero.accounting.client import Api, Json


@pytest.fixture
def api() -> Api:
    """A US organisation with USD only and 8 % tax."""
    return Api(new_organisation())


@pytest.fixture
def worldly() -> Api:
    """The same with several currencies."""
    return Api(new_organisation(multicurrency=True))


@pytest.fixture
def contact(api: Api) -> str:
    """The id of a contact without documents."""
    made: Json = api.made("Contacts", {"Name": "Harbor Hotel", "ContactNumber": "cmms:customer:1"})
    return str(made["ContactID"])
