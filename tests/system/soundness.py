"""What must hold of the books and our tables after any stream, whatever was in it."""

from tests.system import books_of
from tests.system.books_of import Books, Place
from tests.system.ledger import TITLES
from tests.system.processes import System

_VARIANCES = """
    SELECT provider, kind, record_id, total, variance FROM sync_status
    WHERE coalesce(variance, 0) <> 0 ORDER BY provider, kind, record_id
"""
_CONFLICTS = """
    SELECT provider, kind, record_id FROM sync_status WHERE status = 'conflict' ORDER BY 1, 2, 3
"""
_LIVE = """
    SELECT c.provider, c.company_id, l.kind, l.record_id, l.ref
    FROM links l JOIN documents d ON d.id = l.document_id
    JOIN connections c ON c.id = l.connection_id
    WHERE l.ref IS NOT NULL AND l.state = 'synced' AND NOT d.removed
"""


def faults(system: System, books: Books) -> list[str]:
    """What must hold after any stream: no stray, no double, no lost record, no variance, and no
    conflict, since nobody but us has changed the books."""
    found = books_of.strays(books)
    for row in system.rows(_CONFLICTS):
        said = f"{row['kind']} {row['record_id']} is in conflict with a change that nobody made"
        found.append(f"{TITLES[row['provider']]}: {said}")
    for row in system.rows(_VARIANCES):
        said = f"{row['kind']} {row['record_id']}: the books' total {row['total']:.2f} differs"
        where = TITLES[row["provider"]]
        found.append(f"{where}: {said} from the CMMS's by {row['variance']:.2f}")
    present = {(row.place, row.kind, row.ref) for row in books_of.all_rows(books)}
    for link in system.rows(_LIVE):
        place = Place(link["provider"], link["company_id"])
        if (place, link["kind"], link["ref"]) not in present:
            said = f"{link['kind']} {link['record_id']} is said to be in the books"
            where = TITLES[link["provider"]]
            found.append(f"{where}: {said} as {link['ref']}, which is not there")
    return found
