"""What is asked of lists: as many ids as a call takes, and pages that nothing slips through."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.providers.xero.queries import MOST_IDS, Place, any_of, ids, is_id

START = datetime(2026, 11, 20, 9, 0, 0, tzinfo=UTC)


def rows(*seconds: float) -> list[dict[str, Any]]:
    return [{"UpdatedDateUTC": (START + timedelta(seconds=one)).isoformat()} for one in seconds]


def test_ids_are_asked_for_once_each_and_forty_a_call() -> None:
    lists = list(ids([*map(str, range(100)), "7", ""]))

    assert [len(one.split(",")) for one in lists] == [MOST_IDS, MOST_IDS, 20]


@given(st.lists(st.uuids().map(str), max_size=200))
def test_conditions_fit_an_address_and_name_all(refs: list[str]) -> None:
    conditions = list(any_of(is_id("PaymentID", one) for one in refs))

    named = [part for one in conditions for part in one.split(" OR ")]
    assert sorted(named) == sorted({is_id("PaymentID", one) for one in refs})
    assert all(len(one) < 1500 for one in conditions)


def test_the_next_page_begins_with_the_second_of_the_last_row() -> None:
    following = Place(START).after(rows(0.2, 1.5, 7.9), last_page=4)

    assert following == Place(START + timedelta(seconds=7))


def test_a_page_of_one_second_is_followed_by_the_next_number() -> None:
    place = Place(START)

    assert place.after(rows(0.1, 0.9), last_page=3) == Place(START, 2)


@pytest.mark.parametrize(("found", "last_page"), [(rows(0, 9), 1), ([], 7)])
def test_the_last_page_has_none_behind_it(found: list[dict[str, Any]], last_page: int) -> None:
    assert Place(START).after(found, last_page) is None


@pytest.mark.parametrize("place", [Place(None), Place(None, 3), Place(START, 2)])
def test_a_place_survives_being_written_down(place: Place) -> None:
    assert Place.parse(str(place)) == place
