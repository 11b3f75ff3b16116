"""Settings: what cannot work is refused at the start, and never repeated to anybody."""

from typing import Any

import pytest
from pydantic import ValidationError

from worker.settings import Settings

GOOD: dict[str, Any] = {
    "database_url": "postgresql://books:hunter2@127.0.0.1:5432/books",
    "broker_url": "amqp://books:hunter2@127.0.0.1:5672/%2F",
    "encryption_keys": ["key"],
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "postgresql+psycopg:///books?host=/var/run/postgresql"),
        ("database_url", "postgres://books@[::1]/books"),
        ("broker_url", "amqps://broker"),
        ("log_level", "debug"),
        ("metrics_port", "0"),
        ("payments_interval", "0"),
    ],
)
def test_what_works_is_taken(name: str, value: str) -> None:
    settings = Settings(**GOOD | {name: value})

    assert str(getattr(settings, name)) == value


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("database_url", "hunter2", "must look like postgresql://"),
        ("database_url", "mysql://books:hunter2@host/books", "must look like postgresql://"),
        ("database_url", "postgresql://books:hunter2@host:no/", "must look like postgresql:"),
        ("broker_url", "http://books:hunter2@host", "must look like amqp://"),
        ("public_url", "books.example", "must look like https://"),
        ("quickbooks", {"token_url": "nowhere"}, "must look like https://"),
        ("log_format", "xml", "Input should be 'json' or 'console'"),
        ("log_level", "LOUD", "must be one of CRITICAL"),
        ("web_port", "65536", "less than or equal to 65535"),
        ("worker_threads", "0", "greater than or equal to 1"),
        ("outbox_days", "0", "greater than or equal to 1"),
        ("tick_seconds", "0", "greater than 0"),
        ("send_by", "nan", "finite number"),
        ("encryption_keys", [], "at least 1 item"),
    ],
)
def test_what_cannot_work_is_refused_without_its_value(name: str, value: object, said: str) -> None:
    with pytest.raises(ValidationError, match=said) as refused:
        Settings(**GOOD | {name: value})

    (fault,) = refused.value.errors(include_input=False, include_context=False)
    assert fault["loc"][0] == name
    assert "hunter2" not in fault["msg"]
