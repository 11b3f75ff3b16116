"""Linking: a record of the CMMS and one of the books are the same; nothing is written into either.

What the books hold becomes what both sides last agreed on, so the CMMS's next change is merged into
it; what they hold otherwise than the CMMS it is told.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from schemas.status import Operation as Told
from worker.errors import Category
from worker.providers.lookup import Chart
from worker.providers.port import Fault, Written
from worker.store import matches, records
from worker.store.links import Due
from worker.store.records import Pulled
from worker.sync import charts, told
from worker.sync.act import Acting, Success
from worker.sync.compare import cause
from worker.sync.likeness import Face, likeness
from worker.sync.subjects import subject_of
from worker.sync.tell import Origin
from worker.sync.told import Side
from worker.terms import Operation

_TEXTS = frozenset({
    "company_name", "given_name", "family_name", "email", "phone", "mobile", "website",
    "tax_number", "account_number", "notes", "sku", "description", "purchase_description",
})  # fmt: skip
_PRICES = frozenset({"sales_price", "purchase_cost"})
_ADDRESSES = frozenset({"billing_address", "shipping_address"})
_ACCOUNTS = frozenset({"income_account", "expense_account", "asset_account"})
# Where the CMMS leaves these to the books or to the mapping, it has nothing to compare.
_OWN = _ACCOUNTS | {"currency", "tax_exempt", "tax_code", "type"}


def link_records(acting: Acting, pairs: Sequence[tuple[Due, str]]) -> None:
    """Link each of these with its record of the books, which nothing else is linked to.

    The connection's row is locked, and these refs are known to be in the books.
    """
    chosen = {(link.kind.value, ref): link for link, ref in pairs}
    held = records.known(acting.session, acting.connection.id, chosen)
    acting.succeed([_success(link, held[key].record) for key, link in chosen.items()])
    matches.agree(acting.session, acting.connection.id, [link.id for link, _ in pairs])
    chart = charts.load(acting.session, acting.connection) if chosen else None
    for key, link in chosen.items():
        _tell_differences(acting, link, held[key].record, chart)


def start_from(acting: Acting, link: Due, held: Pulled) -> None:
    """A link that has its ref just now is brought up to date from there: what the books hold is
    not overwritten by what the CMMS lacks, nor by what it says otherwise."""
    records.store(acting.session, acting.connection.id, [held])
    matches.agree(acting.session, acting.connection.id, [link.id])
    _tell_differences(acting, link, held, charts.load(acting.session, acting.connection))


def _tell_differences(acting: Acting, link: Due, held: Pulled, chart: Chart | None) -> None:
    side = Side(link.kind, link.record_id, held.ref, link.snapshot)
    names = differing(link.snapshot, held.data, chart)
    origin = Origin(link.event_id, link.traceparent)
    acting.effects.told += told.changed(acting.connection, side, held.data, names, origin)


def link_said(acting: Acting, pairs: Sequence[tuple[Due, str]]) -> None:
    """Link parties and items that somebody names, where that can be; the others fail.

    A ref that may be of the tenant's other books, and is of nothing like it here, waits for a
    person.
    """
    keys = {(link.kind.value, ref) for link, ref in pairs}
    held = records.known(acting.session, acting.connection.id, keys)
    owners = matches.owners(acting.session, acting.connection.id, keys)
    doubtful = matches.has_other_books(acting.session, acting.connection.id)
    chosen = []
    for link, ref in pairs:
        key = (link.kind.value, ref)
        if fault := refusal(link, ref, held[key].record if key in held else None, owners.get(key)):
            acting.fail(subject_of(link), fault)
        elif doubtful and not _is_like(link, held[key].record):
            _ask(acting, link, held[key].record)
        else:
            owners[key] = link.record_id
            chosen.append((link, ref))
    link_records(acting, chosen)


def _is_like(link: Due, held: Pulled) -> bool:
    return likeness(Face.read(link.snapshot), Face.read(held.data)) is not None


def _ask(acting: Acting, link: Due, held: Pulled) -> None:
    names = {"kind": link.kind.value, "record": link.record_id, "refs": held.ref}
    names["name"] = str(link.snapshot.get("name") or link.record_id)
    names["candidates"] = f"“{held.name}” ({held.ref}): the CMMS names it, or one of other books"
    fault = Fault("match_undecided", Category.DUPLICATE, names)
    acting.wait(subject_of(link), frozenset({cause(link.kind, link.record_id)}), fault)


def refusal(link: Due, ref: str, held: Pulled | None, owner: str | None) -> Fault | None:
    """Why a record that somebody names cannot be linked; None: it can (design 5.6)."""
    name = str(link.snapshot.get("name") or link.record_id)
    names = {"kind": link.kind.value, "record": name, "name": name, "ref": ref}
    if owner is not None:
        return Fault("ref_taken", Category.DUPLICATE, names | {"other": owner})
    if held is None:
        return Fault("ref_unknown", Category.REFERENCE, names)
    if held.marker not in (None, f"{link.kind} {link.record_id}"):
        other = held.marker.partition(" ")[2]
        return Fault("ref_of_another", Category.DUPLICATE, names | {"other": other})
    return None


def _success(link: Due, held: Pulled) -> Success:
    written = Written(held.ref, held.sync_token, digest=held.digest)
    subject = subject_of(link)
    return Success(subject, Operation.UPDATE, written, told=Told.LINKED, prevented="match")


def differing(
    ours: Mapping[str, Any], theirs: Mapping[str, Any], chart: Chart | None
) -> tuple[str, ...]:
    """The contract's fields of which the books say something else than the CMMS.

    What they leave empty is none: the CMMS would lose what it has, and brings it with its next
    change.
    """
    compared = ("name", "active", *sorted(_TEXTS | _PRICES | _ADDRESSES | _OWN))
    return tuple(
        name
        for name in compared
        if theirs.get(name) not in (None, "", {})
        and not (name in _OWN and ours.get(name) is None)
        and not _same(name, ours.get(name), theirs[name], chart)
    )


def revised(ours: Mapping[str, Any], before: Mapping[str, Any], names: Iterable[str]) -> set[str]:
    """Those of these fields that the CMMS itself has changed. Only text, prices and addresses:
    accounts and codes are named in other ways by the books."""
    written = {"name"} | _TEXTS | _PRICES | _ADDRESSES
    return {n for n in written & set(names) if not _same(n, ours.get(n), before.get(n), None)}


def _same(name: str, ours: Any, theirs: Any, chart: Chart | None) -> bool:  # noqa: ANN401
    if chart is not None and name in _ACCOUNTS:
        account = chart.account(str(ours))
        return account is None or account.ref == theirs
    if chart is not None and name == "tax_code":
        return _same_tax(chart, str(ours), str(theirs))
    plain = _PLAIN.get(name, _text)
    return plain(ours) == plain(theirs)


def _same_tax(chart: Chart, ours: str, theirs: str) -> bool:
    """Compared where both are codes of the books; some only say whether something is taxable."""
    mine, other = chart.tax(ours), chart.tax(theirs)
    return mine is None or other is None or mine.ref == other.ref


def _text(value: object) -> object:
    return " ".join(str(value or "").split())


def _name(value: object) -> object:
    """As it is written: the colon is the ledgers' sign of hierarchy."""
    return _text(str(value).replace(":", " - "))


def _active(value: object) -> object:
    return value is not False


def _price(value: object) -> object:
    try:
        return Decimal(str(value or 0))
    except InvalidOperation:
        return None


def _address(value: object) -> object:
    """The parts of an address that say something."""
    given = value if isinstance(value, Mapping) else {}
    return {name: _text(part) for name, part in given.items() if part}


_PLAIN: Mapping[str, Callable[[object], object]] = {
    "name": _name,
    "active": _active,
    **dict.fromkeys(_PRICES, _price),
    **dict.fromkeys(_ADDRESSES, _address),
}
