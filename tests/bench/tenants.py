"""Tenants by the dozen, connected in process: what is measured begins after that."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from schemas.status import Environment
from tests.system.processes import System
from worker.bootstrap import make_services
from worker.broker import BrokerHints, make_broker
from worker.providers.authorizer import Application
from worker.settings import Settings
from worker.sync import connections, consent, mapping
from worker.sync.connections import Wanted
from worker.sync.services import Services


class BriefHints:
    """Hints over connections that do not outlive them: brokers hang up on those that idle."""

    def __init__(self, url: str) -> None:
        self._url = url

    def drive(self, connection_ids: Sequence[int]) -> None:
        """Send hints to drive."""
        self._send("drive", connection_ids)

    def relay(self, partitions: Sequence[int]) -> None:
        """Send hints to relay."""
        self._send("relay", partitions)

    def _send(self, actor: str, numbers: Sequence[int]) -> None:
        broker = make_broker(self._url)
        for number in numbers:
            BrokerHints(broker).send(actor, number)
        broker.close()


@contextmanager
def services(system: System) -> Iterator[Services]:
    """The worker's services in this process."""
    given: dict[str, Any] = _nested(system.settings)
    settings = Settings(**given)
    made = make_services(settings, BriefHints(settings.broker_url))
    try:
        yield made
    finally:
        made.close()


def add(made: Services, system: System, tenant: str) -> int:
    """A tenant's connection, without consent yet."""
    application = Application(system.ledger.info["client_id"], system.ledger.info["client_secret"])
    wanted = Wanted(tenant, system.ledger.provider, Environment.SANDBOX, application)
    return connections.add(made, wanted).id


def consent_to(made: Services, system: System, connection_id: int) -> None:
    """A person consents for a new company; its first pulls are queued then."""
    company = system.ledger.new_company()["id"]
    url = urlsplit(consent.start(made, connection_id))
    form = {**dict(parse_qsl(url.query)), "company": company, "decision": "connect"}
    back = httpx.post(url._replace(query="").geturl(), data=form)
    said = dict(parse_qsl(urlsplit(back.headers["location"]).query))
    provider = system.ledger.provider
    consent.finish(made, consent.read(made, provider, said))


def map_all(made: Services, connection_id: int) -> None:
    """Every key of the mapping to the first account or code that fits."""
    shown = mapping.show(made, connection_id)
    wanted = {one.use.key: one.choices[0].ref for one in shown if one.choices}
    mapping.set_mapping(made, connection_id, wanted)


def _nested(settings: Mapping[str, object]) -> dict[str, object]:
    """`quickbooks__timeout` of an environment as the models take it."""
    flat = {name: value for name, value in settings.items() if "__" not in name}
    for name, value in settings.items():
        outer, separator, inner = name.partition("__")
        if separator:
            group = flat.setdefault(outer, {})
            assert isinstance(group, dict)
            group[inner] = value
    return flat
