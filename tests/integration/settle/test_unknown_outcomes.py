"""Writes whose answer never came: exactly one record, whatever happens on the way (design 5)."""

from collections.abc import Callable
from enum import Enum, auto
from typing import NoReturn

import pytest

from tests.builders import an_invoice
from tests.counting import Counting
from tests.integration.meddling import CUT_LEASE, on_insert
from tests.integration.simulator import Simulator
from tests.integration.workshop import Altered, Shop, WithSettings, with_books
from worker.errors import Unexplained
from worker.providers.port import Books, Submission
from worker.providers.pulled import Resource
from worker.sync import connections


def send_invoices(shop: Shop, count: int) -> list[str]:
    ids = [f"INV-{number}" for number in range(1, count + 1)]
    shop.take(*(shop.event("invoice.created", an_invoice(one)) for one in ids))
    return ids


@pytest.mark.parametrize(("count", "where"), [(1, "single_write"), (3, "batch")])
def test_a_write_whose_answer_was_lost_is_repeated_once(
    books: Shop, count: int, where: str
) -> None:
    ids = send_invoices(books, count)
    books.simulator.fault("lost_answer", where)
    books.drive()
    assert set(books.states().values()) == {"synced", "sent"}

    books.later(seconds=5)
    books.work()

    assert [len(books.marked("Invoice", one)) for one in ids] == [1] * count
    assert set(books.states().values()) == {"synced"}
    assert [(row.sends, row.state) for row in books.submissions()[2:]] == [(2, "closed")]


@pytest.mark.parametrize("fault", ["truncated_body", "server_error", "maintenance_html"])
def test_a_broken_answer_after_the_write_is_repeated(books: Shop, fault: str) -> None:
    send_invoices(books, 1)
    books.simulator.fault(fault, took_effect=True)
    books.drive()

    books.later(seconds=5)
    books.work()

    assert len(books.marked("Invoice", "INV-1")) == 1
    assert books.told("INV-1") == ["record.synced"]


def test_an_answer_that_comes_too_late_is_repeated(
    books: Shop, with_settings: WithSettings
) -> None:
    # Not looked into before the drive is over, however long it takes.
    impatient = with_settings(settle_margin=60, quickbooks={"timeout": 0.2})
    send_invoices(books, 1)
    books.simulator.fault("delay", seconds=0.6)
    books.drive(impatient)
    assert books.states()["INV-1"] == "sent"

    books.later(seconds=120)
    books.work()

    assert len(books.marked("Invoice", "INV-1")) == 1


def test_an_item_missing_from_a_batch_answer_holds_only_itself(books: Shop) -> None:
    send_invoices(books, 3)
    books.simulator.fault("drop_item", "batch")

    books.drive()
    books.send("invoice.updated", an_invoice("INV-1", memo="second"))
    books.drive()

    states = books.states()
    assert [states[one] for one in ("INV-1", "INV-2", "INV-3")] == ["synced", "synced", "sent"]
    assert books.marked("Invoice", "INV-1")[0]["SyncToken"] == "1"


def test_a_missing_item_is_settled_by_the_repeat(books: Shop, counting: Counting) -> None:
    ids = send_invoices(books, 3)
    books.simulator.fault("drop_item", "batch")
    books.drive()

    books.later(seconds=5)
    books.work()

    assert [len(books.marked("Invoice", one)) for one in ids] == [1, 1, 1]
    assert [books.told(one) for one in ids] == [["record.synced"]] * 3
    assert counting.of("books_unknown_outcomes_total") == 1
    assert counting.of("books_submissions_settled_total", how="replayed") == 1
    assert counting.of("books_duplicates_prevented_total", mechanism="replay") == 1
    assert counting.of("books_batch_size_sum", provider="quickbooks") == 6


def test_a_recorded_request_of_a_dead_driver_is_left_alone(books: Shop) -> None:
    send_invoices(books, 1)
    killed_at(books, Moment.BEFORE_SENDING)
    before = books.simulator.stat("singles")

    books.drive()

    assert books.simulator.stat("singles") == before
    assert (books.states()["INV-1"], books.marked("Invoice", "INV-1")) == ("sent", [])


def test_a_recorded_request_of_a_dead_driver_goes_out_as_it_was(books: Shop) -> None:
    send_invoices(books, 1)
    killed_at(books, Moment.BEFORE_SENDING)
    recorded = books.submissions()[-1]

    books.later(seconds=10)
    books.work()

    [*_, sent] = books.submissions()
    assert (sent.id, sent.key, sent.body) == (recorded.id, recorded.key, recorded.body)
    assert (sent.sends, len(books.marked("Invoice", "INV-1"))) == (2, 1)


