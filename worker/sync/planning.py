"""From due links to a plan: what the documents name, the ledger's plan of them, and what cannot
go."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from schemas.catalogue import Record
from schemas.expense import Expense
from schemas.kinds import Kind, References
from schemas.payment import Payment
from worker import metrics
from worker.errors import Category
from worker.providers.lookup import Lookup
from worker.providers.port import Books, Fault, Held, Plan, Work
from worker.store import balances, connections, looking, targets
from worker.store.links import Due
from worker.store.session import Session
from worker.sync.act import Acting, Effects
from worker.sync.driver import Driver
from worker.sync.outcomes import refusal
from worker.sync.plan import house_items
from worker.sync.subjects import after, subject_of

log = logging.getLogger(__name__)


def lookup_for(driver: Driver, session: Session, work: Sequence[Work]) -> Lookup:
    """All that the documents may name: one query for records, a chart that is kept for the
    slice."""
    chart = driver.chart(session)
    named = {pair for one in work for pair in one.document.references()}
    named |= {pair for one in work for pair in _mentioned(one.document)}
    if driver.ledger.traits.sales_items:
        named |= house_items((one.document for one in work), chart)
    found = targets.find(session, driver.connection.id, named)
    paid = [one.document.invoice_id for one in work if isinstance(one.document, Payment)]
    for invoice, balance in balances.open_balances(session, driver.connection.id, paid).items():
        key = (Kind.INVOICE, invoice)
        if key in found:
            found[key] = replace(found[key], balance=balance)
    return Lookup(chart, found)


def _mentioned(document: Record) -> References:
    """What a document's text names, but does not need in the books."""
    return document.mentions() if isinstance(document, Expense) else frozenset()


def planned(books: Books, work: Sequence[Work], lookup: Lookup) -> Plan:
    """The ledger's plan; a document on which planning breaks is a defect of its own, the others go
    on."""
    try:
        return books.plan(work, lookup)
    except Exception as error:
        if len(work) == 1:
            log.exception("plan.broken", extra={"link": work[0].link_id})
            metrics.DEFECTS.labels("plan").inc()
            detail = f"{type(error).__name__}: {error}"
            names = {"kind": work[0].kind.value, "record": work[0].record_id}
            fault = Fault("defect", Category.DEFECT, names, detail)
            return Plan((), (Held(work[0].link_id, fault=fault),))
    parts = [planned(books, [one], lookup) for one in work]
    return Plan(
        requests=tuple(request for part in parts for request in part.requests),
        held=tuple(held for part in parts for held in part.held),
        same=tuple(link for part in parts for link in part.same),
        both=tuple(both for part in parts for both in part.both),
        look=tuple(link for part in parts for link in part.look),
        agreed=tuple(agreed for part in parts for agreed in part.agreed),
    )


def look_first(driver: Driver, asked: Sequence[int]) -> bool:
    """Links that the ledger's plan wants looked up before they are sent: the next step does so."""
    if asked:
        with driver.services.database.begin() as session:
            connections.take(session, driver.connection.id)
            looking.look_first(session, asked)
    return bool(asked)


def hold(driver: Driver, held: Sequence[Held], due: Mapping[int, Due]) -> bool:
    """Links that cannot go: they wait for their causes, or a check refused them."""
    if not held:
        return False
    effects = Effects()
    with driver.services.database.begin() as session:
        connection = connections.take(session, driver.connection.id)
        if driver.is_outdated(connection):
            return True  # held by settings that are others by now: all is planned anew
        acting = Acting(session, connection, effects)
        for one in sorted(held, key=lambda one: one.link_id):
            subject = subject_of(due[one.link_id])
            if one.fault is None:
                acting.wait(subject, one.causes)
            else:
                acting.act(subject, refusal(one.fault, due[one.link_id].attempts))
        effects.write(session)
    after(driver, effects)
    return True
