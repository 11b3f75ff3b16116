"""The accounting API: from a request to an answer, with limits, tokens and planned faults."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Mapping
from dataclasses import replace

from tests.simulators.faults import Fault, Faults
from tests.simulators.httpd import Request, Response
from tests.simulators.quickbooks import planned, query
from tests.simulators.quickbooks.batch import Batch, describe_item, read_items
from tests.simulators.quickbooks.calls import Call, check_protocol, operation_of, read_call
from tests.simulators.quickbooks.cdc import changes
from tests.simulators.quickbooks.clock import envelope_time, now
from tests.simulators.quickbooks.company import Company
from tests.simulators.quickbooks.errors import (
    Barred,
    Refused,
    gateway_fault,
    not_found,
    refused_answer,
    throttled,
)
from tests.simulators.quickbooks.oauth import OAuth
from tests.simulators.quickbooks.wire import Json, dump, load, to_xml
from tests.simulators.quickbooks.writes import write
from tests.simulators.settings import WRITES, Settings, Stats
from tests.simulators.striking import strike_after, strike_before

VERSION = "2026.311"


class Api:
    """Everything under /v3/company."""

    def __init__(
        self,
        companies: Mapping[str, Company],
        oauth: OAuth,
        settings: Settings,
        stats: Stats,
        faults: Faults,
    ) -> None:
        self.companies = companies
        self.oauth = oauth
        self.settings = settings
        self.stats = stats
        self.faults = faults

    def answer(self, request: Request) -> Response:
        call = read_call(request)
        self._count(call)
        fault = self.faults.strike(call.counted_as, call.entities())
        response = strike_before(fault, planned.OF_API)
        if response is None:
            response = self._respond(call)
            if fault:
                self._count_lost(fault, call, response)
                response = strike_after(fault, response, planned.OF_API, planned.shortened)
        # XML is the service's default; */* does not ask for anything else.
        if response.status == 200 and "json" not in request.headers.get("accept", ""):
            response = replace(response, body=to_xml(load(response.body)), content_type="text/xml")
        response.headers["intuit_tid"] = f"1-{secrets.token_hex(4)}-{secrets.token_hex(12)}"
        response.headers["QBO-Version"] = VERSION
        response.provider, response.kind = "quickbooks", call.counted_as
        response.injected = fault is not None
        return response

    def _count(self, call: Call) -> None:
        names = {"write": "singles", "batch": "batches", "query": "queries", "cdc": "cdc"}
        self.stats.add(names.get(call.verb, "reads"))
        self.stats.add_call(call.realm, call.described)
        if call.counted_as in WRITES:
            self.stats.add("writes_in_flight")

    def _count_lost(self, fault: Fault, call: Call, response: Response) -> None:
        written = response.status == 200 and call.counted_as in WRITES
        if fault.kind == "lost_answer" and written:
            plural = "batches" if call.verb == "batch" else "singles"
            self.stats.add(f"answers_lost_{plural}")

    def _respond(self, call: Call) -> Response:
        try:
            company = self._authorised(call)
            self._enter(call, company)
            try:
                check_protocol(call)
                return self._work(call, company)
            finally:
                company.gate.leave()
        except Barred as barred:
            return barred.response
        except Refused as refused:
            return refused_answer(refused)

    def _enter(self, call: Call, company: Company) -> None:
        limits = self.settings.limits
        if not company.gate.enter(limits, batch=call.verb == "batch"):
            self.stats.add("throttled")
            raise Barred(throttled(limits.retry_after if limits else None))

    def _authorised(self, call: Call) -> Company:
        access = self.oauth.bearer(call.request)
        if access is None:
            raise Barred(gateway_fault(401, "3200", "Token expired: simulated"))
        company = self.companies.get(call.realm)
        if company is None or access.realm != call.realm or company.switches.withdrawn:
            raise Barred(gateway_fault(403, "3100", "The application is not authorized"))
        return company

    def _work(self, call: Call, company: Company) -> Response:
        if call.counted_as not in WRITES:
            time.sleep(self.settings.pause())
            with company.lock:
                return self._read(call, company)
        request_id = call.request_id()
        pause = self.settings.pause()
        # Part of the wait lies before the write and part behind it, so that a client that is
        # killed in between leaves either case behind.
        before = random.uniform(0, pause)  # when within the wait it takes effect
        with company.replays.alone(request_id):
            time.sleep(before)
            with company.lock:
                if call.verb == "batch":
                    response = self._batch(call, company, request_id)
                else:
                    response = self._write(call, company, request_id)
            time.sleep(pause - before)
            return response

    def _read(self, call: Call, company: Company) -> Response:
        asked = call.request.query
        match call.verb:
            case "query":
                answer, _ = query.run(company, query.parse(call.query_text()))
                return _enveloped({"QueryResponse": answer})
            case "cdc":
                since = asked.get("changedSince", "")
                entities, cap = asked.get("entities", ""), self.settings.cdc_cap
                found = changes(company, entities, since, cap)
                return _enveloped({"CDCResponse": found})
        number = call.number
        # A company is addressed by its realm, whatever Id its record shows.
        if call.kind == "CompanyInfo":
            number = "1" if number == company.id else "0"
        if not number.isdigit() and call.kind != "TaxCode":
            raise Refused("2030", f"Id should be a valid number. Supplied value:{number}", "Id")
        body = company.find(call.kind, number)
        if body is None:
            raise not_found()
        return _enveloped({call.kind: body})

    def _write(self, call: Call, company: Company, request_id: str | None) -> Response:
        request = call.request
        others = {k: v for k, v in request.query.items() if k not in ("requestid", "minorversion")}
        # The minor version changes nothing about what is written.
        identity = (request.path, tuple(sorted(others.items())), request.body)
        if request_id:
            known = company.replays.recall(request_id, identity, self.settings.request_id_seconds)
            if known is not None:
                self.stats.add("replays")
                return Response(*known)
        try:
            body = call.json()
            operation, options = operation_of(call, body)
            response = _enveloped({call.kind: write(company, call.kind, operation, body, options)})
        except Refused as refused:
            response = refused_answer(refused)
        # Whether refusals are repeated is undocumented; the harder answer for a client is yes.
        if request_id:
            kept = (response.status, response.body, response.content_type)
            company.replays.remember(request_id, identity, kept)
        return response

    def _batch(self, call: Call, company: Company, request_id: str | None) -> Response:
        items = read_items(call.json())
        batch = Batch(
            company,
            request_id,
            self.settings.request_id_seconds,
            self.settings.cdc_cap,
            lambda: self.stats.add("replays"),
        )
        self.stats.add("batch_items", len(items))
        for item in items:
            self.stats.add_call(company.id, describe_item(item))
        return _enveloped({"BatchItemResponse": batch.run(items)})


def _enveloped(content: dict[str, Json]) -> Response:
    return Response(200, dump(content | {"time": envelope_time(now())}))
