"""One to one, whatever the order; a person's word and our mark before everything else."""

import random
from collections.abc import Sequence
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.sync.likeness import Face
from worker.sync.match import COMMON, Matches, Ours, Theirs, match

Side = TypeVar("Side", Ours, Theirs)


def ours(record_id: str, name: str = "Harbor Hotel", **fields: object) -> Ours:
    given_ = {k: fields.pop(k) for k in ("said", "creating") if k in fields}
    return Ours(record_id, Face(name, **fields), **given_)  # type: ignore[arg-type]


def theirs(ref: str, name: str = "Harbor Hotel", **fields: object) -> Theirs:
    given_ = {k: fields.pop(k) for k in ("active", "marker") if k in fields}
    return Theirs(ref, Face(name, **fields), **given_)  # type: ignore[arg-type]


def candidates(found: Matches, record_id: str) -> list[str]:
    return [one.id for one in found.open.get(record_id, ())]


def test_one_of_a_name_on_either_side_is_exact() -> None:
    found = match([ours("C-1"), ours("C-2", "Mill")], [theirs("58"), theirs("59", "Dock")])

    assert found.exact == {"C-1": "58"}
    assert (found.alone, found.unknown) == ({"C-2"}, {"59"})


def test_one_that_is_like_another_is_suggested_on_both_sides() -> None:
    found = match([ours("C-1", "Harbor Hotel Inc.")], [theirs("58")])

    assert candidates(found, "C-1") == ["58"]
    assert found.suggested["58"].id == "C-1"
    assert found.unknown == frozenset()


def test_two_candidates_are_ambiguous() -> None:
    records = [theirs("58", email="a@b.example"), theirs("59", "Harbor Spa", email="ap@h.example")]

    found = match([ours("C-1", "Harbor Hotel Inc.", email="ap@h.example")], records)

    assert sorted(candidates(found, "C-1")) == ["58", "59"]
    assert (found.exact, found.suggested, found.unknown) == ({}, {}, frozenset())


def test_two_records_of_the_cmms_for_one_of_the_books_are_ambiguous() -> None:
    found = match([ours("C-1"), ours("C-2")], [theirs("58")])

    assert [candidates(found, one) for one in ("C-1", "C-2")] == [["58"], ["58"]]
    assert (found.exact, found.suggested) == ({}, {})


def test_a_number_here_and_a_name_there_are_ambiguous() -> None:
    records = [theirs("58", "Pump", number="P-1"), theirs("59", "Centrifugal pump")]

    found = match([ours("I-1", "Centrifugal pump", number="P-1")], records)

    assert sorted(candidates(found, "I-1")) == ["58", "59"]


def test_what_is_exact_for_one_is_nothing_for_another() -> None:
    found = match([ours("C-1"), ours("C-2", "Harbor Hotel Ltd")], [theirs("58")])

    assert (found.exact, found.alone) == ({"C-1": "58"}, {"C-2"})


def test_our_mark_beats_every_likeness() -> None:
    records = [theirs("58", "Renamed", marker="C-1"), theirs("59")]

    found = match([ours("C-1")], records)

    assert (found.exact, found.unknown) == ({"C-1": "58"}, {"59"})


def test_what_bears_anothers_mark_is_nobody_elses() -> None:
    found = match([ours("C-1")], [theirs("58", marker="C-9")])

    assert (found.alone, found.unknown) == ({"C-1"}, {"58"})


def test_a_mark_that_was_copied_is_ambiguous() -> None:
    found = match([ours("C-1")], [theirs("58", marker="C-1"), theirs("59", "x", marker="C-1")])

    assert sorted(candidates(found, "C-1")) == ["58", "59"]


def test_what_somebody_said_is_left_to_those_two() -> None:
    found = match([ours("C-1"), ours("C-2", "Mill", said="58")], [theirs("58")])

    assert found == Matches(alone=frozenset({"C-1"}))


def test_what_is_inactive_is_found_by_its_mark_only() -> None:
    records = [theirs("58", active=False), theirs("59", "x", active=False, marker="C-2")]

    found = match([ours("C-1"), ours("C-2", "Mill")], records)

    assert (found.alone, found.exact, found.unknown) == ({"C-1"}, {"C-2": "59"}, frozenset())


def test_what_may_have_been_made_by_us_is_held_back() -> None:
    documents = [ours("C-1", creating=True), ours("C-2", "Harbor Hotel Inc."), ours("C-3", "Mill")]

    found = match(documents, [theirs("58"), theirs("59", "Mill")])

    assert (found.held, found.exact) == ({"C-2"}, {"C-3": "59"})
    assert (found.open, found.unknown, found.suggested) == ({}, frozenset(), {})


