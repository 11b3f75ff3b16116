"""Webhooks: how a ledger says by itself that something changed in a company's books."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from schemas.kinds import Kind
from worker.providers.pulled import Resource


@dataclass(frozen=True)
class Merged:
    """Two records of the books became one: `gone` went up in `kept`, both refs."""

    kind: Kind
    gone: str
    kept: str


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
