"""Each fault that the reference names for our kinds, provoked, and what it means in our words.

What our own checks would stop is forced through by editing the request.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.contract.ledger import Ledger, Open
from tests.contract.records import (
    a_party,
    a_stock_item,
    a_vendor,
    an_expense,
    an_invoice,
    an_item,
)
from worker.errors import Category, Disconnected, Throttled
from worker.providers.port import (
    Clash,
    Operation,
    Outcome,
    Record,
    Refused,
    Stale,
    Submission,
    Unknown,
)

Edit = Callable[[dict[str, Any]], None]


def stocked(ledger: Ledger) -> Ledger:
    for document in (a_party(), a_vendor(), an_item(), a_stock_item()):
        ledger.put(document)
    return ledger


def forced(ledger: Ledger, document: Record, edit: Edit) -> Outcome:
    """What the books say to a document's request after an edit that our checks would not allow."""
    submission = ledger.prepared(document)
    body = json.loads(submission.body)
    edit(body)
    return send(ledger, replace(submission, body=json.dumps(body)))


def send(ledger: Ledger, submission: Submission) -> Outcome:
    return ledger.send(submission)


def setting(**fields: object) -> Edit:
    return lambda body: body.update(fields)


def detail(**fields: object) -> Edit:
    """An edit of the first line's detail."""

    def edit(body: dict[str, Any]) -> None:
        line = body["Line"][0]
        line[line["DetailType"]].update(fields)

    return edit


def without(*names: str) -> Edit:
    def edit(body: dict[str, Any]) -> None:
        for name in names:
            del body[name]

    return edit


# The code of QuickBooks, the document, the edit, and what we make of it
CERTAIN: Mapping[str, tuple[Record, Edit, str]] = {
    "2010": (a_party(), setting(Favourite="blue"), "defect"),
    "2020": (a_party(), without("DisplayName"), "value_refused"),
    "2030": (an_invoice(), setting(CustomerRef={"value": "CUS-1"}), "defect"),
    "2040": (a_party(), setting(DisplayName="Rob:Barnett"), "value_refused"),
    "2050 name": (a_party(), setting(CompanyName="x" * 101), "value_too_long"),
    "2050 number": (an_invoice(), setting(DocNumber="9" * 22), "value_too_long"),
    "2060": (an_invoice(), setting(TxnDate="2026-13-01"), "value_refused"),
    "2090": (an_item(), setting(UnitPrice="ninety"), "value_refused"),
    "2170": (an_expense(), detail(PostingType="Sideways"), "value_refused"),
    "2210": (a_vendor(), setting(PrimaryEmailAddr={"Address": "nobody"}), "email_invalid"),
    "6070": (an_invoice(), detail(UnitPrice=94), "defect"),
    "6420": (an_invoice(), setting(EmailStatus="NeedToSend"), "email_invalid"),
}
OTHERS: Mapping[str, tuple[Record, Edit, str]] = {
    "2220": (a_party(), setting(CurrencyRef={"value": "EUR"}), "currency_mismatch"),
    "2500 customer": (
        an_invoice(),
        setting(CustomerRef={"value": "99999"}),
        "reference_inactive",
    ),
    "2500 item": (an_invoice(), detail(ItemRef={"value": "99999"}), "reference_inactive"),
    "2500 account": (
        an_expense(),
        detail(AccountRef={"value": "99999"}),
        "reference_inactive",
    ),
    "6000": (an_expense(), lambda body: body["Line"].extend(body["Line"]), "books_refused"),
    "6100": (an_invoice(), detail(TaxCodeRef={"value": "2"}), "tax_refused"),
    "6270": (an_invoice(), setting(TxnDate="2025-12-31"), "stock_too_young"),
}


@pytest.mark.parametrize("case", CERTAIN)
def test_what_can_never_be_taken_is_certain(refusing: Open, case: str) -> None:
    document, edit, code = CERTAIN[case]

    outcome = forced(stocked(refusing()), fresh(document), edit)

    assert isinstance(outcome, Refused)
    assert (outcome.fault.code, outcome.certain) == (code, True)
    assert outcome.fault.detail.startswith(case.split(maxsplit=1)[0])


@pytest.mark.parametrize("case", OTHERS)
def test_what_could_be_taken_otherwise_is_not(refusing: Open, case: str) -> None:
    document, edit, code = OTHERS[case]

    outcome = forced(stocked(refusing()), fresh(document), edit)

    assert isinstance(outcome, Refused)
    assert (outcome.fault.code, outcome.certain) == (code, False)
    assert outcome.fault.detail.startswith(case.split(maxsplit=1)[0])


