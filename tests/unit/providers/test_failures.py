"""The catalogue of failures: complete, short, and never a broken sentence."""

import string

import pytest

from worker.errors import Category
from worker.failures import CODES, Retry, describe


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_every_entry_says_what_to_do(code: object) -> None:
    entry = describe(code.code, {})  # type: ignore[attr-defined]

    assert 0 < len(entry.title) <= 60
    assert entry.explanation.endswith(".")
    assert entry.steps
    assert all(step.endswith(".") for step in entry.steps)


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_missing_names_leave_a_whole_sentence(code: object) -> None:
    explanation = describe(code.code, {}).explanation  # type: ignore[attr-defined]

    assert not [name for _, name, _, _ in string.Formatter().parse(explanation) if name]
    assert explanation[0].isupper()


def test_names_fill_the_sentence() -> None:
    entry = describe("period_closed", {"record": "Invoice 2026-7", "date": "2026-03-31"})

    assert entry.explanation == (
        "Invoice 2026-7 is dated 2026-03-31, and the books are closed at that date."
    )


def test_names_with_braces_do_no_harm() -> None:
    entry = describe("duplicate_name", {"name": "{record} {0}"})

    assert "{record} {0}" in entry.explanation


def test_an_unknown_code_is_a_defect() -> None:
    entry = describe("no_such_code", {"record": "Invoice 7"})

    assert (entry.code, entry.category) == ("no_such_code", Category.DEFECT)


def test_every_category_has_codes() -> None:
    assert {entry.category for entry in CODES.values()} == set(Category)


@pytest.mark.parametrize("category", [Category.THROTTLED, Category.UNAVAILABLE])
def test_what_passes_needs_nobody(category: Category) -> None:
    retries = {entry.retry for entry in CODES.values() if entry.category is category}

    assert retries == {Retry.AUTOMATIC}
