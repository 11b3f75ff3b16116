"""`POST /webhooks/{provider}`: the raw body, checked and taken in; answered within three
seconds."""

import asyncio

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from worker import metrics
from worker.sync.webhooks import LONGEST, Delivery, Receiver, Result
from worker.web import pages

_BODY_SECONDS = 2.0  # for a body to arrive: whoever sends it slowly must not hold a place


class _TooLarge(Exception):
    """The body is longer than any that a ledger sends."""


async def receive(request: Request) -> Response:
    """Take a delivery in: 200 whatever it says, 401 where it is not signed as it should be."""
    receiver: Receiver = request.app.state.webhooks
    provider = request.path_params["provider"]
    if provider not in receiver.services.ledgers:
        return _answer("no such ledger", 404)
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            body = await _body(request)
    except _TooLarge:
        metrics.WEBHOOKS.labels(provider, "too_large").inc()
        return _answer("too large", 413)
    except (TimeoutError, ClientDisconnect):
        return _answer("the body did not arrive", 408)
    delivery = Delivery(provider, dict(request.headers), body)
    result = await run_in_threadpool(receiver.take, delivery)
    return _answer(result.value, 401 if result is Result.UNSIGNED else 200)


async def _body(request: Request) -> bytes:
    """The whole body, and never more of it than is allowed. Raises _TooLarge."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST:
            raise _TooLarge
    return bytes(body)


def _answer(text: str, status: int) -> Response:
    return PlainTextResponse(f"{text}\n", status, pages.HEADERS)
