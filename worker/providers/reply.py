"""A ledger's answer to a call, and what it means that one says nothing of what was asked."""

from dataclasses import dataclass

from worker.errors import NoAnswer, ProviderError, Unavailable
from worker.providers.http import excerpt
from worker.providers.wire import Body

_STILL_WORKING = frozenset({408, 504})


@dataclass(frozen=True)
class Reply:
    """An answer of the service itself, whether it took the request or not."""

    status: int
    body: Body
    text: str
    correlation_id: str | None


def said(reply: Reply) -> str:
    """An answer in an error's text, without secrets."""
    return f"HTTP {reply.status}: {excerpt(reply.text)[:500]}"


def lost(kind: ProviderError, reply: Reply) -> ProviderError:
    """The error for an answer that says nothing, of the same kind as when none had come."""
    if isinstance(kind, NoAnswer):
        return NoAnswer(
            said(reply),
            in_flight=reply.status in _STILL_WORKING,
            status=reply.status,
            correlation_id=reply.correlation_id,
        )
    return Unavailable(said(reply), correlation_id=reply.correlation_id)
