"""The conversation with one company's QuickBooks: addresses, headers, pace, and trouble.

Whatever concerns the whole connection is raised here; what concerns one record is returned.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import httpx

from worker.errors import (
    Disconnected,
    NoAnswer,
    ProviderError,
    Throttled,
    TokenExpired,
    Unavailable,
    Unexplained,
)
from worker.providers.budget import Pace
from worker.providers.http import pause, reading, timeout, writing
from worker.providers.port import Limits
from worker.providers.quickbooks.faults import Reading, Rule, errors, rule
from worker.providers.reply import Reply, lost, said
from worker.providers.wire import Body, parsed, rows

MINOR_VERSION = "75"  # floor and default since August 2025 (Intuit: minor versions)

_THROTTLED_FOR = timedelta(seconds=60)
_LONGEST_QUERY = 1500  # characters in an address; longer ones are posted


class Client:
    """Speaks for one company with one access token; safe to be used by several threads."""

    def __init__(
        self, http: httpx.Client, base_url: str, company_id: str, access_token: str, limits: Limits
    ) -> None:
        self.company_id = company_id
        self.calls = 0
        self._counting = threading.Lock()
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._token = access_token
        self._timeout = limits.timeout
        self._pace = Pace(limits.per_second)

    def write(self, path: str, body: str, key: str, still: Callable[[], None]) -> Reply:
        """Send exactly this body once, under this request id.

        `still` is asked after the wait for the pace, which may take longer than the leave to send.
        Raises: the same, TokenExpired, Disconnected, Throttled, Unavailable, NoAnswer, Unexplained.
        """
        joint = "&" if "?" in path else "?"
        url = f"{path}{joint}{urlencode({'minorversion': MINOR_VERSION, 'requestid': key})}"
        self._pace.wait()
        still()
        with writing():
            response = self._call("POST", url, body, "application/json")
        return _reply(response, unsaid=NoAnswer("", in_flight=False))

    def get(self, resource: str, **parameters: str) -> Body:
        """Read a resource of the company. Raises as `write`, but for NoAnswer."""
        return self._read("GET", f"/v3/company/{self.company_id}/{resource}", parameters, None)

    def query(self, text: str) -> list[Body]:
        """The records that a query finds, at most 1,000."""
        path = f"/v3/company/{self.company_id}/query"
        if len(text) > _LONGEST_QUERY:
            found = self._read("POST", path, {}, text)
        else:
            found = self._read("GET", path, {"query": text}, None)
        response = found.get("QueryResponse")
        lists = response.values() if isinstance(response, dict) else ()
        return [row for held in lists for row in rows(held)]

    def _read(
        self, method: str, path: str, parameters: Mapping[str, str], text: str | None
    ) -> Body:
        url = f"{path}?{urlencode({**parameters, 'minorversion': MINOR_VERSION})}"
        self._pace.wait()
        with reading():
            response = self._call(method, url, text, "application/text")
        reply = _reply(response, unsaid=Unavailable(""))
        if reply.status != 200 or errors(reply.body):
            raise _unreadable(reply)
        return reply.body

    def _call(self, method: str, url: str, body: str | None, content_type: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = content_type
        with self._counting:
            self.calls += 1
        return self._http.request(
            method,
            self._base_url + url,
            content=None if body is None else body.encode(),
            headers=headers,
            timeout=timeout(self._timeout),
        )


def _reply(response: httpx.Response, unsaid: ProviderError) -> Reply:
    """The answer, unless it concerns the whole connection; `unsaid`: what is raised without one."""
    text = response.content.decode("utf-8", "replace")
    reply = Reply(response.status_code, parsed(text) or {}, text, _correlation_id(response))
    if reply.status == 429:
        raise _throttled(response, reply)
    if reply.status >= 500 or reply.status == 408:
        raise lost(unsaid, reply)
    if found := errors(reply.body, text):
        _raise_for_connection(response, reply, rule(found)[0])
    elif reply.status == 200 and not reply.body:
        raise lost(unsaid, reply)  # an error page, or cut short
    if reply.status not in (200, 400) or not reply.body:
        raise _unexplained(reply)
    return reply


def _raise_for_connection(response: httpx.Response, reply: Reply, meant: Rule) -> None:
    match meant.reading:
        case Reading.THROTTLED:  # in 2016 it came with 403
            raise _throttled(response, reply)
        case Reading.DISCONNECTED | Reading.EXPIRED | Reading.UNAVAILABLE:
            raise connection_trouble(meant, said(reply), reply.correlation_id)
        case _ if reply.status == 403:
            raise Disconnected(
                said(reply), code="permission_lost", correlation_id=reply.correlation_id
            )


def connection_trouble(meant: Rule, why: str, correlation_id: str | None) -> ProviderError:
    """The error for a fault that concerns the whole connection."""
    match meant.reading:
        case Reading.DISCONNECTED:
            return Disconnected(why, code=meant.code, correlation_id=correlation_id)
        case Reading.EXPIRED:
            return TokenExpired(why, correlation_id=correlation_id)
        case Reading.UNAVAILABLE:
            return Unavailable(why, correlation_id=correlation_id)
        case _:
            return Throttled(why, pause=_THROTTLED_FOR, correlation_id=correlation_id)


def _throttled(response: httpx.Response, reply: Reply) -> Throttled:
    asked = pause(response.headers, _THROTTLED_FOR, lambda: datetime.now(UTC))
    return Throttled(said(reply), pause=asked, correlation_id=reply.correlation_id)


def _unexplained(reply: Reply) -> ProviderError:
    if reply.status == 401:
        return TokenExpired(said(reply), correlation_id=reply.correlation_id)
    # A 403 that is no fault of Intuit's comes from something in between.
    if reply.status == 403:
        return Unavailable(said(reply), correlation_id=reply.correlation_id)
    return Unexplained(said(reply), correlation_id=reply.correlation_id)


def _unreadable(reply: Reply) -> ProviderError:
    """A read that the service refused."""
    found = errors(reply.body)
    if found and rule(found)[0].reading is Reading.UNTOLD:
        return Unavailable(said(reply), correlation_id=reply.correlation_id)
    return Unexplained(said(reply), correlation_id=reply.correlation_id)


def _correlation_id(response: httpx.Response) -> str | None:
    names = ("intuit_tid", "intuit-tid")  # both were seen
    return next((str(response.headers[name]) for name in names if name in response.headers), None)
