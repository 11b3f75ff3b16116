"""Queries: escapes, characters that break the lexer, lists of a bearable length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.providers.quickbooks.queries import can_be_named, named, one_of, quoted, select


def test_a_page_is_asked_for_whole() -> None:
    assert select("Invoice", "TxnDate = '2026-10-01'", start=1001, order="Id") == (
        "SELECT * FROM Invoice WHERE TxnDate = '2026-10-01'"
        " ORDERBY Id STARTPOSITION 1001 MAXRESULTS 1000"
    )


@pytest.mark.parametrize(
    ("value", "expected"), [("O'Brien & Sons", "'O\\'Brien & Sons'"), ("a\\b", "'a\\\\b'")]
)
def test_quotes_are_escaped(value: str, expected: str) -> None:
    assert quoted(value) == expected


@pytest.mark.parametrize(
    ("name", "condition"),
    [
        ("Łukasz Przykładny", "DisplayName LIKE '%ukasz Przyk%adny'"),
        ("O’Brien – Söhne", "DisplayName LIKE 'O%Brien % Söhne'"),
        ("株式会社 Tokyo", "DisplayName LIKE '% Tokyo'"),
        ("100% Café", "DisplayName IN ('100% Café')"),
    ],
)
def test_letters_beyond_latin_1_are_wild(name: str, condition: str) -> None:
    assert list(named("DisplayName", [name])) == [condition]


@pytest.mark.parametrize(
    ("name", "can"),
    [("株式会社", False), ("", False), ("株 式", False), ("株式会社 7", True), ("Łuk", True)],
)
def test_names_without_a_latin_letter_cannot_be_asked_for(name: str, can: bool) -> None:  # noqa: FBT001
    assert can_be_named(name) is can


@given(st.lists(st.text(max_size=500), max_size=60))
def test_no_query_holds_what_breaks_the_lexer(names: list[str]) -> None:
    assert all(ord(letter) < 256 for one in named("Name", names) for letter in one)


def test_values_are_asked_for_together() -> None:
    (condition,) = one_of("Id", ["2", "10", "2"])

    assert condition == "Id IN ('10', '2')"


def test_long_lists_are_split() -> None:
    conditions = list(one_of("Id", map(str, range(250))))

    assert [condition.count("'") // 2 for condition in conditions] == [100, 100, 50]


def test_no_values_ask_nothing() -> None:
    assert list(one_of("Id", [])) == []
