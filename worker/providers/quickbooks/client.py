"""The conversation with one company's QuickBooks: addresses, headers, pace, and trouble.

Whatever concerns the whole connection is raised here; what concerns one record is returned.
"""

from collections.abc import Mapping
from dataclasses import dataclass
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
from worker.providers.http import excerpt, pause, reading, timeout, writing
from worker.providers.port import Limits
from worker.providers.quickbooks.faults import Reading, errors, rule
from worker.providers.quickbooks.wire import Body, parsed, rows

MINOR_VERSION = "75"  # floor and default since August 2025 (Intuit: minor versions)

_THROTTLED_FOR = timedelta(seconds=60)
_STILL_WORKING = frozenset({408, 504})
_LONGEST_QUERY = 1500  # characters in an address; longer ones are posted


@dataclass(frozen=True)
class Reply:
    """An answer of the service itself, whether it took the request or not."""

    status: int
    body: Body
    text: str
    correlation_id: str | None


class Client:
    """Speaks for one company with one access token; safe to be used by several threads."""

    def __init__(
        self, http: httpx.Client, base_url: str, company_id: str, access_token: str, limits: Limits
    ) -> None:
        self.company_id = company_id
        self.calls = 0
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._token = access_token
        self._timeout = limits.timeout
        self._pace = Pace(limits.per_second)

    def write(self, path: str, body: str, key: str) -> Reply:
        """Send exactly this body once, under this request id.

        Raises: TokenExpired, Disconnected, Throttled, Unavailable, NoAnswer, Unexplained.
        """
        joint = "&" if "?" in path else "?"
        url = f"{path}{joint}{urlencode({'minorversion': MINOR_VERSION, 'requestid': key})}"
        with writing():
            response = self._call("POST", url, body, "application/json")
        return _reply(response, lost=NoAnswer("", in_flight=False))

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
        with reading():
            response = self._call(method, url, text, "application/text")
        reply = _reply(response, lost=Unavailable(""))
        if reply.status != 200 or errors(reply.body):
            raise _unreadable(reply)
        return reply.body

    def _call(self, method: str, url: str, body: str | None, content_type: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = content_type
        self._pace.wait()
        self.calls += 1
        return self._http.request(
            method,
            self._base_url + url,
            content=None if body is None else body.encode(),
            headers=headers,
            timeout=timeout(self._timeout),
        )


def _reply(response: httpx.Response, lost: ProviderError) -> Reply:
    """The answer, unless it concerns the whole connection; `lost`: what is raised without one."""
    text = response.content.decode("utf-8", "replace")
    status, body = response.status_code, parsed(text)
    correlation_id = response.headers.get("intuit_tid") or response.headers.get("intuit-tid")
    said = f"HTTP {status}: {excerpt(text)[:500]}"
    if status == 429:
        raise _throttled(response, said, correlation_id)
    if status >= 500 or status == 408:
        raise _lost(lost, said, correlation_id, in_flight=status in _STILL_WORKING)
    found = errors(body, text)
    if found:
        _raise_for_connection(response, rule(found)[0].reading, rule(found)[0].code, said)
    if status in (401, 403) or (body is None and status == 400):
        raise _unexplained(status, said, correlation_id)
    if status == 200 and body is None:
        raise _lost(lost, f"no JSON: {said}", correlation_id, in_flight=False)
    if status not in (200, 400) or body is None:
        raise Unexplained(said, correlation_id=correlation_id)
    return Reply(status, body, text, correlation_id)


def _raise_for_connection(response: httpx.Response, meant: Reading, code: str, said: str) -> None:
    tid = response.headers.get("intuit_tid")
    match meant:
        case Reading.DISCONNECTED:
            raise Disconnected(said, code=code, correlation_id=tid)
        case Reading.EXPIRED:
            raise TokenExpired(said, correlation_id=tid)
        case Reading.THROTTLED:  # in 2016 it came with 403
            raise _throttled(response, said, tid)
        case _ if response.status_code == 401:
            raise TokenExpired(said, correlation_id=tid)
        case _ if response.status_code == 403:
            raise Disconnected(said, code="permission_lost", correlation_id=tid)


def _throttled(response: httpx.Response, said: str, correlation_id: str | None) -> Throttled:
    asked = pause(response.headers, _THROTTLED_FOR, lambda: datetime.now(UTC))
    return Throttled(said, pause=asked, correlation_id=correlation_id)


def _lost(
    kind: ProviderError, said: str, correlation_id: str | None, *, in_flight: bool
) -> ProviderError:
    if isinstance(kind, NoAnswer):
        return NoAnswer(said, in_flight=in_flight, correlation_id=correlation_id)
    return Unavailable(said, correlation_id=correlation_id)


def _unexplained(status: int, said: str, correlation_id: str | None) -> ProviderError:
    if status == 401:
        return TokenExpired(said, correlation_id=correlation_id)
    # A 403 that is no fault of Intuit's comes from something in between.
    if status == 403:
        return Unavailable(said, correlation_id=correlation_id)
    return Unexplained(said, correlation_id=correlation_id)


def _unreadable(reply: Reply) -> ProviderError:
    said = f"HTTP {reply.status}: {excerpt(reply.text)[:500]}"
    found = errors(reply.body)
    if found and rule(found)[0].reading is Reading.LATER:
        return Unavailable(said, correlation_id=reply.correlation_id)
    return Unexplained(said, correlation_id=reply.correlation_id)
