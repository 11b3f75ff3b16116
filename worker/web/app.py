"""The web application: routes, and what an error looks like in a browser."""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from math import ceil

from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from worker import metrics
from worker.errors import Misuse, ProviderError, Throttled
from worker.sync.services import Services
from worker.sync.webhooks import Receiver
from worker.web import oauth, pages, webhooks
from worker.web.bodies import TooLarge

log = logging.getLogger(__name__)

Probe = Callable[[], str | None]
"""Asks one service whether it answers: None, or in a few words why not."""

_HOUR = 60  # minutes
_GONE = ("state_unknown", "link_expired", "unknown_connection")


def create(services: Services, probes: Mapping[str, Probe]) -> Starlette:
    """The application; `probes` by name (`database`, `broker`, ...) decide about `/readyz`."""
    app = Starlette(
        routes=[
            _get_only("/connect/{provider}", oauth.connect),
            _get_only("/callback/{provider}", oauth.callback),
            Route("/choose/{provider}", oauth.choose),
            Route("/choose/{provider}", oauth.chosen, methods=["POST"]),
            Route("/connected/{provider}", oauth.connected),
            Route("/webhooks/{provider}", webhooks.receive, methods=["POST"]),
            Route("/healthz", _healthy),
            Route("/readyz", _ready),
        ],
        exception_handlers={
            Misuse: _misused,
            ProviderError: _ledger_failed,
            DBAPIError: _database_failed,
            TooLarge: _too_large,
            Exception: _broken,
        },
    )
    app.state.services = services
    app.state.webhooks = Receiver(services)
    app.state.probes = probes
    return app


def _get_only(path: str, page: Callable[[Request], Response]) -> Route:
    """A route that changes something: Starlette lets HEAD in wherever GET may, and a probe must
    neither begin a consent nor use one up."""
    route = Route(path, page)
    route.methods = {"GET"}
    return route


def _healthy(_: Request) -> Response:
    return PlainTextResponse("ok\n", headers=pages.HEADERS)


def _ready(request: Request) -> Response:
    """200 if everything that a consent needs answers; else 503 and a line for each failure."""
    failures = {name: why for name, probe in request.app.state.probes.items() if (why := probe())}
    if failures:
        text = "".join(f"{name}: {why}\n" for name, why in failures.items())
        return PlainTextResponse(text, 503, pages.HEADERS)
    return PlainTextResponse("ready\n", headers=pages.HEADERS)


def _misused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Misuse)
    log.warning("web.refused", extra={"path": request.url.path, "code": error.code})
    status = 410 if error.code in _GONE else 400
    return pages.refusal("This did not work", str(error), status)


def _too_large(request: Request, _: Exception) -> Response:
    log.warning("web.too_large", extra={"path": request.url.path})
    return pages.refusal("This did not work", "This is not a form of ours.", 413)


def _broken(_: Request, __: Exception) -> Response:
    """Nobody foresaw it; Starlette raises it again once this is sent, so that it is logged."""
    metrics.DEFECTS.labels("web").inc()
    sentence = "Something is wrong on our side. Try again; if it stays so, tell whoever runs this."
    return pages.refusal("This did not work", sentence, 500)


def _database_failed(request: Request, error: Exception) -> Response:
    log.error("web.database_failed", extra={"path": request.url.path}, exc_info=error)
    sentence = "Our database did not answer, so nothing was changed. Try again in a few minutes."
    return pages.refusal("This did not work", sentence, 503)


def _ledger_failed(request: Request, error: Exception) -> Response:
    """The ledger did not answer a person's consent: nothing was changed, and it can be repeated."""
    assert isinstance(error, ProviderError)
    extra = {
        "path": request.url.path,
        "reason": str(error),
        "correlation_id": error.correlation_id,
    }
    log.warning("web.ledger_failed", extra=extra)
    why, when = "The ledger could not be reached", "a few minutes"
    if isinstance(error, Throttled):
        why, when = "The ledger takes no more calls for now", _in_words(error.pause)
    sentence = (
        f"{why}, so nothing was changed. Its answer to you is used up: start again in {when} with "
        "a new link from `books connections connect`."
    )
    return pages.refusal("The ledger did not answer", sentence, 502)


def _in_words(pause: timedelta) -> str:
    hours, minutes = ceil(pause / timedelta(hours=1)), ceil(pause / timedelta(minutes=1))
    return f"{hours} hours" if minutes > _HOUR else f"{max(minutes, 2)} minutes"
