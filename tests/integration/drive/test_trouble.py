"""What goes wrong concerns one record or the whole connection, and nobody else (design 6, 7)."""

from collections.abc import Callable, Sequence

from tests.builders import a_customer, an_invoice
from tests.counting import Counting
from tests.integration.simulator import running_simulator
from tests.integration.workshop import Altered, OpenShop, Shop, WithSettings, with_books
from worker.providers.budget import Budget
from worker.providers.lookup import Lookup
from worker.providers.port import Books, Plan, Work
from worker.store.session import now
from worker.sync.driver import HOPELESS
from worker.sync.services import Services


def send_customers(shop: Shop, count: int) -> None:
    shop.take(*(shop.event("customer.created", a_customer(f"CUS-{n}")) for n in range(count)))


def test_one_bad_document_in_a_batch_holds_back_nobody(books: Shop) -> None:
    closed = {"AccountingInfoPrefs": {"BookCloseDate": "2025-12-31"}}
    books.simulator.control("PUT", f"companies/{books.company}/preferences", closed)
    dates = ("2026-10-01", "2025-10-01", "2026-10-02")
    books.take(
        *(books.event("invoice.created", an_invoice(d, issue_date=d, number=d)) for d in dates)
    )

    books.work()

    assert [books.states()[one] for one in dates] == ["synced", "waiting", "synced"]
    assert books.submissions()[-1].endpoint == "batch"


def test_a_plan_that_breaks_is_a_defect_of_that_record_alone(
    books: Shop, counting: Counting
) -> None:
    broken = with_books(books.services, lambda real: Altered(real, plan=breaks_on(real, "INV-2")))
    books.take(*(books.event("invoice.created", an_invoice(f"INV-{n}")) for n in (1, 2, 3)))

    books.work(services=broken)

    states = books.states()
    assert [states[f"INV-{n}"] for n in (1, 2, 3)] == ["synced", "failed", "synced"]
    [letter] = books.letters()
    assert (letter.category, letter.link_id) == ("defect", books.link("INV-2").id)
    assert counting.of("books_defects_total", where="plan") == 1


def test_a_document_that_cannot_be_read_is_a_defect_of_its_own(
    shop: Shop, counting: Counting
) -> None:
    send_customers(shop, 3)
    shop.run("UPDATE documents SET snapshot = '{\"id\": \"CUS-1\"}' WHERE record_id = 'CUS-1'")

    shop.work()

    assert shop.states() == {"CUS-0": "synced", "CUS-1": "failed", "CUS-2": "synced"}
    assert shop.told("CUS-1") == ["record.failed"]
    assert [letter.category for letter in shop.letters()] == ["defect"]
    assert counting.of("books_records_failed_total", kind="customer", category="defect") == 1
    assert counting.of("books_records_total", kind="customer", outcome="created") == 2
    assert counting.of("books_event_to_ref_seconds_count", kind="customer") == 2


def test_a_new_version_mends_a_document_that_failed(shop: Shop) -> None:
    send_customers(shop, 1)
    shop.run("UPDATE documents SET snapshot = '{}'")
    shop.work()

    shop.send("customer.updated", a_customer("CUS-0"))
    shop.work()

    assert shop.told("CUS-0") == ["record.failed", "record.synced"]


def test_a_throttle_stops_the_connection_and_costs_nothing(shop: Shop) -> None:
    shop.simulator.fault("throttle", times=None)
    send_customers(shop, 3)

    shop.drive()
    assert (shop.row().held_for, shop.told("CUS-0")) == ("throttled", [])
    hits = shop.simulator.hits()
    shop.drive()
    assert shop.simulator.hits() == hits

    shop.simulator.heal()
    shop.later(minutes=2)
    shop.work()
    assert shop.states() == dict.fromkeys(("CUS-0", "CUS-1", "CUS-2"), "synced")
    assert [shop.link(f"CUS-{n}").attempts for n in range(3)] == [0, 0, 0]


def test_a_ledger_that_is_down_is_asked_less_and_less(shop: Shop, counting: Counting) -> None:
    shop.simulator.fault("server_error", "read", times=None)
    shop.send("sync.requested", {"resource": "accounts"})

    waits = []
    for _ in range(4):
        shop.drive()
        waits.append(shop.seconds_to_next())
        shop.later(minutes=15)

    assert waits[0] < 3 < waits[3] <= 16
    assert shop.row().failures == 4
    waited = {"provider": "quickbooks", "reason": "unavailable"}
    assert counting.of("books_throttle_waits_total", **waited) == 4


