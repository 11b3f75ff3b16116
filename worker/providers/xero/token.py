"""Sync tokens of Xero's records: the moment of the last change, and what an update must know of the
record as it stands and no document says.

`2026-11-20T03:04:05.678000+00:00;status=DRAFT;lines=<LineItemID>,<LineItemID>`. The flow stores
them and compares them as they are; only this folder reads them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from worker.providers.wire import Body, amount, rows
from worker.providers.xero.dates import changed

_SETTLED = frozenset({"AUTHORISED", "POSTED", "ACTIVE", ""})


@dataclass(frozen=True)
class Token:
    """What a sync token tells."""

    changed: datetime | None = None
    status: str = ""  # where it is none that records of ours have by themselves
    lines: Sequence[str] = ()  # of a document that is paid in part: the ids of its lines

    def __str__(self) -> str:
        said = [self.changed.isoformat() if self.changed else ""]
        said += [f"status={self.status}"] if self.status else []
        said += [f"lines={','.join(self.lines)}"] if self.lines else []
        return ";".join(said)

    @classmethod
    def parse(cls, text: str | None) -> "Token":
        moment, *rest = (text or "").split(";")
        held = dict(part.split("=", 1) for part in rest if "=" in part)
        return cls(
            datetime.fromisoformat(moment) if moment else None,
            held.get("status", ""),
            tuple(one for one in held.get("lines", "").split(",") if one),
        )

    @property
    def is_draft(self) -> bool:
        """Whether the document is not in the ledger yet, so that it is deleted instead of voided
        (Xero: invoice status)."""
        return self.status in ("DRAFT", "SUBMITTED")

    @property
    def is_frozen(self) -> bool:
        """Whether money is on the document: of its lines only words and accounts may change then
        (Xero: updating invoices)."""
        return bool(self.lines)


def token(record: Body) -> str:
    """The sync token of a record as Xero shows it."""
    status = str(record.get("Status") or record.get("ContactStatus") or "")
    return str(
        Token(
            changed(record),
            "" if status in _SETTLED else status,
            _lines(record) if _is_paid_in_part(record) else (),
        )
    )


def _is_paid_in_part(record: Body) -> bool:
    paid = amount(record, "AmountPaid") + amount(record, "AmountCredited")
    return paid > Decimal(0)


def _lines(record: Body) -> list[str]:
    lines = rows(record.get("LineItems"))
    return [str(line["LineItemID"]) for line in lines if line.get("LineItemID")]
