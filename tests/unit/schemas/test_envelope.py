"""Reading messages: both CloudEvents modes, each attribute, and what is salvaged of the rest."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.envelope import MAX_BYTES, STRUCTURED, Category, Event, InvalidEvent, parse
from schemas.kinds import Kind
from schemas.removal import Removal
from schemas.strictjson import is_storable
from tests.unit.schemas.builders import (
    Data,
    body,
    customer_data,
    envelope,
    expense_data,
    invoice_data,
    parsed,
)

TRACE = "00-19f9919c895fd7b326b94c7f9118bb16-5d158a2ff2ee4e45-01"


def headers(prefix: str = "cloudEvents_") -> Data:
    attributes = envelope()
    return {f"{prefix}{name}": value for name, value in attributes.items() if name != "data"}


def refusal(message: bytes, **wire: object) -> InvalidEvent:
    with pytest.raises(InvalidEvent) as raised:
        parsed(message, **wire)  # type: ignore[arg-type]
    return raised.value


def reason_for(message: bytes) -> str | None:
    try:
        parsed(message)
    except InvalidEvent as invalid:
        return invalid.reason
    return None


def test_a_structured_event_is_read_whole() -> None:
    message = body(
        subject="C-1", dataschema="https://schemas.cmms.example/customer/v1", traceparent=TRACE
    )

    event = parsed(message, routing_key="customer.created")

    assert event == Event(
        id="evt-1",
        source="/cmms/parties",
        type="customer.created",
        time=datetime(2026, 10, 5, 9, 30, tzinfo=UTC),
        tenant="alder",
        subject="C-1",
        dataschema="https://schemas.cmms.example/customer/v1",
        traceparent=TRACE,
        causation=None,
        kind=Kind.CUSTOMER,
        data=event.data,
    )
    assert (event.record_id, event.version) == ("C-1", 1)


@pytest.mark.parametrize("prefix", ["cloudEvents_", "cloudEvents:", "CLOUDEVENTS_"])
@pytest.mark.parametrize(
    "content_type", ["application/json", None, "application/json;charset=utf-8"]
)
def test_a_binary_event_is_the_same_event(prefix: str, content_type: str | None) -> None:
    data = json.dumps(customer_data()).encode()

    event = parsed(data, content_type=content_type, headers=headers(prefix) | {"x-other": 1})

    assert event == parsed(body())


@pytest.mark.parametrize(
    "content_type",
    [
        STRUCTURED,
        "Application/CloudEvents+JSON; charset=UTF-8",
        'application/cloudevents+json; charset="utf-8"; x=y',
        None,
        "",
        "application/json",
        "application/vnd.cmms+json",
    ],
)
def test_a_structured_event_comes_under_several_content_types(content_type: str | None) -> None:
    assert parsed(body(), content_type=content_type) == parsed(body())


def test_a_structured_event_wins_over_headers() -> None:
    event = parsed(body(), headers=headers() | {"cloudEvents_id": "another"})

    assert event.id == "evt-1"


@pytest.mark.parametrize(
    "content_type",
    [
        "application/cloudevents-batch+json",
        "application/cloudevents+avro",
        "text/plain",
        "application/cloudevents+json; charset=iso-8859-1",
    ],
)
def test_other_content_types_are_refused(content_type: str) -> None:
    invalid = refusal(body(), content_type=content_type)

    assert invalid.category is Category.MALFORMED_ENVELOPE
    assert "content type" in invalid.reason
    assert invalid.tenant == "alder"


def test_a_removal_keeps_the_kind_of_its_type() -> None:
    event = parsed(body("purchase_invoice.voided", {"id": "B-1"}))

    assert event.kind is Kind.PURCHASE_INVOICE
    assert isinstance(event.data, Removal)
    assert (event.record_id, event.version) == ("B-1", None)


def test_a_request_is_about_no_record() -> None:
    event = parsed(body("sync.requested", {"resource": "all"}))

    assert (event.kind, event.record_id, event.version) == (None, None, None)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-10-05T09:30:00Z", datetime(2026, 10, 5, 9, 30, tzinfo=UTC)),
        ("2026-10-05t09:30:00z", datetime(2026, 10, 5, 9, 30, tzinfo=UTC)),
        ("2026-10-05T15:00:00.5+05:30", datetime(2026, 10, 5, 9, 30, 0, 500000, tzinfo=UTC)),
        (
            "2026-10-05T09:30:00.123456789-00:00",
            datetime(2026, 10, 5, 9, 30, 0, 123456, tzinfo=UTC),
        ),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
        ("2017-01-01T00:59:60.5+01:00", datetime(2016, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_as_rfc_3339(written: str, moment: datetime) -> None:
    event = parsed(body(time=written))

    assert event.time == moment
    assert event.time.tzinfo is UTC


@pytest.mark.parametrize(
    "written",
    [
        "yesterday",
        "2026-10-05",
        "2026-10-05T09:30:00",
        "2026-10-05 09:30:00Z",
        "2026-10-05T09:30Z",
        "2026-13-05T09:30:00Z",
        "2026-10-05T25:00:00Z",
        "2026-10-05T09:30:61Z",
        "2026-10-05T09:30:00+25:00",
        "0001-01-01T00:00:00+05:00",
        "2026-10-05T09:30:00Z\n",
        "20261005T093000Z",
    ],
)
def test_a_time_that_is_none_is_refused(written: str) -> None:
    assert "the attribute time" in refusal(body(time=written)).reason


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1)),  # noqa: DTZ001
    st.integers(min_value=-12 * 60, max_value=14 * 60),
)
def test_every_moment_survives_the_envelope(local: datetime, minutes_east: int) -> None:
    moment = local.replace(tzinfo=timezone(timedelta(minutes=minutes_east)))

    assert parsed(body(time=moment.isoformat())).time == moment


@pytest.mark.parametrize("name", ["specversion", "id", "source", "type", "time", "tenantid"])
@pytest.mark.parametrize(
    ("value", "fault"), [(None, "is missing"), ("", "is empty"), (7, "is not a string")]
)
def test_a_required_attribute_is_named_in_the_reason(name: str, value: object, fault: str) -> None:
    invalid = refusal(json.dumps(envelope() | {name: value}).encode())

    assert name in invalid.reason
    assert fault in invalid.reason
    assert invalid.category is Category.MALFORMED_ENVELOPE


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"specversion": "0.3"}, "specversion"),
        ({"source": "cmms billing"}, "source is not a URI reference"),
        ({"source": "s" * 256}, "source has more than 255 characters"),
        ({"id": "i" * 256}, "id has more than 255 characters"),
        ({"tenantid": "acme/../other"}, "tenantid is not 1-64 of"),
        ({"tenantid": "t" * 65}, "tenantid is not 1-64 of"),
        ({"tenantid": "alder\n"}, "tenantid is not 1-64 of"),
        ({"subject": 7}, "subject is not a string"),
        ({"traceparent": ["x"]}, "traceparent is not a string"),
        ({"data": "C-1"}, "data is not an object"),
        ({"data": [1]}, "data is not an object"),
    ],
)
def test_a_wrong_attribute_is_named_in_the_reason(changes: Data, reason: str) -> None:
    invalid = refusal(json.dumps(envelope() | changes).encode())

    assert reason in invalid.reason
    assert invalid.category is Category.MALFORMED_ENVELOPE


@pytest.mark.parametrize("absent", [{}, {"data": None}])
def test_data_is_required(absent: Data) -> None:
    attributes = envelope()
    del attributes["data"]

    assert refusal(json.dumps(attributes | absent).encode()).reason.endswith("data is missing")


def test_an_unknown_type_is_no_guess() -> None:
    invalid = refusal(body("customer.exploded"))

    assert invalid.category is Category.UNKNOWN_TYPE
    assert invalid.type == "customer.exploded"


@pytest.mark.parametrize("version", ["v1", "v1/", "v1.4", "v1.json"])
def test_every_version_one_is_read(version: str) -> None:
    assert parsed(body(dataschema=f"https://x.example/customer/{version}")).dataschema


@pytest.mark.parametrize("version", ["v2", "v0", "v11", "latest", "v1/../v2", "v1x"])
def test_an_unknown_version_is_no_guess(version: str) -> None:
    invalid = refusal(body(dataschema=f"https://x.example/customer/{version}"))

    assert invalid.category is Category.UNKNOWN_VERSION


def test_the_routing_key_must_be_the_type() -> None:
    invalid = refusal(body(), routing_key="invoice.created")

    assert invalid.reason == "the routing key is not the type, customer.created"


@pytest.mark.parametrize(
    "text", ["", "00-0", TRACE.upper(), TRACE.replace("00-", "ff-", 1), f"{TRACE}-extra"]
)
def test_a_malformed_traceparent_is_dropped(text: str) -> None:
    assert parsed(body(traceparent=text)).traceparent is None


@pytest.mark.parametrize(
    ("given", "read"), [("EV-1", "EV-1"), ("", None), (7, None), ("x" * 300, None)]
)
def test_what_an_event_corrects_is_read_and_never_a_fault(given: object, read: str | None) -> None:
    assert parsed(body(causationid=given)).causation == read


def test_a_message_of_exactly_one_mebibyte_is_read() -> None:
    padding = MAX_BYTES - len(body(data=customer_data(notes="")))

    assert parsed(body(data=customer_data(notes="x" * padding))).tenant == "alder"
    too_large = refusal(body(data=customer_data(notes="x" * (padding + 1))))

    assert too_large.category is Category.TOO_LARGE


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"cloudEvents_tenantid": "münchen".encode("latin-1")}, "tenantid is not UTF-8 text"),
        ({"cloudEvents_subject": b"\xff"}, "subject is not UTF-8 text"),
        ({"cloudEvents_specversion": 1}, "specversion is not a string"),
        ({"cloudEvents:id": "another"}, "twice among the headers"),
        ({"cloudEvents_id": "a\x00b"}, "NUL"),
    ],
)
def test_a_wrong_header_is_named_in_the_reason(changes: Data, reason: str) -> None:
    message = json.dumps(customer_data()).encode()

    invalid = refusal(message, content_type="application/json", headers=headers() | changes)

    assert reason in invalid.reason


@pytest.mark.parametrize(
    "message",
    [
        body("expense.saved", expense_data(amount=1.5)),
        body("expense.saved").replace(b'"C-1"', b"NaN"),
        body("expense.saved").replace(b'"C-1"', b'"\\ud83d"'),
        body("expense.saved").replace(b'"name"', b'"id"'),
        b"\xef\xbb\xbf" + body("expense.saved"),
    ],
)
def test_the_identity_of_a_refused_event_is_salvaged(message: bytes) -> None:
    invalid = refusal(message)

    identity = (invalid.source, invalid.id, invalid.type, invalid.tenant)
    assert identity == ("/cmms/parties", "evt-1", "expense.saved", "alder")


@pytest.mark.parametrize("message", [b"", b"nothing", b"[" * 100_000, b"\xff\xfe", b"[{}]", b"7"])
def test_a_body_without_identity_is_refused_all_the_same(message: bytes) -> None:
    invalid = refusal(message)

    assert (invalid.source, invalid.id, invalid.type, invalid.tenant) == (None,) * 4


def test_an_identity_that_no_table_takes_is_not_salvaged() -> None:
    invalid = refusal(body(id="a\x00b", source="x" * 300, tenantid="a b"))

    assert (invalid.source, invalid.id, invalid.tenant) == (None, None, None)
    assert invalid.type == "customer.created"


def test_a_reason_never_quotes_the_payload() -> None:
    secret = "4111-1111-1111-1111"
    broken = [
        body(data=customer_data(currency=secret)),
        body("invoice.created", invoice_data(total=secret)),
        body(specversion=secret),
        body(time=secret),
        body(f"customer.{secret}"),
        body().replace(b'"C-1"', secret.encode()),
    ]

    assert not [message for message in broken if secret in refusal(message).reason]


@given(st.binary(max_size=200), st.sampled_from([STRUCTURED, "application/json", None, "x/y"]))
def test_any_bytes_are_an_event_or_a_reason(message: bytes, content_type: str | None) -> None:
    with pytest.raises(InvalidEvent) as raised:
        parse(message, content_type, {}, "customer.created")

    assert raised.value.reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(st.sampled_from(sorted(invoice_data())), JSON)
def test_any_value_in_any_field_is_taken_or_explained(name: str, value: object) -> None:
    reason = reason_for(body("invoice.created", invoice_data(**{name: value})))

    assert reason is None or is_storable(reason)
