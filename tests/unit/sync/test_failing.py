"""What engineers are given of a failure: under one id, without secrets, never too much."""

from collections.abc import Iterator

import pytest

from schemas.catalogue import STATUS
from schemas.jsonschema import event_schema
from worker.errors import Category, Unexplained
from worker.providers.port import Cause, Fault
from worker.sync import failing
from worker.sync.tell import error_of


def test_a_long_excerpt_keeps_its_beginning_and_its_end() -> None:
    cut = failing.excerpt("first " + "x" * 10_000 + " last")

    assert len(cut) == failing.LONGEST
    assert cut.startswith("first ")
    assert cut.endswith(" last")


def test_an_excerpt_holds_no_secret() -> None:
    assert "s3cret" not in failing.excerpt("sent with access_token=s3cret by ada@example.com")


def test_a_fault_that_is_written_down_is_read_again() -> None:
    causes = frozenset({Cause("account", "4000")})
    fault = Fault("account_missing", Category.MAPPING, {"account": "Cash"}, "words", causes)

    read = failing.restored(failing.noted(fault))

    assert (read, read.id) == (fault, fault.id)


def test_what_the_version_before_wrote_down_gets_an_id() -> None:
    known = {"code": "stale", "category": "conflict", "detail": "5010"}

    assert failing.restored(known).id.startswith("f-")


def test_no_two_failures_have_the_same_id() -> None:
    ids = {Fault("stale", Category.CONFLICT).id for _ in range(100)}

    assert len(ids) == 100


def test_an_unexplained_answer_is_told_with_what_support_asks_for() -> None:
    fault = failing.unexplained({}, Unexplained("HTTP 418", correlation_id="1-abc"))

    assert (fault.code, fault.detail) == ("defect", "HTTP 418 [1-abc]")


def properties(schema: object) -> Iterator[str]:
    """The names of all properties in a JSON Schema, however deep."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for held in schema.values():
            yield from properties(held)
    elif isinstance(schema, list):
        for held in schema:
            yield from properties(held)


@pytest.mark.parametrize("type_", STATUS)
def test_no_status_event_has_a_place_for_the_engineers_detail(type_: str) -> None:
    names = set(properties(event_schema(type_)))

    assert names
    assert not names & {"detail", "correlation_id", "excerpt", "traceback", "submission"}


def test_the_error_of_a_status_event_is_the_sentence_and_the_id() -> None:
    fault = Fault("value_refused", Category.VALIDATION, {"field": "memo"}, "planted words")

    told = error_of(fault).model_dump_json()

    assert fault.id in told
    assert "planted" not in told
