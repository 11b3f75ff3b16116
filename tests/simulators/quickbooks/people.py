"""What people do and see in a company, beside the API (the control address)."""

from __future__ import annotations

from tests.simulators.httpd import Request
from tests.simulators.quickbooks.books import books
from tests.simulators.quickbooks.company import Company
from tests.simulators.quickbooks.filled import fill
from tests.simulators.quickbooks.merging import merge
from tests.simulators.quickbooks.preferences import prefer
from tests.simulators.quickbooks.wire import Json
from tests.simulators.quickbooks.writes import write


def by_person(company: Company, request: Request, rest: list[str], body: Json) -> Json:
    """One thing seen or done; the company's lock is held. Raises LookupError for no such thing."""
    match request.method, rest:
        case "GET", _:
            return _shown(company, rest)
        case _, ["entities", kind, *number]:
            return _record(company, request, kind, number, body)
        case "POST", ["fill"]:
            return fill(company)
        case "POST", ["merge", kind]:
            return {kind: merge(company, kind, body["from"], body["into"])}
        case "PUT", ["preferences" | "switches" as word]:
            return prefer(company, body) if word == "preferences" else _switch(company, body)
        case "POST" | "DELETE", ["payments", payment, "deposit"]:
            return _deposit(company, payment, inside=request.method == "POST")
    raise LookupError(f"{request.method} {request.path}")


def _record(company: Company, request: Request, kind: str, rest: list[str], body: Json) -> Json:
    match request.method, rest:
        case "POST", []:
            return _enter(company, kind, request.query.get("operation"), body)
        case "PUT", [number] if kind in ("TaxCode", "TaxRate"):
            return _set_tax(company, kind, number, **body)
    raise LookupError(f"{request.method} {request.path}")


def _set_tax(company: Company, kind: str, number: str, **values: Json) -> Json:
    """Tax settings have pages of their own: the API cannot change them. KeyError if unknown."""
    if unknown := set(values) - {"Active", "Name", "Description", "RateValue"}:
        raise ValueError(f"unknown: {sorted(unknown)}")
    body = company.records[kind][number]
    body.update(values)
    company.touch(kind, body)
    return {kind: body}


def _deposit(company: Company, payment: str, *, inside: bool) -> Json:
    if inside:
        company.deposited.add(payment)
    else:
        company.deposited.discard(payment)
    return sorted(company.deposited)


def _shown(company: Company, rest: list[str]) -> Json:
    match rest:
        case []:
            return described(company)
        case ["books"]:
            return books(company)
        case ["entities", kind]:
            return list(company.records[kind].values())
    raise LookupError("/".join(rest))


def _enter(company: Company, kind: str, operation: str | None, body: Json) -> Json:
    """A person enters a record by hand: same rules, and the newest SyncToken without asking."""
    wanted = operation or ("update" if "Id" in body else "create")
    # The user interface always works on what it has just shown.
    if wanted != "create" and "SyncToken" not in body:
        known = company.find(kind, str(body.get("Id")))
        if known:
            sparse = {"sparse": True} if wanted == "update" else {}
            body = sparse | body | {"SyncToken": known["SyncToken"]}
    return {kind: write(company, kind, wanted, body)}


def _switch(company: Company, change: dict[str, Json]) -> Json:
    for name, value in change.items():
        if not hasattr(company.switches, name) or not isinstance(value, bool):
            raise ValueError(f"no switch {name}")
        setattr(company.switches, name, value)
    return vars(company.switches)


def described(company: Company) -> dict[str, Json]:
    return {
        "id": company.id,
        "name": company.name,
        "country": company.country,
        "currency": company.currency,
        "switches": vars(company.switches),
    }
