"""What a connection does where there is more than one right way: its policies, with their defaults.

They are kept in the connection's settings, under `policies`, as `dump` gives them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum


class ClosedPeriod(StrEnum):
    """A document dated within a closed period."""

    HOLD = "hold"
    SHIFT = "shift"  # to the first open day, with a note that people can see


class Conflict(StrEnum):
    """A record changed in the books and in the CMMS since the last sync."""

    HOLD = "hold"
    CMMS = "cmms"
    BOOKS = "books"


class TakenNumber(StrEnum):
    """A document number that another document in the books has already."""

    HOLD = "hold"
    ALLOW = "allow"  # the same number twice


class Numbering(StrEnum):
    """Whose document numbers sales invoices bear."""

    CMMS = "cmms"
    BOOKS = "books"


class InvoiceStatus(StrEnum):
    """How sales invoices are made, where a ledger tells drafts from others."""

    AUTHORISED = "authorised"
    DRAFT = "draft"  # a person approves them there; until then they take no payment


class NewParties(StrEnum):
    """A customer, vendor or item that the books do not know."""

    CREATE = "create"
    HOLD = "hold"  # until a person says so


@dataclass(frozen=True)
class Policies:
    """The policies of one connection."""

    closed_period: ClosedPeriod = ClosedPeriod.HOLD
    conflict: Conflict = Conflict.HOLD
    taken_number: TakenNumber = TakenNumber.HOLD
    numbering: Numbering = Numbering.CMMS
    new_parties: NewParties = NewParties.CREATE
    invoice_status: InvoiceStatus = InvoiceStatus.AUTHORISED
    record_url: str = ""  # template of a CMMS record's address: {tenant}, {kind}, {id}

    @classmethod
    def read(cls, settings: Mapping[str, object]) -> "Policies":
        """From a connection's settings; what they do not say has its default.

        Raises: ValueError for a value that no policy has.
        """
        held = settings.get("policies")
        known = held if isinstance(held, Mapping) else {}
        return cls(
            closed_period=ClosedPeriod(known.get("closed_period", ClosedPeriod.HOLD)),
            conflict=Conflict(known.get("conflict", Conflict.HOLD)),
            taken_number=TakenNumber(known.get("taken_number", TakenNumber.HOLD)),
            numbering=Numbering(known.get("numbering", Numbering.CMMS)),
            new_parties=NewParties(known.get("new_parties", NewParties.CREATE)),
            invoice_status=InvoiceStatus(known.get("invoice_status", InvoiceStatus.AUTHORISED)),
            record_url=str(known.get("record_url", "")),
        )

    def dump(self) -> dict[str, str]:
        """JSON-ready, as `read` takes it."""
        return {one.name: str(getattr(self, one.name)) for one in fields(self)}
