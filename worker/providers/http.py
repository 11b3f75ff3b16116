"""HTTP for all ledgers: one client, and what its exceptions mean in our words."""

import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache

import httpx

from worker.errors import NoAnswer, Unavailable

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 60.0
# A write has its leave to be sent by then: it must leave soon, or not at all.
_POOL_SECONDS = 5.0
_LONGEST_PAUSE = timedelta(hours=1)
_EXCERPT = 4000

_BEARER = re.compile(r"(?i)(bearer\s+)[\w.~+/=-]+")
_TOKEN_FAULT = re.compile(r"(?i)(token[^\"<>:]{0,40}:\s*)[^\"<>,}]+")
_LONG_SECRET = re.compile(r"[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-.]{16,}|[A-Za-z0-9+/_\-]{80,}={0,2}")


@cache
def trust() -> ssl.SSLContext:
    """Whose certificates are believed. Read once for a process: it takes longer than a call."""
    return httpx.create_ssl_context()


def client() -> httpx.Client:
    """A client for one process: a pool that many threads share, and no redirects.

    httpx never repeats a request on its own, so a kept connection that the server closed meanwhile
    surfaces as an error here, and a write is never sent twice behind our back.
    """
    # A peer that vanished without a word is noticed by TCP keep-alive, not by the read timeout.
    keepalive = (
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        (socket.IPPROTO_TCP, getattr(socket, "TCP_KEEPIDLE", 4), 30),
        (socket.IPPROTO_TCP, getattr(socket, "TCP_KEEPINTVL", 5), 10),
        (socket.IPPROTO_TCP, getattr(socket, "TCP_KEEPCNT", 6), 3),
        (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    )
    # Idle connections are dropped after 20 s, before a ledger's front end would do so.
    limits = httpx.Limits(max_connections=256, max_keepalive_connections=128, keepalive_expiry=20.0)
    return httpx.Client(
        transport=httpx.HTTPTransport(trust(), limits=limits, socket_options=keepalive),
        timeout=timeout(_READ_SECONDS),
        follow_redirects=False,
    )


def timeout(answer_seconds: float) -> httpx.Timeout:
    """The timeouts of one call whose answer may take `answer_seconds`."""
    return httpx.Timeout(
        connect=_CONNECT_SECONDS, read=answer_seconds, write=answer_seconds, pool=_POOL_SECONDS
    )


@contextmanager
def reading() -> Iterator[None]:
    """Translates httpx's exceptions for a read: whatever went wrong, it can be read again."""
    try:
        yield
    except httpx.TransportError as error:
        raise Unavailable(_named(error)) from error


@contextmanager
def writing() -> Iterator[None]:
    """Translates httpx's exceptions for a write: only what never left us is known not to count.

    Raises: Unavailable (no byte was sent), NoAnswer (the ledger may have taken the write).
    """
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise Unavailable(_named(error)) from error
    except (httpx.UnsupportedProtocol, httpx.ProxyError) as error:
        raise Unavailable(_named(error)) from error
    except (httpx.ReadTimeout, httpx.WriteTimeout) as error:
        raise NoAnswer(_named(error), in_flight=True) from error
    except (httpx.TransportError, httpx.DecodingError) as error:
        # Among these is a kept connection that was closed before our first byte: it cannot be told
        # from one that was closed after the last.
        raise NoAnswer(_named(error), in_flight=False) from error


def pause(
    headers: Mapping[str, str],
    default: timedelta,
    now: Callable[[], datetime],
    longest: timedelta = _LONGEST_PAUSE,
) -> timedelta:
    """What `Retry-After` asks for (seconds or an HTTP date), at most `longest`; else the
    default."""
    said = headers.get("retry-after", "").strip()
    if said.isdigit():
        asked = timedelta(seconds=int(said[:6]))
    else:
        try:
            asked = parsedate_to_datetime(said) - now()
        except (ValueError, TypeError):  # empty, no date, or a date without a zone
            return default
    return min(max(asked, timedelta(0)), longest)


def excerpt(text: str) -> str:
    """At most 4,000 characters of an answer for engineers, without what could be a token.

    Intuit's 401 quotes a piece of the token in `detail`.
    """
    text = text[: 2 * _EXCERPT]  # before the search, which takes its time on a long answer
    for pattern, instead in ((_BEARER, r"\1***"), (_TOKEN_FAULT, r"\1***"), (_LONG_SECRET, "***")):
        text = pattern.sub(instead, text)
    return text[:_EXCERPT]


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
