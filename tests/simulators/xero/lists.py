"""Reading lists: filters, changes since, order and pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache

from tests.simulators.xero.calls import Call
from tests.simulators.xero.errors import QueryRefused, simulator
from tests.simulators.xero.fields import KINDS
from tests.simulators.xero.ordering import order
from tests.simulators.xero.organisation import ID_FIELDS, Body, Organisation, fold
from tests.simulators.xero.query import Fields, where
from tests.simulators.xero.views import Detail, shown
from tests.simulators.xero.wire import Json

PLURALS = {
    "Accounts": "Account",
    "TaxRates": "TaxRate",
    "Currencies": "Currency",
    "Contacts": "Contact",
    "Items": "Item",
    "Invoices": "Invoice",
    "Payments": "Payment",
    "ManualJournals": "ManualJournal",
}
PAGED = ("Contacts", "Invoices", "Payments", "ManualJournals")
ALL = {"where", "order"}
PARAMETERS = {name: ALL | ({"page", "pageSize"} if name in PAGED else set()) for name in PLURALS}
PARAMETERS["Contacts"] |= {"IDs", "includeArchived", "summaryOnly", "searchTerm"}
PARAMETERS["Items"] |= {"unitdp"}
PARAMETERS["Invoices"] |= {"IDs", "InvoiceNumbers", "ContactIDs", "Statuses", "createdByMyApp"}
PARAMETERS["Invoices"] |= {"includeArchived", "unitdp", "summaryOnly", "searchTerm"}
SINCE = ("Accounts", "Contacts", "Items", "Invoices", "Payments", "ManualJournals")
SEARCHED = {
    "Contact": ("Name", "FirstName", "LastName", "ContactNumber", "CompanyNumber", "EmailAddress"),
    "Invoice": ("InvoiceNumber", "Reference"),
}
FOLDED = {"Contact": ("name", "emailaddress", "accountnumber")}
IDS = {
    *("contactid", "invoiceid", "paymentid", "itemid", "accountid", "manualjournalid"),
    *("contact.contactid", "invoice.invoiceid", "account.accountid", "mergedtocontactid"),
    *("invoice.contact.contactid", "batchpaymentid"),
}
STAMP = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?Z?)?")
EXTRA = {"TaxRate": ("Name", "TaxType", "Status", "EffectiveRate"), "Currency": ("Code",)}


@dataclass(frozen=True)
class Page:
    number: int
    size: int


def check_parameters(query: Mapping[str, str], known: Iterable[str]) -> None:
    """Xero passes over what it does not know. Raises QueryRefused."""
    if unknown := set(query) - set(known):
        raise QueryRefused(simulator(f"parameter {min(unknown)} would be ignored here"))
    if query.get("unitdp", "4") not in ("2", "4"):
        raise QueryRefused(simulator("unitdp is 2 or 4"))


def places_of(query: Mapping[str, str]) -> int:
    return int(query.get("unitdp", "2"))


def listed(organisation: Organisation, plural: str, call: Call) -> Json:
    """The part of the answer beside the envelope: the records, and the pagination."""
    kind, query = PLURALS[plural], call.query
    check_parameters(query, PARAMETERS[plural])
    rows = list(organisation.records[kind].values())
    for test in _tests(organisation, plural, call):
        rows = [row for row in rows if test(row)]
    resolve = _resolver(organisation, kind)
    if plural in PAGED:
        rows.sort(key=lambda row: (row["UpdatedDateUTC"], row[ID_FIELDS[kind]]))
    if "order" in query:
        rows = order(query["order"], rows, resolve)
    page, short = _page(query, plural), flag(query, "summaryOnly")
    answer: Json = {}
    if page:
        pages = -(-len(rows) // page.size)
        counts = {"page": page.number, "pageSize": page.size}
        answer["pagination"] = counts | {"pageCount": pages, "itemCount": len(rows)}
        rows = rows[(page.number - 1) * page.size : page.number * page.size]
    detail = Detail.SHORT if short else Detail.PAGE if page else Detail.LIST
    places = places_of(query) if "unitdp" in PARAMETERS[plural] else 4
    return answer | {plural: [shown(organisation, kind, row, detail, places) for row in rows]}


def flag(query: Mapping[str, str], name: str) -> bool:
    """Raises QueryRefused."""
    value = query.get(name, "false").lower()
    if value not in ("true", "false"):
        raise QueryRefused(f"{name}={query[name]} is neither true nor false")
    return value == "true"


def _page(query: Mapping[str, str], plural: str) -> Page | None:
    """Which page; `Statuses` and `summaryOnly` page by themselves."""
    forced = "Statuses" in query or flag(query, "summaryOnly")
    if "page" not in query and not forced:
        if "pageSize" in query:
            raise QueryRefused(simulator("pageSize without page would be ignored"))
        return None
    number, size = query.get("page", "1"), query.get("pageSize", "100")
    if not (number.isdigit() and int(number) and size.isdigit()):
        raise QueryRefused(f"page={number} and pageSize={size} are no page of {plural}")
    return Page(int(number), min(max(int(size), 1), 1000))


def _tests(organisation: Organisation, plural: str, call: Call) -> Iterable[Callable[[Body], bool]]:
    kind, query = PLURALS[plural], call.query
    if since := _since(plural, call):
        yield lambda row: row["UpdatedDateUTC"] >= since
    if kind == "Contact" and not flag(query, "includeArchived"):
        yield lambda row: row["ContactStatus"] == "ACTIVE"
    if flag(query, "createdByMyApp"):
        yield lambda row: row["_app"] == call.app
    for name, field in (("IDs", ID_FIELDS[kind]), ("Statuses", "Status")):
        if name in query:
            wanted = {part.strip().lower() for part in query[name].split(",")}
            yield lambda row, f=field, w=wanted: row[f].lower() in w  # type: ignore[misc]
    if "InvoiceNumbers" in query:
        numbers = {fold(part) for part in query["InvoiceNumbers"].split(",")}
        yield lambda row: fold(row["InvoiceNumber"]) in numbers
    if "ContactIDs" in query:
        contacts = {part.strip().lower() for part in query["ContactIDs"].split(",")}
        yield lambda row: row["Contact"]["ContactID"] in contacts
    if "searchTerm" in query:
        term, fields = fold(query["searchTerm"]), SEARCHED[kind]
        yield lambda row: any(term in fold(row.get(name, "")) for name in fields)
    if "where" in query:
        folded = frozenset(FOLDED.get(kind, ()))
        yield where(query["where"], Fields(_resolver(organisation, kind), frozenset(IDS), folded))


def _since(plural: str, call: Call) -> datetime | None:
    """Of whole seconds, inclusive. Raises QueryRefused."""
    text = call.headers.get("if-modified-since")
    if text is None:
        return None
    if plural not in SINCE:
        raise QueryRefused(simulator(f"If-Modified-Since would be ignored on {plural}"))
    try:
        iso = STAMP.fullmatch(text)
        moment = datetime.fromisoformat(text) if iso else parsedate_to_datetime(text)
    except (ValueError, TypeError):
        raise QueryRefused(f"If-Modified-Since {text} cannot be read") from None
    return moment.replace(microsecond=0, tzinfo=moment.tzinfo or UTC)


@cache
def _names_of(kind: str) -> dict[str, str]:
    return {name.lower(): name for name in (*KINDS.get(kind, ()), *EXTRA.get(kind, ()))}


def _resolver(organisation: Organisation, kind: str) -> Callable[[Body, str], Json]:
    """How a path of `where` and `order` finds its value, whatever case it is written in."""

    def resolve(row: Body, path: str) -> Json:
        head, _, rest = path.lower().partition(".")
        name = _names_of(kind)[head]
        if not rest:
            return row.get(name)
        number = row[name][ID_FIELDS[name]]
        return _resolver(organisation, name)(organisation.records[name][number], rest)

    return resolve
