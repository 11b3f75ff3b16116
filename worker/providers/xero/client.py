"""The conversation with one organisation's Xero: addresses, headers, pace, and trouble.

Whatever concerns the whole connection is raised here; what concerns one record is returned.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlencode

import httpx

from worker.errors import NoAnswer, ProviderError, Unavailable, Unexplained
from worker.providers.budget import Pace
from worker.providers.http import reading, timeout, writing
from worker.providers.port import Limits
from worker.providers.reply import Reply, lost, said
from worker.providers.wire import Body, parsed
from worker.providers.xero.dates import header
from worker.providers.xero.trouble import of_connection

_API = "/api.xro/2.0/"
_TAKEN = frozenset({200, 204})  # 204: an item was deleted (Xero: items)
_REFUSED = frozenset({400, 404})
_NOT_MODIFIED = 304


class Client:
    """Speaks for one organisation with one access token; safe to be used by several threads.

    Paths are below the accounting API and without a leading slash: `Invoices?unitdp=4`.
    """

    def __init__(
        self, http: httpx.Client, base_url: str, tenant_id: str, access_token: str, limits: Limits
    ) -> None:
        self.calls = 0
        self.day_left: int | None = None  # calls, as the last answer said
        self.minute_left: int | None = None
        self._counting = threading.Lock()
        self._http = http
        self._base_url = base_url.rstrip("/") + _API
        self._headers = {
            "Authorization": f"Bearer {access_token}",
            "xero-tenant-id": tenant_id,
            "Accept": "application/json",  # else XML comes (Xero: requests and responses)
        }
        self._timeout = limits.timeout
        self._pace = Pace(limits.per_second)

    def write(
        self, method: str, path: str, body: str, key: str | None, still: Callable[[], None]
    ) -> Reply:
        """Send exactly this body once; under this idempotency key, where there is one.

        `still` is asked after the wait for the pace, which may take longer than the leave to send.
        Raises: the same, TokenExpired, Disconnected, Throttled, Unavailable, NoAnswer, Unexplained.
        """
        more = {"Idempotency-Key": key} if key else {}
        self._pace.wait()
        still()
        with writing():
            response = self._call(method, path, body or None, more)
        reply = _reply(response, unsaid=NoAnswer("", in_flight=False))
        if reply.status == 200 and not reply.body:
            raise lost(NoAnswer("", in_flight=False), reply)  # an error page, or cut short
        if reply.status not in _TAKEN | _REFUSED:
            raise _unexplained(reply)
        return reply

    def get(
        self,
        path: str,
        parameters: Mapping[str, str] | None = None,
        since: datetime | None = None,
    ) -> Body:
        """Read a list, or what of it changed since a time; empty where nothing did.

        Raises as `write`, but for NoAnswer.
        """
        reply = self._read(path, parameters, since)
        if reply.status == _NOT_MODIFIED:
            return {}
        if reply.status != 200:
            raise _unexplained(reply)
        return reply.body

    def one(self, path: str, parameters: Mapping[str, str] | None = None) -> Body | None:
        """Read a single record by its id, in its list; None where there is none. Raises as
        `get`."""
        reply = self._read(path, parameters, None)
        if reply.status == 404:  # a page for people, never JSON (Xero: response codes)
            return None
        if reply.status != 200:
            raise _unexplained(reply)
        return reply.body

    def _read(
        self, path: str, parameters: Mapping[str, str] | None, since: datetime | None
    ) -> Reply:
        more = {} if since is None else {"If-Modified-Since": header(since)}
        query = f"?{urlencode(parameters)}" if parameters else ""
        self._pace.wait()
        with reading():
            response = self._call("GET", path + query, None, more)
        reply = _reply(response, unsaid=Unavailable(""))
        if reply.status == 200 and not reply.body:
            raise lost(Unavailable(""), reply)
        return reply

    def _call(
        self, method: str, path: str, body: str | None, headers: Mapping[str, str]
    ) -> httpx.Response:
        content_type = {} if body is None else {"Content-Type": "application/json"}
        with self._counting:
            self.calls += 1
        response = self._http.request(
            method,
            self._base_url + path,
            content=None if body is None else body.encode(),
            headers={**self._headers, **content_type, **headers},
            timeout=timeout(self._timeout),
        )
        self.day_left = _left(response, "day", self.day_left)
        self.minute_left = _left(response, "min", self.minute_left)
        return response


def _left(response: httpx.Response, limit: str, known: int | None) -> int | None:
    """The calls left of a limit; what an answer does not say is as it was known."""
    said_left = response.headers.get(f"x-{limit}limit-remaining", "")
    return int(said_left) if said_left.isdigit() else known


def _reply(response: httpx.Response, unsaid: ProviderError) -> Reply:
    """The answer, unless it concerns the whole connection; `unsaid`: what is raised without
    one."""
    text = response.content.decode("utf-8", "replace")
    correlation_id = response.headers.get("xero-correlation-id")
    reply = Reply(response.status_code, parsed(text) or {}, text, correlation_id)
    if trouble := of_connection(response.headers, reply):
        raise trouble
    if reply.status >= 500 or reply.status == 408:
        raise lost(unsaid, reply)
    return reply


def _unexplained(reply: Reply) -> ProviderError:
    return Unexplained(said(reply), correlation_id=reply.correlation_id)
