"""What people see and do in an organisation, beside the API (the control address)."""

from __future__ import annotations

from tests.simulators.httpd import Request
from tests.simulators.xero import people
from tests.simulators.xero.books import books
from tests.simulators.xero.filled import fill
from tests.simulators.xero.organisation import ID_FIELDS, Body, Organisation
from tests.simulators.xero.views import Detail, shown
from tests.simulators.xero.wire import Json

FINE = 4  # decimal places of unit prices


def on_screen(organisation: Organisation, request: Request, rest: list[str], body: Json) -> Json:
    """One thing seen or done; the organisation's lock is held. Raises LookupError, ValueError."""
    if request.method == "GET":
        return _seen(organisation, rest)
    done = _done(organisation, request, rest, body)
    if done is not None:
        kind, record = done
        return {kind: _shown(organisation, kind, record)}
    match request.method, rest:
        case "POST", ["fill"]:
            return fill(organisation)
        case "POST", ["batches"]:
            batched = people.batch(organisation, body["payments"])
            return {"Payments": [_shown(organisation, "Payment", record) for record in batched]}
        case "PUT", ["organisation"]:
            return _change(organisation, dict(body))
        case "PUT", ["switches"]:
            return _switch(organisation, body)
    raise LookupError(f"{request.method} {request.path}")


def described(organisation: Organisation) -> dict[str, Json]:
    locks = {name: day.isoformat() for name, day in organisation.settings.items()}
    return {
        "id": organisation.tenant_id,
        "name": organisation.name,
        "country": organisation.country,
        "currency": organisation.currency,
        "locks": locks,
        "switches": vars(organisation.switches),
    }


def _seen(organisation: Organisation, rest: list[str]) -> Json:
    match rest:
        case []:
            return described(organisation)
        case ["books"]:
            return books(organisation)
        case ["entities", kind] if kind in ID_FIELDS:
            records = organisation.records[kind].values()
            return [_shown(organisation, kind, record) for record in records]
    raise LookupError("/".join(rest))


def _done(
    organisation: Organisation, request: Request, rest: list[str], body: Json
) -> tuple[str, Body] | None:
    """What is done to one record, with its kind; None for anything else."""
    match request.method, rest:
        case "POST", ["entities", kind] if kind in ID_FIELDS:
            given = request.query.get("operation")
            operation = given or ("update" if ID_FIELDS[kind] in body else "create")
            return kind, people.by_person(organisation, kind, operation, body)
        case "POST", ["merge", "Contact"]:
            people.merge(organisation, body["from"], body["into"])
            return "Contact", organisation.records["Contact"][body["into"]]
        case "POST", ["pay", invoice]:
            return "Payment", people.pay(organisation, invoice, body)
        case "POST" | "DELETE" as method, ["payments", payment, "reconciliation"]:
            reconciled = method == "POST"
            return "Payment", people.reconcile(organisation, payment, reconciled=reconciled)
        case "POST", ["currencies", code]:
            return "Currency", people.subscribe(organisation, code)
    return None


def _shown(organisation: Organisation, kind: str, record: Body) -> Body:
    """As the API would answer it by its id."""
    found: Body = shown(organisation, kind, record, Detail.WHOLE, FINE)
    return found


def _change(organisation: Organisation, change: dict[str, Json]) -> Json:
    """A new `Name`, or lock dates."""
    name = change.pop("Name", organisation.name)
    people.set_locks(organisation, change)
    organisation.name = name
    return described(organisation)


def _switch(organisation: Organisation, change: dict[str, Json]) -> Json:
    for name, value in change.items():
        if not hasattr(organisation.switches, name) or not isinstance(value, bool):
            raise ValueError(f"no switch {name}")
        setattr(organisation.switches, name, value)
    return vars(organisation.switches)
