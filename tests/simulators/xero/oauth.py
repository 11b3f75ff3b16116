"""The authorization server: consents, tokens, their rotation and revocation (Xero: OAuth 2.0)."""

from __future__ import annotations

import secrets
import threading
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.simulators.settings import Stats
from tests.simulators.xero.connections import Connections, Person
from tests.simulators.xero.organisation import Organisation
from tests.simulators.xero.settings import Settings
from tests.simulators.xero.tokens import Access, App, Code, Consent, Grant, jwt, refresh_value
from tests.simulators.xero.wire import Json


class Denied(Exception):
    """The token endpoint says no; always with HTTP 400."""

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(error)
        self.body = {"error": error} | ({"error_description": description} if description else {})


@dataclass
class OAuth:
    """All apps and all consents given to them."""

    apps: Mapping[str, App]
    organisations: Mapping[str, Organisation]
    settings: Settings
    stats: Stats
    lock: threading.Lock = field(default_factory=threading.Lock)
    codes: dict[str, Code] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)  # by present and former value
    accesses: dict[str, Access] = field(default_factory=dict)
    agreed: dict[Person, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connections = Connections(self.organisations)

    def agree(self, person: Person, tenants: Iterable[str], scopes: frozenset[str]) -> Consent:
        """A person connects tenants. Scopes add up over his consents (Xero: scopes)."""
        event = str(uuid.uuid4())
        with self.lock:
            self.agreed[person] = self.agreed.get(person, frozenset()) | scopes
            for tenant in tenants:
                self.connections.connect(person, tenant, event)
            if self.settings.practice:
                practice = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{person.user}.practice"))
                self.connections.connect(person, practice, event, "PRACTICE")
            return Consent(person, self.agreed[person], event)

    def new_code(self, consent: Consent, redirect_uri: str, challenge: str) -> str:
        code = "pl4nted" + secrets.token_urlsafe(24)
        expires = time.time() + self.settings.code_seconds
        with self.lock:
            self.codes[code] = Code(consent, redirect_uri, challenge, expires)
        return code

    def grant(self, consent: Consent) -> dict[str, Json]:
        """The tokens of a consent."""
        with self.lock:
            return self._granted(consent)

    def exchange(
        self, app: App, code: str, redirect_uri: str, verifier: str | None
    ) -> dict[str, Json]:
        """Raises Denied."""
        with self.lock:
            # Gone whatever comes of it: a code is presented once.
            found = self.codes.pop(code, None)
            if found is None or found.expires <= time.time():
                raise Denied("invalid_grant")
            ours = found.consent.person.app == app.client_id
            if not ours or found.redirect_uri != redirect_uri or not found.proven(verifier):
                raise Denied("invalid_grant")
            self.stats.add("code_exchanges")
            return self._granted(found.consent)

    def refresh(self, app: App, value: str) -> dict[str, Json]:
        """A new pair; the replaced value lives on for the grace period. Raises Denied."""
        with self.lock:
            now, grant = time.time(), self.grants.get(value)
            if grant is None or not grant.alive(value, now):
                raise Denied("invalid_grant")
            if grant.consent.person.app != app.client_id:
                raise Denied("invalid_grant")
            if value == grant.former:
                # The answer with the present value was lost, it seems: it never lived.
                del self.grants[grant.refresh]
            else:
                self.grants.pop(grant.former, None)
                grant.former, grant.former_dies = value, now + self.settings.grace_seconds
            grant.refresh = refresh_value()
            grant.expires = now + self.settings.refresh_token_seconds
            self.grants[grant.refresh] = grant
            self.stats.add("token_refreshes")
            return self._tokens(grant)

    def revoke(self, app: App, value: str) -> None:
        """End all that the token's user ever agreed to with this app.

        An unknown token is no error (RFC 7009).
        """
        with self.lock:
            grant = self.grants.get(value)
            if grant is None or grant.consent.person.app != app.client_id:
                return
            person = grant.consent.person
            self.connections.remove(person)
            self.agreed.pop(person, None)
            self.grants = {v: g for v, g in self.grants.items() if g.consent.person != person}

    def known(self, authorization: str) -> Access | None:
        """Whose access token it is; it may be too old."""
        scheme, _, token = authorization.partition(" ")
        return self.accesses.get(token) if scheme == "Bearer" else None

    def reaches(self, person: Person, tenant: str) -> bool:
        with self.lock:
            return self.connections.reaches(person, tenant)

    def expire(self, tenant: str) -> None:
        """The access tokens that reach this tenant are too old from now on."""
        with self.lock:
            people = {connection.person for connection in self.connections.of_tenant(tenant)}
            for access in self.accesses.values():
                if access.person in people:
                    access.expires = min(access.expires, time.time())

    def withdraw(self, tenant: str) -> None:
        """Somebody disconnects every app from this tenant in Xero itself."""
        with self.lock:
            for connection in self.connections.of_tenant(tenant):
                connection.alive = False

    def narrow(self, tenant: str, scopes: frozenset[str]) -> None:
        """The grants that reach this tenant have these scopes from now on, and no others."""
        with self.lock:
            people = {connection.person for connection in self.connections.of_tenant(tenant)}
            used = [access.grant for access in self.accesses.values()]
            for grant in [*self.grants.values(), *used]:
                if grant.consent.person in people:
                    grant.scopes = scopes
            self.agreed |= dict.fromkeys(people, scopes)

    def _granted(self, consent: Consent) -> dict[str, Json]:
        expires = time.time() + self.settings.refresh_token_seconds
        grant = Grant(consent, consent.scopes, refresh_value(), expires)
        if "offline_access" in grant.scopes:
            self.grants[grant.refresh] = grant
        return self._tokens(grant)

    def _tokens(self, grant: Grant) -> dict[str, Json]:
        now = time.time()
        access = Access(grant, now + self.settings.token_seconds)
        token = jwt(grant, now, access.expires)
        self.accesses[token] = access
        answer = {
            "access_token": token,
            "expires_in": int(self.settings.token_seconds),
            "token_type": "Bearer",
            "scope": " ".join(sorted(grant.scopes)),
        }
        if "openid" in grant.scopes:
            answer["id_token"] = jwt(grant, now, now + 300)
        if "offline_access" in grant.scopes:
            answer["refresh_token"] = grant.refresh
        return answer
