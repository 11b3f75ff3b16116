"""A plain client for the simulated Xero, served within the test's own process."""

from __future__ import annotations

import http.client
import json
import secrets
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.simulators.httpd import Request, Response, Server
from tests.simulators.traffic import Recorder
from tests.simulators.xero.control import Control
from tests.simulators.xero.scopes import CMMS
from tests.simulators.xero.seed import new_organisation
from tests.simulators.xero.service import Xero
from tests.simulators.xero.settings import Settings

Json = Any
CALLBACK = "http://localhost:9999/callback/xero"
SCOPE = " ".join(sorted(CMMS))
API = "/api.xro/2.0"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        return json.loads(self.body)


@dataclass
class Service:
    """A served Xero: `info` is what its start line says."""

    xero: Xero
    info: dict[str, Json] = field(default_factory=dict)

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One call on a connection of its own; raises OSError or HTTPException if it is cut."""
        connection = http.client.HTTPConnection(urlsplit(self.xero.base).netloc, timeout=10)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, names, answer.read())
        finally:
            connection.close()

    def control(self, method: str, path: str, body: Json = None) -> Json:
        data = None if body is None else json.dumps(body).encode()
        answer = self.send(method, f"/control/{path}", data)
        assert answer.status == 200, answer.body
        return answer.json

    def form(
        self, path: str, fields: dict[str, str], basic: tuple[str, str] | None = None
    ) -> Answer:
        """A form posted as an app does it, with its id and secret in the header."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if basic:
            headers["Authorization"] = f"Basic {b64encode(':'.join(basic).encode()).decode()}"
        return self.send("POST", path, urlencode(fields).encode(), headers)

    def token(self, **fields: str) -> Answer:
        return self.form("/connect/token", fields, self.app)

    def refresh(self, value: str) -> Answer:
        return self.token(grant_type="refresh_token", refresh_token=value)

    @property
    def app(self) -> tuple[str, str]:
        return self.info["client_id"], self.info["client_secret"]

    def open_books(self, **wanted: Json) -> Books:
        """A new organisation, connected to the app by a user of its own."""
        organisation = new_organisation(**wanted)
        self.xero.add(organisation)
        return self.connect(organisation.tenant_id, user=secrets.token_hex(4))

    def connect(self, tenant: str, **wanted: str) -> Books:
        tokens = self.xero.tokens(tenant, **wanted)
        return Books(self, tenant, tokens["access_token"], tokens.get("refresh_token", ""))


@dataclass
class Books:
    """One organisation and a valid token for it."""

    service: Service
    tenant: str
    token: str
    refresh: str = ""

    def call(self, method: str, path: str, body: Json = None, **headers: str) -> Answer:
        """A call to the accounting API with the usual headers; an empty one is left out."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        usual = {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/json",
            "xero-tenant-id": self.tenant,
        }
        if data is not None:
            usual["Content-Type"] = "application/json"
        usual |= {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: value for name, value in usual.items() if value}
        return self.service.send(method, f"{API}/{path}", data, kept)

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, None, **headers)

    def put(self, path: str, body: Json, **headers: str) -> Answer:
        return self.call("PUT", path, body, **headers)

    def control(self, method: str, path: str, body: Json = None) -> Json:
        place = f"companies/{self.tenant}/{path}".rstrip("/")
        return self.service.control(method, place, body)


def contacts(*names: str) -> Json:
    """The body of a write of contacts."""
    return {"Contacts": [{"Name": name} for name in names]}


def consent(
    service: Service, tenants: list[str], decision: str = "connect", **changes: str
) -> Answer:
    """What the browser gets after the person pressed a button."""
    asked = {
        "client_id": service.info["client_id"],
        "response_type": "code",
        "scope": SCOPE,
        "redirect_uri": CALLBACK,
        "state": "s-1",
    }
    form = [*(asked | changes).items(), ("decision", decision)]
    form += [("company", tenant) for tenant in tenants]
    return service.send("POST", "/identity/connect/authorize", urlencode(form).encode())


def returned(answer: Answer) -> dict[str, str]:
    """The parameters with which the browser comes back to the app."""
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


@contextmanager
def serving(traffic: Path | None = None) -> Iterator[Service]:
    """A Xero with one organisation on a thread of this process."""
    recorder = Recorder(str(traffic) if traffic else None)
    xero = Xero(recorder, Settings(), "C" * 32, secrets.token_urlsafe(36))
    xero.add(new_organisation())
    control = Control(xero)

    def answer(request: Request) -> Response:
        if request.path.startswith("/control/"):
            return control.answer(request)
        return xero.answer(request) or Response(404)

    server = Server("127.0.0.1", 0, answer, xero.after)
    xero.base = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield Service(xero, xero.info()["xero"])
    finally:
        server.close()
        thread.join()
