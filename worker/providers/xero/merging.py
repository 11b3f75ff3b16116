"""Three-way comparison in Xero's fields."""

from worker.policies import Conflict
from worker.providers.port import Operation, Work
from worker.providers.threeway import Comparison, Dialect, Merged
from worker.providers.wire import Body
from worker.providers.xero.canonical import LISTED, canonical, readable
from worker.providers.xero.fields import NAMES

FIELDS = Dialect(canonical, readable, lambda name: NAMES.get(name, name))


def merge(work: Work, body: Body, policy: Conflict) -> Merged | None:
    """Compare an update's fields; None where nothing is known of what the books hold."""
    if work.operation is not Operation.UPDATE or work.kind not in LISTED or work.held is None:
        return None
    merged = Comparison(work, FIELDS, policy).merged(body)
    if work.base is None and not merged.send:
        merged.base = dict(work.held)
    return merged
