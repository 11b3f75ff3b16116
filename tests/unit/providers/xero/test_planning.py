"""Planning: what goes into one request, what goes alone, what is looked up or held first."""

import json
from dataclasses import replace
from typing import Any

import pytest

from schemas.kinds import Kind
from tests.contract.records import (
    a_bill,
    a_party,
    a_payment,
    a_stock_item,
    a_vendor,
    an_expense,
    an_invoice,
)
from tests.unit.providers.xero.lookups import a_create, a_lookup, a_removal, an_update
from worker.providers.lookup import Cause
from worker.providers.port import Held, Operation, Plan, Request, Work
from worker.providers.xero.canonical import fields
from worker.providers.xero.fields import folded
from worker.providers.xero.parties import party
from worker.providers.xero.planning import Planner

PLANNER = Planner(50)


def plan(*due: Work) -> Plan:
    numbered = [replace(one, link_id=number) for number, one in enumerate(due, 1)]
    return PLANNER.plan(numbered, a_lookup())


def invoices(count: int) -> list[Work]:
    return [a_create(Kind.INVOICE, an_invoice(id=f"INV-{n}")) for n in range(1, count + 1)]


def elements(request: Request) -> list[dict[str, Any]]:
    (rows,) = json.loads(request.body).values()
    return list(rows)


def said(request: Request) -> tuple[str, str, int]:
    return request.method, request.path, len(request.parts)


def test_customers_and_vendors_share_a_request() -> None:
    (request,) = plan(
        a_create(Kind.CUSTOMER, a_party()), a_create(Kind.VENDOR, a_vendor())
    ).requests

    assert said(request) == ("PUT", "Contacts?summarizeErrors=false", 2)
    assert [part.key for part in request.parts] == ["1", "2"]
    assert (request.endpoint, request.batch) == ("contacts", 1)


def test_sales_invoices_and_bills_go_apart() -> None:
    made = plan(a_create(Kind.INVOICE, an_invoice()), a_create(Kind.PURCHASE_INVOICE, a_bill()))

    path = "Invoices?summarizeErrors=false&unitdp=4"
    assert [said(one) for one in made.requests] == [("PUT", path, 1), ("PUT", path, 1)]


@pytest.mark.parametrize(("count", "sizes"), [(50, [50]), (51, [50, 1]), (120, [50, 50, 20])])
def test_requests_are_as_full_as_allowed(count: int, sizes: list[int]) -> None:
    assert [len(one.parts) for one in plan(*invoices(count)).requests] == sizes


def test_a_request_stays_below_what_xero_takes() -> None:
    lines = [{"description": "x" * 4000, "amount": "1"}] * 300
    due = [a_create(Kind.INVOICE, an_invoice(id=f"INV-{n}", lines=lines)) for n in range(3)]

    made = plan(*due).requests

    assert [len(one.parts) for one in made] == [2, 1]
    assert max(len(one.body) for one in made) < 3_500_000


def test_updates_and_removals_share_a_request_with_their_ids() -> None:
    update = an_update(Kind.INVOICE, an_invoice())
    removal = replace(a_removal(Kind.INVOICE, an_invoice(id="INV-2")), ref="r-2")

    (request,) = plan(update, removal).requests

    assert said(request) == ("POST", "Invoices?summarizeErrors=false&unitdp=4", 2)
    assert elements(request)[0]["InvoiceID"] == "r-1"
    assert elements(request)[1] == {"InvoiceID": "r-2", "Status": "VOIDED"}


def test_no_request_has_one_contact_twice() -> None:
    made = plan(
        an_update(Kind.CUSTOMER, a_party()),
        an_update(Kind.VENDOR, a_vendor()),
        replace(an_update(Kind.CUSTOMER, a_party(id="CUS-2")), ref="r-2"),
    )

    assert [[part.ref for part in one.parts] for one in made.requests] == [["r-1", "r-2"], ["r-1"]]
    assert made.requests[0].touches & made.requests[1].touches == {"contact:r-1"}


def test_an_item_is_deleted_by_its_address() -> None:
    (request,) = plan(a_removal(Kind.ITEM, a_stock_item())).requests

    assert (*said(request), request.body) == ("DELETE", "Items/r-1", 1, "")


