"""Three-way comparison in Xero's fields."""

from schemas.kinds import Kind
from worker.policies import Conflict
from worker.providers.port import Operation, Work
from worker.providers.threeway import Comparison, Merged
from worker.providers.wire import Body
from worker.providers.xero.canonical import LISTED, canonical, readable
from worker.providers.xero.fields import NAMES


class Fields:
    """The Dialect of Xero."""

    def canonical(self, kind: Kind, name: str, value: object) -> str:
        return canonical(kind, name, value)

    def readable(self, text: str) -> str:
        return readable(text)

    def called(self, name: str) -> str:
        return NAMES.get(name, name)


FIELDS = Fields()


def merge(work: Work, body: Body, policy: Conflict) -> Merged | None:
    """Compare an update's fields; None where nothing is known of what the books hold."""
    if work.operation is not Operation.UPDATE or work.kind not in LISTED or work.held is None:
        return None
    merged = Comparison(work, FIELDS, policy).merged(body)
    if work.base is None and not merged.send:
        merged.base = dict(work.held)
    return merged
