"""Random stories: what is done to a few records on both sides, and what both must hold after it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.builders import an_invoice
from tests.integration.converge.sides import ENTITIES, Sides
from tests.simulators.cmms.records import Event, Record


@dataclass(frozen=True)
class Field:
    """A field on both sides: its values, how a person enters one in the books, how it is read."""

    name: str
    value: Callable[[str], str]
    entered: Callable[[str], dict[str, object]]
    read: Callable[[Mapping[str, Any]], object]


def _plain(name: str, theirs: str) -> Field:
    return Field(name, str, lambda text: {theirs: text}, lambda held: held.get(theirs))


_PHONE = Field(
    "phone",
    str,
    lambda text: {"PrimaryPhone": {"FreeFormNumber": text}},
    lambda held: held.get("PrimaryPhone", {}).get("FreeFormNumber"),
)
_MAIL = Field(
    "email",
    lambda text: f"{text.replace(' ', '-').lower()}@mail.example",
    lambda text: {"PrimaryEmailAddr": {"Address": text}},
    lambda held: held.get("PrimaryEmailAddr", {}).get("Address"),
)
_PRICE = Field(
    "sales_price",
    lambda text: f"{text[-1]}.25",
    lambda text: {"UnitPrice": float(text)},
    lambda held: str(Decimal(str(held.get("UnitPrice")))),
)
_PARTY = (_plain("name", "DisplayName"), _PHONE, _MAIL)
FIELDS = {
    "customer": _PARTY,
    "vendor": _PARTY,
    "item": (_plain("name", "Name"), _PRICE, _plain("description", "Description")),
}
RECORDS = (("customer", "PAYER"), ("vendor", "VEN"), ("item", "ITM"))
INVOICES = ("INV-1", "INV-2")

Step = tuple[str, int, int, int]
"""What happens, to which record, to which of its fields, and which value that gets."""

_WHAT = ["cmms"] * 5 + ["books"] * 5 + ["invoice"] * 2 + ["void", "archive"]
_STEP = st.tuples(st.sampled_from(_WHAT), st.integers(0, 2), st.integers(0, 2), st.integers(1, 4))
CHAPTERS = st.lists(st.lists(_STEP, min_size=2, max_size=8), min_size=2, max_size=4)


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
            given = {one.name: one.value(f"{id_} {one.name} 0") for one in FIELDS[kind]}
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
            hero.wanted = {one.name: hero.record.data[one.name] for one in FIELDS[hero.record.kind]}
        again = self.chance.sample(self.past, min(3, len(self.past)))
        arriving = [*self.happened, *self.happened, *again]
        self.chance.shuffle(arriving)
        self.sides.deliver(arriving)
        self.past += self.happened
        self.happened = []
        self.sides.rest()

    def _edit(self, what: str, hero: Hero, where: int, value: int) -> None:
        """Whatever the CMMS saves is active again; open invoices keep the payer so."""
        record, one = hero.record, FIELDS[hero.record.kind][where]
        text = one.value(f"{record.id} {one.name} {value}")
        cmms = self.sides.cmms
        match what:
            case "cmms":
                self.happened.append(cmms.save(record.kind, record.id, **{one.name: text}))
            case "archive" if hero is not self.heroes[0] and not record.archived:
                self.happened.append(cmms.archive(record.kind, record.id, "gone"))
            case "books" if record.ref and self.sides.held(record)["Active"]:
                self.sides.edit(record, **one.entered(text))
                hero.entered[one.name] = text

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
            amounts = [float(one["TotalAmt"]) for one in self.sides.shop.marked("Invoice", id_)]
            if amounts != [total] if not gone else any(amounts):
                found.append(f"{id_} of {total}, voided: {gone}, is in the books with {amounts}")
        for kind, entity in ENTITIES.items():
            mine = sum(hero.record.kind == kind for hero in self.heroes)
            names = [one.get("DisplayName") or one["Name"] for one in self.sides.shop.books(entity)]
            there = sorted(name for name in names if name.startswith(f"{self.prefix}-"))
            if len(there) > mine:
                found.append(f"{mine} {kind}s are {there} in the books")
        return found

    def _faults_of(self, hero: Hero) -> list[str]:
        record = hero.record
        if record.archived:
            there = record.ref is not None and self.sides.held(record)["Active"]
            return [f"{record.id} is archived, and active in the books"] if there else []
        if record.status != "synced":
            return [f"{record.id} is {record.status}: {record.said[-1]['data']}"]
        wanted, held = hero.settled(), self.sides.held(record)
        theirs = {one.name: one.read(held) for one in FIELDS[record.kind]}
        ours = {name: record.data.get(name) for name in wanted}
        hero.agreed, hero.entered = wanted, {}
        if ours == theirs == wanted and held["Active"]:
            return []
        return [f"{record.id} should be {wanted}, is {ours} in the CMMS, {theirs} in the books"]