def test_a_payment_is_taken_out_by_its_address() -> None:
    (request,) = plan(a_removal(Kind.PAYMENT, a_payment())).requests

    assert (*said(request), request.body) == ("POST", "Payments/r-1", 1, '{"Status":"DELETED"}')
    assert request.parts[0].operation is Operation.REMOVE


def test_a_payment_that_changed_is_taken_out_first() -> None:
    (request,) = plan(an_update(Kind.PAYMENT, a_payment())).requests

    (part,) = request.parts
    assert request.body == '{"Status":"DELETED"}'
    assert part.operation is Operation.WITHDRAW
    assert (part.body["Amount"], part.body["PaymentID"]) == ("100.00", "r-1")


def test_what_is_there_is_looked_up_before_it_is_changed() -> None:
    due = [
        replace(an_update(Kind.INVOICE, an_invoice()), unasked=True),
        replace(a_removal(Kind.EXPENSE, an_expense()), unasked=True),
        replace(an_update(Kind.PAYMENT, a_payment()), unasked=True),
        replace(an_update(Kind.CUSTOMER, a_party()), unasked=True),
    ]

    made = plan(*due)

    assert (made.look, made.requests) == ((1, 2, 3, 4), ())


def compared(**cmms: object) -> Work:
    """A contact of which the books hold what the CMMS wrote, and which is not looked up yet."""
    body = party(a_create(Kind.CUSTOMER, a_party()), a_party(), a_lookup())
    held = fields(Kind.CUSTOMER, folded(body))
    update = an_update(Kind.CUSTOMER, a_party(**cmms))
    return replace(update, base=held, held=held, unasked=True)


def test_what_the_books_hold_already_is_not_looked_up() -> None:
    made = plan(compared())

    assert (made.same, made.look, made.requests) == ((1,), (), ())


def test_of_what_changed_only_that_is_sent() -> None:
    (request,) = plan(replace(compared(email="a@b.example"), unasked=False)).requests

    assert elements(request) == [{"ContactID": "r-1", "EmailAddress": "a@b.example"}]


def test_a_part_names_its_fields_as_both_sides_agree_on_them() -> None:
    kept, changed = "Phones.MOBILE", "Phones.DEFAULT"
    work = replace(compared(phone="+1 503 555 0199"), unasked=False)

    (part,) = plan(work).requests[0].parts

    assert changed in (work.base or {})
    assert (changed in part.body, kept in part.body) == (True, False)


def test_a_look_up_compares_all_of_a_paid_document() -> None:
    paid = "2026-10-02T00:00:00+00:00;lines=l-1,l-2"

    (request,) = plan(an_update(Kind.INVOICE, an_invoice(), paid)).requests

    assert "Date" in request.parts[0].body
    assert "Date" not in elements(request)[0]


def test_what_is_missing_is_waited_for_alone() -> None:
    made = plan(*invoices(1), a_create(Kind.PAYMENT, a_payment(invoice_id="INV-9")))

    assert made.held == (Held(2, frozenset({Cause(Kind.INVOICE, "INV-9")})),)
    assert len(made.requests) == 1


def test_what_xero_would_refuse_is_held_alone() -> None:
    made = plan(a_create(Kind.EXPENSE, an_expense(currency="GBP")), *invoices(1))

    assert [one.fault.code for one in made.held if one.fault] == ["journal_currency"]
    assert len(made.requests) == 1


def test_documents_touch_their_contact_and_their_items() -> None:
    (request,) = plan(a_create(Kind.PURCHASE_INVOICE, a_bill())).requests

    assert request.touches == {"contact:v-1", "item:i-2"}


def test_payments_touch_their_invoice_and_who_pays_it() -> None:
    work = replace(an_update(Kind.PAYMENT, a_payment()), applied_to="n-2", party="c-2")

    (request,) = plan(work).requests

    assert request.touches == {
        "payment:r-1",
        "invoice:n-1",
        "invoice:n-2",
        "contact:c-1",
        "contact:c-2",
    }


def test_a_part_tells_what_its_document_comes_to() -> None:
    update, removal = plan(
        an_update(Kind.INVOICE, an_invoice()), a_removal(Kind.EXPENSE, an_expense())
    ).requests

    assert str(update.parts[0].expected_total) == "238.50"
    assert removal.parts[0].expected_total is None
    assert removal.parts[0].body["Date"] == "2026-10-01"
