"""Consent in the browser: a signed link leads to the ledger, its answer is taken and shown."""

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from worker.errors import Misuse
from worker.store import connections, runs
from worker.store.connections import Connection
from worker.store.runs import Run
from worker.sync import consent
from worker.sync.consent import Choosing
from worker.sync.services import Services
from worker.sync.tokens import company_name
from worker.web import pages
from worker.web.bodies import whole
from worker.web.links import Purpose, not_ours, open_link, seal

_REFRESH_SECONDS = 3
_LONGEST_FORM = 10_000  # bytes
_TITLES = {
    "connection": "Company and preferences",
    "accounts": "Chart of accounts",
    "taxes": "Tax codes and rates",
}
_STATES = {"queued": "waits for a worker", "running": "under way", "failed": "failed"}


def connect(request: Request) -> Response:
    """Follow a link that `books connections connect` printed: on to the ledger's own page."""
    services = _services(request)
    row = _linked(services, request, Purpose.CONNECT, "link")
    return RedirectResponse(consent.start(services, row.id), 303, pages.HEADERS)


def callback(request: Request) -> Response:
    """The ledger sends the browser back, and we send it on at once: the address holds a code."""
    services = _services(request)
    provider = request.path_params["provider"]
    match consent.finish(services, consent.read(services, provider, request.query_params)):
        case Choosing(state=state):
            query = urlencode({"choice": state})
            return RedirectResponse(f"/choose/{provider}?{query}", 303, pages.HEADERS)
        case connected:
            return _to_connected(services, connected)


def choose(request: Request) -> Response:
    """The companies that the consent opens, of which the person chooses one."""
    services, provider = _services(request), request.path_params["provider"]
    found = consent.choosing(services, provider, request.query_params.get("choice", ""))
    companies = [(one.ref, one.name) for one in found.offered]
    choice = pages.Choice(provider, found.connection.tenant_id, found.state, companies)
    return pages.choose(choice)


async def chosen(request: Request) -> Response:
    """The choice, made once: the state in the form proves that the form is ours."""
    services, provider = _services(request), request.path_params["provider"]
    form = dict(parse_qsl((await whole(request, _LONGEST_FORM)).decode("latin-1")))
    state, company_id = form.get("choice", ""), form.get("company", "")
    row = await asyncio.to_thread(consent.choose, services, provider, state, company_id)
    return _to_connected(services, row)


def connected(request: Request) -> Response:
    """Who is connected, how the first pulls get on, and what to do next; refreshes itself."""
    services = _services(request)
    row = _linked(services, request, Purpose.VIEW, "view")
    with services.database.begin() as session:
        latest = {run.resource: run for run in runs.latest(session, row.id)}
    pulls = [pages.Pull(_TITLES[name], _progress(latest.get(name))) for name in _TITLES]
    view = pages.Connected(
        provider=row.provider,
        tenant=row.tenant_id,
        company=company_name(row),
        environment=row.environment,
        state=row.state,
        pulls=pulls,
        command=f"books connections mapping {row.id}",
        refresh=None if row.state != "active" or _all_over(latest) else _REFRESH_SECONDS,
    )
    return pages.connected(view)


def _to_connected(services: Services, row: Connection) -> Response:
    """On to the page that says who is connected; its address holds neither code nor state."""
    view = urlencode({"view": seal(services.cipher, Purpose.VIEW, row)})
    return RedirectResponse(f"/connected/{row.provider}?{view}", 303, pages.HEADERS)


def _linked(services: Services, request: Request, purpose: Purpose, name: str) -> Connection:
    """The connection that a signed link names, which must still be of its tenant and provider."""
    link = open_link(services.cipher, purpose, request.query_params.get(name, ""))
    with services.database.begin() as session:
        found = [c for c in connections.find(session, link.tenant_id) if c.id == link.connection_id]
    if not found or found[0].provider != request.path_params["provider"]:
        raise Misuse("unknown_connection", "This link names a connection that does not exist.")
    # Whoever finds a link in a chat or a history must not consent once more with it.
    if purpose is Purpose.CONNECT and found[0].token_version != link.token_version:
        raise not_ours()
    return found[0]


def _progress(run: Run | None) -> str:
    if run is None:
        return "not begun"
    read = run.counts.get("read")
    if run.state == "done":
        return "done" if read is None else f"done, {read} read"
    known = _STATES.get(run.state, run.state)
    return f"{known}, {read} read so far" if read and run.state == "running" else known


def _all_over(latest: Mapping[str, Run]) -> bool:
    states = [latest[name].state if name in latest else "queued" for name in _TITLES]
    return all(state in ("done", "failed") for state in states)


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services
