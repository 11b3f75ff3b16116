"""Each fault of QuickBooks about what stands in a request, provoked, and what it means to us.

What our own checks would stop is forced through by editing the request. Codes of the reference that
the simulator does not say: 620 800 6310 6540 10100 (not of our kinds), 700 900 6150 6160 6170 6180
(it says 6000), 130 140 150 630 1000 1010 1020 2080 2100 2120 2140 2160 2250 2260 2270 2280 2600
3000 3202 5000 5030 6050 6060 6080 6110 6120 6230 6440 6450 6470 6480 10200 (no case is known that
provokes them). They are in the table of `test_faults.py`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.contract.forcing import (
    Edit,
    also_line,
    edited,
    forced,
    fresh,
    negated,
    of_detail,
    of_line,
    setting,
    without,
)
from tests.contract.ledger import Ledger, Open
from tests.contract.records import a_party, a_stock_item, a_vendor, an_expense, an_invoice, an_item
from tests.contract.scenes import ready_for
from worker.errors import Category
from worker.providers.port import Outcome, Record, Refused, Submission

Cases = Mapping[str, tuple[Record, Edit, str]]

# The code of QuickBooks (and a word), the document, the edit, and what we make of it
CERTAIN: Cases = {
    "2010": (a_party(), setting(Favourite="blue"), "defect"),
    "2020 name": (a_party(), without("DisplayName"), "value_refused"),
    "2020 quantity": (a_stock_item(), without("QtyOnHand"), "value_refused"),
    "2020 lines": (an_invoice(), setting(Line=[]), "value_refused"),
    "2030": (an_invoice(), setting(CustomerRef={"value": "CUS-1"}), "defect"),
    "2040 party": (a_party(), setting(DisplayName="Rob:Barnett"), "value_refused"),
    "2040 item": (an_item(), setting(Name="Seal\tkit"), "value_refused"),
    "2050 name": (a_party(), setting(CompanyName="x" * 101), "value_too_long"),
    "2050 number": (an_invoice(), setting(DocNumber="9" * 22), "value_too_long"),
    "2050 note": (an_expense(), setting(PrivateNote="x" * 4001), "value_too_long"),
    "2060": (an_invoice(), setting(TxnDate="2026-13-01"), "value_refused"),
    "2070": (an_item(), setting(UnitPrice=10**12), "value_refused"),
    "2090 text": (an_item(), setting(UnitPrice="ninety"), "value_refused"),
    "2090 list": (an_expense(), setting(Line={}), "value_refused"),
    "2110 amount": (an_invoice(), of_line(Amount=190.001), "value_refused"),
    "2110 price": (an_item(), setting(UnitPrice=0.000001), "value_refused"),
    "2170 posting": (an_expense(), of_detail(PostingType="Sideways"), "value_refused"),
    "2170 type": (an_item(), setting(Type="Idea"), "value_refused"),
    "2210": (a_vendor(), setting(PrimaryEmailAddr={"Address": "nobody"}), "email_invalid"),
    "2290 invoice": (an_invoice(), negated, "negative_amount"),
    "2290 expense": (an_expense(), negated, "negative_amount"),
    "2300": (an_expense(), of_line(Amount=1), "defect"),
    "6070": (an_invoice(), of_detail(UnitPrice=94), "defect"),
    "6090": (
        an_invoice(),
        also_line("DiscountLineDetail", {}, {"PercentBased": True}),
        "defect",
    ),
    "6420": (an_invoice(), setting(EmailStatus="NeedToSend"), "email_invalid"),
    "6520": (an_invoice(), of_detail(ItemRef={"value": "STOCK"}, Qty=None), "value_refused"),
}
NOWHERE = {"value": "99999"}
OTHERS: Cases = {
    "2220 customer": (a_party(), setting(CurrencyRef={"value": "EUR"}), "currency_mismatch"),
    "2220 invoice": (an_invoice(), setting(CurrencyRef={"value": "EUR"}), "currency_mismatch"),
    "2500 customer": (an_invoice(), setting(CustomerRef=NOWHERE), "reference_inactive"),
    "2500 item": (an_invoice(), of_detail(ItemRef=NOWHERE), "reference_inactive"),
    "2500 account": (an_expense(), of_detail(AccountRef=NOWHERE), "reference_inactive"),
    "2500 income": (an_item(), setting(IncomeAccountRef=NOWHERE), "reference_inactive"),
    "2500 tax": (
        an_invoice(),
        setting(TxnTaxDetail={"TxnTaxCodeRef": NOWHERE}),
        "tax_refused",
    ),
    "6000 two payables": (
        an_expense(),
        lambda body: body["Line"].extend(body["Line"]),
        "books_refused",
    ),
    "6000 no vendor": (
        an_expense(),
        lambda body: body["Line"][1]["JournalEntryLineDetail"].pop("Entity"),
        "books_refused",
    ),
    "6100": (an_invoice(), of_detail(TaxCodeRef={"value": "2"}), "tax_refused"),
    "6270": (an_invoice(), setting(TxnDate="2025-12-31"), "stock_too_young"),
}


def outcome_of(ledger: Ledger, document: Record, edit: Edit) -> Outcome:
    """The same with `STOCK` in place of the ref of the item that is in stock."""
    ledger.put(a_vendor())
    stock = ready_for(ledger, an_invoice()).known[("item", "ITM-2")].ref  # type: ignore[index]
    submission = edited(ledger.prepared(fresh(document)), edit)
    return ledger.send(replace(submission, body=submission.body.replace('"STOCK"', f'"{stock}"')))


@pytest.mark.parametrize("case", CERTAIN)
def test_what_can_never_be_taken_is_certain(refusing: Open, case: str) -> None:
    document, edit, code = CERTAIN[case]

    outcome = outcome_of(refusing(), document, edit)

    assert isinstance(outcome, Refused)
    assert (outcome.fault.code, outcome.certain) == (code, True)
    assert outcome.fault.detail.split()[0] == case.split(maxsplit=1)[0]


@pytest.mark.parametrize("case", OTHERS)
def test_what_could_be_taken_otherwise_is_not(refusing: Open, case: str) -> None:
    document, edit, code = OTHERS[case]

    outcome = outcome_of(refusing(), document, edit)

    assert isinstance(outcome, Refused)
    assert (outcome.fault.code, outcome.certain) == (code, False)
    assert outcome.fault.detail.split()[0] == case.split(maxsplit=1)[0]


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (an_item(), "IncomeAccountRef"),
        (a_stock_item(), "IncomeAccountRef"),
        (a_stock_item(), "ExpenseAccountRef"),
        (a_stock_item(), "AssetAccountRef"),
    ],
    ids=lambda one: getattr(one, "id", one),
)
def test_6430_an_account_for_another_use(refusing: Open, document: Record, field: str) -> None:
    ledger = refusing()
    bank = {"value": ledger.account("1000")}

    outcome = forced(ledger, document, setting(**{field: bank}))

    assert isinstance(outcome, Refused)
    assert (outcome.fault.code, outcome.fault.category) == (
        "account_type_wrong",
        Category.MAPPING,
    )


def test_6000_a_line_without_tax_abroad(refusing: Open) -> None:
    ledger = refusing(country="GB", currency="GBP")
    code = next(one.name for one in ledger.chart().taxes if one.kind == "code")
    ledger.mapping = {**ledger.mapping, "sales_tax": code}
    ledger.pulled = None
    ledger.put(a_party(currency="GBP"))
    ledger.put(an_item())
    line = {"item_id": "ITM-1", "unit_price": "95"}

    outcome = forced(
        ledger,
        an_invoice(currency="GBP", lines=[line], total=None),
        of_detail(TaxCodeRef=None),
    )

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "tax_refused"


def test_6000_an_item_keeps_its_type(refusing: Open) -> None:
    ledger = refusing()
    ledger.put(an_item())

    outcome = ledger.push(an_item(type="non_inventory", expense_account="5000"))

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "books_refused"


def test_5020_stock_without_the_plan_for_it(refusing: Open) -> None:
    ledger = refusing()
    ledger.company.prefer(ProductAndServicesPrefs={"QuantityOnHand": False})

    outcome = ledger.push(a_stock_item())

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "feature_missing"


# Requests that no plan of ours makes

Changes = Mapping[str, object]


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("500", {"path": "?operation=delete"}),
        ("400", {"body": "{"}),
        ("2130", {"key": "a key"}),
        ("6000", {"key": "k" * 51}),
    ],
)
def test_a_request_of_our_making_is_a_defect(refusing: Open, code: str, changes: Changes) -> None:
    ledger = refusing()
    submission = ledger.prepared(a_party())
    fields: dict[str, Any] = dict(changes)
    if "path" in fields:
        fields["path"] = submission.path + fields["path"]

    outcome = ledger.send(replace(submission, **fields))

    assert isinstance(outcome, Refused)
    assert (outcome.fault.code, outcome.fault.detail.split()[0]) == ("defect", code)


def a_batch(ledger: Ledger, edit: Edit) -> Submission:
    """Two invoices in one request, edited."""
    ready_for(ledger, an_invoice())
    due = [an_invoice(id=f"INV-{n}", number=str(n)) for n in (1, 2)]
    return edited(ledger.submit(ledger.plan(*map(ledger.work, due)).requests[0]), edit)


def too_many(body: dict[str, Any]) -> None:
    item = body["BatchItemRequest"][0]
    body["BatchItemRequest"] = [{**item, "bId": str(n)} for n in range(31)]


@pytest.mark.parametrize(
    ("code", "edit"),
    [
        ("400", setting(BatchItemRequest=[])),
        ("500", lambda body: [one.update(operation="print") for one in body["BatchItemRequest"]]),
        ("1040", too_many),
        ("2000", lambda body: [one.update(Bill={}) for one in body["BatchItemRequest"]]),
        ("2010", setting(Favourite="blue")),
        ("2130", lambda body: [one.update(bId="1") for one in body["BatchItemRequest"]]),
    ],
)
def test_a_batch_of_our_making_is_a_defect(refusing: Open, code: str, edit: Edit) -> None:
    ledger = refusing()

    outcomes = ledger.answer(a_batch(ledger, edit)).outcomes

    refused = [one.fault for one in outcomes.values() if isinstance(one, Refused)]
    assert [(one.code, one.detail.split()[0]) for one in refused] == [("defect", code)] * 2


def test_6000_a_key_that_is_too_long_for_a_batch(refusing: Open) -> None:
    ledger = refusing()
    long = replace(a_batch(ledger, lambda _: None), key="k" * 50)

    outcomes = ledger.answer(long).outcomes

    refused = [one.fault.code for one in outcomes.values() if isinstance(one, Refused)]
    assert refused == ["defect"] * 2
