"""Records that were merged in the books: the CMMS's record goes with the one that is left.

A webhook tells of it, or a page of what the books hold. Where the link cannot be moved at once (its
write is under way) or not at all (the surviving record is linked already), an issue keeps it in
mind.
"""

from schemas.kinds import Kind
from worker.providers.pulled import Merged
from worker.store import issues, merges, waiting
from worker.store.connections import Connection
from worker.store.merges import Merging
from worker.store.session import Session
from worker.sync.issues import close, raise_
from worker.terms import Cause

_CODE = "merged_in_books"
_CAUSE = "merged"  # `merged:customer/61/58`: kind, the ref that is gone, the one that is left


def follow(session: Session, connection: Connection, merged: Merged) -> None:
    """Move the link of the record that is gone, or open an issue. The connection's row is locked.

    Safe to repeat: a link that was moved is not found any more.
    """
    standing = merges.find(session, connection.id, merged.kind, merged.gone, merged.kept)
    if standing is None:
        return
    cause = Cause(_CAUSE, f"{merged.kind}/{merged.gone}/{merged.kept}")
    if why := _in_the_way(standing):
        names = {"kind": str(merged.kind), "record": standing.record_id, "why": why}
        raise_(session, connection.id, cause, _CODE, names)
        return
    merges.move(session, standing.link_id, merged.gone, merged.kept)
    waiting.wake(session, connection.id, [Cause(f"{merged.kind}_ref", merged.gone)])
    close(session, connection.id, [cause])


def _in_the_way(standing: Merging) -> str:
    if standing.other is not None:
        return f"{standing.other} is linked to that one already"
    return "what was sent of it is not settled yet" if standing.busy else ""


def review(session: Session, connection: Connection) -> None:
    """Try again what could not be moved, and close what is settled. The row is locked."""
    for issue in issues.open_ones(session, connection.id, [_CODE]):
        kind, gone, kept = issue.cause.id.split("/")
        merged = Merged(Kind(kind), gone, kept)
        if merges.find(session, connection.id, merged.kind, gone, kept) is None:
            close(session, connection.id, [issue.cause])
        else:
            follow(session, connection, merged)
