"""HTTP: what an exception says about a write, what Retry-After asks for, what is not repeated."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from worker.errors import NoAnswer, Unavailable
from worker.providers.http import client, excerpt, pause, reading, timeout, writing

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@contextmanager
def a_server(answer: bytes | None) -> Iterator[tuple[str, list[bytes]]]:
    """Accepts connections, keeps what came, and says `answer` (None: hangs up)."""
    heard: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                heard.append(connection.recv(65536))
                if answer:
                    connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", heard
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def fail_writing(error: type[httpx.TransportError]) -> None:
    with writing():
        raise error("from below")


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
def test_what_never_left_us_was_not_taken(error: type[httpx.TransportError]) -> None:
    with pytest.raises(Unavailable):
        fail_writing(error)


@pytest.mark.parametrize(
    ("error", "in_flight"),
    [
        (httpx.ReadTimeout, True),
        (httpx.WriteTimeout, True),
        (httpx.ReadError, False),
        (httpx.WriteError, False),
        (httpx.RemoteProtocolError, False),
        (httpx.CloseError, False),
    ],
)
def test_what_left_us_may_have_been_taken(
    error: type[httpx.TransportError], *, in_flight: bool
) -> None:
    with pytest.raises(NoAnswer) as unknown:
        fail_writing(error)
    assert unknown.value.in_flight is in_flight


def test_every_error_of_a_write_is_known() -> None:
    kinds = [httpx.TransportError]
    for kind in kinds:
        kinds += kind.__subclasses__()

    for kind in kinds:
        with pytest.raises((NoAnswer, Unavailable)):
            fail_writing(kind)


def test_a_failed_read_can_be_repeated() -> None:
    with pytest.raises(Unavailable), reading():
        raise httpx.ReadTimeout("from below")


def test_a_write_is_sent_once_only() -> None:
    with a_server(None) as (address, heard), client() as http, pytest.raises(NoAnswer), writing():
        http.post(address, content="{}")

    assert len(heard) == 1


def test_a_connection_closed_meanwhile_is_no_second_send() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    with a_server(answer) as (address, heard), client() as http:
        http.post(address, content="1")
        for number in range(5):
            try:
                with writing():
                    http.post(address, content=str(number))
            except NoAnswer:
                continue

    assert len(heard) <= 6


def test_an_answer_cut_short_is_no_answer() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}"

    with a_server(answer) as (address, _), client() as http, pytest.raises(NoAnswer), writing():
        http.post(address, content="{}")


def test_redirects_are_not_followed() -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"

    with a_server(answer) as (address, _), client() as http:
        response = http.get(address, timeout=timeout(2))

    assert response.status_code == 302


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("7", timedelta(seconds=7)),
        ("Fri, 20 Nov 2026 12:00:30 GMT", timedelta(seconds=30)),
        ("Fri, 20 Nov 2026 11:00:00 GMT", timedelta(0)),
        ("999999", timedelta(hours=1)),
        ("", MINUTE),
        ("soon", MINUTE),
        ("-5", MINUTE),
    ],
)
def test_retry_after_is_honoured_within_reason(said: str, expected: timedelta) -> None:
    assert pause({"retry-after": said}, MINUTE, lambda: NOW) == expected


def test_no_retry_after_means_the_default() -> None:
    assert pause({}, MINUTE, lambda: NOW) == MINUTE


@pytest.mark.parametrize(
    "text",
    [
        '{"detail": "Token expired: eyJlbmMiOiJBMTI4Q0JDSFMyNTYi"}',
        "Authorization: Bearer eyJlbmMiOiJBMTI4Q0JDSFMyNTYi",
        f'{{"got": "{"eyJlbmMiOiJBMTI4Q0JDSFMyNTYi" * 4}"}}',
    ],
)
def test_no_token_is_kept_for_engineers(text: str) -> None:
    assert "eyJlbmMiOiJBMTI4Q0JDSFMyNTYi" not in excerpt(text)


def test_an_excerpt_keeps_what_matters() -> None:
    body = '{"SyncToken": "3", "code": "6240", "Detail": "The name supplied already exists."}'

    assert excerpt(body) == body
    assert len(excerpt("ab " * 10_000)) == 4000


def test_a_connection_is_waited_for_briefly_only() -> None:
    assert timeout(120).pool == 5
