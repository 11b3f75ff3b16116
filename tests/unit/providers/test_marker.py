"""The marker: readable, safe for any id, never cut off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.policies import Policies
from worker.providers.lookup import Chart
from worker.providers.marker import marker, markers, noted, signature, unmarked

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


def a_chart(record_url: str) -> Chart:
    return Chart((), (), {}, {}, Policies(record_url=record_url), tenant="northwind")


def test_a_signature_shows_where_the_record_is() -> None:
    chart = a_chart("https://cmms.example/{tenant}/{kind}/{id}?from=books")

    signed = signature("purchase_invoice", "BILL 7/ä", chart)

    assert signed == (
        "In the CMMS: https://cmms.example/northwind/purchase_invoice/BILL%207%2F%C3%A4?from=books"
        "\n[CMMS purchase_invoice BILL%207/ä]"
    )


@pytest.mark.parametrize("url", ["", "https://cmms.example/{id}/" + "x" * 500])
def test_without_a_fitting_address_the_marker_stands_alone(url: str) -> None:
    assert signature("invoice", "INV-1", a_chart(url)) == "[CMMS invoice INV-1]"


@given(ids)
def test_a_signed_note_bears_the_marker(record_id: str) -> None:
    signed = signature("item", record_id, a_chart("https://cmms.example/{kind}/{id}"))

    assert markers(noted(["Words"], signed, 2000)) == {marker("item", record_id)}


@pytest.mark.parametrize("url", ["", "https://cmms.example/{kind}/{id}"])
@pytest.mark.parametrize("words", ["", "Gate code 4711\nSee https://harbor.example"])
def test_what_people_wrote_is_read_back(url: str, words: str) -> None:
    note = noted([words], signature("customer", "CUS-1", a_chart(url)), 2000)

    assert unmarked(note) == words
    assert unmarked(f"{note}\nAdded by hand") == f"{words}\nAdded by hand".strip()
