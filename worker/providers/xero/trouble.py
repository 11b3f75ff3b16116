"""Answers of Xero that concern the whole connection: tokens, scopes, access and limits."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from worker.errors import (
    DAY_LIMIT,
    THROTTLED,
    Disconnected,
    ProviderError,
    Throttled,
    TokenExpired,
    Unavailable,
)
from worker.providers.http import pause
from worker.providers.reply import Reply, said

# A missing scope is a 401 like that of an old token, and no refresh mends it; the header alone
# tells the two apart, and spells it wrong (Xero: granular scopes).
_TOO_NARROW = re.compile(r"insuffici?ent_scope", re.IGNORECASE)
_NO_ACCESS = "authenticationunsuccessful"
# What an organisation that is offline, or an older app, is answered with 503 (Xero: response codes)
_OFFLINE = re.compile(r"organisation.{0,40}offline", re.IGNORECASE)
_TOO_MANY = re.compile(r"rate limit exceeded", re.IGNORECASE)

_LONGEST = timedelta(hours=24)  # the limit of the day says when the next one begins
# By the limit that is reached, where nothing says for how long.
_PAUSES = {
    "concurrent": timedelta(seconds=5),
    "day": timedelta(hours=1),
}
_PAUSE = timedelta(seconds=60)


def of_connection(headers: Mapping[str, str], reply: Reply) -> ProviderError | None:
    """The error for an answer that says nothing of the request but of who may ask at all."""
    match reply.status:
        case 401 if _TOO_NARROW.search(headers.get("www-authenticate", "")):
            return _disconnected(reply, "scope_missing")
        case 401:
            return TokenExpired(said(reply), correlation_id=reply.correlation_id)
        case 403:
            return _forbidden(reply)
        case 429 | 503 if reply.status == 429 or _TOO_MANY.search(reply.text):
            return _throttled(headers, reply)
        case 503 if _OFFLINE.search(reply.text):
            return _unavailable(reply)
        case _:
            return None


def _forbidden(reply: Reply) -> ProviderError:
    """The organisation is not connected any more, or its user lost rights; what is no JSON comes
    from something in between."""
    said_so = {str(name).lower(): held for name, held in reply.body.items()}
    if not said_so:
        return _unavailable(reply)
    removed = _NO_ACCESS in str(said_so.get("detail", "")).lower()
    return _disconnected(reply, "organisation_removed" if removed else "permission_lost")


def _disconnected(reply: Reply, code: str) -> Disconnected:
    return Disconnected(said(reply), code=code, correlation_id=reply.correlation_id)


def _unavailable(reply: Reply) -> Unavailable:
    return Unavailable(said(reply), correlation_id=reply.correlation_id)


def _throttled(headers: Mapping[str, str], reply: Reply) -> Throttled:
    problem = headers.get("x-rate-limit-problem", "").lower()
    default = next((most for name, most in _PAUSES.items() if problem.startswith(name)), _PAUSE)
    asked = pause(headers, default, lambda: datetime.now(UTC), _LONGEST)
    limit = DAY_LIMIT if problem.startswith("day") else THROTTLED
    return Throttled(said(reply), pause=asked, limit=limit, correlation_id=reply.correlation_id)
