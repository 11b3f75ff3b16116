"""Webhooks: how a ledger says by itself that something changed in a company's books."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from worker.providers.pulled import Merged, Resource

__all__ = ["Merged", "Notice", "Webhooks", "fitting", "payload", "signature"]


@dataclass(frozen=True)
class Notice:
    """Something changed in one company's books, which `resource` reads."""

    company_id: str
    resource: Resource
    merged: Merged | None = None


class Webhooks(Protocol):
    """How one ledger signs and words its webhooks; pure."""

    def signed_with(
        self, body: bytes, headers: Mapping[str, str], secrets: Iterable[str]
    ) -> frozenset[str]:
        """Those of `secrets` with which the body was signed; header names are in lower case."""
        ...

    def read(self, body: bytes) -> list[Notice]:
        """What of a delivery concerns us; what else it says is left out, one by one.

        Raises: ValueError for what is no delivery at all.
        """
        ...


def fitting(body: bytes, given: str, secrets: Iterable[str]) -> frozenset[str]:
    """Those of `secrets` with which a body was signed; each is tried, in constant time."""
    said = given.strip().encode("latin-1", "replace")
    return frozenset(one for one in secrets if hmac.compare_digest(signature(body, one), said))


def signature(body: bytes, secret: str) -> bytes:
    """base64 of HMAC-SHA256 over the raw body, the secret's own text as the key.

    (Intuit: webhooks; Xero: webhooks overview.)
    """
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256))


def payload(body: bytes) -> object:
    """The JSON of a delivery. Raises ValueError."""
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None
