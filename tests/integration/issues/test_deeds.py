"""`books issues`: what people see of an issue and decide about it, each deed with an act."""

import json
from typing import Any

import pytest

from tests.builders import a_customer, an_invoice, an_item
from tests.integration.cli.conftest import Shell
from tests.integration.match.scenes import HARBOR, pull, ref_of
from tests.integration.workshop import Shop
from worker.store import acts
from worker.sync import issue_deeds as deeds
from worker.sync import schedule
from worker.sync.replays import Decision

ANNA = Decision("anna", "asked by the auditor")
NAME = "Harbor Works CUS-9"


def listed(shell: Shell, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shell.json("issues", "list", *options)
    return found


def only(shell: Shell) -> dict[str, Any]:
    [issue] = listed(shell)
    return issue


@pytest.fixture
def unmapped_item(unmapped: Shop) -> Shop:
    """An item waits for an account to be mapped."""
    unmapped.send("item.created", an_item())
    unmapped.work()
    return unmapped


@pytest.fixture
def refused(books: Shop) -> Shop:
    """The books have refused an invoice and a customer; nothing in them was written since."""
    books.send("customer.created", a_customer("CUS-9", name=NAME))
    books.send("invoice.created", an_invoice())
    names = {"field": "Memo", "record": "N-INV-1"}
    books.run(
        "UPDATE links SET state = 'failed', error_code = 'value_refused',"
        " error = CAST(:error AS jsonb) WHERE connection_id = :c AND state = 'due'",
        error=json.dumps({"id": "f-1", "names": names, "detail": "2040 bad"}),
    )
    return books


def test_the_list_has_what_holds_up_how_much_and_who_must_act(
    shell: Shell, unmapped_item: Shop
) -> None:
    output = shell.run("issues", "list", "--tenant", unmapped_item.tenant).output

    assert "An account is not mapped (mapping_missing)" in output
    assert "by itself, once mended" in output
    assert "1 open" in output


@pytest.mark.parametrize(("code", "count"), [("mapping_missing", 1), ("period_closed", 0)])
def test_the_list_of_one_code(shell: Shell, unmapped_item: Shop, code: str, count: int) -> None:
    assert len(listed(shell, "--code", code)) == count


def test_one_is_shown_with_sentence_steps_and_records(shell: Shell, refused: Shop) -> None:
    output = shell.run("issues", "show", only(shell)["id"]).output

    assert "For example: The books do not take the value of Memo in N-INV-1." in output
    assert "  - Correct it in the CMMS" in output
    assert "customer  CUS-9" in output
    assert "2040 bad" not in output


def test_what_the_books_said_is_shown_to_engineers(shell: Shell, refused: Shop) -> None:
    output = shell.run("issues", "show", only(shell)["id"], "--detail").output

    assert "2040 bad" in output
    assert "f-1" in output


def test_an_issue_that_does_not_exist_is_refused(shell: Shell, unmapped_item: Shop) -> None:
    result = shell.run("issues", "show", 4711)

    assert result.exit_code == 1
    assert "there is no issue 4711; `books issues list`" in result.output


@pytest.mark.parametrize(
    "words",
    [
        ("show", 2**63),
        ("show", 1, "--records", -3),
        ("dismiss", 1, "--note", " "),
        ("list", "--tenant", "nobody"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(
    shell: Shell, unmapped_item: Shop, words: tuple[object, ...]
) -> None:
    result = shell.run("issues", *words)

    assert result.exit_code in (1, 2)
    assert "Error: " in result.output


def test_a_retry_makes_all_that_failed_due(shell: Shell, refused: Shop) -> None:
    number = only(shell)["id"]

    result = shell.run("issues", "retry", number, "--who", "anna")
    refused.work()

    assert result.stdout == f"2 records of issue {number} are due\n"
    assert set(refused.states().values()) == {"synced"}
    assert listed(shell) == []


def test_a_retry_of_what_waits_for_a_person_says_what_mends_it(
    shell: Shell, unmapped_item: Shop
) -> None:
    result = shell.run("issues", "retry", only(shell)["id"])

    assert result.exit_code == 1
    assert "trying again would not help" in result.output
    number = unmapped_item.connection_id
    assert f"`books connections mapping {number} income=...`" in result.output


def test_a_retry_of_a_closed_period_reads_the_closing_date(shell: Shell, books: Shop) -> None:
    books.change(company=dict(books.row().company) | {"closed_until": "2026-11-30"})
    books.send("invoice.created", an_invoice())
    books.work()

    result = shell.run("issues", "retry", only(shell)["id"])
    books.work()

    assert "read from the books now" in result.output
    assert books.link("INV-1").state == "synced"


def test_what_is_dismissed_is_skipped_and_told(shell: Shell, refused: Shop) -> None:
    number = only(shell)["id"]

    result = shell.run("issues", "dismiss", number, "--note", "a test", "--who", "anna")

    assert result.stdout == f"2 records of issue {number} are left out\n"
    assert refused.link("INV-1").error_code == "dismissed"
    assert refused.events("INV-1")[-1]["type"] == "accounting.record.skipped"
    assert refused.events("INV-1")[-1]["data"]["reason"].endswith("on purpose: a test")


def test_dismissing_wants_a_reason(shell: Shell, refused: Shop) -> None:
    result = shell.run("issues", "dismiss", only(shell)["id"])

    assert result.exit_code == 2
    assert refused.link("INV-1").state == "failed"


def test_what_was_dismissed_goes_on_when_it_is_retried(shell: Shell, refused: Shop) -> None:
    number = only(shell)["id"]
    deeds.dismiss(refused.services, number, ANNA)
    assert listed(shell) == []

    shell.run("issues", "retry", number)
    refused.work()

    assert refused.link("INV-1").state == "synced"


def test_what_was_dismissed_goes_on_with_a_newer_version(shell: Shell, refused: Shop) -> None:
    deeds.dismiss(refused.services, only(shell)["id"], ANNA)

    refused.send("invoice.updated", an_invoice(memo="newer"))
    refused.work()

    assert refused.link("INV-1").state == "synced"


def test_a_warning_cannot_be_dismissed(shell: Shell, shop: Shop) -> None:
    shop.change(mapping={**shop.row().mapping, "sales_tax": "404"})
    shop.run("UPDATE connections SET wake_seq = wake_seq + 1 WHERE id = :c")
    shop.change(state="paused", paused_code="consent_withdrawn")

    result = shell.run("issues", "dismiss", only(shell)["id"], "--note", "x")

    assert result.exit_code == 1
    assert f"books connections disable {shop.connection_id}" in result.output


def test_every_deed_is_noted_with_who_and_why(shell: Shell, refused: Shop) -> None:
    number = only(shell)["id"]
    deeds.dismiss(refused.services, number, ANNA)
    deeds.retry(refused.services, number, Decision("bert"))

    with refused.begin() as session:
        noted = acts.of(session, f"issue:{number}")

    assert [(act.verb, act.who, act.note) for act in noted] == [
        ("dismiss", "anna", "asked by the auditor"),
        ("retry", "bert", None),
    ]
    assert noted[0].result["records"] == 2


def test_what_is_left_out_can_go_on_however_long_ago_that_was(shell: Shell, refused: Shop) -> None:
    number = only(shell)["id"]
    deeds.dismiss(refused.services, number, ANNA)
    refused.run("UPDATE issues SET closed_at = closed_at - interval '10 years'")
    schedule.tidy(refused.services)

    said = shell.run("why", "invoice", "INV-1").output
    retried = shell.run("issues", "retry", number)

    assert f"Let it go on: `books issues retry {number}`." in said
    assert retried.stdout == f"2 records of issue {number} are due\n"


def test_the_history_of_each_record_has_who_left_it_out(shell: Shell, refused: Shop) -> None:
    number = only(shell)["id"]
    deeds.dismiss(refused.services, number, ANNA)
    refused.run("UPDATE issues SET examples = '[]'")  # it names some of its records only

    said = shell.run("history", "invoice", "INV-1").output

    assert "dismiss  who=anna" in said


def test_an_old_issue_whose_records_went_on_is_dropped(shell: Shell, refused: Shop) -> None:
    deeds.retry(refused.services, only(shell)["id"], ANNA)
    refused.run("UPDATE issues SET closed_at = closed_at - interval '10 years'")

    schedule.tidy(refused.services)

    assert refused.all("SELECT FROM issues") == []


@pytest.fixture
def perhaps(shop: Shop) -> Shop:
    """A customer that the books may hold already."""
    shop.enter("Customer", **HARBOR)
    pull(shop)
    shop.send("customer.created", a_customer(name="Harbor Hotel, Inc."))
    shop.work()
    return shop


def test_what_the_books_may_hold_is_adopted(shell: Shell, perhaps: Shop) -> None:
    number, ref = only(shell)["id"], ref_of(perhaps)

    result = shell.run("issues", "adopt", number, "--who", "anna")

    assert result.stdout == f"customer CUS-1 is {ref} in the books\n"
    assert (perhaps.link("CUS-1").state, perhaps.link("CUS-1").ref) == ("synced", ref)
    assert [act["verb"] for act in shell.json("issues", "show", number)["acts"]] == ["adopt"]


def test_of_two_candidates_one_must_be_named(shell: Shell, perhaps: Shop) -> None:
    other = perhaps.enter("Customer", DisplayName="Harbor Hotel Ltd")["Id"]
    pull(perhaps)
    perhaps.send("customer.updated", a_customer(name="Harbor Hotel, LLC"))
    perhaps.work()
    [number] = {issue["id"] for issue in listed(shell)}

    unnamed = shell.run("issues", "adopt", number)
    named = shell.run("issues", "adopt", number, "--ref", other)

    assert (unnamed.exit_code, "--ref" in unnamed.output) == (1, True)
    assert (named.exit_code, perhaps.link("CUS-1").ref) == (0, other)


def test_what_is_no_duplicate_cannot_be_adopted(shell: Shell, unmapped_item: Shop) -> None:
    result = shell.run("issues", "adopt", only(shell)["id"])

    assert result.exit_code == 1
    assert "is not about a record that the books may hold already" in result.output


def test_a_decision_that_is_due_is_not_retried(shell: Shell, perhaps: Shop) -> None:
    result = shell.run("issues", "retry", only(shell)["id"])

    assert result.exit_code == 1
    assert "`books match new customer CUS-1`" in result.output
