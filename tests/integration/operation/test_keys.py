"""Keys of encryption are changed while the tenants' work goes on."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from pydantic import SecretStr

from tests.integration.meddling import locks_waited_for, until
from tests.integration.tenant import KEY
from tests.integration.workshop import OpenShop, Shop, WithSettings
from worker.providers.authorizer import Tokens
from worker.store import acts, sealed
from worker.store import connections as rows
from worker.sync import keys, tokens
from worker.sync.keys import SUBJECT, Tally
from worker.sync.services import Services

NEW = Fernet.generate_key().decode()
WithKeys = Callable[..., Services]


@pytest.fixture
def with_keys(with_settings: WithSettings) -> WithKeys:
    def build(*listed: str) -> Services:
        return with_settings(encryption_keys=[SecretStr(key) for key in listed])

    return build


@pytest.fixture
def office(open_shop: OpenShop) -> Shop:
    """A connection with every secret that there can be."""
    shop = open_shop()
    seal = shop.services.cipher.seal
    shop.change(webhook_secret=seal("signature"), consent_kept=seal("verifier"))
    return shop


def test_everything_is_readable_by_the_new_key_alone(office: Shop, with_keys: WithKeys) -> None:
    both, new = with_keys(NEW, KEY), with_keys(NEW)
    before = opened(office, both)

    tally = keys.rotate(both, "ann", "yearly")

    assert (tally.secrets, tally.old, tally.unreadable) == (5, 5, ())
    assert opened(office, new) == before
    assert keys.check(new) == Tally(5, 0)


def opened(shop: Shop, services: Services) -> dict[str, str]:
    return {name: services.cipher.open(one) for name, one in sealed.values(shop.row()).items()}


def test_a_check_counts_and_changes_nothing(office: Shop, with_keys: WithKeys) -> None:
    before = sealed.values(office.row())

    tally = keys.check(with_keys(NEW, KEY))

    assert tally == Tally(5, 5)
    assert sealed.values(office.row()) == before


def test_once_more_finds_nothing_left_to_do(office: Shop, with_keys: WithKeys) -> None:
    both = with_keys(NEW, KEY)
    keys.rotate(both, "ann")
    before = sealed.values(office.row())

    assert keys.rotate(both, "ann").old == 0

    assert sealed.values(office.row()) == before
    with office.begin() as session:
        assert [act.result["resealed"] for act in acts.of(session, SUBJECT)] == [5, 0]


def test_a_secret_that_no_key_reads_stays_and_is_named(office: Shop, with_keys: WithKeys) -> None:
    lost = Fernet(Fernet.generate_key()).encrypt(b"token")
    office.change(refresh_token=lost)

    tally = keys.rotate(with_keys(NEW, KEY), "ann")

    [named] = tally.unreadable
    assert (named.tenant, named.column) == (office.tenant, "refresh_token")
    assert (tally.old, bytes(office.row().refresh_token or b"")) == (4, lost)


def waits(shop: Shop) -> int:
    with shop.begin() as session:
        return locks_waited_for(session)


def test_a_refresh_meanwhile_is_not_overwritten(office: Shop, with_keys: WithKeys) -> None:
    both, row = with_keys(NEW, KEY), office.row()
    fresh = Tokens("fresh access", "fresh refresh", row.created_at - row.created_at, None)
    with office.begin() as session:
        assert tokens.stored(session, office.services.cipher, row, fresh)
        rotating = office.threads.submit(keys.rotate, both, "ann")
        until(lambda: waits(office))

    rotating.result(5)
    assert with_keys(NEW).cipher.open(office.row().refresh_token or b"") == "fresh refresh"


def test_a_refresh_that_read_before_stores_its_tokens(office: Shop, with_keys: WithKeys) -> None:
    row = office.row()
    fresh = Tokens("fresh access", "fresh refresh", row.created_at - row.created_at, None)

    keys.rotate(with_keys(NEW, KEY), "ann")

    with office.begin() as session:
        assert tokens.stored(session, office.services.cipher, row, fresh)
    assert keys.check(with_keys(NEW, KEY)).old == 2


def test_what_lapses_is_as_old_as_before(office: Shop, with_keys: WithKeys) -> None:
    both, lapsed = with_keys(NEW, KEY), Fernet(KEY).encrypt_at_time(b"verifier", 1_000_000)
    office.change(consent_kept=lapsed)

    keys.rotate(both, "ann")

    held = bytes(office.row().consent_kept or b"")
    assert Fernet(NEW).extract_timestamp(held) == 1_000_000


def test_connections_are_gone_through_in_short_transactions(
    open_shop: OpenShop, with_keys: WithKeys
) -> None:
    shops = [open_shop() for _ in range(3)]
    with shops[0].begin() as session:
        rows.lock(session, shops[2].connection_id)
        rotating = shops[0].threads.submit(keys.rotate, with_keys(NEW, KEY), "ann")
        until(lambda: waits(shops[0]))
        with shops[0].begin() as other:
            other.execute(sa.text("SET LOCAL lock_timeout = '1s'"))
            row = rows.lock(other, shops[0].connection_id)

    assert Fernet(NEW).decrypt(bytes(row.client_secret))
    assert rotating.result(5).old == 9
