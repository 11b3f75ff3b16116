"""A person with a browser: from the signed link to the page that says what comes next."""

import logging
import time
from html import escape

import httpx
import pytest
from cryptography.fernet import Fernet

from tests.integration.connecting import Office
from worker.store import runs
from worker.store.connections import Connection
from worker.sync import connections
from worker.web.links import Purpose, connect_url, seal


def link(office: Office, connection: Connection) -> str:
    return connect_url(office.services.cipher, office.services.settings, connection)


def come_back(browser: httpx.Client, office: Office, connection: Connection) -> httpx.Response:
    """Follow the link, consent, and return to our callback."""
    consent_url = browser.get(link(office, connection)).headers["location"]
    return browser.get(office.simulator.approve(consent_url, office.company))


def page_after_consent(browser: httpx.Client, office: Office) -> tuple[Connection, httpx.Response]:
    connection = office.add()
    back = come_back(browser, office, connection)
    return connection, browser.get(back.headers["location"])


def test_the_link_leads_to_the_ledgers_consent_page(browser: httpx.Client, office: Office) -> None:
    answer = browser.get(link(office, office.add()))

    assert answer.status_code == 303
    assert answer.headers["location"].startswith(office.simulator.info["authorize"])
    assert "set-cookie" not in answer.headers


def test_the_page_after_consent_says_who_is_connected_and_what_is_next(
    browser: httpx.Client, office: Office
) -> None:
    connection, page = page_after_consent(browser, office)

    assert page.status_code == 200
    name = escape(office.row(connection).company["name"])
    for said in (f"{name} is connected", "sandbox", office.tenant, "Chart of accounts"):
        assert said in page.text
    assert f"books connections mapping {connection.id}" in page.text


def test_the_page_refreshes_itself_until_the_pulls_are_over(
    browser: httpx.Client, office: Office
) -> None:
    connection, waiting = page_after_consent(browser, office)
    with office.services.database.begin() as session:
        for run in runs.latest(session, connection.id):
            runs.finish(session, run.id, {"read": 87})

    over = browser.get(waiting.request.url)

    assert 'http-equiv="refresh"' in waiting.text
    assert "waits for a worker" in waiting.text
    assert 'http-equiv="refresh"' not in over.text
    assert "done, 87 read" in over.text


def test_the_page_of_a_paused_connection_stands_still(
    browser: httpx.Client, office: Office
) -> None:
    connection, page = page_after_consent(browser, office)
    office.change(connection, state="paused", paused_code="consent_withdrawn")

    again = browser.get(page.request.url)

    assert "paused" in again.text
    assert 'http-equiv="refresh"' not in again.text


def test_the_callbacks_address_is_left_at_once(browser: httpx.Client, office: Office) -> None:
    back = come_back(browser, office, office.add())

    assert back.status_code == 303
    assert "code=" not in back.headers["location"]
    assert "state=" not in back.headers["location"]


def test_no_page_shows_a_token_or_a_secret(browser: httpx.Client, office: Office) -> None:
    connection, page = page_after_consent(browser, office)

    row = office.row(connection)
    sealed = (row.access_token, row.refresh_token, row.client_secret)
    secrets = [office.services.cipher.open(one or b"") for one in sealed]
    assert not [secret for secret in secrets if secret in page.text]


def test_reloading_the_callback_is_refused_plainly(browser: httpx.Client, office: Office) -> None:
    connection = office.add()
    back = come_back(browser, office, connection)

    again = browser.get(back.request.url)

    assert again.status_code == 410
    assert "used already" in again.text
    assert office.row(connection).state == "active"


def test_another_company_is_refused_in_plain_words(browser: httpx.Client, office: Office) -> None:
    other = office.simulator.new_company()
    connection = office.add(company_id=other)

    page = come_back(browser, office, connection)

    assert page.status_code == 400
    assert office.company in page.text
    assert other in page.text
    assert f"books connections connect {connection.id}" in page.text


def test_what_the_ledger_says_is_escaped(browser: httpx.Client, office: Office) -> None:
    connection = office.add()
    url = browser.get(link(office, connection)).headers["location"]
    address = office.simulator.approve(url, office.company, decision="cancel")

    page = browser.get(address.replace("access_denied", "%3Cscript%3Ealert(1)%3C/script%3E"))

    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text


@pytest.mark.parametrize("forged", ["", "x", "gAAAAABnonsense", "é"])
def test_a_link_that_is_not_ours_opens_nothing(browser: httpx.Client, forged: str) -> None:
    answer = browser.get("/connect/quickbooks", params={"link": forged})

    assert answer.status_code == 410
    assert "has expired, was used or is not ours" in answer.text


def test_a_link_expires_after_fifteen_minutes(browser: httpx.Client, office: Office) -> None:
    old = _sealed_long_ago(office, office.add())

    answer = browser.get("/connect/quickbooks", params={"link": old})

    assert answer.status_code == 410


