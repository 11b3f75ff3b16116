"""Runs that a webhook asked for: after what they may have missed another one follows."""

from dataclasses import replace

import pytest

from tests.integration.pull.paying import pay, standing, types
from tests.integration.workshop import Altered, Shop, WithSettings, with_books
from worker.providers.port import Books, Page, Resource
from worker.providers.quickbooks.webhooks import SIGNATURE
from worker.providers.webhooks import signature
from worker.sync import webhooks
from worker.sync.services import Services
from worker.sync.webhooks import Delivery, Receiver, Result

TOKEN = "a verifier token"


@pytest.fixture
def prompt(billed: Shop, with_settings: WithSettings) -> Services:
    """Services that read at once what a webhook is about; the shop takes webhooks."""
    webhooks.enter_secret(billed.services, billed.connection_id, TOKEN)
    return replace(
        with_settings(webhook_delay=0.0), cipher=billed.services.cipher, hints=billed.hints
    )


def told(shop: Shop, services: Services, number: int = 1) -> Result:
    """The ledger says that a payment of this shop changed."""
    body = f"""{{"eventNotifications": [{{"realmId": "{shop.company}", "dataChangeEvent": {{
        "entities": [{{"name": "Payment", "id": "{number}", "operation": "Create"}}]}}}}]}}"""
    headers = {SIGNATURE: signature(body.encode(), TOKEN).decode()}
    return Receiver(services).take(Delivery("quickbooks", headers, body.encode()))


def runs_of(shop: Shop) -> list[tuple[str, str]]:
    """Who asked for the pulls of payments that a webhook led to, and how they ended."""
    query = "SELECT asked_by, state FROM runs WHERE connection_id = :c AND resource = 'payments'"
    found = shop.all(f"{query} AND asked_by = 'webhook' ORDER BY id")
    return [(row.asked_by, row.state) for row in found]


def test_a_webhook_brings_a_payment_in(billed: Shop, prompt: Services) -> None:
    pay(billed, INV_1="100.00")
    billed.hints.drives.clear()

    result = told(billed, prompt)

    assert (result, billed.hints.drives) == (Result.QUEUED, [billed.connection_id])
    billed.work()
    assert (standing(billed, "INV-1")[0], runs_of(billed)) == ("paid", [("webhook", "done")])


def test_a_webhook_tells_nobody_that_the_connection_was_tested(
    billed: Shop, prompt: Services
) -> None:
    said = f'[{{"type": "qbo.preferences.updated.v1", "intuitaccountid": "{billed.company}"}}]'
    headers = {SIGNATURE: signature(said.encode(), TOKEN).decode()}

    Receiver(prompt).take(Delivery("quickbooks", headers, said.encode()))
    billed.work()

    assert "connection.tested" not in billed.told()


def test_what_changes_while_a_run_reads_is_read_by_another(billed: Shop, prompt: Services) -> None:
    """The books are read, then a payment comes, then the page is written down."""
    told(billed, prompt)

    billed.drive(with_books(prompt, lambda real: overtaken(billed, prompt, real)))
    billed.work()

    assert types(billed, "INV-1") == ["payment.received"]
    assert runs_of(billed) == [("webhook", "done"), ("webhook", "done")]


def overtaken(shop: Shop, services: Services, real: Books) -> Altered:
    """Books that change behind the first page that is read."""

    def page(resource: Resource, cursor: str | None, position: str | None) -> Page:
        found = real.page(resource, cursor, position)
        if not shop.books("Payment"):
            pay(shop, INV_1="100.00")
            assert [told(shop, services, number) for number in (2, 3)] == [Result.JOINED] * 2
        return found

    return Altered(real, page=page)


def test_a_burst_before_a_run_begins_is_read_once(billed: Shop, prompt: Services) -> None:
    pay(billed, INV_1="100.00")

    said = [told(billed, prompt, number) for number in range(1, 6)]
    billed.work()

    assert said == [Result.QUEUED, *[Result.JOINED] * 4]
    assert runs_of(billed) == [("webhook", "done")]


def test_what_follows_a_run_waits_for_company_as_well(
    billed: Shop, with_settings: WithSettings
) -> None:
    patient = replace(with_settings(webhook_delay=60.0), cipher=billed.services.cipher)
    webhooks.enter_secret(billed.services, billed.connection_id, TOKEN)
    told(billed, patient)
    billed.later(seconds=70)

    billed.drive(with_books(billed.services, lambda real: overtaken(billed, patient, real)))

    assert runs_of(billed) == [("webhook", "done"), ("webhook", "queued")]
    left = billed.seconds_to_next()
    assert left is not None
    assert 30 < left <= 60


def test_a_webhook_lost_with_a_failed_run_is_not_lost(billed: Shop, prompt: Services) -> None:
    """The run fails after the books were read; the one that follows reads them."""
    told(billed, prompt)

    billed.drive(with_books(prompt, lambda real: breaking(billed, prompt, real)))
    billed.work()

    assert runs_of(billed) == [("webhook", "failed"), ("webhook", "done")]
    assert types(billed, "INV-1") == ["payment.received"]


def breaking(shop: Shop, services: Services, real: Books) -> Altered:
    """Books that say something that we cannot read, once, while they change."""

    def page(resource: Resource, cursor: str | None, position: str | None) -> Page:
        if shop.books("Payment"):
            return real.page(resource, cursor, position)
        pay(shop, INV_1="100.00")
        told(shop, services, 2)
        raise ValueError("no page")

    return Altered(real, page=page)
