"""A person with a browser whose consent opens several companies: the page on which one is
chosen."""

import httpx
import pytest

from tests.integration.connecting import Office
from worker.store.connections import Connection
from worker.sync import connections
from worker.web.links import connect_url


def page(browser: httpx.Client, office: Office, *more: str) -> tuple[Connection, httpx.Response]:
    """Consent for several companies; the page that the browser is sent to."""
    connection = office.add()
    link = connect_url(office.services.cipher, office.services.settings, connection)
    consent_url = browser.get(link).headers["location"]
    approved = office.simulator.approve(
        consent_url, *more or (office.simulator.new_company(),), office.company, user=office.tenant
    )
    back = browser.get(approved)
    assert back.status_code == 303
    return connection, browser.get(back.headers["location"])


def choose(browser: httpx.Client, shown: httpx.Response, company: str) -> httpx.Response:
    """Press the button of the form that is shown."""
    state = shown.request.url.params["choice"]
    return browser.post(shown.request.url.path, data={"choice": state, "company": company})


def test_a_person_chooses_among_all_that_was_consented_to(
    browser: httpx.Client, xero: Office
) -> None:
    other = xero.simulator.new_company(name="Tom & <b>Jerry</b>")

    connection, shown = page(browser, xero, other)

    assert shown.status_code == 200
    assert "Tom &amp; &lt;b&gt;Jerry&lt;/b&gt;" in shown.text
    for said in (other, xero.company, xero.tenant, 'type="radio"'):
        assert said in shown.text
    assert xero.row(connection).company_id is None


def test_nothing_is_chosen_beforehand(browser: httpx.Client, xero: Office) -> None:
    _, shown = page(browser, xero)

    assert "checked" not in shown.text
    assert shown.text.count('value="') == 1 + 2  # the state, and the two companies


def test_the_chosen_company_is_connected(browser: httpx.Client, xero: Office) -> None:
    connection, shown = page(browser, xero)

    back = choose(browser, shown, xero.company)

    assert back.status_code == 303
    assert xero.row(connection).company_id == xero.company
    assert "is connected" in browser.get(back.headers["location"]).text
    assert xero.company not in back.headers["location"]


def test_the_page_may_be_looked_at_again_until_a_choice_is_made(
    browser: httpx.Client, xero: Office
) -> None:
    _, shown = page(browser, xero)

    again = browser.get(shown.request.url)
    choose(browser, again, xero.company)

    assert again.text == shown.text
    assert browser.get(shown.request.url).status_code == 410


def test_an_organisation_whose_day_is_used_up_is_connected_later(
    browser: httpx.Client, xero: Office
) -> None:
    connection, shown = page(browser, xero)
    used_up = {"left": 0, "resets_in": 7000}
    xero.simulator.control("PUT", f"companies/{xero.company}/day", used_up)

    refused = choose(browser, shown, xero.company)

    assert refused.status_code == 502
    assert "start again in 2 hours" in refused.text
    assert xero.row(connection).state == "new"


def test_forms_go_to_us_alone_and_from_this_page_only(browser: httpx.Client, xero: Office) -> None:
    _, shown = page(browser, xero)

    refused = choose(browser, shown, "not-there")

    assert "form-action 'self'" in shown.headers["content-security-policy"]
    assert shown.headers["content-security-policy"].startswith("default-src 'none'")
    assert shown.headers["cache-control"] == "no-store"
    assert "form-action 'none'" in refused.headers["content-security-policy"]


def test_what_was_not_offered_is_refused_plainly(browser: httpx.Client, xero: Office) -> None:
    connection, shown = page(browser, xero)

    answer = choose(browser, shown, xero.simulator.new_company())

    assert answer.status_code == 400
    assert "not among those" in answer.text
    assert f"books connections connect {connection.id}" in answer.text


@pytest.mark.parametrize("form", [{}, {"choice": "1.x"}, {"choice": "é", "company": "x"}])
def test_a_choice_that_nobody_was_asked_for_is_refused(
    browser: httpx.Client, xero: Office, form: dict[str, str]
) -> None:
    answer = browser.post("/choose/xero", data=form)

    assert answer.status_code == 410
    assert "not started here" in answer.text


def test_a_form_of_any_length_is_not_read(browser: httpx.Client, site: str) -> None:
    assert browser.post("/choose/xero", data={"choice": "x" * 20_000}).status_code == 413


def test_a_disconnection_takes_the_choice_away(browser: httpx.Client, xero: Office) -> None:
    connection, shown = page(browser, xero)
    connections.disconnect(xero.services, connection.id)

    assert choose(browser, shown, xero.company).status_code == 410


def test_no_page_shows_what_waits_for_the_choice(browser: httpx.Client, xero: Office) -> None:
    connection, shown = page(browser, xero)
    kept = xero.services.cipher.open(xero.row(connection).consent_kept or b"")

    assert '"access_token"' in kept
    assert "eyJ" not in shown.text
