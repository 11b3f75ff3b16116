"""Webhooks of Xero: what its events concern, and whose key fits."""

import json

import pytest

from worker.providers.pulled import Resource
from worker.providers.webhooks import Notice, signature
from worker.providers.xero.webhooks import SIGNATURE, XeroWebhooks

TENANT = "c2cc9b6e-9458-4c7d-93cc-f02b81b0594f"
HOOKS = XeroWebhooks()
INTENT = b'{"events":[],"firstEventSequence": 0,"lastEventSequence": 0, "entropy": "RUXMDVA"}'


def event(category: str, tenant: str = TENANT, **fields: object) -> dict[str, object]:
    given = {"resourceId": "58", "eventType": "UPDATE", "tenantType": "ORGANISATION"}
    return {"eventCategory": category, "tenantId": tenant} | given | fields


def read(*events: object) -> list[Notice]:
    return HOOKS.read(json.dumps({"events": events, "entropy": "X"}).encode())


@pytest.mark.parametrize(
    ("category", "resource"),
    [("CONTACT", Resource.CUSTOMERS), ("INVOICE", Resource.DOCUMENTS)],
)
def test_what_we_read_is_to_be_pulled(category: str, resource: Resource) -> None:
    assert read(event(category)) == [Notice(TENANT, resource)]


@pytest.mark.parametrize(
    "other",
    [
        event("SUBSCRIPTION", tenantType="APPLICATION"),
        event("CREDITNOTE"),
        event("INVOICE", tenant="no id\u0000"),
        {"eventCategory": "INVOICE"},
        "INVOICE",
    ],
)
def test_the_rest_is_left_out_one_by_one(other: object) -> None:
    assert read(other, event("CONTACT")) == [Notice(TENANT, Resource.CUSTOMERS)]


def test_one_delivery_may_speak_of_several_organisations() -> None:
    another = TENANT.replace("c2", "d2")

    told = read(event("INVOICE"), event("INVOICE", tenant=another.upper()))

    assert [notice.company_id for notice in told] == [TENANT, another]


def test_the_intent_to_receive_says_nothing() -> None:
    assert HOOKS.read(INTENT) == []


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "Expecting value"),
        (b"{}", "no list of events"),
        (b"[]", "no list of events"),
        (b'{"events": {}}', "no list of events"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_delivery_is_said_so(body: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        HOOKS.read(body)


def test_a_key_is_text_and_the_body_counts_as_it_came() -> None:
    key = "c2VjcmV0IGtleQ=="
    signed = {SIGNATURE: signature(INTENT, key).decode()}

    assert HOOKS.signed_with(INTENT, signed, ["other", key]) == {key}
    assert HOOKS.signed_with(INTENT.replace(b": 0", b":0"), signed, [key]) == frozenset()


@pytest.mark.parametrize("headers", [{}, {SIGNATURE: ""}, {SIGNATURE: "\u00fc"}])
def test_a_delivery_without_a_signature_fits_nobody(headers: dict[str, str]) -> None:
    assert HOOKS.signed_with(INTENT, headers, ["key"]) == frozenset()
