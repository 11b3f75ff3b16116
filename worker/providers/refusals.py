"""Checks before anything is sent: a document that the books would not take is refused by us."""

from collections.abc import Iterable, Mapping

from worker.failures import CODES
from worker.providers.port import Cause, Fault


class Refusal(Exception):
    """A check found that the books would not take the document."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


def refuse(
    code: str, names: Mapping[str, str], causes: Iterable[Cause] = (), detail: str = ""
) -> Refusal:
    """The refusal for a code of the catalogue, to be raised."""
    return Refusal(Fault(code, CODES[code].category, names, detail, frozenset(causes)))
