"""A tenant whose books are an organisation of the simulated Xero; tests turn every wheel."""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr

from tests import builders
from tests.integration.emptied import empty
from tests.integration.kept import Keeper
from tests.integration.simulator import Simulator, connect, running_simulator
from tests.integration.tenant import KEY, WAITS, Hinted, Tenant
from worker.bootstrap import make_services
from worker.settings import Settings, XeroSettings
from worker.sync.services import Services

MAPPING = {
    "income": "200",
    "expense": "300",
    "sales": "200",
    "purchase": "433",
    "payment": "090",
    "journal_debit": "473",
    "journal_credit": "877",
}
"""Key of the mapping -> code of an account in a new organisation."""
PER_DAY = 100_000


@dataclass
class Shop(Tenant):
    """A tenant whose organisation is in the simulator."""

    simulator: Simulator
    company: str

    def books(self, kind: str) -> list[dict[str, Any]]:
        """All records of a kind (Contact, Invoice ...), archived and void ones too."""
        return list(self.simulator.control("GET", f"companies/{self.company}/entities/{kind}"))

    def day(self, **wanted: object) -> None:
        """What is left of the organisation's day (`left`), and in how many seconds it is over."""
        self.simulator.control("PUT", f"companies/{self.company}/day", wanted)

    def mark(self) -> int:
        """Calls are counted from here on."""
        return int(self.simulator.control("POST", "marks", {})["mark"])

    def calls(self, since: int) -> dict[str, int]:
        """Calls by kind (`read:Payments`, `write:Invoices`) since a mark."""
        asked = f"calls?since={since}&company={self.company}"
        return dict(self.simulator.control("GET", asked))


OpenShop = Callable[..., Shop]


def settings_for(database_url: str, simulator: Simulator, **changes: object) -> Settings:
    """Every wait short; `xero` in `changes` are its limits and addresses."""
    info = simulator.info
    ledger: dict[str, Any] = {
        "authorize_url": info["authorize"],
        "token_url": info["token"],
        "revoke_url": info["revoke"],
        "api_url": info["api"],
        "per_second": 10_000,
        "per_minute": 100_000,
        "batches_per_minute": 100_000,
        "per_day": PER_DAY,
        "timeout": 2.0,
    }
    xero: Any = changes.pop("xero", {})
    given: dict[str, Any] = {
        "database_url": database_url,
        "broker_url": "amqp://nobody.invalid",
        "encryption_keys": [SecretStr(KEY)],
        **WAITS,
    }
    return Settings(**given | changes, xero=XeroSettings(**ledger | xero))


@pytest.fixture(scope="session")
def xero_simulator() -> Iterator[Simulator]:
    """A simulator that allows any number of calls a minute."""
    with running_simulator("xero", "--per-day", str(PER_DAY)) as simulator:
        plenty = {"per_minute": 100_000, "per_day": PER_DAY}
        simulator.control("PUT", "settings", {"limits": plenty})
        yield simulator


@pytest.fixture(scope="session")
def xero_services(
    database_url: str, xero_simulator: Simulator, hints: Hinted
) -> Iterator[Services]:
    built = make_services(settings_for(database_url, xero_simulator), hints, threads=8)
    yield built
    built.close()


@pytest.fixture
def open_shop(
    xero_services: Services,
    xero_simulator: Simulator,
    hints: Hinted,
    threads: ThreadPoolExecutor,
) -> OpenShop:
    """Opens connected tenants, pulled and mapped; options are the organisation's."""
    hints.drives.clear()
    hints.relays.clear()
    xero_simulator.heal()
    empty(xero_services.database)

    def open_one(**options: object) -> Shop:
        company = xero_simulator.control("POST", "companies", options)["id"]
        name = f"tenant-{secrets.token_hex(4)}"
        row = connect(xero_services, xero_simulator, "xero", name, company)
        shop = Shop(xero_services, name, row, hints, threads, xero_simulator, company)
        shop.work()
        codes = {a["Code"]: a["AccountID"] for a in shop.books("Account") if "Code" in a}
        shop.change(mapping={key: codes[code] for key, code in MAPPING.items()})
        return shop

    return open_one


@pytest.fixture
def shop(open_shop: OpenShop, keeper: Keeper, threads: ThreadPoolExecutor) -> Shop:
    """Ready: connected, pulled, mapped; with nothing of the CMMS in the books."""
    return keeper.shop("xero shop", open_shop, threads)


@pytest.fixture
def books(open_shop: OpenShop, keeper: Keeper, threads: ThreadPoolExecutor) -> Shop:
    """A shop with the customer CUS-1 and the item ITM-1 in its books."""
    return keeper.shop("xero books", lambda: _stocked(open_shop()), threads)


def _stocked(shop: Shop) -> Shop:
    shop.send("customer.created", builders.a_customer())
    shop.send("item.created", builders.an_item())
    shop.work()
    return shop
