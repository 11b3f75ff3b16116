"""Pure planning: what is done about each due link, and which requests may go out now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from pydantic import ValidationError

from schemas.catalogue import Record, load_record
from schemas.invoice import Invoice
from schemas.kinds import Kind
from worker.policies import Conflict
from worker.providers.budget import Budget
from worker.providers.lookup import HOUSE_ITEM, Chart
from worker.providers.port import Work
from worker.store.links import Due
from worker.store.looking import APPLIED, LOOKED
from worker.sync.scope import Scope
from worker.terms import Operation, Request

# Accounts that sales may be booked to; some ledgers do not say.
_SALES = frozenset({"revenue", ""})
MATCHED = (Kind.CUSTOMER, Kind.VENDOR, Kind.ITEM)
COLLECTED = frozenset({Kind.INVOICE, Kind.PURCHASE_INVOICE, Kind.EXPENSE, Kind.PAYMENT})


@dataclass
class Sorted:
    """Due links by what comes next for them."""

    work: list[tuple[Due, Work]] = field(default_factory=list)  # goes to the ledger
    looking: list[tuple[Due, Work]] = field(default_factory=list)  # look in the books first
    linked: list[tuple[Due, str]] = field(default_factory=list)  # came out of the books as that ref
    never_sent: list[Due] = field(default_factory=list)  # removed before it reached the books
    gone: list[Due] = field(default_factory=list)  # removed, and gone from the books already
    unchanged: list[Due] = field(default_factory=list)  # a newer version that says the same
    broken: list[tuple[Due, str]] = field(default_factory=list)  # cannot be read, and why
    left_out: list[Due] = field(default_factory=list)  # not for these books, by their settings
    theirs: list[Due] = field(default_factory=list)  # payments that came out of the books

    @property
    def here(self) -> bool:
        """Whether anything can be settled without a call."""
        settled = (self.never_sent, self.gone, self.linked, self.unchanged, self.broken)
        return any(settled) or bool(self.left_out or self.theirs)

    @property
    def creates(self) -> list[Due]:
        """Parties and items of the CMMS about to be made, which the books may hold already."""
        made = (link for link, work in self.work if work.operation is Operation.CREATE)
        theirs = (link for link in made if not link.record_id.startswith(HOUSE_ITEM))
        return [link for link in theirs if link.kind in MATCHED and not link.confirmed]


@dataclass(frozen=True)
class Rules:
    """What decides beside the links themselves: the ledger, what of it is `final` once it is
    removed, what is left out of these books, and whether the database may have forgotten what it
    created (`restored`)."""

    provider: str
    final: frozenset[Kind] = frozenset()
    scope: Scope | None = None
    restored: bool = False


def sort(due: Iterable[Due], rules: Rules) -> Sorted:
    """What comes next for each due link; pure."""
    found, scope = Sorted(), rules.scope
    for link in map(_as_wanted, due):
        if link.removed and link.ref is None:
            found.never_sent.append(link)
        elif link.removed and link.gone:
            found.gone.append(link)
        elif scope and scope.leaves_out(link):
            found.left_out.append(link)
        elif link.ref is None and (ref := _external_ref(link, rules.provider)):
            found.linked.append((link, ref))
        elif _says_the_same(link):
            found.unchanged.append(link)
        elif _is_theirs(link):
            found.theirs.append(link)
        else:
            _to_work(found, link, rules)
    return found


def _as_wanted(link: Due) -> Due:
    """A payment that might be applied to more is looked up for that, unless it is to be written or
    removed anyway by now."""
    overtaken = link.removed or link.revision != link.synced_version
    return replace(link, look=None) if link.look == APPLIED and overtaken else link


def _says_the_same(link: Due) -> bool:
    """Whether the books hold this content already: only its version is newer."""
    removed = link.removed or link.gone
    return not removed and link.look in (None, LOOKED) and link.content == link.synced_content


def _is_theirs(link: Due) -> bool:
    """Whether a payment came out of the books: we never wrote it, and it may pay other invoices."""
    there = link.ref is not None and not link.gone
    return link.kind is Kind.PAYMENT and there and link.digest is None


def _to_work(found: Sorted, link: Due, rules: Rules) -> None:
    try:
        document = load_record(link.kind, dict(link.snapshot) | dict(link.opening or {}))
    except ValidationError as error:  # written by another release than this one
        found.broken.append((link, _wrong(error)))
        return
    operation = _operation(link, rules.final)
    target = operation is not Operation.CREATE
    work = Work(
        link_id=link.id,
        kind=link.kind,
        record_id=link.record_id,
        operation=operation,
        document=document,
        ref=link.ref if target else None,
        sync_token=link.sync_token if target else None,
        alias=link.alias,
        shared=link.shared,
        dated=link.dated if target else None,
        party=link.party_ref if target else None,
        applied_to=link.applied_to if target else None,
        applied=link.paid_amount if target else None,
        total=link.expected_total if target else None,
    )
    # Without a token there is nothing to update against: it is read first.
    unread = link.sync_token is None if target else rules.restored and link.look is None
    if link.look not in (None, LOOKED) or unread:
        found.looking.append((link, work))  # with all its fields, to be compared with the record
        return
    decided = {name: Conflict(side) for name, side in link.decided.items()}
    linked = _linked(link) if target else None
    work = replace(work, base=link.base, held=link.held, linked=linked, decided=decided)
    if link.look is None and target:
        work = replace(work, unasked=True)
    found.work.append((link, work))


def _linked(link: Due) -> Record | None:
    """What the CMMS said when it was linked, where nothing was compared since."""
    if link.linked is None:
        return None
    try:
        return load_record(link.kind, dict(link.linked))
    except ValidationError:  # by another release: whatever differs counts as changed on both sides
        return None


def _wrong(error: ValidationError) -> str:
    """Which fields are wrong, without what they hold."""
    listed = error.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in listed)


def _operation(link: Due, final: frozenset[Kind]) -> Operation:
    # Of a deleted one nothing is left to be updated: saved again, it is a new one.
    if link.ref is None or (link.gone and link.kind in final):
        return Operation.CREATE
    return Operation.REMOVE if link.removed else Operation.UPDATE


def _external_ref(link: Due, provider: str) -> str | None:
    """The record of the books that it came out of; a person may have said that it is a new one."""
    refs = link.snapshot.get("external_refs") or {}
    found: str | None = None if link.confirmed else refs.get(provider)
    return found


def house_items(documents: Iterable[Record], chart: Chart) -> set[tuple[Kind, str]]:
    """Our own items that sales lines without an item may need: one for each account that they
    name. None for an account of another class: the document itself is refused for it."""
    named: set[str | None] = set()
    for document in documents:
        if isinstance(document, Invoice):
            named |= {line.account for line in document.lines if line.item_id is None}
    wanted = {name or chart.mapping.get("sales") for name in named}
    found = (chart.account(name) for name in wanted if name is not None)
    sales = [one.ref for one in found if one and one.classification.casefold() in _SALES]
    return {(Kind.ITEM, f"{HOUSE_ITEM}{ref}") for ref in sales}


@dataclass(frozen=True)
class Chosen:
    """Requests that may be in flight together, the budget after them, and the wait for the
    others."""

    requests: tuple[Request, ...]
    budget: Budget
    wait: float = 0.0


def choose(requests: Sequence[Request], budget: Budget, concurrency: int) -> Chosen:
    """The first requests that touch nothing in common, as far as budget and concurrency go;
    pure."""
    chosen: list[Request] = []
    touched: set[str] = set()
    for request in requests:
        if len(chosen) == concurrency or touched & request.touches:
            continue
        after = budget.take(1, request.batch)
        if after is None:
            return Chosen(tuple(chosen), budget, budget.wait(1, request.batch))
        budget = after
        chosen.append(request)
        touched |= request.touches
    return Chosen(tuple(chosen), budget)


def collects(due: Sequence[Due], batch: int, budget: Budget) -> bool:
    """Whether these few documents should wait for company: a batch is not full, the pace is
    behind."""
    return 0 < len(due) < batch and due[0].kind in COLLECTED and not budget.ahead()
