"""Logs: one object a line, the context around it, and nothing that opens anything."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from worker import logs

log = logging.getLogger("worker.sample")


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What the process writes, in JSON lines; the root logger is put back afterwards."""
    handlers, level = logging.root.handlers[:], logging.root.level
    written = io.StringIO()
    logs.configure("json", "INFO", written)
    yield written
    logging.root.handlers[:], logging.root.level = handlers, level


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_an_object_with_its_fields(stream: io.StringIO) -> None:
    log.info("push.created", extra={"kind": "invoice", "parts": 3})

    (line,) = lines(stream)
    assert (line["event"], line["kind"], line["parts"]) == ("push.created", "invoice", 3)
    assert (line["level"], line["logger"]) == ("info", "worker.sample")


def test_the_bound_context_is_on_every_line_inside(stream: io.StringIO) -> None:
    with logs.bind(connection=7), logs.bind(record="INV-1"):
        log.info("inside")
    log.info("outside")

    inside, outside = lines(stream)
    assert (inside["connection"], inside["record"]) == (7, "INV-1")
    assert "connection" not in outside


@pytest.mark.parametrize(
    "secret",
    [
        "Bearer eyJhbGciOiJkaXIifQ.abc.def",
        "Basic QUItY2xpZW50OnNlY3JldA==",
        "amqp://books:hunter2@broker:5672/",
        "http://us/callback/quickbooks?code=AB11&state=5.hunter2&realmId=9",
        "http://us/connect/quickbooks?link=gAAAAABhunter2hunter2hunter2hunter2",
        "http://us/choose/xero?choice=5.hunter2",
        "grant_type=authorization_code&code_verifier=hunter2&redirect_uri=x",
        '{"refresh_token": "hunter2", "expires_in": 3600}',
        "client_secret=hunter2&grant_type=refresh_token",
        "mail to hunter2@example.com",
    ],
)
def test_secrets_in_texts_are_hidden(stream: io.StringIO, secret: str) -> None:
    log.info("said", extra={"text": secret})

    written = stream.getvalue()
    assert "***" in written
    assert not [piece for piece in ("hunter2", "eyJhb", "QUIt", "AB11") if piece in written]


@pytest.mark.parametrize("name", ["access_token", "client_secret", "Authorization", "password"])
def test_fields_named_like_secrets_are_hidden(stream: io.StringIO, name: str) -> None:
    log.info("said", extra={"headers": {name: "hunter2"}, name: "hunter2"})

    assert "hunter2" not in stream.getvalue()


def test_what_engineers_need_is_not_hidden(stream: io.StringIO) -> None:
    log.info("said", extra={"token_version": 3, "sync_token": "4", "state": "due", "code": "6240"})

    (line,) = lines(stream)
    assert [line[n] for n in ("token_version", "sync_token", "state", "code")] == [
        3,
        "4",
        "due",
        "6240",
    ]


def test_a_traceback_is_part_of_its_line_without_secrets(stream: io.StringIO) -> None:
    try:
        int("Bearer hunter2hunter2")
    except ValueError:
        log.exception("boom")

    (line,) = lines(stream)
    assert "ValueError" in str(line["trace"])
    assert "hunter2" not in str(line["trace"])


def test_the_console_has_a_line_for_people() -> None:
    record = log.makeRecord(log.name, logging.WARNING, "", 0, "hint.lost", (), None)
    record.actor = "drive"

    text = logs.Console().format(record)

    assert text.split(" ", 1)[1] == "WARNING hint.lost actor=drive"


STEERING = "a\x1b]0;owned\x07b\x9b2J\rc\u202ed\u2066e\x7f\ud800"


def test_nothing_in_a_line_steers_the_terminal(stream: io.StringIO) -> None:
    logs.configure("console", "INFO", stream)

    log.warning("said %s", STEERING, extra={"name_of_it": STEERING})

    written = stream.getvalue()
    assert written.count("\n") == 1
    assert not [one for one in STEERING if not one.isprintable() and one in written]
    assert r"a\u001b]0;owned\u0007b\u009b2J\u000dc\u202ed\u2066e\u007f\ud800" in written


def test_json_lines_stay_json_whatever_is_in_them(stream: io.StringIO) -> None:
    log.info("said", extra={"it": STEERING})

    assert "\x9b" not in stream.getvalue()
    assert lines(stream)[0]["it"] == STEERING


def test_people_read_what_they_wrote() -> None:
    text = "Ærø & Søn — «prix»\t12 €\n👩‍🔧 می‌خواهم"

    assert logs.visible(text) == text
