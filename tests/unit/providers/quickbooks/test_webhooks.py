"""Webhooks of QuickBooks: both forms of the payload, and whose signature fits."""

import json

import pytest

from schemas.kinds import Kind
from worker.providers.pulled import Resource
from worker.providers.quickbooks.webhooks import IntuitWebhooks
from worker.providers.webhooks import Merged, Notice, signature

COMPANY = "9130350000000001"
HOOKS = IntuitWebhooks()


def cloud(type_: str, company: str = COMPANY, **fields: object) -> dict[str, object]:
    given = {"specversion": "1.0", "id": "e1", "type": type_, "intuitaccountid": company}
    return given | {"intuitentityid": "58", "time": "2026-11-20T09:12:44.179851517Z"} | fields


def classic(name: str, operation: str, **fields: object) -> dict[str, object]:
    entity = {"name": name, "id": "58", "operation": operation} | fields
    said = {"realmId": COMPANY, "dataChangeEvent": {"entities": [entity]}}
    return {"eventNotifications": [said]}


def read(payload: object) -> list[Notice]:
    return HOOKS.read(json.dumps(payload).encode())


@pytest.mark.parametrize(
    "type_",
    ["qbo.invoice.updated.v1", "qbo.payment.void.v1", "qbo.Payment.Voided.v1", "qbo.item.deleted"],
)
def test_what_we_read_is_to_be_pulled(type_: str) -> None:
    assert read([cloud(type_)]) == [Notice(COMPANY, Resource.PAYMENTS)]


def test_preferences_are_read_with_the_company() -> None:
    assert read([cloud("qbo.preferences.updated.v1")]) == [Notice(COMPANY, Resource.CONNECTION)]


def test_the_classic_form_says_the_same() -> None:
    assert read(classic("Invoice", "Update")) == [Notice(COMPANY, Resource.PAYMENTS)]


def test_one_delivery_may_speak_of_several_companies() -> None:
    told = read([cloud("qbo.invoice.created.v1", company) for company in ("11", "12")])

    assert [notice.company_id for notice in told] == ["11", "12"]


@pytest.mark.parametrize(
    "event",
    [
        cloud("qbo.invoice.emailed.v1"),
        cloud("qbo.estimate.created.v1"),
        cloud("xro.invoice.created.v1"),
        cloud("qbo.invoice.created.v1", "9130\u0000"),
        cloud("qbo"),
        {},
        "no object",
    ],
)
def test_what_is_none_of_ours_is_left_out_by_itself(event: object) -> None:
    assert read([event, cloud("qbo.invoice.created.v1")]) == [Notice(COMPANY, Resource.PAYMENTS)]


@pytest.mark.parametrize(
    "payload",
    [
        [cloud("qbo.customer.merged.v1", data={"deletedid": "61"})],
        classic("Customer", "Merge", deletedId="61"),
    ],
)
def test_a_merge_names_both_records(payload: object) -> None:
    [notice] = read(payload)

    assert notice.merged == Merged(Kind.CUSTOMER, "61", "58")


def test_a_merge_that_does_not_say_of_what_is_a_change() -> None:
    assert read([cloud("qbo.customer.merged.v1")]) == [Notice(COMPANY, Resource.PAYMENTS)]


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b'"text"', b"\xff", b"[" * 100_000])
def test_what_is_no_delivery_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"Expecting|neither|decode|deeply"):
        HOOKS.read(body)


def test_a_signature_is_that_of_the_raw_body() -> None:
    # by `openssl dgst -sha256 -hmac token -binary | base64`
    known = b"yTY1g/ytXC+ifjCIPq9vpFAKmpL6dvck4ro6vr5UdY4="

    assert signature(b'[{"a": 1}]', "token") == known


@pytest.mark.parametrize(
    ("header", "fitting"),
    [
        (signature(b"[]", "second").decode(), {"second"}),
        (signature(b"[ ]", "second").decode(), set()),
        ("\u00fcber", set()),
        ("", set()),
    ],
)
def test_every_token_is_tried(header: str, fitting: set[str]) -> None:
    headers = {"intuit-signature": header}

    assert HOOKS.signed_with(b"[]", headers, ["first", "second", "third"]) == fitting


def test_a_delivery_without_signature_fits_nobody() -> None:
    assert HOOKS.signed_with(b"[]", {}, ["first"]) == frozenset()
