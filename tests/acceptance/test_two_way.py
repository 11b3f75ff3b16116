"""A filled company and a CMMS of its own, brought together: every process and both sides real."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.acceptance import overlap
from tests.simulators.cmms.records import Cmms, Record
from tests.simulators.cmms.wire import Service, serving
from tests.system import books_of, connecting, quiet
from tests.system.books_of import Row
from tests.system.connecting import Connected
from tests.system.environment import Services
from tests.system.ledger import Json
from tests.system.processes import System, running

pytestmark = pytest.mark.slow

TENANT = "two-sides"
KINDS = ("customer", "vendor", "item")
REST_SECONDS = 60.0
SETTINGS: dict[str, object] = {"tick_seconds": 0.2, "wake_all_seconds": 2.0}


@dataclass(frozen=True)
class Sides:
    """Both sides after their first sync."""

    system: System
    service: Service
    connected: Connected

    @property
    def cmms(self) -> Cmms:
        return self.service.cmms

    def record(self, kind: str, record_id: str) -> Record:
        return self.cmms.records[kind, record_id]

    def rest(self) -> None:
        """Until nobody has anything more to say to the other."""
        while True:
            quiet.wait(self.system, REST_SECONDS)
            if not self.service.step():
                return

    def ask_for(self, resource: str) -> None:
        self.service.publish([self.cmms.request("sync.requested", resource=resource)])
        self.rest()

    def rows(self, kind: str) -> list[Row]:
        """The active records of the books."""
        return [row for row in books_of.rows_of(books_of.read(self.system), kind) if row.is_live]

    def refs(self, kind: str) -> list[str]:
        return [row.ref for row in self.rows(kind)]

    def entities(self, name: str) -> list[Json]:
        """The records of the books as QuickBooks holds them."""
        path = f"companies/{self.connected.company_id}/entities/{name}"
        return list(self.system.ledger.control("GET", path))

    def writes(self) -> int:
        stats = self.system.ledger.stats()
        return stats["singles"] + stats["batch_items"]


@contextmanager
def filled(services: Services) -> Iterator[Sides]:
    """Both sides hold records before they hear of each other."""
    cmms = Cmms(TENANT)
    with running(services, **SETTINGS) as system, serving(services.broker, cmms) as service:  # type: ignore[arg-type]
        system.start_all()
        company = system.ledger.new_company()
        overlap.fill_books(system.ledger, company["id"])
        service.publish(overlap.fill_cmms(cmms))
        yield Sides(system, service, connecting.connect(system, TENANT, company))


@pytest.fixture(scope="module")
def sides(system_services: Services) -> Iterator[Sides]:
    with filled(system_services) as made:
        made.rest()
        yield made


def test_nothing_is_written_before_both_sides_were_compared(sides: Sides) -> None:
    undecided = [r for kind in KINDS for r in sides.cmms.of(kind) if r.status == "waiting"]

    assert [record.id for record in undecided] == [overlap.AMBIGUOUS]
    assert sides.writes() == overlap.ONLY_CMMS


def test_every_record_of_both_sides_is_synced_with_its_id(sides: Sides) -> None:
    chosen = next(row.ref for row in sides.rows("customer") if row.name == overlap.CHOSEN)
    decided = ("customer", overlap.AMBIGUOUS, chosen, "--tenant", TENANT)
    sides.system.books("match", "link", *decided)
    sides.ask_for("customers")  # the other candidate is told of once all of them were read again

    for kind in KINDS:
        mine = sides.cmms.of(kind)
        assert {record.status for record in mine} == {"synced"}
        assert sorted(record.ref or "" for record in mine) == sorted(sides.refs(kind))
    assert sides.record("customer", overlap.AMBIGUOUS).ref == chosen
    assert not sides.cmms.strange


def test_a_change_in_the_books_reaches_the_cmms_and_is_not_written_back(sides: Sides) -> None:
    record, before = sides.record("customer", "CUS-1"), sides.writes()
    phone = {"FreeFormNumber": "555 0177"}
    changed = {"Id": record.ref, "PrimaryPhone": phone}
    sides.system.ledger.enter(sides.connected.company_id, "Customer", changed)

    sides.ask_for("payments")  # whose one call brings all changes

    assert record.data["phone"] == "555 0177"
    assert record.said[-1]["data"]["operation"] == "unchanged"
    assert sides.writes() == before


def test_a_change_in_the_cmms_reaches_the_books_and_is_not_told_back(sides: Sides) -> None:
    record = sides.record("vendor", "VEN-1")
    version = record.version

    sides.service.publish([sides.cmms.save("vendor", "VEN-1", email="new@supplier.example")])
    sides.ask_for("payments")

    held = next(one for one in sides.entities("Vendor") if one["Id"] == record.ref)
    assert held["PrimaryEmailAddr"]["Address"] == "new@supplier.example"
    assert record.version == version + 1
