"""Records as Xero shows them: whole, on a page, in a list without pages, or in short."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from tests.simulators.xero.amounts import rounded
from tests.simulators.xero.balances import balances
from tests.simulators.xero.organisation import Body, Organisation
from tests.simulators.xero.wire import Json

PRICES = ("UnitAmount", "UnitPrice")


class Detail(Enum):
    """How much of a record an answer shows."""

    WHOLE = "a single one, or what was just written"
    PAGE = "with page"
    LIST = "without page: less is in it"
    SHORT = "summaryOnly"


# Of contacts, a list without pages does not show these ...
ONLY_PAGED = {"MergedToContactID", "ContactPersons", "PaymentTerms", "DefaultCurrency"}
ONLY_PAGED |= {"SalesDefaultAccountCode", "PurchasesDefaultAccountCode"}
ONLY_PAGED |= {"SalesDefaultLineAmountType", "PurchasesDefaultLineAmountType"}
# ... and the short form none of these.
NOT_IN_SHORT = {"Addresses", "Balances", "ContactPersons", "ContactGroups", "IsCustomer"}
NOT_IN_SHORT |= {"IsSupplier", "SalesDefaultAccountCode", "PurchasesDefaultAccountCode", "Phones"}
NO_STAMP = ("TaxRate", "Currency")


CONTACT: Body = {"ContactGroups": [], "HasAttachments": False, "HasValidationErrors": False}
EMPTY_CONTACT: Body = {
    "Addresses": [],
    "Phones": [],
    "ContactGroups": [],
    "ContactPersons": [],
    "HasValidationErrors": False,
}


def shown(
    organisation: Organisation, kind: str, body: Body, detail: Detail, places: int = 4
) -> Json:
    """One record as it goes out; unit prices with so many places."""
    view = VIEWS.get(kind)
    result = view(organisation, body, detail) if view else dict(body)
    if kind in NO_STAMP:
        result.pop("UpdatedDateUTC", None)
    return _public(result, places)


def _public(value: Json, places: int) -> Json:
    """Without what only the simulator knows, with prices cut as asked for."""
    match value:
        case dict():
            return {
                name: rounded(part, places)
                if name in PRICES and isinstance(part, Decimal)
                else _public(part, places)
                for name, part in value.items()
                if not name.startswith("_")
            }
        case list():
            return [_public(row, places) for row in value]
    return value


def _contact(organisation: Organisation, body: Body, detail: Detail) -> Body:
    result = body | CONTACT
    if detail is not Detail.SHORT and (owed := balances(organisation, body["ContactID"])):
        result["Balances"] = owed
    match detail:
        case Detail.LIST:
            return {name: value for name, value in result.items() if name not in ONLY_PAGED}
        case Detail.SHORT:
            return {name: value for name, value in result.items() if name not in NOT_IN_SHORT}
    return result


def _named(organisation: Organisation, contact_id: str) -> Body:
    contact = organisation.records["Contact"][contact_id]
    return {"ContactID": contact_id, "Name": contact["Name"]}


def _invoice(organisation: Organisation, body: Body, detail: Detail) -> Body:
    result = body | _date_strings(body, "Date", "DueDate")
    result |= {"HasErrors": False, "IsDiscounted": _is_discounted(body)}
    result |= {"CreditNotes": [], "Prepayments": [], "Overpayments": []}
    contact_id = body["Contact"]["ContactID"]
    if detail is Detail.WHOLE:
        result["Contact"] = organisation.records["Contact"][contact_id] | CONTACT
    else:
        result["Contact"] = _named(organisation, contact_id) | EMPTY_CONTACT
    if detail is Detail.LIST:
        result |= {"Contact": _named(organisation, contact_id), "LineItems": []}
    if detail is Detail.SHORT:
        del result["LineItems"]
        return result
    live = organisation.payments_of(body["InvoiceID"])
    result["LineItems"] = [line | {"Tracking": []} for line in result["LineItems"]]
    result["Payments"] = [_applied(p) for p in live if p["Status"] != "DELETED"]
    return result | {"HasAttachments": False}


def _is_discounted(invoice: Body) -> bool:
    return any(
        line.get("DiscountRate") or line.get("DiscountAmount") for line in invoice["LineItems"]
    )


def _applied(payment: Body) -> Body:
    names = ("PaymentID", "Date", "Amount", "Reference", "CurrencyRate")
    return {name: payment[name] for name in names} | {
        "HasAccount": False,
        "HasValidationErrors": False,
    }


def _payment(organisation: Organisation, body: Body, detail: Detail) -> Body:
    invoice = organisation.records["Invoice"][body["Invoice"]["InvoiceID"]]
    account = organisation.records["Account"][body["Account"]["AccountID"]]
    names = ("AccountID", "Code", "Name") if detail is Detail.WHOLE else ("AccountID", "Code")
    paid = {name: invoice[name] for name in ("Type", "InvoiceID", "InvoiceNumber", "CurrencyCode")}
    paid |= {name: [] for name in ("Payments", "CreditNotes", "Prepayments", "Overpayments")}
    paid |= {"HasErrors": False, "IsDiscounted": False, "LineItems": []}
    paid["Contact"] = _named(organisation, invoice["Contact"]["ContactID"]) | EMPTY_CONTACT
    return body | {
        "UpdatedDateUTCString": _iso(body["UpdatedDateUTC"]),
        "HasAccount": True,
        "HasValidationErrors": False,
        "Account": {name: account[name] for name in names if name in account},
        "Invoice": paid,
    }


def _journal(organisation: Organisation, body: Body, detail: Detail) -> Body:
    shown_lines = [] if detail is Detail.LIST else body["JournalLines"]
    lines = [line | {"Tracking": []} for line in shown_lines]
    return body | {"JournalLines": lines, "HasAttachments": False}


def _date_strings(body: Body, *names: str) -> Body:
    result = {f"{name}String": _midnight(body[name]) for name in names if name in body}
    return result | {"UpdatedDateUTCString": _iso(body["UpdatedDateUTC"])}


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00"


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"


VIEWS: dict[str, Callable[[Organisation, Body, Detail], Body]] = {
    "Contact": _contact,
    "Invoice": _invoice,
    "Payment": _payment,
    "ManualJournal": _journal,
}
