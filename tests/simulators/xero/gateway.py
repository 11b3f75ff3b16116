"""What Xero's gateway answers before the accounting API is asked (recordings of 401, 403, 429)."""

from __future__ import annotations

import uuid
from datetime import datetime

from tests.simulators.httpd import Response
from tests.simulators.xero.wire import Json, dump

JSON_TYPE = "application/json; charset=utf-8"
TITLES = {400: "BadRequest", 401: "Unauthorized", 403: "Forbidden"}
UNAUTHENTIC = "AuthenticationUnsuccessful"
MAINTENANCE = (
    "<html><head><title>503 Service Temporarily Unavailable</title></head>"
    "<body><center><h1>503 Service Temporarily Unavailable</h1></center></body></html>"
)


class Barred(Exception):
    """The gateway says no: 400, 401, 403 or 429."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def problem(status: int, detail: str) -> Response:
    """The gateway's own form of an error."""
    instance = str(uuid.uuid4())
    body: Json = {
        "Type": None,
        "Title": TITLES[status],
        "Status": status,
        "Detail": detail,
        "Instance": instance,
        "Extensions": {},
    }
    headers = {"xero-correlation-id": instance}
    return Response(status, dump(body), JSON_TYPE, headers)


def invalid_token() -> Response:
    response = problem(401, UNAUTHENTIC)
    response.headers["WWW-Authenticate"] = "Bearer error=invalid_token"
    return response


def expired(moment: datetime) -> Response:
    return problem(401, f"TokenExpired: token expired at {moment:%m/%d/%Y %H:%M:%S}")


def too_narrow() -> Response:
    """A missing scope: only the header tells it from a bad token (Xero: granular scopes FAQ)."""
    response = problem(401, UNAUTHENTIC)
    # The word is misspelt by Xero.
    response.headers["WWW-Authenticate"] = 'Bearer error="insufficent_scope"'
    return response


def forbidden() -> Response:
    """The tenant header is wrong or missing, or the tenant is connected no more."""
    return problem(403, UNAUTHENTIC)


def throttled(limit: str, retry_after: int | None) -> Response:
    """No body and no content type at all."""
    response = Response(429, b"", "", {"X-Rate-Limit-Problem": limit})
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def server_error() -> Response:
    """As recorded: what it says is no JSON, although it says so."""
    return Response(500, b'{Status":500}', JSON_TYPE)


def maintenance(retry_after: float | None) -> Response:
    response = Response(503, MAINTENANCE.encode(), "text/html")
    if retry_after is not None:
        response.headers["Retry-After"] = str(int(retry_after))
    return response


def refused(number: int, kind: str, message: str) -> Response:
    """A refusal in the accounting API's own form, about the request as a whole."""
    body: Json = {"ErrorNumber": number, "Type": kind, "Message": message, "Elements": []}
    return Response(400, dump(body), JSON_TYPE)
