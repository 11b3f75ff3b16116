"""Everything that can go wrong, each with what we do about it.

BooksError
├── ProviderError           a ledger did not do what it was asked
│   ├── TokenExpired        nothing was taken: refresh, then the same request again
│   ├── Disconnected        nothing succeeds until a person reconnects: pause the connection
│   ├── Throttled           nothing was taken: the whole connection waits until the given time
│   ├── Unavailable         nothing was taken: back off
│   ├── NoAnswer            a write may or may not have taken effect
│   └── Unexplained         an answer that no rule knows: a defect, for an engineer
├── LeaseLost               somebody else may drive this connection now
└── Misuse                  a person asked for something that cannot be: says what to do instead
"""

from datetime import timedelta
from enum import StrEnum


class Category(StrEnum):
    """The closed list of reasons why a record is not in the books (each has one reaction)."""

    CONNECTION = "connection"
    MAPPING = "mapping"
    REFERENCE = "reference"
    DUPLICATE = "duplicate"
    VALIDATION = "validation"
    PERIOD = "period"
    CONFLICT = "conflict"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    UNKNOWN_OUTCOME = "unknown_outcome"
    DEFECT = "defect"


class BooksError(Exception):
    """The base of all our own errors."""


class ProviderError(BooksError):
    """A ledger did not do what it was asked; `correlation_id` is what its support asks for."""

    def __init__(self, why: str, *, correlation_id: str | None = None) -> None:
        super().__init__(why)
        self.correlation_id = correlation_id


class TokenExpired(ProviderError):
    """The access token was refused; nothing was taken."""


class Disconnected(ProviderError):
    """Nothing succeeds until a person acts; `code` is ours and says who must do what."""

    def __init__(self, why: str, *, code: str, correlation_id: str | None = None) -> None:
        super().__init__(why, correlation_id=correlation_id)
        self.code = code


THROTTLED, DAY_LIMIT = "throttled", "day limit"


class Throttled(ProviderError):
    """The ledger's limit is reached; nothing was taken. `pause` is what it asked for, `limit` what
    people are told that the connection is held for."""

    def __init__(
        self,
        why: str,
        *,
        pause: timedelta,
        limit: str = THROTTLED,
        correlation_id: str | None = None,
    ) -> None:
        super().__init__(why, correlation_id=correlation_id)
        self.pause = pause
        self.limit = limit


class Unavailable(ProviderError):
    """Nothing was taken: no connection was made, or a read failed. The same call may succeed
    later."""


class NoAnswer(ProviderError):
    """A write was sent and its answer never came: the outcome is unknown.

    `in_flight` tells whether the ledger may still be working on it (a timeout) or the connection
    broke; `status` is that of an answer which says nothing of what became of it (5xx).
    """

    def __init__(
        self,
        why: str,
        *,
        in_flight: bool,
        status: int | None = None,
        correlation_id: str | None = None,
    ) -> None:
        super().__init__(why, correlation_id=correlation_id)
        self.in_flight = in_flight
        self.status = status


class Unexplained(ProviderError):
    """An answer that no rule knows: kept for an engineer."""


class LeaseLost(BooksError):
    """The lease on a connection is gone; whatever was not sent yet must not be sent."""


class Misuse(BooksError):
    """A person or an event asked for something that cannot be; the text says what to do instead."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
