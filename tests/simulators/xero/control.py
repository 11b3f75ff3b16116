"""The control address: what tests and people do to the simulator itself. Never recorded."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from tests.simulators.control import ROOT, control_ledger
from tests.simulators.httpd import Request, Response
from tests.simulators.xero.hooks import control_webhooks
from tests.simulators.xero.organisation import Organisation
from tests.simulators.xero.scopes import SCOPES
from tests.simulators.xero.screens import described, on_screen
from tests.simulators.xero.seed import new_organisation
from tests.simulators.xero.settings import Limits
from tests.simulators.xero.wire import Json, dump, load

if TYPE_CHECKING:
    from tests.simulators.xero.service import Xero

ACCESS = frozenset({"tokens", "withdraw", "expire-tokens", "scopes", "day"})


class Control:
    """Everything under /control."""

    def __init__(self, xero: Xero) -> None:
        self.xero = xero

    def answer(self, request: Request) -> Response:
        """400 with an `error` for what is wrong, 404 for an unknown address or organisation."""
        try:
            body = load(request.body) if request.body else {}
            found = self._route(request, body)
        except LookupError as error:
            return Response(404, dump({"error": str(error)}))
        except (ValueError, TypeError, AttributeError) as error:
            return Response(400, dump({"error": str(error)}))
        return Response(200, dump(found))

    def _route(self, request: Request, body: Json) -> Json:
        xero, method = self.xero, request.method
        match request.path.removeprefix(ROOT).split("/"):
            case ["companies"] if method == "POST":
                number = str(uuid.UUID(body.pop("id"))) if "id" in body else None
                organisation = new_organisation(tenant_id=number, **body)
                xero.add(organisation)
                return described(organisation)
            case ["companies", tenant, "copies"] if tenant in xero.organisations:
                organisation = xero.organisations[tenant].copy(str(uuid.uuid4()))
                xero.add(organisation)
                return described(organisation)
            case ["companies", tenant, *rest] if tenant in xero.organisations:
                return self._organisation(xero.organisations[tenant], request, rest, body)
            case ["webhooks", *rest]:
                return control_webhooks(xero.webhooks, method, rest, body)
        return control_ledger(xero, request, body)

    def _organisation(
        self, organisation: Organisation, request: Request, rest: list[str], body: Json
    ) -> Json:
        if len(rest) == 1 and rest[0] in ACCESS:
            return self._access(organisation, f"{request.method} {rest[0]}", body)
        with organisation.lock:
            return on_screen(organisation, request, rest, body)

    def _access(self, organisation: Organisation, wanted: str, body: Json) -> Json:
        """What happens to the apps that are connected; `tokens` connects one anew."""
        oauth, tenant = self.xero.oauth, organisation.tenant_id
        match wanted:
            case "POST tokens":
                return self.xero.tokens(tenant, **body)
            case "POST withdraw":
                oauth.withdraw(tenant)
            case "POST expire-tokens":
                oauth.expire(tenant)
            case "PUT scopes":
                oauth.narrow(tenant, _scopes(body["scope"]))
            case "GET day" | "PUT day":
                return self._day(tenant, **body)
            case _:
                raise LookupError(wanted)
        return described(organisation)

    def _day(
        self, tenant: str, *, left: int | None = None, resets_in: Json = None, client_id: str = ""
    ) -> Json:
        xero = self.xero
        seconds = None if resets_in is None else float(resets_in)
        limits, app = xero.settings.limits or Limits(), client_id or xero.client_id
        return xero.accounting.gates.set_day(limits, tenant, app, left=left, resets_in=seconds)


def _scopes(text: str) -> frozenset[str]:
    scopes = frozenset(text.split())
    if unknown := scopes - SCOPES:
        raise ValueError(f"no such scope: {sorted(unknown)}")
    return scopes
