"""The accounting API's door: tokens, tenants, scopes, limits, keys and planned faults."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.simulators.faults import Fault, Faults
from tests.simulators.httpd import Request, Response
from tests.simulators.settings import WRITES, Stats
from tests.simulators.striking import strike_after, strike_before
from tests.simulators.xero import planned
from tests.simulators.xero.api import answer
from tests.simulators.xero.asked import Asked
from tests.simulators.xero.calls import Reply
from tests.simulators.xero.endpoints import bearer
from tests.simulators.xero.gate import Gates
from tests.simulators.xero.gateway import Barred, forbidden, server_error, too_narrow
from tests.simulators.xero.oauth import OAuth
from tests.simulators.xero.organisation import Organisation
from tests.simulators.xero.replay import Keys
from tests.simulators.xero.scopes import permits
from tests.simulators.xero.settings import Settings
from tests.simulators.xero.wire import dump


@dataclass
class Accounting:
    """Everything under /api.xro/2.0."""

    organisations: Mapping[str, Organisation]
    oauth: OAuth
    settings: Settings
    stats: Stats
    faults: Faults
    gates: Gates = field(default_factory=Gates)
    keys: Keys = field(default_factory=Keys)

    def answer(self, request: Request) -> Response:
        asked = Asked.read(request)
        self._count(asked)
        fault = self.faults.strike(asked.counted_as, frozenset({asked.resource.lower()}))
        # A server error is kept under the key like any other answer, so it strikes further in.
        inside = fault if fault and fault.kind == "server_error" else None
        response = None if inside else strike_before(fault, planned.OF_API)
        if response is None:
            response = self._respond(asked, inside)
            if fault and not inside:
                self._count_lost(fault, asked, response)
                response = strike_after(fault, response, planned.OF_API, planned.shortened)
        self.dress(request, response, asked.tenant)
        response.kind, response.injected = asked.counted_as, fault is not None
        return response

    def _respond(self, asked: Asked, fault: Fault | None) -> Response:
        try:
            app, organisation = self._authorised(asked)
            self._enter(asked.tenant, app)
        except Barred as barred:
            return barred.response
        try:
            response, replayed = self.keys.once(
                app,
                asked.request,
                self.settings.key_seconds,
                lambda: self._work(asked, app, organisation, fault),
            )
            if replayed:
                self.stats.add("replays")
                time.sleep(self.settings.pause())  # an answer given again takes its time as well
        finally:
            self.gates.leave(asked.tenant, app)
        return response

    def _authorised(self, asked: Asked) -> tuple[str, Organisation]:
        access = bearer(asked.request, self.oauth)
        organisation = self.organisations.get(asked.tenant)
        if organisation is None or not self.oauth.reaches(access.person, asked.tenant):
            raise Barred(forbidden())
        if not permits(access.grant.scopes, asked.request.method, asked.resource):
            raise Barred(too_narrow())
        return access.person.app, organisation

    def _enter(self, tenant: str, app: str) -> None:
        try:
            self.gates.enter(self.settings.limits, tenant, app)
        except Barred:
            self.stats.add("throttled")
            raise

    def _work(
        self, asked: Asked, app: str, organisation: Organisation, fault: Fault | None
    ) -> Response:
        if fault and not fault.took_effect:
            return server_error()
        pause = self.settings.pause()
        # Part of the wait lies before the write and part behind it, so that a client that is
        # killed in between leaves either case behind.
        before = random.uniform(0, pause)  # when within the wait it takes effect
        time.sleep(before)
        with organisation.lock:
            # Made into bytes here: the records in it change when the lock is gone.
            response = _response(answer(organisation, asked.call(app)))
        time.sleep(pause - before)
        return server_error() if fault else response

    def _count(self, asked: Asked) -> None:
        names = {"single_write": "singles", "batch": "batches", "read": "reads"}
        self.stats.add(names[asked.counted_as])
        self.stats.add_call(asked.tenant, asked.described)
        if asked.counted_as == "batch":
            self.stats.add("batch_items", asked.elements)
        if asked.counted_as in WRITES:
            self.stats.add("writes_in_flight")

    def _count_lost(self, fault: Fault, asked: Asked, response: Response) -> None:
        written = response.status == 200 and asked.counted_as in WRITES
        if fault.kind == "lost_answer" and written:
            plural = "batches" if asked.counted_as == "batch" else "singles"
            self.stats.add(f"answers_lost_{plural}")

    def dress(self, request: Request, response: Response, tenant: str = "") -> None:
        """The headers that every answer carries; of the limits as far as they are known."""
        response.headers.setdefault("xero-correlation-id", str(uuid.uuid4()))
        access = self.oauth.known(request.headers.get("authorization", ""))
        app = access.person.app if access else ""
        told = response.status not in (401, 403)
        left = self.gates.headers(self.settings.limits, tenant if told else "", app)
        response.headers = left | response.headers
        response.provider = "xero"


def _response(reply: Reply) -> Response:
    body = reply.text.encode() if reply.body is None else dump(reply.body)
    return Response(reply.status, body, reply.content_type)
