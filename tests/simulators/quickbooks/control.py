"""The control address: what tests and people do to the simulator itself. Never recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulators.control import ROOT, control_ledger
from tests.simulators.httpd import Request, Response
from tests.simulators.quickbooks.company import Company
from tests.simulators.quickbooks.errors import Refused
from tests.simulators.quickbooks.hooks import control_webhooks
from tests.simulators.quickbooks.people import by_person, described
from tests.simulators.quickbooks.seed import new_company, new_number
from tests.simulators.quickbooks.wire import Json, dump, load

if TYPE_CHECKING:
    from tests.simulators.quickbooks.service import QuickBooks

TOKEN_WORDS = (["tokens"], ["withdraw"], ["expire-tokens"])


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
        quickbooks, method = self.quickbooks, request.method
        match request.path.removeprefix(ROOT).split("/"):
            case ["companies"] if method == "POST":
                company = new_company(**body)
                quickbooks.add(company)
                return described(company)
            case ["companies", number, "copies"] if number in quickbooks.companies:
                company = quickbooks.companies[number].copy(new_number())
                quickbooks.add(company)
                return described(company)
            case ["companies", number, *rest] if number in quickbooks.companies:
                return self._company(quickbooks.companies[number], request, rest, body)
            case ["webhooks", *rest]:
                return control_webhooks(quickbooks.webhooks, method, rest, body)
        return control_ledger(quickbooks, request, body)

    def _company(self, company: Company, request: Request, rest: list[str], body: Json) -> Json:
        if request.method == "POST" and rest in TOKEN_WORDS:
            return self._tokens(company, rest[0])
        with company.lock:
            return by_person(company, request, rest, body)

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
        return described(company)
