"""Hints on which a worker broke: nothing is lost with them, since the tables know what is owed; but
what else lies there was somebody's message."""

from collections.abc import Callable, Mapping, Sequence

from events.delivery import Delivery
from worker.store import acts, dead_letters
from worker.store.acts import Act
from worker.store.session import Database
from worker.sync.intake import dead_letter
from worker.sync.replays import Decision

_REASON = "it lay in a queue of hints, and is none"

IsHint = Callable[[bytes], bool]


def counted(deliveries: Sequence[Delivery], is_hint: IsHint) -> Mapping[str, int]:
    """How many are hints, and how many something else."""
    hints = sum(is_hint(one.body) for one in deliveries)
    return {"hints": hints, "others": len(deliveries) - hints}


def clear(
    database: Database,
    queue: str,
    deliveries: Sequence[Delivery],
    is_hint: IsHint,
    decision: Decision,
) -> Mapping[str, int]:
    """Let go of hints and keep everything else as dead letters; the caller removes them then.
    Returns how many were which."""
    others = [one for one in deliveries if not is_hint(one.body)]
    found = counted(deliveries, is_hint)
    act = Act(
        decision.who,
        "clear_hints",
        f"queue:{queue}",
        note=decision.note,
        result=found,
    )
    with database.begin() as session:
        letters = [dead_letter(one, "not_a_hint", _REASON) for one in others]
        dead_letters.keep_all(session, letters)
        acts.note(session, act)
    return found
