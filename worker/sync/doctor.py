"""`books doctor`: every check, whatever the others find."""

from collections.abc import Iterable, Sequence

from sqlalchemy.exc import DBAPIError, InterfaceError

from events.connection import LOST
from worker.logs import redact
from worker.sync import doctor_broker, doctor_database, doctor_work
from worker.sync.finding import Check, Finding, State
from worker.sync.services import Services

CHECKS: tuple[Check, ...] = (
    *doctor_database.CHECKS,
    *doctor_broker.CHECKS,
    *doctor_work.CHECKS,
)
_GRAVITY = {State.FINE: 0, State.WARNING: 1, State.UNKNOWN: 1, State.BROKEN: 2}


def examine(services: Services) -> list[Finding]:
    """What all checks find; one that cannot be made says so and keeps none from being made."""
    return [finding for check in CHECKS for finding in _made(check, services)]


def exit_code(findings: Iterable[Finding]) -> int:
    """0: all is fine, 1: something wants attention, or could not be checked; 2: it is broken."""
    return max((_GRAVITY[finding.state] for finding in findings), default=0)


def _made(check: Check, services: Services) -> Sequence[Finding]:
    try:
        return check.look(services)
    except (DBAPIError, InterfaceError) as error:
        why = f"the database did not answer: {_line(error.orig or error)}"
    except LOST as error:
        why = f"the broker did not answer: {_line(error)}"
    todo = "mend what is broken above, then ask again"
    return [Finding(check.name, State.UNKNOWN, f"not checked: {why}", todo)]


def _line(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return redact(lines[0])
