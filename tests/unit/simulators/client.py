"""A plain client for the simulator's own tests: standard library only, no retries, no opinions."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

ROOT = Path(__file__).resolve().parents[3]
Json = Any


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of the first error, in either shape of fault."""
        body = self.json
        fault = body.get("Fault") or body.get("fault")
        return str((fault.get("Error") or fault.get("error"))[0]["code"])


@dataclass
class Simulator:
    """A running simulator: what its start line said, and ways to talk to it."""

    info: dict[str, Json]

    @property
    def address(self) -> str:
        return str(self.info["api"]).removeprefix("http://")

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One call on a connection of its own; raises OSError or HTTPException if it is cut."""
        connection = http.client.HTTPConnection(self.address, timeout=10)
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

    def token(self, form: dict[str, str], secret: str | None = None) -> Answer:
        """A call to the token endpoint."""
        given = f"{self.info['client_id']}:{secret or self.info['client_secret']}"
        headers = {
            "Authorization": f"Basic {b64encode(given.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        path = "/oauth2/v1/tokens/bearer"
        return self.send("POST", path, urlencode(form).encode(), headers)


@dataclass
class Books:
    """One company and a valid token for it."""

    simulator: Simulator
    company: str
    token: str
    refresh: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Json = None, **headers: str) -> Answer:
        """A call to the accounting API with the usual headers."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        usual = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        if data is not None:
            usual["Content-Type"] = "application/json"
        usual |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.simulator.send(method, f"/v3/company/{self.company}/{path}", data, usual)

    def post(self, entity: str, body: Json, options: str = "") -> Answer:
        return self.call("POST", f"{entity}?minorversion=75{options}", body)

    def create(self, entity: str, body: Json) -> Json:
        """A new record, which must succeed; returns it."""
        answer = self.post(entity.lower(), body)
        assert answer.status == 200, answer.body
        return answer.json[entity]

    def read(self, entity: str, number: str) -> Json:
        return self.call("GET", f"{entity.lower()}/{number}").json[entity]

    def remove(self, entity: str, number: str, *, by: str = "operation=delete") -> Answer:
        """Delete a record as it is now, or void it (`operation=void`, `include=void`)."""
        aim = {"Id": number, "SyncToken": self.read(entity, number)["SyncToken"]}
        how = "operation=update&include=void" if by == "include=void" else by
        return self.post(entity.lower(), aim, f"&{how}")

    def change(self, entity: str, number: str, **fields: Json) -> Answer:
        """A sparse update of a record as it is now."""
        token = self.read(entity, number)["SyncToken"]
        body = {"Id": number, "SyncToken": token, "sparse": True} | fields
        return self.post(entity.lower(), body)

    def changes(self, entities: str, since: str) -> Answer:
        return self.call("GET", f"cdc?entities={entities}&changedSince={quote(since)}")

    def query(self, text: str) -> Answer:
        return self.call("GET", f"query?minorversion=75&query={quote(text)}")

    def rows(self, text: str) -> list[Json]:
        """The records a query finds."""
        answer = self.query(text).json["QueryResponse"]
        return next((rows for rows in answer.values() if isinstance(rows, list)), [])

    def account(self, name: str) -> dict[str, str]:
        """A reference to an account by its name."""
        return self._seeded("Account", name)

    def item(self, name: str = "Services") -> dict[str, str]:
        return self._seeded("Item", name)

    def tax_code(self, name: str = "State") -> dict[str, str]:
        return self._seeded("TaxCode", name)

    def customer(self, name: str = "Harbor Hotel") -> dict[str, str]:
        """A reference to a new customer."""
        return {"value": self.create("Customer", {"DisplayName": name})["Id"]}

    def vendor(self, name: str = "Northside Bearings") -> dict[str, str]:
        return {"value": self.create("Vendor", {"DisplayName": name})["Id"]}

    def control(self, method: str, path: str, body: Json = None) -> Json:
        return self.simulator.control(method, f"companies/{self.company}/{path}", body)

    def _seeded(self, kind: str, name: str) -> dict[str, str]:
        rows = self.control("GET", f"entities/{kind}")
        return {"value": next(str(row["Id"]) for row in rows if row["Name"] == name)}


@contextmanager
def started(*arguments: str, traffic: Path | None = None) -> Iterator[Simulator]:
    """A simulator process; it records only into the file that is named here."""
    environment = {key: value for key, value in os.environ.items() if key != "SIMULATOR_TRAFFIC"}
    if traffic:
        environment["SIMULATOR_TRAFFIC"] = str(traffic)
    command = [sys.executable, "-m", "tests.simulators", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield Simulator(json.loads(process.stdout.readline())["quickbooks"])
        finally:
            process.terminate()


def sale(item: dict[str, str], amount: float = 100, code: str = "NON", **more: Json) -> Json:
    """A line of an invoice."""
    detail = {"ItemRef": item, "TaxCodeRef": {"value": code}} | more
    return {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}


def posting(side: str, account: dict[str, str], amount: float, **more: Json) -> Json:
    """A line of a journal entry."""
    detail = {"PostingType": side, "AccountRef": account} | more
    return {
        "Amount": amount,
        "DetailType": "JournalEntryLineDetail",
        "JournalEntryLineDetail": detail,
    }


def applied(amount: float, number: str, kind: str = "Invoice") -> Json:
    """A line of a payment."""
    return {"Amount": amount, "LinkedTxn": [{"TxnId": number, "TxnType": kind}]}


def cost(account: dict[str, str], amount: float = 15, **more: Json) -> Json:
    """A line of a bill for an account."""
    detail = {"AccountRef": account} | more
    return {
        "Amount": amount,
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": detail,
    }


def goods(item: dict[str, str], quantity: float, price: float, **more: Json) -> Json:
    """A line of a bill for an item."""
    detail = {"ItemRef": item, "Qty": quantity, "UnitPrice": price} | more
    return {
        "Amount": quantity * price,
        "DetailType": "ItemBasedExpenseLineDetail",
        "ItemBasedExpenseLineDetail": detail,
    }