@pytest.mark.parametrize("count", [1, 3])
def test_a_driver_killed_after_it_sent_leaves_one_record(books: Shop, count: int) -> None:
    ids = send_invoices(books, count)
    killed_at(books, Moment.AFTER_SENDING)

    books.later(seconds=10)
    books.work()

    assert [len(books.marked("Invoice", one)) for one in ids] == [1] * count
    assert [books.told(one) for one in ids] == [["record.synced"]] * count


def test_nothing_is_sent_once_the_lease_is_lost(books: Shop) -> None:
    send_invoices(books, 1)
    before = books.simulator.stat("singles")
    with on_insert(books, "submissions", CUT_LEASE):
        books.drive()
    assert books.simulator.stat("singles") == before

    books.work()

    assert len(books.marked("Invoice", "INV-1")) == 1


def test_nothing_is_sent_after_its_last_moment(books: Shop, with_settings: WithSettings) -> None:
    hasty = with_settings(send_by=0.2, slice_seconds=0.5)
    send_invoices(books, 1)
    before = books.simulator.stat("singles")
    with on_insert(books, "submissions", "pg_sleep(0.3)"):
        books.drive(hasty)
    assert books.simulator.stat("singles") == before

    books.work(services=hasty)

    assert len(books.marked("Invoice", "INV-1")) == 1


def test_a_later_version_waits_for_the_unknown_one(books: Shop) -> None:
    send_invoices(books, 1)
    books.simulator.fault("lost_answer")
    books.drive()

    books.send("invoice.updated", an_invoice("INV-1", memo="second"))
    books.drive()
    assert len(books.submissions()) == 3

    books.later(seconds=5)
    books.work()
    [invoice] = books.marked("Invoice", "INV-1")
    assert (invoice["CustomerMemo"]["value"], invoice["SyncToken"]) == ("second", "1")


@pytest.mark.parametrize("fault", ["auth_expired", "throttle", "server_error", "reset_before"])
def test_a_repeat_that_is_turned_away_settles_nothing(books: Shop, fault: str) -> None:
    send_invoices(books, 1)
    books.simulator.fault("lost_answer")
    books.drive()
    books.simulator.fault(fault, took_effect=False)

    books.later(seconds=5)
    books.drive()
    assert (books.simulator.hits(), books.states()["INV-1"]) == (2, "sent")

    books.later(minutes=2)
    books.work()
    assert len(books.marked("Invoice", "INV-1")) == 1
    assert len(books.submissions()) == 3


def test_a_repeat_refused_by_a_forgetful_ledger_is_looked_up(books: Shop) -> None:
    send_invoices(books, 1)
    books.simulator.fault("lost_answer")
    books.drive()
    forget(books.simulator)

    books.later(seconds=5)
    books.drive()
    books.later(seconds=5)
    books.work()

    assert len(books.marked("Invoice", "INV-1")) == 1
    assert books.told("INV-1") == ["record.synced"]


def test_after_the_replay_window_the_books_are_asked(books: Shop, counting: Counting) -> None:
    send_invoices(books, 3)
    books.simulator.fault("lost_answer", "batch")
    books.drive()
    before = books.simulator.stat("replays")

    books.later(hours=2)
    books.work()

    assert [len(books.marked("Invoice", f"INV-{n}")) for n in (1, 2, 3)] == [1, 1, 1]
    assert books.simulator.stat("replays") == before
    assert set(books.states().values()) == {"synced"}
    assert counting.of("books_submissions_settled_total", how="found") == 3
    assert counting.of("books_duplicates_prevented_total", mechanism="lookup") == 3


def test_what_was_looked_up_in_vain_once_stays_unknown(
    books: Shop, with_settings: WithSettings
) -> None:
    patient = with_settings(lookup_gap=60.0)
    send_invoices(books, 1)
    books.simulator.fault("reset_before")
    books.drive(patient)

    books.later(hours=25)
    books.drive(patient)

    assert books.states()["INV-1"] == "sent"
    assert books.submissions()[-1].lookups == 1


