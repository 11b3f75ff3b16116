"""The HTTP side of the authorization server: token, revocation, /connections."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from urllib.parse import parse_qs

from tests.simulators.httpd import Request, Response
from tests.simulators.xero.gateway import Barred, expired, invalid_token, problem
from tests.simulators.xero.oauth import Denied, OAuth
from tests.simulators.xero.tokens import Access, App
from tests.simulators.xero.wire import Json, dump

FORM = "application/x-www-form-urlencoded"
JSON_TYPE = "application/json; charset=utf-8"
FIELDS = {  # of each grant: what it needs, and what it may have beside
    "authorization_code": ({"code", "redirect_uri"}, {"client_id", "code_verifier"}),
    "refresh_token": ({"refresh_token"}, {"client_id"}),
}


def token(request: Request, oauth: OAuth) -> Response:
    """The token endpoint."""
    try:
        form = _form(request)
        return Response(
            200, dump(_granted(request, form, oauth)), JSON_TYPE, {"Cache-Control": "no-store"}
        )
    except Denied as denied:
        oauth.stats.add("token_refusals")
        return Response(400, dump(denied.body), JSON_TYPE)


def revoke(request: Request, oauth: OAuth) -> Response:
    """The revocation endpoint: one refresh token ends every connection of its user."""
    try:
        form = _form(request)
        oauth.revoke(_client(request, form, oauth), _revoked(form))
    except Denied as denied:
        return Response(400, dump(denied.body), JSON_TYPE)
    return Response(200, b"", "")


def bearer(request: Request, oauth: OAuth) -> Access:
    """Whose access token the request carries. Raises Barred: 401."""
    access = oauth.known(request.headers.get("authorization", ""))
    if access is None:
        raise Barred(invalid_token())
    if access.expires <= request.arrived.timestamp():
        raise Barred(expired(access.ended))
    return access


@dataclass
class ConnectionsEndpoint:
    """Everything under /connections: it takes no tenant header."""

    oauth: OAuth

    def answer(self, request: Request, rest: list[str]) -> Response:
        try:
            return self._answer(request, rest)
        except Barred as barred:
            return barred.response

    def _answer(self, request: Request, rest: list[str]) -> Response:
        person, oauth = bearer(request, self.oauth).person, self.oauth
        match request.method, rest:
            case "GET", []:
                if unknown := set(request.query) - {"authEventId"}:
                    raise Barred(problem(400, f"simulator: unknown parameters {sorted(unknown)}"))
                with oauth.lock:
                    found = oauth.connections.listed(person, request.query.get("authEventId"))
                return Response(200, dump(found), JSON_TYPE)
            case "DELETE", [number]:
                with oauth.lock:
                    ended = oauth.connections.remove(person, number)
                if ended:
                    return Response(204, b"", "")
        return Response(404, b"", "text/html; charset=utf-8")


def _granted(request: Request, form: dict[str, str], oauth: OAuth) -> dict[str, Json]:
    app, grant = _client(request, form, oauth), form.get("grant_type")
    if grant == "client_credentials":  # custom connections only
        raise Denied("unauthorized_client")
    if not grant:
        raise Denied("invalid_request")
    if grant not in FIELDS:
        raise Denied("unsupported_grant_type")
    needed, optional = FIELDS[grant]
    if any(not form.get(name) for name in needed):
        raise Denied("invalid_request")
    if unknown := set(form) - needed - optional - {"grant_type"}:
        raise Denied("invalid_request", f"simulator: unknown {sorted(unknown)}")
    if grant == "refresh_token":
        return oauth.refresh(app, form["refresh_token"])
    return oauth.exchange(app, form["code"], form["redirect_uri"], form.get("code_verifier"))


def _revoked(form: dict[str, str]) -> str:
    if set(form) - {"client_id"} != {"token"}:
        raise Denied("invalid_request")
    return form["token"]


def _client(request: Request, form: dict[str, str], oauth: OAuth) -> App:
    """Which app calls: a secret travels in the Basic header, an app without one in the form."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if not scheme:
        app = oauth.apps.get(form.get("client_id", ""))
        if app is None:
            raise Denied("unauthorized_client")
        if app.secret is not None:
            raise Denied("invalid_client")
        return app
    try:
        given = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        given = ""
    client_id, _, secret = given.partition(":")
    app = oauth.apps.get(client_id)
    if app is None:
        raise Denied("unauthorized_client")
    if scheme != "Basic" or app.secret is None or app.secret != secret:
        raise Denied("invalid_client")
    if form.get("client_id", client_id) != client_id:
        raise Denied("invalid_request")
    return app


def _form(request: Request) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if request.method != "POST" or kind != FORM:
        raise Denied("invalid_request")
    fields = parse_qs(request.body.decode("latin-1"), keep_blank_values=True)
    if any(len(values) > 1 for values in fields.values()):
        raise Denied("invalid_request")
    return {name: values[0] for name, values in fields.items()}
