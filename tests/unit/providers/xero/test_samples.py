"""Recorded answers of Xero are read, and what is made of them fits the contract."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from schemas.books import Account, Tax
from schemas.item import ItemDetails
from schemas.kinds import Kind
from schemas.party import PartyDetails
from worker.providers.wire import parsed, rows
from worker.providers.xero import organisation, read, read_lists
from worker.sync.told import contents

SAMPLES = Path(__file__).parents[5] / "shared/contract/samples/xero"


def contact(record: dict[str, Any]) -> None:
    for kind in (Kind.CUSTOMER, Kind.VENDOR):
        [held] = read_lists.listed(kind, [record])
        PartyDetails.model_validate(contents(kind, held.data))


def item(record: dict[str, Any]) -> None:
    [held] = read_lists.listed(Kind.ITEM, [record])
    ItemDetails.model_validate(contents(Kind.ITEM, held.data))


READ: dict[str, Callable[[dict[str, Any]], object]] = {
    "Accounts": lambda record: Account.model_validate(read.account(record).data),
    "TaxRates": lambda record: Tax.model_validate(read.tax_rate(record).data),
    "Contacts": contact,
    "Items": item,
    "Invoices": read.document_seen,
    "Payments": read.payment_seen,
    "Organisations": lambda record: organisation.organisation("t1", {}, record),
}


def samples() -> Iterator[Path]:
    for name in ("fyle", "openapi-examples"):
        yield from sorted((SAMPLES / name).glob("*.json"))


def recorded(path: Path, plural: str) -> list[dict[str, Any]]:
    answer = parsed(path.read_text()) or {}
    body = answer.get("body", answer)
    return rows(body.get(plural)) if "_400" not in path.name else []


@pytest.mark.skipif(not SAMPLES.exists(), reason="the recorded answers are not at hand")
@pytest.mark.parametrize("plural", READ)
def test_a_recorded_answer_is_read(plural: str) -> None:
    found = [record for path in samples() for record in recorded(path, plural)]

    for record in found:
        READ[plural](record)

    assert found
