"""Codes, refresh tokens and access tokens: what they are and whom they let in."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.simulators.xero.connections import Person


@dataclass(frozen=True)
class App:
    """One registered app. Without a secret it is a mobile or desktop app and must use PKCE."""

    client_id: str
    secret: str | None


@dataclass(frozen=True)
class Consent:
    """What a person agreed to in one go."""

    person: Person
    scopes: frozenset[str]
    event: str


@dataclass(frozen=True)
class Code:
    consent: Consent
    redirect_uri: str
    challenge: str  # of PKCE; empty: none was sent
    expires: float

    def proven(self, verifier: str | None) -> bool:
        """Whether a verifier is the one of the challenge (RFC 7636: S256)."""
        if not self.challenge or verifier is None:
            return not self.challenge and verifier is None
        digest = hashlib.sha256(verifier.encode()).digest()
        return 43 <= len(verifier) <= 128 and _base64url(digest) == self.challenge


@dataclass
class Grant:
    """One consent's line of refresh tokens: the present value and the one it replaced."""

    consent: Consent
    scopes: frozenset[str]
    refresh: str
    expires: float
    former: str = ""
    former_dies: float = 0.0

    def alive(self, value: str, moment: float) -> bool:
        until = self.former_dies if value == self.former else self.expires
        return until > moment


@dataclass
class Access:
    grant: Grant
    expires: float

    @property
    def person(self) -> Person:
        return self.grant.consent.person

    @property
    def ended(self) -> datetime:
        return datetime.fromtimestamp(self.expires, UTC)


def jwt(grant: Grant, born: float, expires: float) -> str:
    """An access token. Its signature is noise: nobody but the simulator reads it."""
    consent = grant.consent
    claims = {
        "nbf": int(born),
        "exp": int(expires),
        "iss": "https://identity.xero.com",
        "aud": "https://identity.xero.com/resources",
        "client_id": consent.person.app,
        "sub": user_id(consent.person.user).replace("-", ""),
        "auth_time": int(born),
        "xero_userid": user_id(consent.person.user),
        "global_session_id": secrets.token_hex(16),
        "jti": secrets.token_hex(16),
        "authentication_event_id": consent.event,
        "scope": sorted(grant.scopes),
    }
    head = {"alg": "RS256", "kid": secrets.token_hex(20), "typ": "JWT"}
    parts = [json.dumps(part).encode() for part in (head, claims)]
    # As long as a real signature of 4096 bits: no short column survives it.
    return ".".join(map(_base64url, parts)) + f".pl4nted{secrets.token_urlsafe(506)}"


def user_id(user: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{user}.users.xero"))


def refresh_value() -> str:
    return "pl4nted" + secrets.token_urlsafe(27)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