def fresh(document: Record) -> Record:
    """The same with an id and a name of its own: the others are in the books already."""
    names = {"name": f"Another {document.name}"} if hasattr(document, "name") else {}
    return document.model_copy(update={"id": f"{document.id[:3]}-99", **names})


def test_2290_a_negative_document(refusing: Open) -> None:
    def negative(body: dict[str, Any]) -> None:
        for line in body["Line"]:
            line["Amount"] = -line["Amount"]
            line["SalesItemLineDetail"]["UnitPrice"] *= -1

    outcome = forced(stocked(refusing()), an_invoice(), negative)

    assert isinstance(outcome, Refused)
    assert (outcome.fault.code, outcome.certain) == ("negative_amount", True)


def test_2300_debits_and_credits_that_differ(refusing: Open) -> None:
    outcome = forced(
        stocked(refusing()), an_expense(), lambda body: body["Line"][0].update(Amount=1)
    )

    assert isinstance(outcome, Refused)
    assert outcome.fault.category is Category.DEFECT


def test_600_a_request_id_for_two_requests(refusing: Open) -> None:
    ledger = refusing()
    first = ledger.prepared(a_party())
    ledger.books.send(first)
    second = replace(ledger.prepared(a_vendor()), key=first.key)

    assert isinstance(send(ledger, second), Unknown)


def test_600_inside_a_batch(refusing: Open) -> None:
    ledger = stocked(refusing())
    due = [an_invoice(id=f"INV-{n}", number=str(n)) for n in (1, 2)]
    first = ledger.submit(ledger.plan(*map(ledger.work, due)).requests[0])
    ledger.books.send(first)
    other = replace(first, body=first.body.replace("pump seal", "bearing"))

    outcomes = ledger.books.send(other).outcomes

    assert {type(outcome) for outcome in outcomes.values()} == {Unknown}


def test_6000_a_request_id_that_is_too_long(refusing: Open) -> None:
    ledger = stocked(refusing())
    due = [an_invoice(id=f"INV-{n}", number=str(n)) for n in (1, 2)]
    plan = ledger.plan(*map(ledger.work, due))
    long_key = replace(ledger.submit(plan.requests[0]), key=f"{uuid4()}-{uuid4()}"[:50])

    outcomes = ledger.books.send(long_key).outcomes

    codes = [one.fault.code for one in outcomes.values() if isinstance(one, Refused)]
    assert codes == ["defect", "defect"]


def test_1040_too_many_items(refusing: Open) -> None:
    ledger = stocked(refusing())
    due = [an_invoice(id=f"INV-{n}", number=str(n)) for n in (1, 2)]
    submission = ledger.submit(ledger.plan(*map(ledger.work, due)).requests[0])
    body = json.loads(submission.body)
    items = [{**body["BatchItemRequest"][0], "bId": str(n)} for n in range(31)]
    submission = replace(submission, body=json.dumps({"BatchItemRequest": items}))

    outcomes = ledger.books.send(submission).outcomes

    codes = [one.fault.code for one in outcomes.values() if isinstance(one, Refused)]
    assert codes == ["defect", "defect"]


def test_610_something_that_is_gone(refusing: Open) -> None:
    ledger = stocked(refusing())
    ledger.put(an_invoice())

    outcome = forced(ledger, an_invoice(memo="2"), setting(Id="99999"))

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "gone_in_books"


@pytest.mark.parametrize("kind", ["Item", "Customer"])
def test_610_or_6250_something_inactive(refusing: Open, kind: str) -> None:
    ledger = stocked(refusing())
    documents: dict[str, Record] = {"Item": an_item(), "Customer": a_party()}
    submission = ledger.prepared(an_invoice())
    ledger.remove(documents[kind])

    outcome = send(ledger, submission)

    assert isinstance(outcome, Refused)
    assert outcome.fault.category is Category.REFERENCE
    assert not outcome.certain


def test_5010_a_stale_token(refusing: Open) -> None:
    ledger = refusing()
    ledger.put(a_party())
    ledger.put(a_party(phone="1"))

    assert isinstance(forced(ledger, a_party(phone="2"), setting(SyncToken="0")), Stale)


def test_5020_stock_without_the_plan_for_it(refusing: Open) -> None:
    ledger = refusing()
    ledger.company.prefer(ProductAndServicesPrefs={"QuantityOnHand": False})

    outcome = ledger.push(a_stock_item())

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "feature_missing"