def test_a_link_to_look_at_a_connection_does_not_connect_it(
    browser: httpx.Client, office: Office
) -> None:
    view = seal(office.services.cipher, Purpose.VIEW, office.add())

    assert browser.get("/connect/quickbooks", params={"link": view}).status_code == 410


def test_a_link_works_for_its_own_ledger_only(browser: httpx.Client, office: Office) -> None:
    address = link(office, office.add()).replace("/connect/quickbooks", "/connect/xero")

    assert browser.get(address).status_code == 410


def test_a_link_that_led_to_a_connection_is_used_up(browser: httpx.Client, office: Office) -> None:
    connection = office.add()
    address = link(office, connection)
    browser.get(office.simulator.approve(browser.get(address).headers["location"], office.company))

    assert browser.get(address).status_code == 410
    assert browser.get(link(office, office.row(connection))).status_code == 303


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_a_consent_is_begun_by_get_alone(
    browser: httpx.Client, office: Office, method: str
) -> None:
    connection = office.add()

    answer = browser.request(method, link(office, connection))

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert office.row(connection).consent_state is None


@pytest.mark.parametrize("method", ["HEAD", "POST"])
def test_a_consent_is_used_up_by_get_alone(
    browser: httpx.Client, office: Office, method: str
) -> None:
    connection = office.add()
    url = browser.get(link(office, connection)).headers["location"]
    address = office.simulator.approve(url, office.company)

    assert browser.request(method, address).status_code == 405
    assert browser.get(address).status_code == 303


@pytest.mark.parametrize("value", ["x%0d%0aset-cookie:%20a=b", "%00", "%F0%9F", "é" * 300])
def test_nothing_in_an_address_reaches_a_header(
    browser: httpx.Client, office: Office, value: str
) -> None:
    number = office.add().id

    answers = [
        browser.get(f"/callback/quickbooks?state={number}.{value}&code={value}&realmId={value}"),
        browser.get(f"/callback/{value}?state={value}"),
        browser.get(f"/connect/{value}?link={value}"),
        browser.get(f"/connected/{value}?view={value}"),
    ]

    assert {answer.status_code for answer in answers} == {410}
    assert not [answer for answer in answers if "set-cookie" in answer.headers]


def test_a_company_swapped_in_the_address_is_refused_plainly(
    browser: httpx.Client, office: Office
) -> None:
    connection, other = office.add(), office.simulator.new_company()
    url = browser.get(link(office, connection)).headers["location"]

    page = browser.get(office.simulator.approve(url, office.company).replace(office.company, other))

    assert page.status_code == 400
    assert f"may not open company {other}" in page.text
    assert office.row(connection).company_id is None


def test_a_company_that_cannot_be_read_asks_for_a_new_link(
    browser: httpx.Client, office: Office
) -> None:
    connection = office.add()
    url = browser.get(link(office, connection)).headers["location"]
    address = office.simulator.approve(url, office.company)
    office.simulator.control("POST", "faults", {"fault": "maintenance_html", "where": "read"})

    page = browser.get(address)

    assert page.status_code == 502
    assert "a new link" in page.text
    assert office.row(connection).state == "new"


def test_a_disabled_connection_says_how_to_enable_it(browser: httpx.Client, office: Office) -> None:
    connection = connections.disable(office.services, office.add().id)

    page = browser.get(link(office, connection))

    assert f"books connections enable {connection.id}" in page.text


def test_a_ledger_that_does_not_answer_is_said_so(browser: httpx.Client, office: Office) -> None:
    connection = office.add()
    url = browser.get(link(office, connection)).headers["location"]
    address = office.simulator.approve(url, office.company)
    office.simulator.control("POST", "faults", {"fault": "maintenance_html", "where": "token"})

    page = browser.get(address)

    assert page.status_code == 502
    assert "books connections connect" in page.text
    assert office.row(connection).state == "new"


def test_pages_forbid_scripts_frames_and_caches(browser: httpx.Client, office: Office) -> None:
    _, page = page_after_consent(browser, office)

    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"


def test_logs_hold_no_code_state_token_or_secret(
    browser: httpx.Client, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "worker")
    connection = office.add()

    back = come_back(browser, office, connection)

    row = office.row(connection)
    secrets = [
        office.services.cipher.open(one or b"")
        for one in (row.access_token, row.refresh_token, row.client_secret)
    ]
    secrets += [back.request.url.params["code"], back.request.url.params["state"]]
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert "connection.connected" in logged
    assert not [secret for secret in secrets if secret in logged]


def _sealed_long_ago(office: Office, connection: Connection) -> str:
    """A genuine link of 16 minutes ago: Fernet writes its time into the token."""
    key = office.services.settings.encryption_keys[0].get_secret_value()
    young = seal(office.services.cipher, Purpose.CONNECT, connection)
    text = Fernet(key).decrypt(young)
    return Fernet(key).encrypt_at_time(text, int(time.time()) - 16 * 60).decode()