def test_what_was_looked_up_in_vain_twice_goes_out_under_a_new_key(
    books: Shop, counting: Counting
) -> None:
    send_invoices(books, 1)
    books.simulator.fault("reset_before")
    books.drive()

    books.later(hours=25)
    books.work()

    first, second = books.submissions()[2:]
    assert (first.key != second.key, len(books.marked("Invoice", "INV-1"))) == (True, 1)
    assert books.told("INV-1") == ["record.synced"]
    assert counting.of("books_unknown_outcomes_total") == 1
    assert counting.of("books_submissions_settled_total", how="absent") == 1
    assert counting.of("books_duplicates_prevented_total", mechanism="lookup") == 0


def test_nothing_is_proven_while_a_key_may_be_remembered(books: Shop) -> None:
    send_invoices(books, 1)
    books.simulator.fault("reset_before")
    books.drive()
    books.later(hours=2)

    for _ in range(3):
        books.drive()
        books.later(minutes=5)

    assert books.states()["INV-1"] == "sent"
    assert len(books.submissions()) == 3


def test_a_refusal_of_a_repeat_holds_once_absence_is_proven(books: Shop) -> None:
    send_invoices(books, 1)
    books.simulator.fault("reset_before")
    books.drive()
    close_period(books, "2026-10-31")

    books.later(seconds=5)
    books.drive()
    assert books.states()["INV-1"] == "sent"

    books.later(hours=25)
    books.work()
    link = books.link("INV-1")
    assert (link.error_code, link.waiting_on) == ("period_closed", ["period:2026-10-01"])


def test_a_reopened_period_lets_its_documents_go(books: Shop) -> None:
    close_period(books, "2026-10-31")
    send_invoices(books, 1)
    books.work()
    assert books.states()["INV-1"] == "waiting"

    close_period(books, "2026-09-30")
    connections.ask(books.services, books.connection_id, Resource.CONNECTION)
    books.work()

    assert books.states()["INV-1"] == "synced"


def test_what_was_refused_in_a_batch_is_never_sent_with_it_again(books: Shop) -> None:
    late = [books.event("invoice.created", an_invoice("INV-0", issue_date="2025-12-31"))]
    close_period(books, "2025-12-31")
    books.take(*late, *(books.event("invoice.created", an_invoice(f"INV-{n}")) for n in (1, 2)))
    books.simulator.fault("drop_item", "batch")
    books.drive()
    close_period(books, "2025-01-01")

    books.later(seconds=5)
    before = books.simulator.stat("replays")
    books.work()

    assert books.simulator.stat("replays") == before
    assert sorted(books.states().values()) == ["synced", "synced", "synced", "synced", "waiting"]
    assert [len(books.marked("Invoice", f"INV-{n}")) for n in (0, 1, 2)] == [0, 1, 1]


def test_a_look_up_that_is_refused_holds_up_nobody_else(books: Shop) -> None:
    deaf = with_books(books.services, lambda real: Altered(real, find=refuse_to_look))
    send_invoices(books, 1)
    books.simulator.fault("lost_answer")
    books.drive()
    books.later(hours=2)

    books.send("invoice.created", an_invoice("INV-2"))
    books.drive(deaf)

    assert (books.states()["INV-1"], books.states()["INV-2"]) == ("sent", "synced")
    assert [letter.category for letter in books.letters()] == ["defect"]


class Moment(Enum):
    BEFORE_SENDING = auto()
    AFTER_SENDING = auto()


class Killed(BaseException):
    """Nothing catches it, and nothing is put in order: as `kill -9`."""


def killed_at(shop: Shop, moment: Moment) -> None:
    """A driver whose request is recorded and who gets no further."""

    def dies(real: Books) -> object:
        def send(submission: Submission, still: Callable[[], None]) -> NoReturn:
            if moment is Moment.AFTER_SENDING:
                real.send(submission, still)
            raise Killed

        return Altered(real, send=send)

    with pytest.raises(Killed):
        shop.drive(with_books(shop.services, dies))


def refuse_to_look(sought: object) -> NoReturn:
    raise Unexplained("HTTP 400: QueryParserError")


def forget(simulator: Simulator) -> None:
    """The ledger forgets all request ids at once."""
    simulator.control("PUT", "settings", {"request_id_seconds": 0})


def close_period(shop: Shop, day: str) -> None:
    path = f"companies/{shop.company}/preferences"
    shop.simulator.control("PUT", path, {"AccountingInfoPrefs": {"BookCloseDate": day}})


@pytest.fixture(autouse=True)
def remembering(books_simulator: Simulator) -> None:
    books_simulator.control("PUT", "settings", {"request_id_seconds": 86_400})
