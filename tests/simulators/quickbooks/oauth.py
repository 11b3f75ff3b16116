"""The authorization server: consents, codes, tokens and their rotation (Intuit: OAuth 2.0)."""

from __future__ import annotations

import base64
import binascii
import secrets
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tests.simulators.httpd import Request, Response
from tests.simulators.quickbooks.wire import Json, dump, load
from tests.simulators.settings import Settings, Stats

SCOPES = frozenset(
    {
        "com.intuit.quickbooks.accounting",
        "com.intuit.quickbooks.payment",
        "openid",
        "profile",
        "email",
        "phone",
        "address",
    }
)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Denied(Exception):
    """The token endpoint says no."""

    def __init__(self, error: str, status: int = 400, description: str = "") -> None:
        super().__init__(error)
        body = {"error": error} | ({"error_description": description} if description else {})
        self.response = Response(status, dump(body))


@dataclass
class Grant:
    """One consent for one company: the refresh token's present and former value."""

    realm: str
    refresh: str
    born: float  # when the present value was given out first
    expires: float
    former: str = ""
    former_dies: float = 0.0


@dataclass(frozen=True)
class Code:
    realm: str
    redirect_uri: str
    expires: float


@dataclass(frozen=True)
class Access:
    realm: str
    expires: float
    grant: Grant


@dataclass
class OAuth:
    """One app and all consents given to it."""

    client_id: str
    client_secret: str
    settings: Settings
    stats: Stats
    lock: threading.Lock = field(default_factory=threading.Lock)
    codes: dict[str, Code] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)  # by present and former value
    accesses: dict[str, Access] = field(default_factory=dict)

    def new_code(self, realm: str, redirect_uri: str) -> str:
        code = "pl4nted" + secrets.token_urlsafe(24)
        expires = time.time() + self.settings.code_seconds
        with self.lock:
            self.codes[code] = Code(realm, redirect_uri, expires)
        return code

    def consent(self, realm: str) -> dict[str, Json]:
        """The tokens of a fresh consent."""
        with self.lock:
            now = time.time()
            life = self.settings.refresh_token_seconds
            grant = Grant(realm, _refresh_value(), born=now, expires=now + life)
            self.grants[grant.refresh] = grant
            return self._tokens(grant)

    def bearer(self, request: Request) -> Access | None:
        """Whose access token the request carries; None for an unknown or expired one."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        access = self.accesses.get(token) if scheme == "Bearer" else None
        return access if access and access.expires > time.time() else None

    def expire(self, realm: str) -> None:
        with self.lock:
            for token in [t for t, access in self.accesses.items() if access.realm == realm]:
                del self.accesses[token]

    def withdraw(self, realm: str) -> None:
        """Consent withdrawn in QuickBooks: refresh tokens die, access tokens meet 3100."""
        with self.lock:
            for value in [v for v, grant in self.grants.items() if grant.realm == realm]:
                del self.grants[value]

    def token(self, request: Request) -> Response:
        """The token endpoint."""
        try:
            self._check_client(request)
            form = _form(request)
            with self.lock:
                answer = self._grant(form)
        except Denied as denied:
            self.stats.add("token_refusals")
            return denied.response
        return Response(200, dump(answer), headers={"Cache-Control": "no-cache, no-store"})

    def revoke(self, request: Request) -> Response:
        """The revocation endpoint: either token ends the whole consent."""
        try:
            self._check_client(request)
            token = load(request.body).get("token")
        except Denied as denied:
            return denied.response
        except (ValueError, AttributeError):
            return Denied("invalid_request").response
        with self.lock:
            access = self.accesses.get(token)
            grant = access.grant if access else self.grants.get(token)
            if grant is None:
                return Denied("invalid_grant").response
            self.grants = {v: g for v, g in self.grants.items() if g is not grant}
            self.accesses = {t: a for t, a in self.accesses.items() if a.grant is not grant}
        return Response(200)

    def _check_client(self, request: Request) -> None:
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            given = ""
        if request.method != "POST":
            raise Denied("invalid_request")
        if scheme != "Basic" or given != f"{self.client_id}:{self.client_secret}":
            raise Denied("invalid_client", 401)

    def _grant(self, form: dict[str, str]) -> dict[str, Json]:
        match form.get("grant_type"):
            case "authorization_code":
                return self._exchange(form)
            case "refresh_token":
                return self._refresh(form)
            case None:
                raise Denied("invalid_request")
        raise Denied("unsupported_grant_type")

    def _exchange(self, form: dict[str, str]) -> dict[str, Json]:
        if not form.get("code") or not form.get("redirect_uri"):
            raise Denied("invalid_request")
        # Gone whatever comes of it: a code is presented once.
        code = self.codes.pop(form["code"], None)
        if code is None or code.expires < time.time():
            raise Denied("invalid_grant")
        if code.redirect_uri != form["redirect_uri"]:
            raise Denied("invalid_grant")
        now = time.time()
        life = self.settings.refresh_token_seconds
        grant = Grant(code.realm, _refresh_value(), born=now, expires=now + life)
        self.grants[grant.refresh] = grant
        self.stats.add("code_exchanges")
        return self._tokens(grant)

    def _refresh(self, form: dict[str, str]) -> dict[str, Json]:
        sent, now = form.get("refresh_token"), time.time()
        if not sent:
            raise Denied("invalid_request")
        grant = self.grants.get(sent)
        if grant is None or grant.expires < now or (sent == grant.former and self._dead(grant)):
            description = "Incorrect or invalid refresh token"
            raise Denied("invalid_grant", description=description)
        if sent == grant.refresh:
            self.grants.pop(grant.former, None)  # the new value is in use: the former one dies
            grant.former = ""
            # The value changes about once a day; before that a refresh returns the same one.
            if now - grant.born >= self.settings.rotation_seconds:
                grant.former, grant.former_dies = sent, now + self.settings.grace_seconds
                grant.refresh, grant.born = _refresh_value(), now
                self.grants[grant.refresh] = grant
        # Each refresh pushes the end out: a rolling life of a hundred days.
        grant.expires = now + self.settings.refresh_token_seconds
        self.stats.add("token_refreshes")
        return self._tokens(grant)

    def _dead(self, grant: Grant) -> bool:
        return grant.former_dies <= time.time()

    def _tokens(self, grant: Grant) -> dict[str, Json]:
        now = time.time()
        # Longer than a thousand characters, as real ones can be: no short column survives it.
        token = "eyJpl4nted" + secrets.token_urlsafe(800)
        self.accesses[token] = Access(grant.realm, now + self.settings.token_seconds, grant)
        return {
            "token_type": "bearer",
            "access_token": token,
            "expires_in": int(self.settings.token_seconds),
            "refresh_token": grant.refresh,
            "x_refresh_token_expires_in": round(grant.expires - now),
        }


def redirect_allowed(address: str) -> bool:
    """Loopback addresses count as registered."""
    parts = urlsplit(address)
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def _form(request: Request) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/x-www-form-urlencoded":
        raise Denied("invalid_request")
    fields = parse_qs(request.body.decode("latin-1"), keep_blank_values=True)
    if any(len(values) > 1 for values in fields.values()):
        raise Denied("invalid_request")
    return {name: values[0] for name, values in fields.items()}


def _refresh_value() -> str:
    return "RT1-pl4nted" + secrets.token_hex(20)
