"""Conditions of a whole ledger: down, slow, silent, or saying what nobody has heard before."""

from collections.abc import Iterator

from tests.chaos import sales
from tests.chaos.scene import eventually
from tests.drill.exercise import Held
from tests.drill.stage import CROWD, Stage

_OPEN = "SELECT count(*) FROM submissions WHERE state = 'open'"
_LATE = 150


def down(stage: Stage) -> Iterator[Held]:
    """QuickBooks answers every call with 503 and a page of HTML: nobody knows what it has written,
    and lists cannot be read."""
    stage.fault(CROWD[0], "maintenance_html", where="any", times=None)
    for name in CROWD:
        stage.sell(name, "outage", 2)
    eventually("writes without an answer", lambda: stage.count(_OPEN) >= len(CROWD), 60)
    stage.request_pulls("accounts", CROWD)
    yield Held("invoices not in the books", lambda: sum(map(stage.unsynced, CROWD)))
    stage.forget_faults(CROWD[0])
    stage.runbook("BooksLedgerUnavailable", "BooksOutcomeUnknownLong", acme=CROWD[0])


def slow(stage: Stage) -> Iterator[Held]:
    """QuickBooks takes a second and a half for every call and answers some with an error, with
    hundreds of customers to write."""
    names = CROWD[2:]
    ledger = stage.tenants[names[0]].ledger
    ledger.control("PUT", "settings", {"latency_ms": [1400, 1600]})
    stage.fault(names[0], "server_error", where="write", rate=0.3, seed=1, times=None)
    for name in names:
        stage.publish([sales.customer(name, number, "Late") for number in range(_LATE)])
    yield Held("customers not in the books", lambda: sum(map(stage.unsynced, names)))
    ledger.control("PUT", "settings", {"latency_ms": [0, 0]})
    stage.forget_faults(names[0])
    stage.runbook("BooksRecordsLate", "BooksRecordsLateSlowly", "BooksLedgerErrors")


def unheard(stage: Stage) -> Iterator[Held]:
    """QuickBooks refuses an item with a code that no rule knows; it says so no more."""
    name = CROWD[5]
    plan = {"code": "77777", "where": "write", "entity": "Item", "times": None}
    stage.fault(name, "refusal", **plan)
    item = {"id": "ITM-unheard", "version": 1, "name": "Service unheard", "type": "service"}
    stage.publish([sales.event(name, "item.created", item)])
    yield Held("items not in the books", lambda: stage.unsynced(name))
    stage.forget_faults(name)
    stage.publish([sales.event(name, "item.updated", item | {"version": 2})])
    stage.runbook("BooksUnknownFaults", acme=name)


def late_answer(stage: Stage) -> Iterator[Held]:
    """A worker freezes with its write answered, and QuickBooks, which is told to take numbers
    twice, forgets the request's id: the worker that settles the write makes a second invoice, then
    the first one wakes up."""
    name = CROWD[0]
    ledger = stage.tenants[name].ledger
    ledger.control("PUT", "settings", {"request_id_seconds": 0.01})
    _refuse_numbers(stage, name, refuse=False)
    stage.fault(name, "delay", where="write", entity="Invoice", times=1, seconds=1.0)
    frozen = stage.system.processes["worker-drive"]
    [sale] = stage.sell(name, "twice", 1)
    eventually("a write in flight", lambda: ledger.stats()["writes_in_flight"])
    frozen.freeze()
    stage.end_lease(name)
    stage.start_beside("worker-drive")
    eventually("the other worker's success", lambda: not stage.unsynced(name), 90)
    frozen.thaw()
    query = "SELECT count(*) FROM dead_letters WHERE state = 'open' AND category = %(what)s"
    yield Held("dead letters open", lambda: stage.count(query, what="two_in_the_books"))
    stage.stop_beside("worker-drive")
    ledger.control("PUT", "settings", {"request_id_seconds": 86_400})
    _refuse_numbers(stage, name, refuse=True)
    stage.remove_unlinked(name, "Invoice", sale.id)
    stage.runbook("BooksTwoInBooks", **{"17": stage.letter("two_in_the_books")})


def _refuse_numbers(stage: Stage, tenant: str, *, refuse: bool) -> None:
    """Whether the company refuses a number that another invoice has."""
    preference = {"WarnDuplicateInvoiceNumber": str(refuse).lower()}
    stage.control(tenant, "PUT", "preferences", {"OtherPrefs": preference})
