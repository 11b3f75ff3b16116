"""Why a record is not in the books: the chain down to the cause, and what happens next."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.sync.standings import LATER, NOW, a_connection, a_standing, a_submission, facts
from worker.store.standing import Named
from worker.sync.reasons import Facts, Reason, at_rest, reason
from worker.terms import Cause

INVOICE = ("invoice", "INV-7")


def said(one: Reason) -> Iterator[str]:
    """The sentences of a chain, from the record down."""
    yield one.says
    for because in one.because:
        yield from said(because)


def chain(known: Facts) -> list[str]:
    return list(said(reason(known, INVOICE)))


def invoice(state: str, **changes: Any) -> Facts:  # noqa: ANN401
    more = {
        name: changes.pop(name) for name in ("row", "sent", "unread", "expected") if name in changes
    }
    return facts(a_standing(*INVOICE, state, name="1007", **changes), **more)


def waits_for(*causes: str, **more: Any) -> Facts:  # noqa: ANN401
    known = more.pop("standings", ())
    first = a_standing(*INVOICE, "waiting", waiting_on=causes)
    return facts(first, *known, **more)


CASES = {
    "in the books": (invoice("synced", ref="145"), ["Invoice 1007 (INV-7) is in the books."]),
    "next": (invoice("due"), ["Invoice 1007 (INV-7) is to be sent: it is next."]),
    "one of many": (
        invoice("due", position=41),
        ["Invoice 1007 (INV-7) is to be sent: 41 others go before it."],
    ),
    "paused": (
        invoice("due", row=a_connection(state="paused", paused_code="consent_withdrawn")),
        [
            "Invoice 1007 (INV-7) is to be sent, but nothing is sent now.",
            (
                "The connection is paused: "
                "The consent for Northwind has been withdrawn or has expired."
            ),
        ],
    ),
    "switched off": (
        invoice("due", row=a_connection(state="disabled")),
        [
            "Invoice 1007 (INV-7) is to be sent, but nothing is sent now.",
            (
                "The connection is disabled: "
                "The connection to Northwind is switched off, so nothing is sent."
            ),
        ],
    ),
    "before the first pulls": (
        invoice("due", unread={"accounts": "running", "taxes": None}),
        [
            (
                "Invoice 1007 (INV-7) is to be sent once the books have been read: "
                "accounts (running), taxes (to be read)."
            ),
        ],
    ),
    "held by the budget": (
        invoice("due", row=a_connection(hold_until=LATER, held_for="budget")),
        [
            ("Invoice 1007 (INV-7) is to be sent, but the connection waits: our own limit of calls "
            "is reached.")
        ],
    ),
    "tried before": (
        invoice("due", attempts=3, next_attempt_at=LATER, error_code="books_unavailable"),
        [
            "Invoice 1007 (INV-7) was tried 3 times, and will be again.",
            "Invoice 1007 (INV-7): The books cannot be reached or are under maintenance.",
        ],
    ),
    "on its way": (
        invoice("sent", sent={7: a_submission(send_by=LATER)}),
        ["Invoice 1007 (INV-7) is being sent."],
    ),
    "never answered": (
        invoice("sent", sent={7: a_submission()}),
        [
            "Invoice 1007 (INV-7) was sent, and it is not known yet whether the books took it.",
        ],
    ),
    "failed": (
        invoice("failed", error_code="duplicate_number", error={"names": {"number": "1007"}}),
        [
            ("Invoice 1007 (INV-7): Another document in the books has the number 1007 already: "
            "another record.")
        ],
    ),
    "left out": (
        invoice("skipped", error_code="kind_off", reason="Invoices are off."),
        ["Invoice 1007 (INV-7) is left out on purpose: Invoices are off."],
    ),
    "a customer that never came": (
        waits_for("customer:CUS-7"),
        ["Invoice INV-7 waits for this:", "Customer CUS-7 has not come from the CMMS."],
    ),
    "a customer that waits for a decision": (
        waits_for(
            "customer:CUS-7",
            standings=[a_standing("customer", "CUS-7", "waiting", waiting_on=("match:CUS-7",))],
        ),
        [
            "Invoice INV-7 waits for this:",
            "Customer CUS-7 waits for this:",
            "Whether CUS-7 is in the books already is not decided yet.",
        ],
    ),
    "an account that people know by name": (
        waits_for("account:84", names={Cause("account", "84"): "4000 Sales"}),
        [
            "Invoice INV-7 waits for this:",
            "The account “4000 Sales” is not an active account of the books.",
        ],
    ),
    "a mapping with an issue": (
        waits_for(
            "mapping:income", "customer:CUS-7",
            standings=[a_standing("customer", "CUS-7", "synced")],
            issues={"mapping:income": Named(3, "mapping_missing", {"mapping": "income"}, NOW)},
        ),
        [
            "Invoice INV-7 waits for these 2:",
            "Customer CUS-7 is in the books.",
            "This record needs income, for which no account or code has been chosen.",
        ],
    ),
    "a ring": (
        waits_for(
            "customer:CUS-7",
            standings=[a_standing("customer", "CUS-7", "waiting", waiting_on=("invoice:INV-7",))],
        ),
        [
            "Invoice INV-7 waits for this:",
            "Customer CUS-7 waits for this:",
            "Invoice INV-7 is named above: these records wait for each other.",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_chain_leads_to_the_cause(case: str) -> None:
    known, sentences = CASES[case]

    assert chain(known) == sentences


def test_an_unanswered_call_is_told_with_times_attempts_and_what_comes_next() -> None:
    found = reason(
        invoice("sent", sent={7: a_submission(sends=2, correlation_id="1-abc")}), INVOICE
    )

    assert found.at == LATER
    known = ("submission", "sends", "lookups", "correlation_id")
    assert [found.facts[name] for name in known] == [9, 2, 2, "1-abc"]


def test_a_failure_is_told_with_its_id_its_page_and_what_to_do() -> None:
    error = {"id": "f-1", "names": {}, "detail": "6140 ...", "correlation_id": "1-abc"}

    found = reason(invoice("failed", attempts=2, error_code="value_too_long", error=error), INVOICE)

    assert found.facts == {
        "code": "value_too_long",
        "page": "deploy/errors/value_too_long.md",
        "attempts": 2,
        "failure": "f-1",
        "correlation_id": "1-abc",
        "detail": "6140 ...",
    }
    assert found.steps == (
        "Correct it in the CMMS and save the record: it is sent again by itself.",
    )
    assert found.then


def test_a_conflict_shows_both_sides_and_how_to_decide() -> None:
    fields = {"memo": {"cmms": "ours", "books": "theirs", "before": "old"}}

    found = reason(invoice("conflict", error={"fields": fields}), INVOICE)

    assert found.facts["fields"] == fields
    assert found.steps == ("Decide: `books resolve invoice INV-7 cmms`, or `books`.",)


def test_what_is_due_is_told_with_when_it_is_expected() -> None:
    found = reason(invoice("due", expected={7: LATER}), INVOICE)

    assert (found.then, found.at) == ("By itself.", LATER)


def test_the_words_of_an_unknown_code_stay_those_of_its_link() -> None:
    known = invoice("failed", error_code="of_a_later_release", reason="Something new.")

    assert chain(known) == ["Invoice 1007 (INV-7): Something new."]


def test_an_active_connection_holds_nothing_up() -> None:
    assert at_rest(facts()) is None
