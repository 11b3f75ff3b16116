"""A tenant with books of its own in a simulated QuickBooks; tests turn every wheel by hand."""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from tests import builders
from tests.integration.emptied import empty
from tests.integration.kept import Keeper
from tests.integration.simulator import Simulator, connect, running_simulator
from tests.integration.tenant import KEY, WAITS, Hinted, Tenant
from worker.bootstrap import make_services
from worker.providers.authorizer import Tokens
from worker.providers.port import Books
from worker.settings import QuickBooksSettings, Settings
from worker.store import connections as rows
from worker.store.connections import Connection
from worker.store.session import Database
from worker.sync import connections, first, tokens
from worker.sync.services import Services

MAPPING = {
    "income": "4000",
    "expense": "5000",
    "asset": "1300",
    "sales": "4100",
    "purchase": "6410",
    "payment": "1200",
    "journal_debit": "6400",
    "journal_credit": "1000",
}
"""Key of the mapping -> number of an account in a new company."""


def short_settings(database_url: str, simulator: Simulator, **changes: object) -> Settings:
    """Every wait short; `quickbooks` in `changes` are its limits and addresses."""
    info = simulator.info
    ledger = {
        "authorize_url": info["authorize"],
        "token_url": info["token"],
        "revoke_url": info["revoke"],
        "production_url": info["api"],
        "sandbox_url": info["api"],
        "per_second": 10_000,
        "per_minute": 100_000,
        "batches_per_minute": 10_000,
        "timeout": 2.0,
    }
    quickbooks = changes.pop("quickbooks", {})
    given: dict[str, Any] = {
        "database_url": database_url,
        "broker_url": "amqp://nobody.invalid",
        "encryption_keys": [SecretStr(KEY)],
        **WAITS,
    }
    return Settings(**given | changes, quickbooks=QuickBooksSettings(**ledger | quickbooks))  # type: ignore[operator]


@dataclass
class Shop(Tenant):
    """A tenant whose company is in the simulator."""

    simulator: Simulator
    company: str

    # what the bookkeeper does

    def books(self, kind: str) -> list[dict[str, Any]]:
        """All records of a kind in the company, its own ones too."""
        return list(self.simulator.control("GET", f"companies/{self.company}/entities/{kind}"))

    def marked(self, kind: str, record_id: str) -> list[dict[str, Any]]:
        """The records of the company that bear this CMMS record's marker."""
        mark = f" {record_id}]"
        return [one for one in self.books(kind) if mark in str(one)]

    def enter(self, kind: str, operation: str | None = None, **body: object) -> dict[str, Any]:
        """A person enters or changes a record in QuickBooks itself."""
        asked = f"?operation={operation}" if operation else ""
        path = f"companies/{self.company}/entities/{kind}{asked}"
        return dict(self.simulator.control("POST", path, body)[kind])

    def control(self, word: str) -> None:
        """`expire-tokens` or `withdraw`."""
        self.simulator.control("POST", f"companies/{self.company}/{word}")

    def reconnect(self) -> None:
        """A person consents again; the tokens are stored as the callback stores them."""
        company = f"companies/{self.company}"
        self.simulator.control("PUT", f"{company}/switches", {"withdrawn": False})
        given = self.simulator.control("POST", f"{company}/tokens")
        lives = timedelta(hours=1)
        fresh = Tokens(given["access_token"], given["refresh_token"], lives, None)
        with self.begin() as session:
            row = rows.lock(session, self.connection_id)
            active = {"state": "active", "paused_code": None}
            assert tokens.stored(session, self.services.cipher, row, fresh, **active)
            connections.queue(session, self.connection_id, first.PULLS, "connect")
            rows.wake(session, [self.connection_id])

    def account(self, number: str) -> str:
        """The id of an account in the company."""
        return next(str(a["Id"]) for a in self.books("Account") if a.get("AcctNum") == number)


OpenShop = Callable[..., Shop]
WithSettings = Callable[..., Services]


class Altered:
    """The real books of a company, but for the methods that a test names."""

    def __init__(self, real: Books, **methods: Callable[..., object]) -> None:
        self._real = real
        vars(self).update(methods)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._real, name)