def test_6140_a_taken_number(refusing: Open) -> None:
    ledger = stocked(refusing())
    ledger.put(an_invoice())

    outcome = ledger.push(an_invoice(id="INV-2"))

    assert isinstance(outcome, Clash)
    assert outcome.fault.names["number"] == "2026-1042"


@pytest.mark.parametrize("document", [a_party(), a_vendor(), an_item()], ids=lambda one: one.id)
def test_6240_a_taken_name(refusing: Open, document: Record) -> None:
    ledger = stocked(refusing())
    twin = document.model_copy(update={"id": f"{document.id}-2"})

    outcome = ledger.push(twin)

    assert isinstance(outcome, Clash)
    assert outcome.fault.code == "duplicate_name"


def test_6190_a_lapsed_subscription(refusing: Open) -> None:
    ledger = stocked(refusing())
    submission = ledger.prepared(an_invoice())
    ledger.company.switch(read_only=True)

    with pytest.raises(Disconnected, match="6190"):
        ledger.books.send(submission)


@pytest.mark.parametrize("password", [False, True])
def test_6200_and_6210_a_closed_period(refusing: Open, *, password: bool) -> None:
    ledger = stocked(refusing(closed_until="2026-10-15"))
    ledger.company.switch(closing_password=password)

    outcome = ledger.push(an_invoice())

    assert isinstance(outcome, Refused)
    assert outcome.fault.category is Category.PERIOD
    assert outcome.fault.detail.startswith("6210" if password else "6200")
    assert outcome.fault.names["date"] == "2026-10-01"


def test_6220_stock_that_is_left(refusing: Open) -> None:
    ledger = stocked(refusing())

    outcome = ledger.push(a_stock_item(), Operation.REMOVE)

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "still_in_use"


def test_6430_an_account_for_another_use(refusing: Open) -> None:
    ledger = stocked(refusing())
    bank = {"value": ledger.account("1000")}

    outcome = forced(ledger, an_item(name="Other hour", id="ITM-9"), setting(IncomeAccountRef=bank))

    assert isinstance(outcome, Refused)
    assert outcome.fault.category is Category.MAPPING


def test_6520_stock_without_a_quantity(refusing: Open) -> None:
    def without_quantity(body: dict[str, Any]) -> None:
        del body["Line"][1]["SalesItemLineDetail"]["Qty"]

    outcome = forced(stocked(refusing()), an_invoice(), without_quantity)

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "value_refused"


def test_a_voided_document_cannot_be_changed(refusing: Open) -> None:
    ledger = stocked(refusing())
    written = ledger.put(an_invoice())
    submission = ledger.prepared(an_invoice(memo="2"))
    voided = ledger.company.enter("Invoice", "void", Id=written.ref)
    body = json.loads(submission.body) | {"SyncToken": voided["SyncToken"]}

    outcome = send(ledger, replace(submission, body=json.dumps(body)))

    assert isinstance(outcome, Refused)


def test_a_lapsed_subscription_stops_the_connection(quickbooks: Ledger) -> None:
    submission = quickbooks.prepared(a_party())
    quickbooks.company.switch(read_only=True)

    with pytest.raises(Disconnected) as error:
        quickbooks.books.send(submission)
    assert error.value.code == "subscription_lapsed"


def test_another_company_is_out_of_reach(refusing: Open) -> None:
    ours, other = refusing(), refusing()
    submission = ours.submit(other.plan(other.work(a_party())).requests[0])

    with pytest.raises(Disconnected) as error:
        ours.books.send(submission)
    assert error.value.code == "wrong_environment"


@pytest.mark.parametrize(
    ("switch", "code"),
    [("read_only", "subscription_lapsed"), ("no_permission", "permission_lost")],
)
def test_a_batch_of_which_nothing_was_taken(refusing: Open, switch: str, code: str) -> None:
    ledger = refusing()
    for document in (a_party(), an_item(), a_stock_item()):
        ledger.put(document)
    due = [ledger.work(an_invoice(id=f"INV-{n}", number=str(n))) for n in (1, 2)]
    submission = ledger.submit(ledger.plan(*due).requests[0])
    ledger.company.switch(**{switch: True})

    with pytest.raises(Disconnected) as error:
        ledger.books.send(submission)
    assert error.value.code == code


@pytest.mark.parametrize(("said", "pause"), [(None, 60), (7, 7)])
def test_3001_a_throttle_lasts_as_long_as_it_says(
    refusing: Open, said: int | None, pause: int
) -> None:
    ledger = refusing()
    ledger.company.fault(fault="throttle", where="read", seconds=said)

    with pytest.raises(Throttled) as error:
        ledger.books.test()
    assert error.value.pause == timedelta(seconds=pause)
