"""Sync tokens: what an update must know of a record beside its last change."""

from decimal import Decimal

import pytest

from worker.providers.wire import Body
from worker.providers.xero.token import Token, token

CHANGED = {"UpdatedDateUTC": "/Date(1789378199100+0000)/"}
LINES = {"LineItems": [{"LineItemID": "l-1"}, {"LineItemID": "l-2"}]}


def read(record: Body) -> Token:
    return Token.parse(token(CHANGED | record))


def test_what_is_as_we_made_it_says_only_when_it_changed() -> None:
    assert token(CHANGED | {"Status": "AUTHORISED"} | LINES) == "2026-09-14T09:29:59.100000+00:00"


@pytest.mark.parametrize(
    ("status", "draft"), [("DRAFT", True), ("SUBMITTED", True), ("VOIDED", False)]
)
def test_any_other_status_is_told(status: str, draft: bool) -> None:  # noqa: FBT001
    assert (read({"Status": status}).status, read({"Status": status}).is_draft) == (status, draft)


@pytest.mark.parametrize("field", ["AmountPaid", "AmountCredited"])
def test_a_document_that_money_is_on_names_its_lines(field: str) -> None:
    assert read({"Status": "AUTHORISED", field: Decimal("0.01")} | LINES).lines == ("l-1", "l-2")


@pytest.mark.parametrize("text", [None, ""])
def test_nothing_known_is_nothing_told(text: str | None) -> None:
    assert Token.parse(text) == Token()


def test_a_record_without_a_stamp_has_an_empty_token() -> None:
    assert token({"Code": "HOUR"}) == ""
