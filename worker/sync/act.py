"""Decisions carried out on links: state, outbox and dead letters in the caller's transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import IntegrityError

from schemas.kinds import Kind
from schemas.money import cents
from schemas.status import (
    FieldConflict,
    RecordConflict,
    RecordFailed,
    RecordSkipped,
    RecordSynced,
    RecordWaiting,
    Status,
)
from worker.errors import Category
from worker.providers.lookup import HOUSE_ITEM
from worker.providers.port import Fault, Removed, Written
from worker.store import called, dead_letters, links, looking, payments, waiting
from worker.store.connections import Connection
from worker.store.dead_letters import DeadLetter
from worker.store.links import Stop
from worker.store.session import Session
from worker.sync import causes, doubts, unpaid
from worker.sync.effects import Effects
from worker.sync.failing import excerpt, kept, tell_engineers
from worker.sync.outcomes import Fail, LookFirst, TryAgain, WaitFor, refusal, variance
from worker.sync.successes import Subject, Success, arrived, remember, settled
from worker.sync.tell import Origin, about, error_of, record_key, tell, waiting_reason
from worker.sync.unruled import Heard
from worker.terms import Cause, Operation

__all__ = ["Acting", "Effects", "Subject", "Success"]

_UNSURE = frozenset({"two_in_books", "cannot_look_up"})  # due again, they are looked for first


class Acting:
    """Carries out decisions for one connection in one transaction, whose row is locked already."""

    def __init__(self, session: Session, connection: Connection, effects: Effects) -> None:
        self.session = session
        self.connection = connection
        self.effects = effects

    def succeed(self, successes: Sequence[Success]) -> None:
        """Links are synced (or due again, where something newer came); what waited for them wakes.

        Where another link has a ref already, the one that came later fails and the rest goes on.
        """
        paying = [one.subject.link_id for one in successes if one.subject.kind is Kind.PAYMENT]
        paid = looking.applied_to(self.session, paying) if paying else set()
        try:
            with self.session.begin_nested():
                links.mark_synced(self.session, [settled(one) for one in successes])
        except IntegrityError:
            if len(successes) > 1:
                for one in successes:
                    self.succeed([one])
                return
            subject = successes[0].subject
            names = {"kind": subject.kind.value, "record": subject.record_id}
            names["ref"] = successes[0].written.ref
            self.fail(subject, Fault("ref_taken", Category.DUPLICATE, names))
            return
        remember(self.session, self.connection.id, successes)
        for one in successes:
            self._succeeded(one)
        present = [one for one in successes if not isinstance(one.written, Removed)]
        sold = [one.written.ref for one in present if one.subject.kind is Kind.INVOICE]
        present_now = [*arrived(present), *unpaid.balances_of(sold)]
        waiting.wake(self.session, self.connection.id, present_now)
        unpaid.apply_left_over(self.session, self.connection.id, sold)
        unpaid.payments_written(self.session, self.connection.id, paying, paid)

    def _succeeded(self, one: Success) -> None:
        if isinstance(one.written, Removed) and one.operation is Operation.WITHDRAW:
            # Nothing is to be told of before it is in the books anew, nor when it is missed there.
            payments.take_out(self.session, self.connection.id, one.written.ref)
            return
        if one.lacks is not None:
            self.refuse(one.subject, refusal(one.lacks, attempts=0))
            return
        self._tell(one.subject, self._synced(one))
        self.effects.outcomes.append((one.subject.kind, one.operation_told.value))
        self.effects.wanted.append((one.subject.link_id, one.subject.wanted.since))
        if one.prevented is not None:
            self.effects.prevented.append(one.prevented)

    def act(self, subject: Subject, decision: WaitFor | TryAgain | Fail | LookFirst) -> None:
        """Carry out a decision that leaves the link without success."""
        match decision:
            case WaitFor(waiting_for, fault):
                self.wait(subject, waiting_for, fault)
            case TryAgain(delay):
                links.try_again(self.session, subject.link_id, delay=delay, cost=1)
                self.effects.outcomes.append((subject.kind, "retried"))
            case Fail(fault):
                self.fail(subject, fault)
            case LookFirst(why, fault):
                links.try_again(self.session, subject.link_id, cost=1, look=why)
                if fault:
                    links.note_fault(self.session, subject.link_id, fault.code, kept(fault))

    def refuse(self, subject: Subject, decision: WaitFor | TryAgain | Fail | LookFirst) -> None:
        """The same where the books themselves have refused it: our lists may be out of date."""
        if isinstance(decision, WaitFor):
            refused = causes.by_ref(self.session, self.connection, decision.causes)
            doubts.read_lists(self.session, self.connection, refused)
            decision = replace(decision, causes=refused)
        self.act(subject, decision)

    def wait(
        self, subject: Subject, waiting_for: frozenset[Cause], fault: Fault | None = None
    ) -> None:
        """Wait for what is still missing; where nothing is, the refusal stands or the link stays
        due."""
        missing = waiting_for
        if fault is None:
            missing = causes.still_missing(self.session, self.connection, waiting_for)
        if not missing:
            links.try_again(self.session, subject.link_id)
            return
        doubts.raise_doubts(self.session, self.connection, missing)
        reason, first = waiting_reason(missing, called.find(self.session, self.connection, missing))
        error = error_of(fault) if fault else None
        reason = error.explanation if error else reason
        stop = Stop(
            "waiting",
            subject.wanted.revision,
            code=fault.code if fault else None,
            error=self._kept(subject, fault) if fault else {},
            reason=reason,
            causes=tuple(sorted(str(cause) for cause in missing)),
        )
        if links.stop(self.session, subject.link_id, stop):
            if fault:
                tell_engineers(self.connection, subject, fault, "waiting")
            about_it: dict[str, Any] = {"reason": reason, "waiting_on": first, "error": error}
            self._tell(subject, RecordWaiting(**self._record(subject), **about_it))
            self.effects.outcomes.append((subject.kind, "waiting"))

    def fail(self, subject: Subject, fault: Fault) -> None:
        """A person must act. A defect is kept as dead letter too, for an engineer."""
        error = error_of(fault)
        self.hear(subject, fault)
        detail = self._kept(subject, fault)
        stop = Stop("failed", subject.wanted.revision, fault.code, detail, error.explanation)
        stopped = links.stop(self.session, subject.link_id, stop)
        if fault.code in _UNSURE:
            looking.make_unsure(self.session, subject.link_id)
        if not stopped:
            return
        tell_engineers(self.connection, subject, fault, "failed")
        self._tell(subject, RecordFailed(**self._record(subject), error=error))
        self.effects.outcomes.append((subject.kind, "failed"))
        self.effects.failed.append((subject.kind, fault.category))
        if fault.category is Category.DEFECT:
            dead_letters.keep(self.session, self._defect(subject, fault))

    def hear(self, subject: Subject, fault: Fault) -> None:
        """Remember what no rule knows; it is counted after the commit."""
        if fault.unruled:
            self.effects.heard.append(Heard(fault.unruled, subject.kind.value, fault.id))

    def _kept(self, subject: Subject, fault: Fault) -> dict[str, object]:
        known = {"submission": subject.submission_id, "correlation_id": subject.correlation_id}
        return kept(fault) | {name: value for name, value in known.items() if value is not None}

    def skip(self, subject: Subject, reason: str, code: str | None = None) -> None:
        """Not for the books, on purpose; by its `code` it is found when that changes."""
        stop = Stop("skipped", subject.wanted.revision, code, reason=reason)
        if links.stop(self.session, subject.link_id, stop):
            self._tell(subject, RecordSkipped(**self._record(subject), reason=reason))
            self.effects.outcomes.append((subject.kind, "skipped"))

    def conflict(self, subject: Subject, fields: Mapping[str, Mapping[str, str]]) -> None:
        """Changed on both sides since the last sync (name -> {cmms, books, before}): held until
        somebody decides, a newer version comes, or the books change again."""
        shown = {name: dict(sides) for name, sides in fields.items()}
        stop = Stop("conflict", subject.wanted.revision, "conflict", {"fields": shown})
        if links.stop(self.session, subject.link_id, stop):
            sides = {name: FieldConflict(**both) for name, both in shown.items()}
            self._tell(subject, RecordConflict(**self._record(subject), fields=sides))
            self.effects.outcomes.append((subject.kind, "conflict"))

    def _synced(self, one: Success) -> RecordSynced:
        written = one.written
        amounts: dict[str, Any] = {}
        if isinstance(written, Written):
            differs = variance(one.expected_total, written.total)
            amounts = {
                "number": written.number,
                "url": written.url,
                "total": None if written.total is None else cents(written.total),
                "variance": None if differs is None else cents(differs),
            }
        return RecordSynced(
            **self._record(one.subject), operation=one.operation_told, ref=written.ref, **amounts
        )

    def _record(self, subject: Subject) -> dict[str, Any]:
        return about(self.connection) | {
            "kind": subject.kind,
            "record_id": subject.record_id,
            "version": subject.wanted.version,
        }

    def _tell(self, subject: Subject, status: Status) -> None:
        if subject.record_id.startswith(HOUSE_ITEM):
            return  # ours alone: no CMMS knows it
        origin = Origin(subject.wanted.event_id, subject.wanted.traceparent)
        key = record_key(subject.kind, subject.record_id)
        self.effects.told.append(tell(self.connection.tenant_id, status, origin, key))

    def _defect(self, subject: Subject, fault: Fault) -> DeadLetter:
        about_it = {"kind": subject.kind, "record_id": subject.record_id, "fault": fault.code}
        return DeadLetter(
            category="defect",
            reason=f"{subject.kind} {subject.record_id}: {error_of(fault).explanation}",
            detail=f"failure {fault.id}\n{excerpt(fault.detail)}".rstrip(),
            body=json.dumps(about_it).encode(),
            event_id=subject.wanted.event_id,
            tenant_id=self.connection.tenant_id,
            connection_id=self.connection.id,
            link_id=subject.link_id,
        )
