"""`POST /webhooks/{provider}`: the raw body, checked and taken in; answered within three
seconds."""

import asyncio

from sqlalchemy.exc import DBAPIError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from worker import metrics
from worker.sync.webhooks import LONGEST, Delivery, Receiver, Result
from worker.web import pages
from worker.web.bodies import TooLarge, whole

_SECONDS = 2.5  # for everything: the ledger waits three, and comes again


async def receive(request: Request) -> Response:
    """Take a delivery in: 200 whatever it says, 401 where it is not signed as it should be, 503
    where it has to come again. The answer has no body (Xero: webhooks overview)."""
    receiver: Receiver = request.app.state.webhooks
    provider = request.path_params["provider"]
    if provider not in receiver.services.ledgers:
        return _answer(404)
    status, result = 200, "late"
    try:
        async with asyncio.timeout(_SECONDS):
            delivery = Delivery(provider, dict(request.headers), await whole(request, LONGEST))
            # In a thread that may be left behind: what it queues then is queued by a repeat, too.
            result = (await asyncio.to_thread(receiver.take, delivery)).value
    except TooLarge:
        status, result = 413, "too_large"
    except (TimeoutError, ClientDisconnect):
        status = 503
    except DBAPIError:
        metrics.WEBHOOKS.labels(provider, "unavailable").inc()
        raise
    metrics.WEBHOOKS.labels(provider, result).inc()
    return _answer(401 if result == Result.UNSIGNED else status)


def _answer(status: int) -> Response:
    return Response(status_code=status, headers=pages.HEADERS)