def test_a_rival_that_is_held_back_still_counts() -> None:
    documents = [
        ours("C-1", "Mill", creating=True),
        ours("C-2", "Dock", email="ap@mill.example"),
        ours("C-3", "Dock"),
    ]
    records = [theirs("58", "Mill", email="ap@mill.example"), theirs("59", "Dock")]

    found = match(documents, records)

    assert (found.held, found.exact, found.suggested) == ({"C-2"}, {}, {})
    assert candidates(found, "C-3") == ["59"]


@pytest.mark.parametrize("field", ["email", "number"])
def test_what_too_many_have_tells_nobody_apart(field: str) -> None:
    shared = {field: "none@x.example"}
    documents = [ours(f"C-{n}", f"Customer {n}", **shared) for n in range(COMMON + 1)]

    found = match(documents, [theirs("58", "Mill", **shared), theirs("59", "Customer 1", **shared)])

    assert (found.exact, found.open) == ({"C-1": "59"}, {})


def test_ten_thousand_on_either_side_are_compared() -> None:
    documents = [ours(f"C-{n}", f"Customer {n}", email="ap@x.example") for n in range(10_000)]
    records = [theirs(str(n), f"Customer {n}", email="ap@x.example") for n in range(10_000)]

    found = match(documents, records)

    assert len(found.exact) == 10_000


NAMES = st.sampled_from(["Harbor Hotel", "harbor hotel", "Harbor Hotel Inc.", "Mill", "Mill Ltd"])
MAILS = st.sampled_from([None, "ap@x.example", "b@y.example"])
FACES = st.builds(
    Face,
    name=NAMES,
    number=st.sampled_from([None, None, "1", "2"]),
    email=MAILS,
    phone=st.sampled_from([None, "415 555 0100", "415 555 0111"]),
    currency=st.sampled_from([None, "USD", "CAD"]),
)
IDS = st.sampled_from([f"C-{n}" for n in range(6)])
OURS = st.lists(
    st.builds(
        Ours,
        IDS,
        FACES,
        said=st.sampled_from([None, None, None, "0", "1"]),
        creating=st.sampled_from([False, False, False, True]),
    ),
    max_size=6,
    unique_by=lambda one: one.record_id,
)
THEIRS = st.lists(
    st.builds(
        Theirs,
        st.sampled_from([str(n) for n in range(6)]),
        FACES,
        active=st.sampled_from([True, True, False]),
        marker=st.sampled_from([None, None, None, "C-1", "C-2", "C-9"]),
    ),
    max_size=6,
    unique_by=lambda one: one.ref,
)


@given(OURS, THEIRS)
def test_never_two_for_one(documents: list[Ours], records: list[Theirs]) -> None:
    found = match(documents, records)

    refs = list(found.exact.values())
    assert len(refs) == len(set(refs))
    said = {one.said for one in documents}
    assert not said & {*refs, *found.unknown, *found.suggested}


@given(OURS, THEIRS)
def test_every_record_of_the_cmms_is_decided_once(
    documents: list[Ours], records: list[Theirs]
) -> None:
    found = match(documents, records)

    decided = [*found.exact, *found.open, *found.held, *found.alone]
    open_ones = [one.record_id for one in documents if not one.said and not one.creating]
    assert sorted(decided) == sorted(open_ones)


@given(OURS, THEIRS, st.randoms())
def test_the_order_changes_nothing(
    documents: list[Ours], records: list[Theirs], chance: random.Random
) -> None:
    found = match(documents, records)

    assert match(shuffled(documents, chance), shuffled(records, chance)) == found


@given(OURS, THEIRS)
def test_nobody_gets_what_bears_anothers_mark(documents: list[Ours], records: list[Theirs]) -> None:
    found = match(documents, records)

    marks = {one.ref: one.marker for one in records}
    assert all(marks[ref] in (None, record_id) for record_id, ref in found.exact.items())


@given(OURS, THEIRS)
def test_what_a_creation_may_have_made_is_left_alone(
    documents: list[Ours], records: list[Theirs]
) -> None:
    with_them = match(documents, records)

    without = match([replace_creating(one) for one in documents], records)

    making = {one.record_id for one in documents if one.creating and not one.said}
    ours_perhaps = {without.exact.get(one) for one in making}
    assert not ours_perhaps & {*with_them.exact.values(), *with_them.unknown}


def replace_creating(one: Ours) -> Ours:
    return Ours(one.record_id, one.face, one.said)


def shuffled(rows: Sequence[Side], chance: random.Random) -> list[Side]:
    return chance.sample(rows, len(rows))
