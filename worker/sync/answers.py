"""Answers written down: one answer, one transaction, under the submission's lock (design 5.7)."""

import json
from collections.abc import Mapping

from worker.errors import Unexplained
from worker.providers.port import Answer, Fault, Outcome, Removed, Unknown, Written
from worker.store import connections, dead_letters, links, submissions
from worker.store.connections import Connection
from worker.store.dead_letters import DeadLetter
from worker.store.session import Session
from worker.store.submissions import Item, Recorded
from worker.sync import changes
from worker.sync.act import Acting, Effects, Success
from worker.sync.failing import noted
from worker.sync.outcomes import Decision, Done, StillUnknown, decide
from worker.sync.subjects import subject_of_item
from worker.sync.tell import Origin
from worker.terms import Operation

_PREVENTED = {"replayed": "replay", "found": "lookup"}  # how it became known -> what prevented it


def apply(
    session: Session,
    connection_id: int,
    submission_id: int,
    outcomes: Mapping[str, Outcome],
    *,
    looked_up: bool,
) -> Effects:
    """Write down what became of a submission; what is closed already stays as it is.

    `outcomes` by part key; a part without one is still unknown. A look-up is as good as a first
    answer; an answer to a repeat is not (see `decide`). Locks the connection, then the submission,
    then its links.
    """
    connection = connections.take(session, connection_id)
    recorded = submissions.lock(session, submission_id)
    acting = Acting(session, connection, Effects())
    if recorded.state != "open":
        _check_late_answer(session, connection, recorded, outcomes)
        return acting.effects
    repeated = recorded.sends > 1
    if looked_up:
        _note_others(acting, recorded, outcomes)
    _settle(acting, recorded, outcomes, "found" if looked_up else "replayed" if repeated else None)
    submissions.close_if_known(session, submission_id)
    acting.effects.write(session)
    return acting.effects


def _note_others(acting: Acting, recorded: Recorded, outcomes: Mapping[str, Outcome]) -> None:
    """A record that is looked up may have been changed by others since our write arrived."""
    for item in recorded.unknown:
        found = outcomes.get(item.part.key)
        if isinstance(found, Written | Removed) and item.part.ref is not None:
            origin = Origin(item.wanted.event_id, item.wanted.traceparent)
            told = changes.note(acting.session, acting.connection, found, origin)
            acting.effects.told += told


def _settle(
    acting: Acting, recorded: Recorded, outcomes: Mapping[str, Outcome], how: str | None
) -> None:
    """`how` an unknown outcome became known: a repeat was answered (`replayed`), or a look-up has
    `found` it; None: this is the first answer."""
    closed: list[tuple[int, str, Mapping[str, object]]] = []
    successes: list[Success] = []
    for item in recorded.unknown:
        outcome = outcomes.get(item.part.key, Unknown("the answer does not speak of it"))
        decision = decide(outcome, attempts=item.attempts, repeated=how == "replayed")
        match decision:
            case Done(written):
                successes.append(_success(item, written, how))
                closed.append((item.id, "done", {"ref": written.ref}))
            case StillUnknown(refusal):
                acting.effects.unknown += 1
                if refusal:
                    acting.hear(subject_of_item(item), refusal)
                    submissions.note_refusal(acting.session, item.id, noted(refusal))
            case _:
                acting.refuse(subject_of_item(item), decision)
                closed.append((item.id, "refused", _why(decision)))
    submissions.close_items(acting.session, closed)
    acting.effects.settled += [how for _ in closed if how]
    acting.succeed(successes)


def _success(item: Item, written: Written | Removed, how: str | None) -> Success:
    part = item.part
    created = part.operation is Operation.CREATE
    return Success(
        subject_of_item(item),
        part.operation,
        written,
        part.expected_total,
        sent=part.body if part.operation is Operation.UPDATE else None,
        prevented=_PREVENTED.get(how) if how and created else None,
    )


def keep(session: Session, submission_id: int, answer: Answer) -> None:
    """Keep what was said, for engineers."""
    submissions.keep_answer(
        session, submission_id, answer.status, answer.excerpt, answer.correlation_id
    )


def release(session: Session, connection_id: int, submission_id: int) -> None:
    """Nothing of a first send was taken, for certain: its links are due as if nothing had been."""
    connections.wake(session, [connection_id])
    recorded = submissions.lock(session, submission_id)
    for item in recorded.unknown:
        links.try_again(session, item.part.link_id)
    submissions.close_items(session, [(item.id, "not_taken", {}) for item in recorded.unknown])
    submissions.close_if_known(session, submission_id)


def keep_unexplained(
    session: Session, connection: Connection, submission_id: int, error: Unexplained
) -> None:
    """An answer that no rule knows is for an engineer; the submission stays unknown meanwhile."""
    letter = DeadLetter(
        category="defect",
        reason=f"{connection.provider} answered in a way that no rule knows: {error}",
        body=json.dumps({"submission": submission_id}).encode(),
        tenant_id=connection.tenant_id,
        connection_id=connection.id,
    )
    dead_letters.keep(session, letter)


def _check_late_answer(
    session: Session, connection: Connection, recorded: Recorded, outcomes: Mapping[str, Outcome]
) -> None:
    """An answer after the submission was settled: the same ref is fine; another, or one where none
    was believed to be, is two in the books."""
    for item in recorded.items:
        late = outcomes.get(item.part.key)
        known = (item.detail or {}).get("ref")
        if not isinstance(late, Written | Removed) or known == late.ref:
            continue
        part = item.part
        about_it = {"submission": recorded.id, "refs": [known, late.ref]}
        letter = DeadLetter(
            category="two_in_the_books",
            reason=f"{part.kind} {part.record_id} may be in the books twice: settled as "
            f"{known or item.outcome}, answered late as {late.ref}",
            body=json.dumps(about_it).encode(),
            tenant_id=connection.tenant_id,
            connection_id=connection.id,
            link_id=part.link_id,
        )
        dead_letters.keep(session, letter)


def _why(decision: Decision) -> dict[str, object]:
    fault = getattr(decision, "fault", None)
    return noted(fault) if isinstance(fault, Fault) else {"decision": type(decision).__name__}
