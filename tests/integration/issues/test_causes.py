"""One issue for each cause that a person must mend, with the records that it holds up."""

import pytest
import sqlalchemy as sa

from tests.builders import a_customer, an_expense, an_invoice, an_item
from tests.integration.workshop import OpenShop, Shop
from worker.sync import issue_views, standstill
from worker.sync.issue_views import View
from worker.sync.mapping import set_mapping
from worker.sync.matching import Where
from worker.sync.services import Services


def issues_of(shop: Shop) -> dict[str, View]:
    """The open issues of a tenant by cause, as links show them now."""
    standstill.derive(shop.services, [shop.connection_id])
    found = issue_views.find(shop.services, Where(tenant=shop.tenant))
    return {one.cause: one for one in found}


def counted(shop: Shop) -> dict[str, tuple[str, int, int]]:
    """Code, records and all that is held up, by cause."""
    found = issues_of(shop)
    return {cause: (one.code, one.records, one.held_up) for cause, one in found.items()}


@pytest.fixture
def waiting(unmapped: Shop) -> Shop:
    """No account is mapped: the item waits for one, and two invoices for the item."""
    unmapped.send("customer.created", a_customer())
    unmapped.send("item.created", an_item())
    for number in ("INV-1", "INV-2"):
        unmapped.send("invoice.created", an_invoice(number))
    unmapped.work()
    return unmapped


def test_a_missing_mapping_holds_up_what_is_behind_its_item_too(waiting: Shop) -> None:
    assert counted(waiting) == {"mapping:income": ("mapping_missing", 1, 3)}


def test_it_says_in_a_sentence_what_is_missing(waiting: Shop) -> None:
    [issue] = issues_of(waiting).values()

    assert issue.explanation.startswith("Item Technician hour ITM-1 needs “income”")
    assert issue.resumes == "by itself, once mended"


def test_it_lasts_since_the_oldest_of_its_records_stands_still(waiting: Shop) -> None:
    waiting.run("UPDATE links SET state_since = state_since - interval '3 days'")

    [issue] = issues_of(waiting).values()

    [(item,)] = waiting.all("SELECT state_since FROM links WHERE kind = 'item'")
    assert (issue.since, issue.last_seen) == (item, item)


def test_it_closes_by_itself_with_its_cause(waiting: Shop) -> None:
    issues_of(waiting)

    set_mapping(waiting.services, waiting.connection_id, {"income": "4000"})
    waiting.work()

    assert counted(waiting) == {}
    assert set(waiting.states().values()) == {"synced"}


def test_failures_of_one_code_and_field_are_one_issue(waiting: Shop) -> None:
    fail(waiting, "value_refused", field="Line.Qty")

    assert counted(waiting) == {"failed:value_refused:Line.Qty": ("value_refused", 4, 4)}


def fail(shop: Shop, code: str, **names: str) -> None:
    """Every record failed with this code."""
    shop.run(
        "UPDATE links SET state = 'failed', error_code = :code, waiting_on = '{}',"
        " error = jsonb_build_object('names', CAST(:names AS jsonb)) WHERE connection_id = :c",
        code=code,
        names="{" + ", ".join(f'"{name}": "{said}"' for name, said in names.items()) + "}",
    )


def test_names_that_are_taken_are_an_issue_each(waiting: Shop) -> None:
    fail(waiting, "duplicate_name", name="Harbor Works")
    waiting.run(
        """UPDATE links SET error = '{"names": {"name": "Bearings"}}' WHERE kind = 'item'"""
    )

    assert {cause: records for cause, (_, records, _) in counted(waiting).items()} == {
        "failed:duplicate_name:Harbor Works": 3,
        "failed:duplicate_name:Bearings": 1,
    }


def test_every_conflict_is_an_issue_that_needs_a_decision(waiting: Shop) -> None:
    waiting.run("UPDATE links SET state = 'conflict', waiting_on = '{}' WHERE kind = 'invoice'")

    found = issues_of(waiting)

    assert found.keys() == {"conflict:invoice/INV-1", "conflict:invoice/INV-2", "mapping:income"}
    assert found["conflict:invoice/INV-1"].resumes == "needs your decision"


def test_what_is_decided_singly_is_an_issue_each(waiting: Shop) -> None:
    fail(waiting, "cannot_look_up")

    assert len(counted(waiting)) == 4


def test_records_that_are_on_their_way_are_no_issue(shop: Shop) -> None:
    shop.send("invoice.created", an_invoice())
    shop.work()

    assert shop.states() == {"INV-1": "waiting"}
    assert counted(shop) == {}


def test_a_record_that_never_came_is_one_after_an_hour(shop: Shop) -> None:
    shop.send("invoice.created", an_invoice())
    shop.work()
    shop.run("UPDATE links SET state_since = state_since - interval '61 minutes'")

    found = issues_of(shop)

    assert set(found) == {"customer:CUS-1", "item:ITM-1"}
    said = found["customer:CUS-1"].explanation
    assert said == "Invoice N-INV-1 needs the customer CUS-1, which the CMMS has never sent."


