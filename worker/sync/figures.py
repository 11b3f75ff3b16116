"""The figures that one process shows: what stands in the tables, and what budgets have left."""

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from worker.metrics import Backlog
from worker.providers.budget import Budget
from worker.store import backlog
from worker.store.session import Session, now
from worker.sync.services import Ledger


def take(session: Session, ledgers: Mapping[str, Ledger]) -> Backlog:
    """What stands in the tables now."""
    skew = _skew(session)
    left = _budget_left(session, ledgers)
    return replace(backlog.read(session), clock_skew_seconds=skew, budget_left=left)


def _skew(session: Session) -> float:
    """This host's clock less the database's, as exact as the way there is short."""
    now(session)  # the first statement of a transaction takes longer
    before = time.time()
    theirs = now(session).timestamp()
    return (before + time.time()) / 2 - theirs


def _budget_left(session: Session, ledgers: Mapping[str, Ledger]) -> dict[str, Mapping[str, float]]:
    """By provider and window: the share of its calls that the active connection has left which
    has fewest."""
    moment = now(session).timestamp()
    least: dict[str, dict[str, float]] = defaultdict(dict)
    for provider, state in backlog.budgets(session):
        if provider not in ledgers:  # of a newer version that runs beside us
            continue
        known = least[provider]
        for window, share in Budget.load(ledgers[provider].limits, state, moment).left().items():
            known[window] = min(share, known.get(window, 1.0))
    return dict(least)
