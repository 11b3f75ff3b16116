"""Documents that a person says are in the books already: read as they are there, and linked."""

from schemas.document import Document
from schemas.status import Operation as Told
from worker.errors import Category, Unexplained
from worker.providers.port import Absent, Fault, Found, Named, Sought, Work
from worker.store import connections
from worker.store.links import Due
from worker.store.looking import named
from worker.sync.act import Acting, Effects, Success
from worker.sync.driver import Driver
from worker.sync.failing import unexplained
from worker.sync.subjects import after, subject_of
from worker.terms import Operation, Part


def read(driver: Driver, link: Due, work: Work) -> None:
    """Read the record that was named for this link, and link it; nothing is written into the books.

    Raises: ProviderError, OutOfBudget.
    """
    total = work.document.total if isinstance(work.document, Document) else None
    part = Part(
        link_id=link.id,
        kind=link.kind,
        record_id=link.record_id,
        operation=Operation.UPDATE,
        key=str(link.id),
        body={},
        ref=named(link.look),
        expected_total=total,
    )
    seen: Found | Unexplained
    try:
        found = driver.read("find", lambda books: books.find([Sought(part, named=True)]))
        seen = found.get(link.id, Absent())
    except Unexplained as error:
        seen = error
    effects = Effects()
    with driver.services.database.begin() as session:
        acting = Acting(session, connections.take(session, driver.connection.id), effects)
        _conclude(acting, link, part, seen)
        effects.write(session)
    after(driver, effects)


def _conclude(acting: Acting, link: Due, part: Part, seen: Found | Unexplained) -> None:
    subject = subject_of(link)
    number = str(link.snapshot.get("number") or link.record_id)
    names = {"record": number, "name": number, "ref": part.ref or ""}
    match seen:
        case Named(written, marked=False):
            told = Told.LINKED
            acting.succeed([Success(subject, part.operation, written, part.expected_total, told)])
        case Named():
            acting.fail(subject, Fault("ref_of_another", Category.DUPLICATE, names))
        case Unexplained():
            acting.fail(subject, unexplained(names, seen))
        case _:
            acting.fail(subject, Fault("ref_unknown", Category.REFERENCE, names))
