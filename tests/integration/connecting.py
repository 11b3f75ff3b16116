"""What tests of connections need: the simulated ledgers as a process, services, a tenant."""

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from deploy.dev.probes import free_port
from events.delivery import Delivery
from events.message import compose
from schemas.status import Environment
from tests.written import new_key
from worker.bootstrap import make_services
from worker.broker import BrokerHints, make_broker
from worker.providers.authorizer import Application
from worker.settings import QuickBooksSettings, Settings, XeroSettings
from worker.store import connections as rows
from worker.store.connections import Connection
from worker.store.leases import lease
from worker.store.message_tables import outbox
from worker.store.tables import links
from worker.sync import connections, consent, intake, tokens
from worker.sync.connections import Wanted
from worker.sync.consent import Returned
from worker.sync.services import Services


@dataclass
class Simulator:
    """One ledger in the running simulators, its control address, and the person who consents."""

    provider: str
    info: dict[str, Any]
    http: httpx.Client

    @property
    def application(self) -> Application:
        return Application(self.info["client_id"], self.info["client_secret"])

    @property
    def public_application(self) -> Application:
        return Application(self.info["pkce_client_id"], None)

    def control(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401  # JSON
        answer = self.http.request(method, f"{self.info['control']}/{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    def new_company(self, **options: object) -> str:
        company: str = self.control("POST", "companies", options)["id"]
        return company

    def stat(self, name: str) -> int:
        return int(self.control("GET", "stats")[name])

    def approve(
        self, consent_url: str, *company_ids: str, decision: str = "connect", user: str = "owner"
    ) -> str:
        """Choose on the consent page; the address that the browser is sent back to."""
        assert self.http.get(consent_url).status_code == 200
        form = dict(parse_qsl(urlsplit(consent_url).query)) | {"decision": decision, "user": user}
        address = consent_url.partition("?")[0]
        answer = self.http.post(address, data=form | {"company": list(company_ids)})
        return answer.headers["location"]


@pytest.fixture(scope="session")
def simulators() -> Iterator[dict[str, Simulator]]:
    command = [sys.executable, "-m", "tests.simulators", "--provider", "both"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout, httpx.Client(timeout=30) as http:
        info = json.loads(process.stdout.readline())
        yield {name: Simulator(name, info[name], http) for name in info}
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="session")
def simulator(simulators: dict[str, Simulator]) -> Simulator:
    return simulators["quickbooks"]


@pytest.fixture(scope="session")
def settings(database_url: str, rabbitmq_url: str, simulators: dict[str, Simulator]) -> Settings:
    info, xero, port = simulators["quickbooks"].info, simulators["xero"].info, free_port()
    return Settings(
        database_url=database_url,
        broker_url=rabbitmq_url,
        encryption_keys=[SecretStr(new_key())],
        # Xero takes no address of numbers, QuickBooks any of this machine.
        public_url=f"http://localhost:{port}",
        web_port=port,
        quickbooks=QuickBooksSettings(
            authorize_url=info["authorize"],
            token_url=info["token"],
            revoke_url=info["revoke"],
            production_url=info["api"],
            sandbox_url=info["api"],
        ),
        xero=XeroSettings(
            authorize_url=xero["authorize"],
            token_url=xero["token"],
            revoke_url=xero["revoke"],
            api_url=xero["api"],
        ),
    )


@pytest.fixture(scope="session")
def services(settings: Settings) -> Iterator[Services]:
    broker = make_broker(settings.broker_url)
    built = make_services(settings, BrokerHints(broker), threads=10)
    yield built
    built.close()
    broker.close()


@dataclass
class Office:
    """One tenant with a connection of its own, and the company whose books it is for."""

    services: Services
    simulator: Simulator
    tenant: str
    company: str

    def add(
        self,
        company_id: str | None = None,
        application: Application | None = None,
        environment: Environment = Environment.SANDBOX,
    ) -> Connection:
        """The tenant's connection; `company_id` as entered by the person who adds it."""
        chosen = application or self.simulator.application
        provider = self.simulator.provider
        wanted = Wanted(self.tenant, provider, environment, chosen, company_id)
        return connections.add(self.services, wanted)

    def consented(self, connection: Connection, *company_ids: str, user: str = "") -> Returned:
        """A person consents for companies (ours, if none is named); what the browser brings back.

        Without a `user` it is one of the tenant's own.
        """
        url = consent.start(self.services, connection.id)
        back = self.simulator.approve(
            url, *company_ids or (self.company,), user=user or self.tenant
        )
        query = dict(parse_qsl(urlsplit(back).query))
        return consent.read(self.services, self.simulator.provider, query)

    def connect(self) -> Connection:
        """Add and consent: an active connection."""
        return self.finish(self.consented(self.add()))

    def finish(self, back: Returned) -> Connection:
        """The consent is taken, and there was nothing to choose."""
        taken = consent.finish(self.services, back)
        assert isinstance(taken, Connection)
        return taken

    def expire(self, connection: Connection) -> None:
        """The ledger refuses the access token from now on, and the row knows that it is over."""
        self.simulator.control("POST", f"companies/{self.company}/expire-tokens")
        self.change(connection, access_expires_at=datetime.now(UTC))

    def token(self, connection: Connection) -> str | None:
        """What a driver does: a token under the lease, or nothing where somebody else drives."""
        with lease(self.services.database, connection.id) as held:
            if held is None:
                return None
            return tokens.access_token(self.services, connection, held)

    def row(self, connection: Connection) -> Connection:
        with self.services.database.begin() as session:
            return rows.get(session, connection.id)

    def change(self, connection: Connection, **values: object) -> None:
        with self.services.database.begin() as session:
            rows.change(session, connection.id, **values)

    def send(self, type_: str, **data: object) -> None:
        """An event of the tenant's CMMS, taken in."""
        message = compose(type_, source="/cmms/test", tenant=self.tenant, data=data)
        delivery = Delivery(
            body=message.body,
            routing_key=message.routing_key,
            content_type=message.content_type,
            headers=message.headers,
            message_id=message.message_id,
            redelivered=False,
            delivery_count=0,
            tag=1,
        )
        intake.take_in(self.services.database, [delivery])

    def links(self, connection: Connection) -> dict[str, str]:
        """The connection's records by id, with their states."""
        query = links.select().where(links.c.connection_id == connection.id)
        with self.services.database.begin() as session:
            return {row.record_id: row.state for row in session.execute(query)}

    def told(self) -> list[dict[str, Any]]:
        """The tenant's status events so far, in order."""
        query = outbox.select().where(outbox.c.tenant_id == self.tenant).order_by(outbox.c.id)
        with self.services.database.begin() as session:
            return [row.envelope for row in session.execute(query)]


@pytest.fixture
def office(services: Services, simulator: Simulator) -> Office:
    return new_office(services, simulator)


@pytest.fixture
def other_office(services: Services, simulator: Simulator) -> Office:
    return new_office(services, simulator)


@pytest.fixture
def xero(services: Services, simulators: dict[str, Simulator]) -> Iterator[Office]:
    """A tenant whose books are an organisation of Xero; a user may connect several at once."""
    simulator = simulators["xero"]
    simulator.control("PUT", "settings", {"bulk": True, "practice": False})
    yield new_office(services, simulator)
    simulator.control("DELETE", "faults")


def new_office(services: Services, simulator: Simulator) -> Office:
    tenant = f"tenant-{secrets.token_hex(4)}"
    return Office(services, simulator, tenant, simulator.new_company())


def returned(address: str) -> Returned:
    """What the ledger's redirect to our callback says."""
    query = dict(parse_qsl(urlsplit(address).query))
    return Returned(
        provider="quickbooks",
        state=query["state"],
        code=query.get("code"),
        company_id=query.get("realmId"),
        error=query.get("error"),
    )
