"""What in Xero could be meant by parts that have no id yet: found by name, number or day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from schemas.kinds import Kind
from worker.providers.port import Sought
from worker.providers.wire import Body
from worker.providers.xero.client import Client
from worker.providers.xero.names import contact_number
from worker.providers.xero.queries import any_of, found, has_quote, is_id, is_text
from worker.providers.xero.read import is_gone
from worker.providers.xero.shapes import SHAPES, Shape

SKEW = timedelta(minutes=5)  # between Xero's clock and the database's
_UNIQUE = frozenset({Kind.INVOICE})  # a number may be taken for good


def alike(client: Client, kind: Kind, sought: Sequence[Sought]) -> Iterator[Body]:
    """Every record that could be one of these; more may be among them.

    What is voided or deleted is nobody's any more, but for the number of a sales invoice. Searching
    finds sales invoices and bills alike.
    """
    of_type = SHAPES[kind].type
    for record in _read(client, kind, sought):
        is_kind = not of_type or record.get("Type") == of_type
        if is_kind and (kind in _UNIQUE or not is_gone(record)):
            yield record


def _read(client: Client, kind: Kind, sought: Sequence[Sought]) -> Iterator[Body]:
    shape = SHAPES[kind]
    match kind:
        case Kind.CUSTOMER | Kind.VENDOR:
            labels = [(shape.label, _label(shape, one)) for one in sought]
            numbers = [
                ("ContactNumber", contact_number(kind, one.part.record_id)) for one in sought
            ]
            yield from _texts(client, shape, [*labels, *numbers])
        case Kind.ITEM:
            yield from _items(client, shape, [_label(shape, one) for one in sought])
        case Kind.PAYMENT:
            paid = [is_id("Invoice.InvoiceID", _invoice(one)) for one in sought]
            for condition in any_of(paid):
                yield from found(client, shape.path, {"where": condition})
        case Kind.INVOICE | Kind.PURCHASE_INVOICE | Kind.EXPENSE:
            named = [one for one in sought if _label(shape, one)]
            yield from _texts(client, shape, [(shape.label, _label(shape, one)) for one in named])
            yield from _of_their_time(client, shape, [one for one in sought if one not in named])


def _texts(client: Client, shape: Shape, wanted: Iterable[tuple[str, str]]) -> Iterator[Body]:
    """By texts in fields. How a condition takes a quote is not documented: such texts are searched
    for."""
    texts = set(wanted)
    terms = {text for _, text in texts if has_quote(text)}
    for condition in any_of(is_text(field, text) for field, text in texts if text not in terms):
        yield from found(client, shape.path, {"where": _typed(shape, condition)})
    for term in sorted(terms):
        yield from found(client, shape.path, {"searchTerm": term})


def _items(client: Client, shape: Shape, codes: Sequence[str]) -> Iterator[Body]:
    """Items cannot be searched: where a code has a quote the list is read, which is one call."""
    if any(map(has_quote, codes)):
        yield from found(client, shape.path, {})
        return
    for condition in any_of(is_text(shape.label, code) for code in codes):
        yield from found(client, shape.path, {"where": condition})


def _of_their_time(client: Client, shape: Shape, sought: Sequence[Sought]) -> Iterator[Body]:
    """What bears nothing that could be asked for was not made before it was sent; where nobody
    knows when that was, it is among those of its day."""
    if not sought:
        return
    since = [one.since for one in sought if one.since is not None]
    if len(since) == len(sought):
        yield from found(client, shape.path, {}, min(since) - SKEW)
        return
    days = {date.fromisoformat(str(one.part.body["Date"])) for one in sought}
    for condition in any_of(f"Date==DateTime({one:%Y,%m,%d})" for one in days):
        yield from found(client, shape.path, {"where": _typed(shape, condition)})


def _typed(shape: Shape, condition: str) -> str:
    """Of invoices, those of the kind: bills and sales stand in one list."""
    return f'Type=="{shape.type}" AND ({condition})' if shape.type else condition


def _label(shape: Shape, one: Sought) -> str:
    return str(one.part.body.get(shape.label) or "")


def _invoice(one: Sought) -> str:
    held: object = one.part.body.get("Invoice")
    return str(held.get("InvoiceID", "")) if isinstance(held, Mapping) else ""
