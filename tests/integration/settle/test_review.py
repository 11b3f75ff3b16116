"""What a review of unknown outcomes brought to light, provoked: nothing twice, nothing mixed up."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders import a_customer, an_invoice, an_item
from tests.integration.meddling import on_insert
from tests.integration.simulator import Simulator
from tests.integration.workshop import Altered, Shop, WithSettings, with_books
from worker.providers.port import Answer, Books, Resource, Submission
from worker.providers.quickbooks import answers
from worker.providers.reply import Reply
from worker.sync import connections
from worker.sync.services import Services

Still = Callable[[], None]


def answering(services: Services, code: str, detail: str = "", *, first: int = 1) -> Services:
    """The first answers to writes are this fault; what was asked took effect all the same."""
    left = [None] * first

    def alter(real: Books) -> object:
        def send(submission: Submission, still: Still) -> Answer:
            answer = real.send(submission, still)
            if not left:
                return answer
            left.pop()
            said = a_fault(code, detail)
            return Answer(400, answers.outcomes(submission.parts, said, "sandbox"))

        return Altered(real, send=send)

    return with_books(services, alter)


def a_fault(code: str, detail: str) -> Reply:
    error = {"Message": "It failed", "Detail": detail, "code": code, "element": ""}
    return Reply(400, {"Fault": {"Error": [error]}}, "", None)


# Answers that do not say whether anything was taken

BUSY = "An unexpected error occurred while accessing or saving your data"


@pytest.mark.parametrize(("code", "detail"), [("1010", ""), ("10000", ""), ("6000", BUSY)])
@pytest.mark.parametrize("count", [1, 3])
def test_a_failure_after_the_write_is_repeated_under_its_key(
    books: Shop, code: str, detail: str, count: int
) -> None:
    ids = [f"INV-{n}" for n in range(count)]
    books.take(*(books.event("invoice.created", an_invoice(one)) for one in ids))

    books.work(services=answering(books.services, code, detail))

    assert [len(books.marked("Invoice", one)) for one in ids] == [1] * count
    assert [(row.sends, row.state) for row in books.submissions()[2:]] == [(2, "closed")]


def test_a_failure_that_stays_is_repeated_less_and_less(books: Shop) -> None:
    failing = answering(books.services, "10000", first=5)
    books.send("invoice.created", an_invoice())

    waits = []
    for _ in range(5):
        books.drive(failing)
        waits.append(books.seconds_to_next())
        books.later(seconds=60)

    assert waits[0] < 3 < waits[4]
    assert (books.states()["INV-1"], len(books.submissions())) == ("sent", 3)


def test_a_request_id_that_is_known_is_looked_up(books: Shop) -> None:
    books.send("invoice.created", an_invoice())
    books.simulator.fault("lost_answer")
    books.drive()
    repeats = books.simulator.stat("singles")

    books.later(seconds=5)
    books.work(services=answering(books.services, "600"))

    assert books.simulator.stat("singles") == repeats + 1
    assert (books.states()["INV-1"], len(books.marked("Invoice", "INV-1"))) == ("synced", 1)


def test_a_known_request_id_of_nothing_goes_out_again_in_the_end(books: Shop) -> None:
    books.send("invoice.created", an_invoice())
    books.simulator.fault("reset_before")
    books.drive()
    refused = with_books(books.services, lambda real: Altered(real, send=known_already))

    books.later(seconds=5)
    books.drive(refused)
    books.later(hours=25)
    books.work()

    assert books.told("INV-1") == ["record.synced"]
    assert len(books.marked("Invoice", "INV-1")) == 1


def known_already(submission: Submission, still: Still) -> Answer:
    still()
    return Answer(400, answers.outcomes(submission.parts, a_fault("600", ""), "sandbox"))


def test_a_repeat_refused_for_its_customer_asks_again_in_the_end(books: Shop) -> None:
    books.send("invoice.created", an_invoice())
    books.simulator.fault("reset_before")
    books.drive()
    books.enter("Customer", "update", Id=books.link("CUS-1").ref, Active=False)
    books.later(seconds=5)
    books.drive()
    assert books.states()["INV-1"] == "sent"
    books.enter("Customer", "update", Id=books.link("CUS-1").ref, Active=True)

    books.later(hours=25)
    books.work()

    assert (books.states()["INV-1"], len(books.marked("Invoice", "INV-1"))) == ("synced", 1)


# The leave to send


def test_a_wait_for_the_pace_does_not_outlive_the_leave(
    books: Shop, with_settings: WithSettings
) -> None:
    ids = [f"INV-{n}" for n in range(4)]
    slow = with_settings(send_by=0.3, quickbooks={"per_second": 2, "batch": 1})
    books.change(budget={})
    books.take(*(books.event("customer.created", a_customer(one)) for one in ids))
    before = books.simulator.stat("singles")

    books.drive(slow)
    sent = books.simulator.stat("singles") - before

    assert sent == list(books.states().values()).count("synced") - 2
    assert {row.state for row in books.submissions()} == {"closed"}
    outcomes = [row.outcome for row in books.all("SELECT outcome FROM submission_items")]
    assert "not_taken" in outcomes


def test_what_was_never_sent_leaves_nothing_unknown(
    books: Shop, with_settings: WithSettings
) -> None:
    hasty = with_settings(send_by=0.2, slice_seconds=0.1)
    books.send("invoice.created", an_invoice())
    with on_insert(books, "submissions", "pg_sleep(0.3)"):
        books.drive(hasty)

    link, [*_, submission] = books.link("INV-1"), books.submissions()
    assert (link.state, link.attempts, submission.state) == ("due", 0, "closed")
    books.work()
    assert [row.sends for row in books.submissions()] == [1, 1, 1, 1]


# Whose record it is


def test_a_namesake_does_not_adopt_what_another_link_may_have_made(shop: Shop) -> None:
    shop.send("item.created", an_item("ITM-A", name="Seal kit"))
    shop.simulator.fault("lost_answer", entity="Item")
    shop.drive()
    shop.send("item.created", an_item("ITM-B", name="Seal kit"))
    shop.drive()
    assert shop.link("ITM-B").ref is None

    shop.later(minutes=2)
    shop.work()
    shop.later(minutes=2)
    shop.work()

    assert shop.states() == {"ITM-A": "synced", "ITM-B": "failed"}
    assert shop.link("ITM-B").error_code == "duplicate_name"


def test_a_ref_that_is_taken_fails_one_link_alone(books: Shop) -> None:
    books.take(*(books.event("invoice.created", an_invoice(f"INV-{n}")) for n in (1, 2, 3)))
    stolen = with_books(books.services, lambda real: Altered(real, send=same_ref(real)))

    books.work(services=stolen)

    states = [books.states()[f"INV-{n}"] for n in (1, 2, 3)]
    assert sorted(states) == ["failed", "synced", "synced"]
    failed = next(f"INV-{n}" for n in (1, 2, 3) if books.states()[f"INV-{n}"] == "failed")
    assert (books.link(failed).error_code, books.submissions()[-1].state) == ("ref_taken", "closed")


def same_ref(real: Books) -> Callable[..., Answer]:
    """A ledger that answers the second item of a batch with the record of the first."""

    def send(submission: Submission, still: Still) -> Answer:
        answer = real.send(submission, still)
        outcomes: dict[str, Any] = dict(answer.outcomes)
        return Answer(answer.status, outcomes | {"2": outcomes["1"]})

    return send


def test_a_record_of_ours_with_older_content_is_brought_up_to_date(books: Shop) -> None:
    books.send("invoice.created", an_invoice())
    books.work()
    books.run(
        "UPDATE links SET ref = NULL, sync_token = NULL, digest = NULL, synced_content = NULL"
        " WHERE connection_id = :c AND record_id = 'INV-1'"
    )

    books.send("invoice.updated", an_invoice(memo="second"))
    books.work()

    [invoice] = books.marked("Invoice", "INV-1")
    assert (invoice["CustomerMemo"]["value"], invoice["SyncToken"]) == ("second", "1")
    assert (books.states()["INV-1"], books.link("INV-1").ref) == ("synced", invoice["Id"])


# Payments meanwhile


def test_a_payment_of_an_invoice_of_unknown_outcome_is_received_afterwards(books: Shop) -> None:
    books.send("invoice.created", an_invoice())
    books.simulator.fault("lost_answer")
    books.drive()
    age = "recorded_at = recorded_at - interval '50 minutes'"
    books.run(f"UPDATE submissions SET {age} WHERE connection_id = :c AND state = 'open'")
    pay(books, "INV-1")
    pull_payments(books)
    assert (books.payments(), payments_since(books) < ago(minutes=50)) == ([], True)

    books.later(seconds=5)
    books.work()
    pull_payments(books)

    assert books.link("INV-1").status == "paid"
    assert "payment.received" in books.told()


def pay(shop: Shop, record_id: str) -> None:
    """A person receives 100.00 for an invoice."""
    [invoice] = shop.marked("Invoice", record_id)
    link = {"TxnId": invoice["Id"], "TxnType": "Invoice"}
    paid = {"CustomerRef": invoice["CustomerRef"], "TotalAmt": 100}
    shop.enter("Payment", **paid, Line=[{"Amount": 100, "LinkedTxn": [link]}])


def payments_since(shop: Shop) -> datetime:
    """From where the next pull of payments reads."""
    feed = "SELECT cursor FROM feeds WHERE connection_id = :c AND resource = 'payments'"
    return datetime.fromisoformat(shop.all(feed)[0].cursor)


def ago(**how_long: float) -> datetime:
    return datetime.now(UTC) - timedelta(**how_long)


def pull_payments(shop: Shop) -> None:
    connections.ask(shop.services, shop.connection_id, Resource.PAYMENTS)
    shop.drive()


@pytest.fixture(autouse=True)
def remembering(books_simulator: Simulator) -> None:
    books_simulator.control("PUT", "settings", {"request_id_seconds": 86_400})