def test_a_record_that_the_cmms_has_archived_is_one_at_once(books: Shop) -> None:
    books.send("customer.archived", {"id": "CUS-1"})
    books.work()
    books.send("invoice.created", an_invoice())
    books.work()

    [issue] = issues_of(books).values()

    assert (issue.cause, issue.code) == ("customer:CUS-1", "record_absent")
    assert "which was removed in the CMMS" in issue.explanation


def test_all_days_of_a_closed_period_are_one_issue(books: Shop) -> None:
    books.change(company=dict(books.row().company) | {"closed_until": "2026-11-30"})
    for day in ("2026-10-01", "2026-10-02"):
        books.send("invoice.created", an_invoice(f"INV-{day}", issue_date=day))
    books.work()

    assert counted(books) == {"period:closed": ("period_closed", 2, 2)}


def test_an_account_is_one_issue_by_whatever_name_it_is_waited_for(shop: Shop) -> None:
    account = shop.account("6990")
    shop.enter("Account", "update", Id=account, Active=False)
    shop.run("UPDATE ledger_records SET active = false WHERE ref = :r", r=account)
    shop.send("vendor.created", {"id": "VEN-1", "name": "Northside Bearings"})
    shop.send("expense.saved", an_expense(debit_account="6990"))
    shop.send("expense.saved", an_expense("EXP-2", debit_account=account))
    shop.work()

    assert counted(shop) == {f"account:{account}": ("account_missing", 2, 2)}


def test_a_paused_connection_is_an_issue_with_what_is_owed(books: Shop) -> None:
    books.change(state="paused", paused_code="consent_withdrawn")
    books.send("invoice.created", an_invoice())

    assert counted(books) == {"connection:paused": ("consent_withdrawn", 1, 1)}


def test_a_connection_that_is_switched_off_is_so_on_purpose(books: Shop) -> None:
    books.change(state="disabled")
    books.send("invoice.created", an_invoice())

    assert counted(books) == {}


def test_a_cause_that_is_back_within_a_day_keeps_its_number(waiting: Shop) -> None:
    [before] = issues_of(waiting).values()
    waiting.run("UPDATE links SET state = 'due' WHERE kind = 'item'")
    assert counted(waiting) == {}

    waiting.run("UPDATE links SET state = 'waiting' WHERE kind = 'item'")

    [after] = issues_of(waiting).values()
    assert after.id == before.id


def test_only_connections_whose_links_changed_are_looked_at(waiting: Shop) -> None:
    assert standstill.derive_changed(waiting.services) == 1
    assert standstill.derive_changed(waiting.services) == 0

    waiting.send("customer.updated", a_customer(name="Harbor Works East"))
    assert standstill.derive_changed(waiting.services) == 1


def test_who_waits_for_it_waits_for_some_of_many_connections_only(open_shop: OpenShop) -> None:
    paused = [open_shop(), open_shop()]
    for shop in paused:
        shop.change(state="paused", paused_code="consent_withdrawn")
    services = paused[0].services

    looked_at = [standstill.derive_changed(services, most=1) for _ in range(3)]

    assert looked_at == [1, 1, 0]


def test_statements_are_not_compiled(books_services: Services) -> None:
    with books_services.database.begin() as session:
        assert session.execute(sa.text("SHOW jit")).scalar_one() == "off"


def stuck(shop: Shop, count: int, state: str, **values: object) -> None:
    """So many expenses that stand still."""
    columns = {"code": None, "causes": []} | values
    shop.run(
        """WITH made AS (INSERT INTO documents
            (tenant_id, kind, record_id, time, event_id, revision, removed, snapshot)
            SELECT 'many', 'expense', 'E-' || n, now(), 'e', n, false, '{}'
            FROM generate_series(1, :count) n RETURNING id, kind, record_id)
        INSERT INTO links (connection_id, document_id, kind, record_id, rank, state,
                           wanted_version, waiting_on, error_code)
        SELECT :c, id, kind, record_id, 1, :state, 1, :causes, :code FROM made""",
        count=count, state=state, **columns,
    )  # fmt: skip


def test_thousands_behind_one_cause_are_counted_at_once(open_shop: OpenShop) -> None:
    shop = open_shop()
    stuck(shop, 5000, "waiting", causes=["mapping:journal_debit"])

    assert counted(shop) == {"mapping:journal_debit": ("mapping_missing", 5000, 5000)}


def test_a_thousand_causes_are_written_down_and_closed(open_shop: OpenShop) -> None:
    shop = open_shop()
    stuck(shop, 1001, "failed", code="gone_in_books")
    assert len(counted(shop)) == 1001

    shop.run("UPDATE links SET state = 'due' WHERE record_id <> 'E-7'")

    assert counted(shop) == {"failed:gone_in_books:expense/E-7": ("gone_in_books", 1, 1)}