def with_books(services: Services, alter: Callable[[Books], object]) -> Services:
    """The same services with a ledger whose books are altered each time they are opened."""
    ledger = services.ledgers["quickbooks"]

    def opened(connection: Connection, token: str) -> Any:  # noqa: ANN401
        return alter(ledger.open(connection, token))

    return replace(services, ledgers={"quickbooks": replace(ledger, open=opened)})


@pytest.fixture(scope="session")
def books_simulator() -> Iterator[Simulator]:
    """A simulator that allows any number of calls."""
    with running_simulator("quickbooks") as simulator:
        simulator.control("PUT", "settings", {"limits": None})
        yield simulator


@pytest.fixture(scope="session")
def hints() -> Hinted:
    return Hinted()


@pytest.fixture(scope="session")
def books_services(
    database_url: str, books_simulator: Simulator, hints: Hinted
) -> Iterator[Services]:
    built = make_services(short_settings(database_url, books_simulator), hints, threads=12)
    yield built
    built.close()


@pytest.fixture
def with_settings(
    database_url: str, books_simulator: Simulator, hints: Hinted
) -> Iterator[Callable[..., Services]]:
    """Services with other settings than the short ones; closed after the test."""
    built: list[Services] = []

    def build(simulator: Simulator = books_simulator, **changes: object) -> Services:
        settings = short_settings(database_url, simulator, **changes)
        built.append(make_services(settings, hints, threads=4))
        return built[-1]

    yield build
    for services in built:
        services.close()


@pytest.fixture
def empty_tables(books_services: Services, hints: Hinted) -> Database:
    """The database without a row, and nobody hinted."""
    hints.drives.clear()
    hints.relays.clear()
    empty(books_services.database)
    return books_services.database


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as pool:
        yield pool


@pytest.fixture
def open_shop(
    books_services: Services,
    books_simulator: Simulator,
    hints: Hinted,
    empty_tables: Database,
    threads: ThreadPoolExecutor,
) -> OpenShop:
    """Opens connected tenants whose first pulls are still queued; options are the company's."""
    books_simulator.heal()

    def open_one(
        simulator: Simulator = books_simulator, tenant: str | None = None, **options: object
    ) -> Shop:
        company = simulator.control("POST", "companies", options)["id"]
        name = tenant or f"tenant-{secrets.token_hex(4)}"
        row = connect(books_services, simulator, "quickbooks", name, company)
        return Shop(books_services, name, row, hints, threads, simulator, company)

    return open_one


@pytest.fixture(scope="session")
def keeper() -> Keeper:
    """The shops of this session that tests begin with."""
    return Keeper()


@pytest.fixture
def unmapped(open_shop: OpenShop, keeper: Keeper, threads: ThreadPoolExecutor) -> Shop:
    """Connected, first pulls done, nothing mapped."""
    return keeper.shop("unmapped", lambda: _pulled(open_shop()), threads)


@pytest.fixture
def shop(open_shop: OpenShop, keeper: Keeper, threads: ThreadPoolExecutor) -> Shop:
    """Ready: connected, pulled, mapped; with nothing of the CMMS in the books."""
    return keeper.shop("shop", lambda: _mapped(_pulled(open_shop())), threads)


@pytest.fixture
def books(open_shop: OpenShop, keeper: Keeper, threads: ThreadPoolExecutor) -> Shop:
    """A shop with the customer CUS-1 and the item ITM-1 in its books; two submissions are over."""
    return keeper.shop("books", lambda: _stocked(_mapped(_pulled(open_shop()))), threads)


def _pulled(shop: Shop) -> Shop:
    shop.work()
    return shop


def _mapped(shop: Shop) -> Shop:
    numbers = {a["AcctNum"]: a["Id"] for a in shop.books("Account") if "AcctNum" in a}
    shop.change(mapping={key: numbers[number] for key, number in MAPPING.items()})
    return shop


def _stocked(shop: Shop) -> Shop:
    shop.send("customer.created", builders.a_customer())
    shop.send("item.created", builders.an_item())
    shop.work()
    return shop
