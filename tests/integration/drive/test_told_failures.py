"""What is told of a failure, to whom, and under which id; and what no rule of ours knows."""

import json
import logging

import pytest

from schemas.kinds import Kind
from tests import builders
from tests.integration.workshop import Altered, Shop, with_books
from worker.errors import Unexplained
from worker.providers.port import Page
from worker.store import history, unknown_faults
from worker.store.session import Database, Session
from worker.store.unknown_faults import OTHERS, UnknownFault
from worker.sync import history as told
from worker.sync.matching import Where

NO_RULE = "9876"


@pytest.fixture
def refused(shop: Shop) -> Shop:
    """The books have refused a customer in words that no rule knows."""
    shop.simulator.fault("refusal", code=NO_RULE)
    shop.send("customer.created", builders.a_customer())
    shop.work()
    return shop


def unreadable(*_: object) -> Page:
    raise Unexplained("HTTP 418: a teapot", correlation_id="1-abc")


def known(session: Session) -> list[UnknownFault]:
    return [one for one in unknown_faults.find(session) if one.code == NO_RULE]


def test_link_log_and_status_event_have_the_same_id(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    shop.simulator.fault("refusal", code=NO_RULE)
    shop.send("customer.created", builders.a_customer())
    with caplog.at_level(logging.WARNING, "worker.sync.failing"):
        shop.work()

    failure = shop.link("CUS-1").error["id"]
    [line] = [one for one in caplog.records if one.message == "record.failed"]
    assert failure.startswith("f-")
    assert line.__dict__["failure"] == failure
    assert shop.events("CUS-1")[-1]["data"]["error"]["failure_id"] == failure


def test_the_detail_is_kept_for_engineers_with_the_call_that_it_came_from(refused: Shop) -> None:
    error, submission = refused.link("CUS-1").error, refused.submissions()[-1]

    assert NO_RULE in error["detail"]
    assert error["submission"] == submission.id
    assert error["correlation_id"] == submission.correlation_id


@pytest.mark.parametrize("code", [NO_RULE, "6000", "6210", "2020", "2500", "620", "400"])
def test_no_word_of_the_ledger_is_in_a_status_event(shop: Shop, code: str) -> None:
    shop.simulator.fault("refusal", code=code)
    shop.send("customer.created", builders.a_customer())

    shop.work()

    assert "simulated" in json.dumps(shop.link("CUS-1").error)
    assert "simulated" not in json.dumps(shop.events())


def test_what_no_rule_knows_is_counted_once_for_all_records(shop: Shop) -> None:
    shop.simulator.fault("refusal", code=NO_RULE, times=2)
    shop.send("customer.created", builders.a_customer())
    shop.send("customer.created", builders.a_customer(id="CUS-2", name="Another"))

    shop.work()

    with shop.begin() as session:
        [one] = known(session)
    failures = {shop.link(record_id).error["id"] for record_id in ("CUS-1", "CUS-2")}
    assert (one.provider, one.endpoint, one.count) == ("quickbooks", "customer", 2)
    assert one.failure_id in failures
    assert "simulated" in one.example


def test_what_a_rule_knows_is_not_counted(shop: Shop) -> None:
    shop.simulator.fault("refusal", code="2020")
    shop.send("customer.created", builders.a_customer())

    shop.work()

    with shop.begin() as session:
        assert unknown_faults.find(session) == []


def test_a_pull_that_fails_is_logged_with_the_id_that_is_told(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    shop.send("sync.requested", {"resource": "payments"})
    broken = with_books(shop.services, lambda books: Altered(books, page=unreadable))
    with caplog.at_level(logging.WARNING, "worker.sync.failed_runs"):
        shop.drive(broken)

    [line] = [one for one in caplog.records if one.message == "run.failed"]
    told_of = shop.events()[-1]["data"]
    assert line.__dict__["detail"] == "HTTP 418: a teapot [1-abc]"
    assert line.__dict__["failure"] == told_of["error"]["failure_id"]
    assert "teapot" not in json.dumps(told_of)


def test_a_whole_answer_that_no_rule_knows_is_counted_by_what_was_asked(shop: Shop) -> None:
    shop.send("sync.requested", {"resource": "payments"})

    shop.drive(with_books(shop.services, lambda books: Altered(books, page=unreadable)))

    with shop.begin() as session:
        [one] = unknown_faults.find(session)
    assert (one.endpoint, one.count) == ("payments", 1)
    assert one.example == "HTTP 418: a teapot [1-abc]"


def test_new_shapes_beyond_the_limit_are_counted_together(empty_tables: Database) -> None:
    names = ("endpoint", "example", "failure_id")
    with empty_tables.begin() as session:
        for code in ("1", "2", "3", "4", "1"):
            heard = {"provider": "p", "code": code, "shape": "s", **dict.fromkeys(names, "x")}
            unknown_faults.keep(session, heard, most=2)

        found = {(one.code, one.shape): one.count for one in unknown_faults.find(session)}

    assert found == {("1", "s"): 2, ("2", "s"): 1, ("", OTHERS): 2}


def test_who_waits_is_told_the_name_of_what_it_waits_for(refused: Shop) -> None:
    refused.send("item.created", builders.an_item())
    refused.send("invoice.created", builders.an_invoice())

    refused.work()

    name = builders.a_customer()["name"]
    reason = refused.events("INV-1")[-1]["data"]["reason"]
    assert reason == f"The customer {name} (CUS-1) is not in the books yet."


def test_an_account_that_is_waited_for_goes_by_its_name(shop: Shop) -> None:
    ref = shop.account("4000")
    shop.run(
        "UPDATE ledger_records SET active = false WHERE connection_id = :c AND ref = :r", r=ref
    )
    shop.send("item.created", builders.an_item(income_account=ref))

    shop.work()

    [name] = [one["Name"] for one in shop.books("Account") if one["Id"] == ref]
    reason = shop.events("ITM-1")[-1]["data"]["reason"]
    assert f"4000 {name}" in reason


def ask(shop: Shop) -> list[history.Entry]:
    [found] = told.ask(shop.services, Where(tenant=shop.tenant), Kind.CUSTOMER, "CUS-1")
    return list(found.entries)


def test_a_history_goes_from_the_event_to_the_books(refused: Shop) -> None:
    refused.send("customer.updated", builders.a_customer(version=2))
    refused.work()

    assert [(one.what, one.name) for one in ask(refused)] == [
        ("event", "customer.created"),
        ("sent", "create"),
        ("told", "accounting.record.failed"),
        ("answered", "refused"),
        ("event", "customer.updated"),
        ("sent", "create"),
        ("told", "accounting.record.synced"),
        ("answered", "done"),
    ]


def test_a_refusal_in_a_history_has_status_code_and_failure(refused: Shop) -> None:
    [answer] = [one for one in ask(refused) if one.what == "answered"]

    failure = refused.link("CUS-1").error["id"]
    assert (answer.facts["status"], answer.facts["code"]) == (400, "books_refused")
    assert answer.facts["failure"] == failure
