"""The settings of a connection: what they may be, and what is said of what they may not."""

import pytest

from schemas.kinds import Kind
from worker.errors import Misuse
from worker.policies import Conflict
from worker.providers.port import Resource
from worker.sync.login import Login
from worker.sync.options import OPTIONS, Options, changed

DEFAULTS = Options(feeds={Resource.PAYMENTS: 1800})


def after(**wanted: str) -> Options:
    return changed(DEFAULTS, DEFAULTS, {key.replace("__", "."): v for key, v in wanted.items()})


def test_kinds_are_named_together_or_one_by_one() -> None:
    assert after(kinds="customer, invoice").off == set(Kind) - {Kind.CUSTOMER, Kind.INVOICE}
    assert after(kind__expense="off").off == {Kind.EXPENSE}
    assert after(kinds="none", kind__item="on").off == set(Kind) - {Kind.ITEM}


def test_a_policy_is_one_of_its_choices() -> None:
    assert after(conflict="books").policies.conflict is Conflict.BOOKS


def test_a_feed_is_pulled_every_so_many_seconds_or_never() -> None:
    assert after(feed__payments="600", feed__items="86400").feeds == {
        Resource.PAYMENTS: 600,
        Resource.ITEMS: 86400,
    }
    assert after(feed__payments="off").feeds == {Resource.PAYMENTS: 0}


def test_a_consent_may_be_asked_for_elsewhere_and_otherwise() -> None:
    login = after(login_url="https://login.example/a?b=c", scope=" offline_access  books ").login

    assert login == Login("https://login.example/a?b=c", "offline_access books")
    assert Login.of({"login": login.dump()}) == login


def test_the_default_login_is_kept_nowhere() -> None:
    once = changed(DEFAULTS, DEFAULTS, {"scope": "books", "login_url": "https://login.example"})

    again = changed(once, DEFAULTS, {"scope": "", "login_url": "default"})

    assert again.login.dump() == {}


@pytest.mark.parametrize("key", OPTIONS)
def test_what_a_setting_shows_it_takes(key: str) -> None:
    shown = OPTIONS[key].read(DEFAULTS)

    assert changed(DEFAULTS, DEFAULTS, {key: shown}) == OPTIONS[key].write(DEFAULTS, shown)
    assert OPTIONS[key].read(changed(DEFAULTS, DEFAULTS, {key: shown})) == shown


def test_an_empty_value_stands_for_the_default() -> None:
    once = changed(DEFAULTS, DEFAULTS, {"start_date": "2026-01-01", "feed.payments": "off"})

    again = changed(once, DEFAULTS, {"start_date": "", "feed.payments": ""})

    assert again == DEFAULTS


@pytest.mark.parametrize(
    "template",
    [
        "https://cmms.example/{kind}/{id}",
        "http://{tenant}.cmms.example/show?id={id}&kind={kind}",
    ],
)
def test_an_address_has_places_for_tenant_kind_and_id(template: str) -> None:
    assert after(record_url=template).policies.record_url == template


@pytest.mark.parametrize(
    "template",
    [
        "cmms.example/{id}",
        "javascript:alert({id})",
        "https://cmms.example/",
        "https://cmms.example/{id}/{version}",
        "https://cmms.example/{id!r}",
        "https://cmms.example/{id}/{0}",
        "https://cmms.example/{id",
        "https://cmms.example/{id} {kind}",
        "https:///{id}",
        "https://cmms.example/{id}" + "x" * 500,
    ],
)
def test_other_addresses_are_refused(template: str) -> None:
    with pytest.raises(Misuse, match=r"record_url=.*choose an http"):
        after(record_url=template)


@pytest.mark.parametrize(
    ("key", "text", "choices"),
    [
        ("kinds", "customer,colour", "purchase_invoice"),
        ("kind.item", "maybe", "on or off"),
        ("start_date", "31.1.2026", "a date such as 2026-01-31"),
        ("start_date", "2026-02-30", "a date such as 2026-01-31"),
        ("closed_period", "later", "hold or shift"),
        ("conflict", "mine", "hold or cmms or books"),
        ("taken_number", "yes", "hold or allow"),
        ("numbering", "ours", "cmms or books"),
        ("new_parties", "no", "create or hold"),
        ("invoice_status", "paid", "authorised or draft"),
        ("feed.payments", "5", "60 to 2592000"),
        ("feed.payments", "-1800", "or off"),
        ("feed.taxes", "daily", "or off"),
        ("login_url", "login.example/authorize", "an http(s) address, or default"),
        ("login_url", "https://login.example/a#b", "an http(s) address, or default"),
        ("login_url", "https://login.example/a b", "an http(s) address, or default"),
        ("login_url", "https://[", "an http(s) address, or default"),
        ("login_url", "https://login.example:port/a", "an http(s) address, or default"),
        ("scope", 'accounting."x"', "scopes with blanks between them, or default"),
        ("scope", "a" * 2001, "scopes with blanks between them, or default"),
    ],
)
def test_a_wrong_value_is_refused_with_key_value_and_choices(
    key: str, text: str, choices: str
) -> None:
    with pytest.raises(Misuse) as refused:
        changed(DEFAULTS, DEFAULTS, {key: text})

    assert str(refused.value).startswith(f"{key}={text}: choose ")
    assert choices in str(refused.value)


@pytest.mark.parametrize("key", ["colour", "kind.colour", "feed.colour", ""])
def test_an_unknown_setting_is_refused_with_those_that_are_known(key: str) -> None:
    with pytest.raises(Misuse, match=r"known: kinds, start_date, .*, kind\.KIND"):
        changed(DEFAULTS, DEFAULTS, {key: "on"})
