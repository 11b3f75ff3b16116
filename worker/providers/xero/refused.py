"""What a refusal of Xero means for a part: its outcome, its code, and words for its sentence."""

import re
from collections.abc import Mapping

from schemas.kinds import Kind
from worker.failures import CODES
from worker.providers.outcomes import Unruled
from worker.providers.port import Clash, Fault, Operation, Outcome, Part, Refused, Stale, Unknown
from worker.providers.reply import Reply
from worker.providers.xero.blame import causes, in_words
from worker.providers.xero.faults import Error, Reading, meant
from worker.providers.xero.shapes import SHAPES

_UNKNOWN_ID = "404: an id in the request is unknown"
_PARTIES = frozenset({Kind.CUSTOMER, Kind.VENDOR})


def refused(part: Part, error: Error) -> Outcome:
    """The outcome of a part that was refused with these words."""
    if error.rule.code == "reference_inactive" and part.kind in _PARTIES:
        return _archived(part, error)
    return _outcome(part, _code(part, error), error)


def refused_whole(parts: tuple[Part, ...], reply: Reply) -> dict[str, Outcome]:
    """Outcomes where the request was refused before any of its elements was looked at.

    Where the message names the place of what it cannot read, the others are sent again without it;
    else each is sent again by itself, as all are that had trouble together.
    """
    error = meant(str(reply.body.get("Message") or reply.text))
    # "Path 'Invoices[3].Type'" (Xero: PostDataInvalidException)
    found = re.search(rf"\b{SHAPES[parts[0].kind].path}\[(\d+)\]", error.message)
    if len(parts) == 1 or error.rule.reading is Reading.UNTOLD:
        return {part.key: refused(part, error) for part in parts}
    guilty = parts[int(found[1])].key if found and int(found[1]) < len(parts) else None
    return {
        part.key: refused(part, error) if part.key == guilty else _innocent(part, error)
        for part in parts
    }


def not_found(part: Part) -> Outcome:
    """Nothing was taken; which id is the unknown one is not said, so each is looked up."""
    if part.operation is Operation.CREATE:
        return Unknown(_UNKNOWN_ID)
    return Stale(_UNKNOWN_ID)


def fault(part: Part, code: str, error: Error) -> Fault:
    """Why a part was refused, with what mends it."""
    blamed = causes(part, code, error)
    names = {**_names(part, error), **error.rule.names, **in_words(blamed)}
    unruled = None if error.rule.ruled else Unruled("", error.message)
    return Fault(code, CODES[code].category, names, error.message, blamed, unruled)


def _outcome(part: Part, code: str, error: Error) -> Outcome:
    match error.rule.reading:
        case Reading.STALE:
            return Stale(error.message)
        case Reading.CLASH:
            return Clash(fault(part, code, error))
        case reading:
            return Refused(fault(part, code, error), certain=reading is Reading.CERTAIN)


def _archived(part: Part, error: Error) -> Outcome:
    """A contact that is archived: no edit by API comes through (Xero: contacts)."""
    match part.operation:
        case Operation.CREATE:  # it has the name
            return Clash(fault(part, "duplicate_name", error))
        case Operation.REMOVE:
            return Stale(error.message)
        case _:
            return Refused(fault(part, "gone_in_books", error))


def _innocent(part: Part, error: Error) -> Outcome:
    code = "books_unavailable"
    return Refused(Fault(code, CODES[code].category, {}, error.message))


def _code(part: Part, error: Error) -> str:
    """Our code; what payments forbid is another sentence for a bill, and for a change."""
    code = error.rule.code
    if code != "invoice_paid":
        return code
    if part.operation is not Operation.REMOVE:
        return "locked_in_books"
    return "bill_paid" if part.kind is Kind.PURCHASE_INVOICE else code


def _names(part: Part, error: Error) -> Mapping[str, str]:
    known = {
        "record": part.body.get("InvoiceNumber") or part.body.get("Name") or part.record_id,
        # Of an item the code is what must be unique (Xero: items).
        "name": part.body.get("Code") or part.body.get("Name"),
        "number": part.body.get("InvoiceNumber"),
        "date": part.body.get("Date"),
        "currency": part.body.get("CurrencyCode"),
        "account": error.quoted,
        "tax_code": error.quoted,
    }
    return {name: str(value) for name, value in known.items() if value}