def test_an_expired_token_is_refreshed_once_for_all(books: Shop) -> None:
    books.control("expire-tokens")
    before = books.simulator.stat("token_refreshes")
    ids = [f"INV-{n}" for n in range(5)]
    books.take(*(books.event("invoice.created", an_invoice(one)) for one in ids))

    for driving in [books.driving() for _ in range(8)]:
        driving.result(10)

    assert books.simulator.stat("token_refreshes") == before + 1
    assert [len(books.marked("Invoice", one)) for one in ids] == [1] * 5
    assert [books.told(one) for one in ids] == [["record.synced"]] * 5


def test_a_token_that_is_never_good_enough_is_not_refreshed_for_ever(shop: Shop) -> None:
    shop.simulator.fault("auth_expired", "write", times=None)
    before = shop.simulator.stat("token_refreshes")
    send_customers(shop, 1)

    for _ in range(3):
        shop.drive()

    assert shop.simulator.stat("token_refreshes") - before <= 3
    assert shop.row().hold_until is not None


def test_fresh_tokens_that_are_refused_for_hours_are_for_a_person(shop: Shop) -> None:
    shop.simulator.fault("auth_expired", "write", times=None)
    shop.change(failures=HOPELESS)
    send_customers(shop, 1)

    shop.drive()

    assert (shop.row().state, shop.row().paused_code) == ("paused", "consent_withdrawn")
    assert shop.states() == {"CUS-0": "due"}
    assert shop.told().count("connection.reauthorization_required") == 1


def test_a_withdrawn_consent_pauses_once_and_links_keep_their_place(shop: Shop) -> None:
    shop.control("withdraw")
    send_customers(shop, 12)

    shop.drive()
    shop.drive()

    assert (shop.row().state, set(shop.states().values())) == ("paused", {"due"})
    assert shop.told().count("connection.reauthorization_required") == 1
    assert "record.failed" not in shop.told()


def test_a_reconnect_goes_on_where_the_pause_began(shop: Shop) -> None:
    shop.control("withdraw")
    send_customers(shop, 2)
    shop.drive()

    shop.reconnect()
    shop.work()

    assert shop.states() == {"CUS-0": "synced", "CUS-1": "synced"}
    assert [len(shop.marked("Customer", f"CUS-{n}")) for n in range(2)] == [1, 1]


def test_the_ledger_never_has_to_say_enough(
    with_settings: WithSettings, open_shop: OpenShop
) -> None:
    limits = {"per_second": 10, "per_minute": 500, "batches_per_minute": 40}
    with running_simulator("quickbooks") as strict:
        shop = open_shop(strict)
        careful = with_settings(strict, quickbooks=limits)
        send_customers(shop, 30)
        shop.work(services=careful)

        assert strict.stat("throttled") == 0
        assert set(shop.states().values()) == {"synced"}


def test_what_is_over_the_budget_waits_for_it(books: Shop, with_settings: WithSettings) -> None:
    small = with_settings(quickbooks={"batch": 2, "batches_per_minute": 2})
    books.take(*(books.event("invoice.created", an_invoice(f"INV-{n}")) for n in range(6)))

    books.drive(small)

    assert list(books.states().values()).count("due") == 2
    assert 50 < books.seconds_to_next() <= 61
    books.later(seconds=62)
    books.change(budget={})
    books.work(services=small)
    assert set(books.states().values()) == {"synced"}


def test_behind_the_pace_documents_wait_for_company(
    books: Shop, with_settings: WithSettings
) -> None:
    slow = with_settings(collect_seconds=3.0, quickbooks={"per_minute": 40})
    spend(books, slow, 25)
    assert not pace_is_ahead(books, slow)
    books.send("invoice.created", an_invoice("INV-1"))
    books.drive(slow)
    books.send("invoice.created", an_invoice("INV-2"))
    books.drive(slow)
    assert (books.states()["INV-1"], len(books.submissions())) == ("due", 2)

    books.later(seconds=3)
    books.drive(slow)

    assert books.submissions()[-1].endpoint == "batch"
    assert set(books.states().values()) == {"synced"}


def breaks_on(real: Books, record_id: str) -> Callable[..., Plan]:
    """A translation with a bug that one record brings to light."""

    def plan(due: Sequence[Work], lookup: Lookup) -> Plan:
        if any(one.record_id == record_id for one in due):
            raise ZeroDivisionError
        return real.plan(due, lookup)

    return plan


def spend(shop: Shop, services: Services, calls: int) -> None:
    """So many calls were made two seconds ago, and none before."""
    limits = services.ledgers["quickbooks"].limits
    with shop.begin() as session:
        moment = now(session).timestamp()
    shop.change(budget=Budget(limits, moment - 2).spend(calls).dump())


def pace_is_ahead(shop: Shop, services: Services) -> bool:
    limits = services.ledgers["quickbooks"].limits
    with shop.begin() as session:
        moment = now(session).timestamp()
    return Budget.load(limits, shop.row().budget, moment).ahead()
