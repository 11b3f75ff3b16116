"""Planning: what goes alone, what goes together, what is held, what may not fly at once."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from schemas.kinds import Kind
from tests.contract.records import a_party, a_vendor, an_expense, an_invoice, an_item
from tests.unit.providers.quickbooks.lookups import (
    a_create,
    a_lookup,
    a_removal,
    an_update,
)
from worker.policies import Policies, TakenNumber
from worker.providers.lookup import Cause
from worker.providers.port import Held, Plan, Work
from worker.providers.quickbooks.planning import Planner

PLANNER = Planner("9130", 30, date(2026, 11, 20))


def plan(*due: Work) -> Plan:
    return PLANNER.plan(due, a_lookup())


def invoices(count: int) -> list[Work]:
    return [
        replace(
            a_create(Kind.INVOICE, an_invoice(id=f"INV-{n}", number=str(n))),
            link_id=n,
        )
        for n in range(1, count + 1)
    ]


def test_list_entities_go_alone() -> None:
    made = plan(a_create(Kind.CUSTOMER, a_party()), a_create(Kind.VENDOR, a_vendor()))

    assert [request.path for request in made.requests] == [
        "/v3/company/9130/customer",
        "/v3/company/9130/vendor",
    ]
    assert [request.batch for request in made.requests] == [0, 0]


def test_one_transaction_goes_alone() -> None:
    (request,) = plan(*invoices(1)).requests

    assert (request.endpoint, request.batch, request.parts[0].key) == ("invoice", 0, "1")


def test_transactions_of_all_kinds_share_a_batch() -> None:
    due = (
        a_create(Kind.INVOICE, an_invoice()),
        a_removal(Kind.INVOICE, an_invoice(id="INV-2")),
        a_removal(Kind.EXPENSE, an_expense()),
    )

    (request,) = plan(*due).requests

    items = json.loads(request.body)["BatchItemRequest"]
    assert [(one["bId"], one["operation"]) for one in items] == [
        ("1", "create"),
        ("2", "void"),
        ("3", "delete"),
    ]
    assert [part.key for part in request.parts] == ["1", "2", "3"]
    assert (request.endpoint, request.batch) == ("batch", 1)


@pytest.mark.parametrize(("count", "sizes"), [(30, [30]), (31, [30, 1]), (75, [30, 30, 15])])
def test_batches_are_as_full_as_allowed(count: int, sizes: list[int]) -> None:
    made = plan(*invoices(count))

    assert [len(request.parts) for request in made.requests] == sizes


def test_huge_documents_make_smaller_batches() -> None:
    lines = [{"description": "x" * 4000, "item_id": "ITM-1", "unit_price": "1"}] * 100
    due = [
        a_create(Kind.INVOICE, an_invoice(id=f"I{n}", lines=lines, total=None)) for n in range(5)
    ]

    made = plan(*due)

    assert max(len(request.body) for request in made.requests) < 1_000_000
    assert sum(len(request.parts) for request in made.requests) == 5


@pytest.mark.parametrize(
    ("work", "path", "body"),
    [
        (
            a_removal(Kind.CUSTOMER, a_party()),
            "/customer",
            {"Id": "145", "SyncToken": "3", "sparse": True, "Active": False},
        ),
        (
            a_removal(Kind.INVOICE, an_invoice()),
            "/invoice?operation=void",
            {"Id": "145", "SyncToken": "3"},
        ),
        (
            a_removal(Kind.EXPENSE, an_expense()),
            "/journalentry?operation=delete",
            {"Id": "145", "SyncToken": "3"},
        ),
    ],
)
def test_removals_are_what_the_books_offer(work: Work, path: str, body: dict[str, object]) -> None:
    (request,) = plan(work).requests

    assert request.path.removeprefix("/v3/company/9130") == path
    assert json.loads(request.body) == body


def test_an_update_is_sparse_and_names_its_token() -> None:
    (request,) = plan(an_update(Kind.ITEM, an_item())).requests

    body = json.loads(request.body)
    assert (body["Id"], body["SyncToken"], body["sparse"]) == ("145", "3", True)


def test_amounts_are_written_exactly() -> None:
    lines = [{"item_id": "ITM-1", "quantity": "0.1", "unit_price": "0.30"}]
    work = a_create(Kind.INVOICE, an_invoice(lines=lines, total="0.03"))

    (request,) = plan(work).requests

    assert '"Amount":0.03' in request.body
    assert '"Qty":0.1,"UnitPrice":0.30000' in request.body
    assert request.parts[0].expected_total == Decimal("0.03")


def test_a_bodys_parts_can_be_kept_as_json() -> None:
    (request,) = plan(*invoices(1)).requests

    assert json.loads(json.dumps(request.parts[0].body)) == request.parts[0].body


def test_what_is_missing_holds_only_its_document() -> None:
    waiting = a_create(Kind.INVOICE, an_invoice(id="INV-9", customer_id="CUS-9"))

    made = plan(replace(waiting, link_id=9), *invoices(2))

    assert made.held == (Held(9, frozenset({Cause("customer", "CUS-9")})),)
    assert [len(request.parts) for request in made.requests] == [2]


def test_what_is_wrong_holds_only_its_document() -> None:
    wrong = a_create(Kind.INVOICE, an_invoice(currency="EUR"))

    made = plan(replace(wrong, link_id=9), *invoices(2))

    (held,) = made.held
    assert held.fault is not None
    assert (held.link_id, held.fault.code) == (9, "currency_not_enabled")


@pytest.mark.parametrize(
    ("due", "path", "option"),
    [
        (invoices(1), "/v3/company/9130/invoice?include=allowduplicatedocnum", []),
        (invoices(2), "/v3/company/9130/batch", ["allowduplicatedocnum"] * 2),
    ],
)
def test_a_number_may_stand_twice_by_policy(due: list[Work], path: str, option: list[str]) -> None:
    lookup = a_lookup()
    lookup.chart.policies = Policies(taken_number=TakenNumber.ALLOW)

    (request,) = PLANNER.plan(due, lookup).requests

    items = json.loads(request.body).get("BatchItemRequest", [])
    assert (request.path, [item["optionsData"] for item in items]) == (path, option)


def test_requests_that_share_a_party_or_stock_touch_it() -> None:
    (invoice,) = plan(*invoices(1)).requests
    (expense,) = plan(a_create(Kind.EXPENSE, an_expense())).requests
    (update,) = plan(an_update(Kind.INVOICE, an_invoice())).requests

    assert invoice.touches == {"customer:58", "item:19"}
    assert expense.touches == {"vendor:56"}
    assert "invoice:145" in update.touches


def test_a_removal_waits_for_nobody() -> None:
    work = a_removal(Kind.INVOICE, an_invoice(customer_id="CUS-9"))

    made = plan(work)

    assert (made.held, len(made.requests)) == ((), 1)


def test_a_batch_is_measured_in_bytes() -> None:
    memo = "ł" * 4000  # two bytes each
    lines = [{"description": memo, "amount": "1.00"}] * 50
    due = [
        replace(
            a_create(
                Kind.INVOICE, an_invoice(id=f"INV-{n}", number=str(n), lines=lines, total=None)
            ),
            link_id=n,
        )
        for n in (1, 2, 3)
    ]

    made = plan(*due)

    assert [len(request.parts) for request in made.requests] == [1, 1, 1]


def test_a_long_invoice_keeps_all_its_lines() -> None:
    lines = [{"item_id": "ITM-1", "unit_price": f"{n}.01", "quantity": "3"} for n in range(500)]

    (request,) = plan(a_create(Kind.INVOICE, an_invoice(lines=lines, total=None))).requests

    sent = json.loads(request.body)["Line"]
    assert [line["Amount"] for line in sent] == [round(3 * (n + 0.01), 2) for n in range(500)]
