"""Xero's webhooks as its simulator sends them: the intent to receive, and what changes there."""

from collections.abc import Iterator

import pytest

from tests.integration.connecting import Office
from tests.integration.web.test_webhooks import queued
from worker.store import runs
from worker.store.connections import Connection
from worker.sync import webhooks


@pytest.fixture
def told(xero: Office, site: str) -> Iterator[Connection]:
    """A connection that Xero tells of what changes, when it is asked to; with nothing to pull."""
    receiver = {"url": f"{site}/webhooks/xero", "by_hand": True}
    xero.simulator.control("PUT", "settings", {"webhooks": receiver})
    connection = xero.connect()
    webhooks.enter_secret(xero.services, connection.id, xero.simulator.info["webhook_key"])
    with xero.services.database.begin() as session:
        for run in runs.latest(session, connection.id):
            runs.finish(session, run.id, {})
    yield connection
    xero.simulator.control("PUT", "settings", {"webhooks": None})


def test_the_intent_to_receive_is_answered_rightly(xero: Office, told: Connection) -> None:
    intent = xero.simulator.control("POST", "webhooks/intent")

    assert [one["status"] for one in intent["answers"]] == [401, 200, 401, 401]
    assert (intent["passed"], queued(xero, told)) == (True, [])


@pytest.mark.parametrize(
    ("entity", "resource"), [("Contact", "customers"), ("Invoice", "documents")]
)
def test_what_changes_is_pulled(xero: Office, told: Connection, entity: str, resource: str) -> None:
    event = {"company": xero.company, "entity": entity, "id": "1402", "operation": "UPDATE"}

    answers = [xero.simulator.control("POST", "webhooks", {"events": [event]}) for _ in range(2)]

    assert [one["status"] for one in answers] == [200, 200]
    assert [run.resource for run in queued(xero, told)] == [resource]
