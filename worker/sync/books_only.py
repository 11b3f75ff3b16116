"""What only the books have: the CMMS hears of it once, and what of its own it may be."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from schemas.books import AnyDetails, Suggestion
from schemas.item import ItemDetails
from schemas.kinds import Kind
from schemas.party import PartyDetails
from schemas.status import RecordDiscovered
from worker.store import dead_letters, matches, records
from worker.store.dead_letters import DeadLetter
from worker.store.outbox import Outgoing
from worker.store.records import Pulled
from worker.sync.act import Acting
from worker.sync.compare import Situation
from worker.sync.tell import Origin, about, record_key, tell
from worker.sync.told import contents

Pair = tuple[str, str]
"""A CMMS record's id, and why it is suggested."""


def tell_once(acting: Acting, situation: Situation, refs: Sequence[str]) -> None:
    """Tell of these and note that they were told, in one transaction.

    One that the contract has no words for is a defect of its own: the others are told.
    """
    session, connection = acting.session, acting.connection
    suggested = _suggested(acting, situation, refs)
    keys = [(situation.kind.value, ref) for ref in refs]
    for (_, ref), held in records.known(session, connection.id, keys).items():
        try:
            told = _discovered(acting, situation.kind, held.record, suggested.get(ref))
            acting.effects.told.append(told)
        except ValidationError as error:
            dead_letters.keep(session, _unsayable(acting, held.record, error))
    matches.note_told(session, connection.id, situation.kind, refs)


def _discovered(acting: Acting, kind: Kind, held: Pulled, pair: Pair | None) -> Outgoing:
    suggestion = Suggestion(record_id=pair[0], why=pair[1]) if pair else None
    status = RecordDiscovered(
        **about(acting.connection),
        kind=kind,  # type: ignore[arg-type]  # a party or an item
        ref=held.ref,
        record=_details(kind, held.data),
        suggestion=suggestion,
    )
    key = record_key(kind, f"ref {held.ref}")
    return tell(acting.connection.tenant_id, status, Origin(), key)


def _details(kind: Kind, data: Mapping[str, Any]) -> AnyDetails:
    model = ItemDetails if kind is Kind.ITEM else PartyDetails
    return model.model_validate(contents(kind, data))


def _suggested(acting: Acting, situation: Situation, refs: Sequence[str]) -> dict[str, Pair]:
    """By ref: the record that it is likely to be, or whose mark it bears though we do not know it.

    (A mark of a record that is linked to another one was copied with its note.)
    """
    likely = situation.matches.suggested
    found = {ref: (likely[ref].id, likely[ref].why) for ref in refs if ref in likely}
    marks = {ref: mine for ref in refs if (mine := situation.records[ref].mine)}
    session, connection = acting.session, acting.connection
    known = matches.linked(session, connection.id, situation.kind, list(marks.values()))
    why = "it bears the mark of this record"
    return found | {ref: (mine, why) for ref, mine in marks.items() if mine not in known}


def _unsayable(acting: Acting, held: Pulled, error: ValidationError) -> DeadLetter:
    wrong = "; ".join(".".join(map(str, one["loc"])) for one in error.errors(include_input=False))
    about_it = {"kind": held.kind, "ref": held.ref, "fields": wrong}
    return DeadLetter(
        category="defect",
        reason=f"{held.kind} {held.ref} of the books cannot be told to the CMMS: {wrong}",
        body=json.dumps(about_it).encode(),
        tenant_id=acting.connection.tenant_id,
        connection_id=acting.connection.id,
    )
