"""The control address: what tests and people do to the simulator itself. Never recorded."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.simulators.faults import Fault
from tests.simulators.httpd import Request, Response
from tests.simulators.quickbooks.books import books
from tests.simulators.quickbooks.company import Company
from tests.simulators.quickbooks.errors import Refused
from tests.simulators.quickbooks.seed import new_company, set_currency_home
from tests.simulators.quickbooks.wire import Json, dump, load
from tests.simulators.quickbooks.writes import write

if TYPE_CHECKING:
    from tests.simulators.quickbooks.service import QuickBooks

ROOT = "/control/"
COUNTERS = (
    "singles",
    "batches",
    "batch_items",
    "queries",
    "reads",
    "cdc",
    "token_refreshes",
    "token_refusals",
    "code_exchanges",
    "throttled",
    "writes_in_flight",
    "answers_lost_singles",
    "answers_lost_batches",
    "vanished_writes",
    "vanished_batches",
    "replays",
)


class Control:
    """Everything under /control."""

    def __init__(self, quickbooks: QuickBooks) -> None:
        self.quickbooks = quickbooks

    def answer(self, request: Request) -> Response:
        """400 with an `error` for what is wrong, 404 for an unknown address or company."""
        try:
            body = load(request.body) if request.body else {}
            found = self._route(request, body)
        except LookupError as error:
            return Response(404, dump({"error": str(error)}))
        except Refused as refused:
            return Response(400, dump({"error": refused.detail, "code": refused.code}))
        except (ValueError, TypeError, AttributeError) as error:
            return Response(400, dump({"error": str(error)}))
        return Response(200, dump(found))

    def _route(self, request: Request, body: Json) -> Json:
        quickbooks = self.quickbooks
        method, path = request.method, request.path.removeprefix(ROOT)
        match method, path.split("/"):
            case "GET", ["info"]:
                return quickbooks.info()
            case "GET" | "PUT", ["settings"]:
                quickbooks.settings.change(body)
                return quickbooks.settings.data()
            case _, ["faults"]:
                return self._faults(method, body)
            case "GET", ["stats"]:
                return quickbooks.stats.data(COUNTERS)
            case "POST", ["companies"]:
                company = new_company(**body)
                quickbooks.companies[company.id] = company
                return _described(company)
            case _, ["companies", number, *rest] if number in quickbooks.companies:
                return self._company(quickbooks.companies[number], request, rest, body)
        raise LookupError(f"{method} {path}")

    def _faults(self, method: str, body: Json) -> Json:
        faults = self.quickbooks.faults
        match method:
            case "POST":
                fault = Fault.parse(body)
                faults.add(fault)
                return fault.data()
            case "DELETE":
                faults.clear()
        return faults.listed()

    def _company(self, company: Company, request: Request, rest: list[str], body: Json) -> Json:
        match request.method, rest:
            case "GET", _:
                return _shown(company, rest)
            case "POST", ["entities", kind]:
                return _enter(company, kind, request.query.get("operation"), body)
            case "PUT", ["preferences"]:
                return _prefer(company, body)
            case "PUT", ["switches"]:
                return _switch(company, body)
            case "POST" | "DELETE", ["payments", payment, "deposit"]:
                change = (
                    company.deposited.add if request.method == "POST" else company.deposited.discard
                )
                change(payment)
                return sorted(company.deposited)
            case "POST", [word]:
                return self._tokens(company, word)
        raise LookupError(f"{request.method} {request.path}")

    def _tokens(self, company: Company, word: str) -> Json:
        """What happens to a company's consent: `tokens` gives a fresh one."""
        oauth = self.quickbooks.oauth
        match word:
            case "tokens":
                return oauth.consent(company.id)
            case "withdraw":
                company.switches.withdrawn = True
                oauth.withdraw(company.id)
            case "expire-tokens":
                oauth.expire(company.id)
            case _:
                raise LookupError(word)
        return _described(company)


def _shown(company: Company, rest: list[str]) -> Json:
    match rest:
        case []:
            return _described(company)
        case ["books"]:
            return books(company)
        case ["entities", kind]:
            with company.lock:
                return list(company.records[kind].values())
    raise LookupError("/".join(rest))


def _enter(company: Company, kind: str, operation: str | None, body: Json) -> Json:
    """A person enters a record by hand: same rules, and the newest SyncToken without asking."""
    with company.lock:
        wanted = operation or ("update" if "Id" in body else "create")
        # The user interface always works on what it has just shown.
        if wanted != "create" and "SyncToken" not in body:
            known = company.find(kind, str(body.get("Id")))
            if known:
                sparse = {"sparse": True} if wanted == "update" else {}
                body = sparse | body | {"SyncToken": known["SyncToken"]}
        return {kind: write(company, kind, wanted, body)}


def _prefer(company: Company, change: Json) -> Json:
    """Deep merge; OtherPrefs may be given as {"Name": "Value"}."""
    with company.lock:
        preferences = company.preferences
        for section, values in change.items():
            if section == "OtherPrefs" and "NameValue" not in values:
                merged = _other_prefs(preferences.get(section, {}), values)
            else:
                merged = _merge(preferences.get(section, {}), values)
            preferences[section] = merged
        set_currency_home(company)
        company.touch("Preferences", preferences)
        return preferences


def _other_prefs(old: Json, values: dict[str, Json]) -> Json:
    pairs = {pair["Name"]: pair.get("Value") for pair in old.get("NameValue", ())}
    pairs |= {name: _preference_text(value) for name, value in values.items()}
    return {"NameValue": [{"Name": name, "Value": value} for name, value in pairs.items()]}


def _preference_text(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool | Decimal) else str(value)


def _merge(old: Json, new: Json) -> Json:
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    merged = dict(old)
    for name, value in new.items():
        if value is None:  # a preference can be taken away
            merged.pop(name, None)
        else:
            merged[name] = _merge(old.get(name), value)
    return merged


def _switch(company: Company, change: dict[str, Json]) -> Json:
    for name, value in change.items():
        if not hasattr(company.switches, name) or not isinstance(value, bool):
            raise ValueError(f"no switch {name}")
        setattr(company.switches, name, value)
    return vars(company.switches)


def _described(company: Company) -> dict[str, Json]:
    return {
        "id": company.id,
        "name": company.name,
        "country": company.country,
        "currency": company.currency,
        "switches": vars(company.switches),
    }
