"""The marker: readable, safe for any id, never cut off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.providers.quickbooks.marker import marker, markers, noted

ids = st.text(min_size=1, max_size=64).filter(lambda text: "\x00" not in text)


def test_a_marker_names_kind_and_record() -> None:
    assert marker("invoice", "INV/2026-7") == "[CMMS invoice INV/2026-7]"


@given(ids)
def test_any_id_is_found_again(record_id: str) -> None:
    mark = marker("invoice", record_id)

    assert markers(f"Voided - some note\n{mark}") == {mark}


@given(ids, ids)
def test_different_ids_have_different_markers(one: str, other: str) -> None:
    assert (marker("item", one) == marker("item", other)) == (one == other)


@given(st.lists(st.text(max_size=3000), max_size=3), ids)
def test_a_note_keeps_its_marker_and_its_length(lines: list[str], record_id: str) -> None:
    mark = marker("customer", record_id)

    note = noted(lines, mark, 1024)

    assert len(note) <= 1024
    assert note.endswith(mark)


@pytest.mark.parametrize("note", [None, "", "[CMMS]", "CMMS invoice 7", "[CMMS invoice ]"])
def test_other_notes_hold_no_marker(note: str | None) -> None:
    assert markers(note) == set()
