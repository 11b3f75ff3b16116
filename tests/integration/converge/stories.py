"""Random stories: what is done to a few records on both sides, and what both must hold after it.

`CONVERGE_EXAMPLES=500` tells that many.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tests.builders import an_invoice
from tests.integration.converge.ledgers import Field
from tests.integration.converge.sides import Sides
from tests.simulators.cmms.records import Event, Record

RECORDS = (("customer", "PAYER"), ("vendor", "VEN"), ("item", "ITM"))
INVOICES = ("INV-1", "INV-2")

Step = tuple[str, int, int, int]
"""What happens, to which record, to which of its fields, and which value that gets."""

_WHAT = ["cmms"] * 5 + ["books"] * 5 + ["invoice"] * 2 + ["void", "archive"]
_STEP = st.tuples(st.sampled_from(_WHAT), st.integers(0, 2), st.integers(0, 2), st.integers(1, 4))
CHAPTERS = st.lists(st.lists(_STEP, min_size=2, max_size=8), min_size=2, max_size=4)
_NUMBERS = count(1)


def stories(usual: int) -> settings:
    """So many, unless the environment says otherwise."""
    return settings(
        max_examples=int(os.environ.get("CONVERGE_EXAMPLES", usual)),
        deadline=None,
        phases=[Phase.generate],  # to tell one again and again until it is shorter takes minutes
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


@dataclass
class Hero:
    """A record of the story. `agreed` is what both sides held after the last chapter, `wanted` what
    the CMMS says in this one, `entered` what a bookkeeper has entered since."""

    record: Record
    agreed: dict[str, str] = field(default_factory=dict)
    wanted: dict[str, str] = field(default_factory=dict)
    entered: dict[str, str] = field(default_factory=dict)

    def settled(self) -> dict[str, str]:
        """What both must hold: the books' value where the CMMS changed nothing, else its own."""
        theirs = self.agreed | self.entered
        same = {name for name, value in self.wanted.items() if value == self.agreed.get(name)}
        return {n: theirs[n] if n in same else v for n, v in self.wanted.items()}


@dataclass
class Story:
    """Told chapter by chapter; the ids and names of its records begin with `prefix`."""

    sides: Sides
    prefix: str
    chance: Random
    heroes: list[Hero] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=dict)
    happened: list[Event] = field(default_factory=list)  # in this chapter
    past: list[Event] = field(default_factory=list)

    def begin(self) -> None:
        for kind, name in RECORDS:
            id_ = f"{self.prefix}-{name}"
            fields = self.sides.ledger.fields[kind]
            given = {one.name: one.value(f"{id_} {one.name} 0") for one in fields}
            more = {"type": "service"} if kind == "item" else {}
            self.happened.append(self.sides.cmms.save(kind, id_, **given | more))
            self.heroes.append(Hero(self.sides.cmms.records[kind, id_]))

    def tell(self, chapter: Sequence[Step]) -> None:
        """Everything happens; events come shuffled and twice, with old ones; then all is quiet."""
        for what, which, where, value in chapter:
            match what:
                case "invoice" | "void":
                    self._sell(what, f"{self.prefix}-{INVOICES[which % 2]}", value)
                case _:
                    self._edit(what, self.heroes[which], where, value)
        for hero in self.heroes:
            hero.wanted = {one.name: hero.record.data[one.name] for one in self._fields(hero)}
        again = self.chance.sample(self.past, min(3, len(self.past)))
        arriving = [*self.happened, *self.happened, *again]
        self.chance.shuffle(arriving)
        self.sides.deliver(arriving)
        self.past += self.happened
        self.happened = []
        self.sides.rest()

    def _edit(self, what: str, hero: Hero, where: int, value: int) -> None:
        """Whatever the CMMS saves is active again; open invoices keep the payer so."""
        record, one = hero.record, self._fields(hero)[where]
        text = one.value(f"{record.id} {one.name} {value}")
        cmms = self.sides.cmms
        match what:
            case "cmms":
                self.happened.append(cmms.save(record.kind, record.id, **{one.name: text}))
            case "archive" if self._may_go(hero):
                self.happened.append(cmms.archive(record.kind, record.id, "gone"))
            case "books" if self.sides.is_active(record):
                self.sides.edit(record, **one.entered(text))
                hero.entered[one.name] = text

    def _fields(self, hero: Hero) -> tuple[Field, ...]:
        return self.sides.ledger.fields[hero.record.kind]

    def _may_go(self, hero: Hero) -> bool:
        returns = hero.record.kind in self.sides.ledger.returning
        return returns and hero is not self.heroes[0] and not hero.record.archived

    def _sell(self, what: str, id_: str, amount: int) -> None:
        cmms = self.sides.cmms
        known = cmms.records.get(("invoice", id_))
        if known and known.archived:
            return
        if what == "void":
            self.happened += [cmms.archive("invoice", id_, "wrong")] if known else []
            return
        line = {"description": "Call", "unit_price": f"{amount}.00", "tax_code": "NON"}
        whose = {"customer_id": self.heroes[0].record.id, "lines": [line], "total": None}
        data = {k: v for k, v in an_invoice(id_, **whose).items() if k != "id"}
        self.happened.append(cmms.save("invoice", id_, **data))
        self.totals[id_] = amount

    def faults(self) -> list[str]:
        """What is not as it must be after a chapter, on either side."""
        found = [fault for hero in self.heroes for fault in self._faults_of(hero)]
        for id_, total in self.totals.items():
            gone = self.sides.cmms.records["invoice", id_].archived
            amounts = self.sides.totals(id_)
            if amounts != [total] if not gone else any(amounts):
                found.append(f"{id_} of {total}, voided: {gone}, is in the books with {amounts}")
        ledger = self.sides.ledger
        for entity in set(ledger.entities.values()):
            mine = sum(ledger.entities[hero.record.kind] == entity for hero in self.heroes)
            names = map(ledger.label, self.sides.books(entity))
            there = sorted(name for name in names if name.startswith(f"{self.prefix}-"))
            if len(there) > mine:
                found.append(f"{mine} records are the {entity}s {there} in the books")
        return found

    def _faults_of(self, hero: Hero) -> list[str]:
        record = hero.record
        if record.archived:
            if record.kind in self.sides.ledger.final:
                hero.agreed, hero.entered = {}, {}
            there = self.sides.is_active(record)
            return [f"{record.id} is archived, and active in the books"] if there else []
        if record.status != "synced":
            return [f"{record.id} is {record.status}: {record.said[-1]['data']}"]
        wanted, held = hero.settled(), self.sides.held(record) or {}
        theirs = {one.name: one.read(held) for one in self._fields(hero)} if held else {}
        ours = {name: record.data.get(name) for name in wanted}
        hero.agreed, hero.entered = wanted, {}
        if ours == theirs == wanted and self.sides.is_active(record):
            return []
        return [f"{record.id} should be {wanted}, is {ours} in the CMMS, {theirs} in the books"]


def tell(sides: Sides, chapters: Sequence[Sequence[Step]], seed: int) -> Iterator[Story]:
    """The story after each of its chapters; the ids of its records are its own."""
    story = Story(sides, f"S{next(_NUMBERS)}", Random(seed))
    story.begin()
    for chapter in chapters:
        story.tell(chapter)
        yield story
