"""Conditions that people mend: bookkeepers, users of the CMMS, engineers with dead letters."""

from collections.abc import Iterator

import pika

from tests.chaos import sales
from tests.chaos.scene import eventually
from tests.drill.exercise import Held
from tests.drill.stage import CROWD, Stage
from tests.system import broker
from tests.system.streams import Line
from worker.broker import DRIVE, BrokerHints, make_broker

UNMAPPED, CLOSED, WRONG, DISPUTED, TWINS = CROWD[:5]
_CUSTOMER = "CUS-Customer-1"
_TWIN = "CUS-TWIN"
_REF = "SELECT ref FROM sync_status WHERE tenant_id = %(tenant)s AND record_id = %(id)s"
_STATE = """
    SELECT count(*) FROM sync_status WHERE tenant_id = %(tenant)s AND status = %(state)s
"""
_OPEN = "SELECT count(*) FROM dead_letters WHERE state = 'open' AND category = %(category)s"


def mapping_missing(stage: Stage) -> Iterator[Held]:
    """No account for purchases: bills wait for it, all behind one issue."""
    stage.system.books("connections", "mapping", UNMAPPED, "purchase=")
    bills = sales.bills(UNMAPPED, "unmapped", 5, seed=1)
    stage.sold += bills
    stage.publish(sales.lines_of(bills))
    yield Held("bills not in the books", lambda: stage.unsynced(UNMAPPED))
    stage.runbook("BooksMappingMissing", acme=UNMAPPED)


def period_closed(stage: Stage) -> Iterator[Held]:
    """The accountant has closed the books, and opens them again."""
    _close(stage, "2026-12-31")
    stage.system.books("connections", "test", CLOSED)
    stage.sell(CLOSED, "closed")
    yield Held("invoices not in the books", lambda: stage.unsynced(CLOSED))
    _close(stage, None)
    stage.runbook("BooksPeriodClosed", acme=CLOSED)


def _close(stage: Stage, until: str | None) -> None:
    stage.control(CLOSED, "PUT", "preferences", {"AccountingInfoPrefs": {"BookCloseDate": until}})


def records_refused(stage: Stage) -> Iterator[Held]:
    """Invoices in a currency that is not their customer's; the CMMS publishes them anew, right."""
    made = sales.invoices(WRONG, "wrong", 20, seed=1)
    stage.sold += made
    stage.publish([sales.again(one, 2, currency="EUR") for one in made])
    yield Held("invoices not in the books", lambda: stage.unsynced(WRONG))
    stage.publish([sales.again(one, 3, currency="USD") for one in made])
    stage.runbook("BooksRecordsFailing", acme=WRONG)


def conflict_left(stage: Stage) -> Iterator[Held]:
    """A customer's e-mail is changed in the books and in the CMMS, and nobody decides."""
    _publish_mail(stage, 2, "first@pump.example")
    eventually("the first e-mail in the books", lambda: not stage.unsynced(DISPUTED), 60)
    ref = stage.system.rows(_REF, tenant=DISPUTED, id=_CUSTOMER)[0]["ref"]
    changed = {"Id": ref, "PrimaryEmailAddr": {"Address": "books@pump.example"}}
    stage.control(DISPUTED, "POST", "entities/Customer?operation=update", changed)
    _publish_mail(stage, 3, "cmms@pump.example")
    conflicts = {"tenant": DISPUTED, "state": "conflict"}
    yield Held("records in conflict", lambda: stage.count(_STATE, **conflicts))
    stage.runbook("BooksConflictsOld", acme=DISPUTED, CUS_7=_CUSTOMER)


def _publish_mail(stage: Stage, version: int, mail: str) -> None:
    party = {"id": _CUSTOMER, "version": version, "name": "Customer 1", "currency": "USD"}
    stage.publish([sales.event(DISPUTED, "customer.updated", party | {"email": mail})])


def match_undecided(stage: Stage) -> Iterator[Held]:
    """A customer of the CMMS is like one of the books; it turns out to be another one."""
    tenant = stage.tenants[TWINS]
    tenant.ledger.enter(tenant.company_id, "Customer", {"DisplayName": "Pier Hotel LLC"})
    stage.system.books("sync", "customers", "--tenant", TWINS, "--yes")
    twin = {"id": _TWIN, "version": 1, "name": "Pier Hotel, Inc.", "currency": "USD"}
    stage.publish([sales.event(TWINS, "customer.created", twin)])
    yield Held("customers not in the books", lambda: stage.unsynced(TWINS))
    stage.runbook("BooksMatchesUndecided", acme=TWINS, CUS_7=_TWIN)


def malformed_flood(stage: Stage) -> Iterator[Held]:
    """A service of the CMMS publishes what is no JSON; mended, it publishes no more of it."""
    bodies = [f"{{not JSON, number {number}".encode() for number in range(300)]
    stage.publish([Line(body, {}, "invoice.created") for body in bodies])
    yield Held("dead letters open", lambda: stage.count(_OPEN, category="malformed_json"))
    stage.runbook("BooksMalformedFlood", "BooksDeadLettersOpen")


def hint_refused(stage: Stage) -> Iterator[Held]:
    """Somebody puts a message into `drive` that is none of our hints."""
    url, queue = stage.system.services.broker, f"{DRIVE}.XQ"
    with broker.connected(url) as connection:
        properties = pika.BasicProperties(delivery_mode=2)
        connection.channel().basic_publish("", DRIVE, b"no hint", properties)
    yield Held(f"messages in {queue}", lambda: stage.queued(queue))
    stage.runbook("BooksHintsDead")


def defect(stage: Stage) -> Iterator[Held]:
    """QuickBooks refuses vendors as only a bug of ours explains, and a hint of a strange version
    breaks the actor; a release mends both."""
    name = CROWD[1]
    hints = make_broker(stage.system.services.broker)
    BrokerHints(hints).send("drive", stage.tenants[name].id, 2)
    hints.close()
    plan = {"code": "2010", "where": "write", "entity": "Vendor", "times": None}
    stage.fault(name, "refusal", **plan)
    vendor = {"id": "VEN-defect", "version": 1, "name": "Vendor Defect"}
    stage.publish([sales.event(name, "vendor.created", vendor)])
    yield Held("dead letters open", lambda: stage.count(_OPEN, category="defect"))
    stage.forget_faults(name)
    stage.runbook("BooksDefects", acme=name)


def unlistened(stage: Stage) -> Iterator[None]:
    """The CMMS's queue loses its binding: status events find no queue."""
    stage.unbind_listener()
    stage.sell(CROWD[2], "unheard", 3)
    yield None
    stage.bind_listener()
    stage.runbook("BooksStatusEventsUnroutable")
