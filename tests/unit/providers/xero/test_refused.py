"""What a refusal means for the record that was refused, and what would mend it."""

from collections.abc import Mapping
from typing import Any

import pytest

from schemas.kinds import Kind
from tests.unit.providers.xero.parts import ACCOUNT, CONTACT, INVOICE, a_part
from worker.providers.outcomes import Unruled
from worker.providers.port import Cause, Clash, Operation, Part, Refused, Stale, Unknown
from worker.providers.reply import Reply
from worker.providers.xero.faults import meant
from worker.providers.xero.refused import not_found, refused, refused_whole

ARCHIVED = "The contact with the specified contact details matched an archived contact."
UPDATE, REMOVE = Operation.UPDATE, Operation.REMOVE
A_SALE = a_part(
    Kind.INVOICE,
    InvoiceNumber="INV-1",
    Date="2026-11-20",
    Contact={"ContactID": CONTACT},
    LineItems=[{"AccountID": ACCOUNT, "TaxType": "OUTPUT"}],
)
A_PAYMENT = a_part(
    Kind.PAYMENT,
    Date="2026-11-20",
    Invoice={"InvoiceID": INVOICE},
    Account={"AccountID": ACCOUNT},
)


@pytest.mark.parametrize(
    ("part", "message", "code", "cause"),
    [
        (A_SALE, ARCHIVED, "reference_inactive", Cause("customer_ref", CONTACT)),
        (A_SALE, "before the period lock date", "period_closed", Cause("period", "2026-11-20")),
        (
            A_SALE,
            "Account code '200' has been archived, or deleted",
            "account_missing",
            Cause("account", ACCOUNT),
        ),
        (
            A_SALE,
            "The TaxType code 'OUTPUT' does not exist",
            "tax_code_missing",
            Cause("tax_code", "OUTPUT"),
        ),
        (
            a_part(Kind.PURCHASE_INVOICE, Contact={"ContactID": CONTACT}),
            f"The contact with ContactID {CONTACT} could not be found",
            "reference_inactive",
            Cause("vendor_ref", CONTACT),
        ),
        (
            A_PAYMENT,
            "Payment amount exceeds the amount outstanding on this document",
            "not_applied",
            Cause("balance", INVOICE),
        ),
        (
            A_PAYMENT,
            "Invoice could not be found",
            "reference_inactive",
            Cause("invoice_ref", INVOICE),
        ),
        (
            A_PAYMENT,
            "Account code '200' is not a valid account for payments.",
            "account_type_wrong",
            Cause("account", ACCOUNT),
        ),
        (
            a_part(Kind.VENDOR, UPDATE, ref=CONTACT, Name="A"),
            ARCHIVED,
            "gone_in_books",
            Cause("vendor_ref", CONTACT),
        ),
    ],
)
def test_what_mends_it_is_waited_for(part: Part, message: str, code: str, cause: Cause) -> None:
    outcome = refused(part, meant(message))

    assert isinstance(outcome, Refused)
    assert (outcome.fault.code, outcome.fault.causes) == (code, frozenset({cause}))


def test_where_any_of_several_accounts_could_be_meant_none_is() -> None:
    lines = [{"AccountCode": "200"}, {"AccountCode": "400"}]
    part = a_part(Kind.EXPENSE, JournalLines=lines)

    outcome = refused(part, meant("Account code '999' has been archived, or deleted"))

    assert isinstance(outcome, Refused)
    assert outcome.fault.causes == frozenset()


def test_the_account_that_a_message_quotes_is_meant() -> None:
    lines = [{"AccountCode": "200"}, {"AccountCode": "400"}]
    part = a_part(Kind.EXPENSE, JournalLines=lines)

    outcome = refused(part, meant("Account code '400' has been archived, or deleted"))

    assert isinstance(outcome, Refused)
    assert outcome.fault.causes == frozenset({Cause("account", "400")})


def test_the_item_whose_code_a_message_quotes_is_meant() -> None:
    part = a_part(Kind.INVOICE, LineItems=[{"ItemCode": "A-1"}, {"ItemCode": "A-2"}])

    outcome = refused(part, meant("Item code 'A-2' is not valid."))

    assert isinstance(outcome, Refused)
    assert outcome.fault.causes == frozenset({Cause("item_code", "A-2")})
    assert outcome.fault.names["named"] == "an item"


def test_an_account_of_an_items_prices_is_one_that_it_names() -> None:
    prices: dict[str, Any] = {"SalesDetails.AccountCode": "200", "SalesDetails.TaxType": "OUTPUT"}
    part = a_part(Kind.ITEM, Code="A-1", **prices)

    outcome = refused(part, meant("Account code '200' has been archived, or deleted"))

    assert isinstance(outcome, Refused)
    assert outcome.fault.causes == frozenset({Cause("account", "200")})


@pytest.mark.parametrize(
    ("part", "message", "code"),
    [
        (a_part(Name="A"), "already assigned to another contact", "duplicate_name"),
        (a_part(Name="A"), ARCHIVED, "duplicate_name"),
        (A_SALE, "Invoice # must be unique", "duplicate_number"),
        (a_part(Kind.INVOICE, REMOVE), "has payments or credit notes allocated", "invoice_paid"),
        (
            a_part(Kind.PURCHASE_INVOICE, REMOVE),
            "has a payment or credit note allocated",
            "bill_paid",
        ),
        (a_part(Kind.INVOICE, UPDATE), "has a payment or credit note allocated", "locked_in_books"),
        (a_part(Kind.INVOICE, REMOVE), "not of valid status for modification", "locked_in_books"),
    ],
)
def test_what_stands_in_the_books_is_looked_at(part: Part, message: str, code: str) -> None:
    outcome = refused(part, meant(message))

    assert isinstance(outcome, Clash)
    assert outcome.fault.code == code


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (a_part(operation=REMOVE, ref=CONTACT), ARCHIVED),
        (a_part(Kind.PAYMENT, Operation.WITHDRAW, ref=CONTACT), "has already been deleted"),
        (a_part(Kind.INVOICE, UPDATE, ref=INVOICE), "you must supply a LineItemID"),
    ],
)
def test_what_may_be_so_already_is_looked_up(part: Part, message: str) -> None:
    assert isinstance(refused(part, meant(message)), Stale)


def test_a_value_that_is_never_taken_is_certain() -> None:
    outcome = refused(a_part(Name="A"), meant("Email address must be valid"))

    assert isinstance(outcome, Refused)
    assert outcome.certain


def test_a_key_that_was_used_for_something_else_settles_nothing() -> None:
    outcome = refused(A_SALE, meant("The key k is used with a different request"))

    assert isinstance(outcome, Refused)
    assert (outcome.fault.code, outcome.certain) == ("outcome_unknown", False)


@pytest.mark.parametrize(
    ("part", "message", "names"),
    [
        (A_SALE, "not subscribed to currency NZD", {"record": "INV-1", "date": "2026-11-20"}),
        (A_SALE, ARCHIVED, {"named": "a customer"}),
        (a_part(Name="Acme"), "already assigned to another contact", {"name": "Acme"}),
        (
            a_part(Kind.ITEM, Code="A-1", Name="Seal"),
            "Price List Item with Code 'A-1' already exists",
            {"record": "Seal", "name": "A-1"},
        ),
        (A_PAYMENT, "Account code '200' has been archived, or deleted", {"account": "200"}),
    ],
)
def test_a_sentence_names_what_it_is_about(
    part: Part, message: str, names: Mapping[str, str]
) -> None:
    outcome = refused(part, meant(message))

    assert isinstance(outcome, Refused | Clash)
    assert names.items() <= outcome.fault.names.items()


def a_reply(message: str) -> Reply:
    return Reply(400, {"Type": "PostDataInvalidException", "Message": message}, "", None)


def test_the_place_of_what_cannot_be_read_is_one_record_the_others_go_again() -> None:
    parts = tuple(a_part(Kind.INVOICE, key=str(n)) for n in (1, 2, 3))
    reply = a_reply("Error converting value. Path 'Invoices[1].LineItems[0].Quantity', line 1")

    outcomes = refused_whole(parts, reply)
    codes = {key: one.fault.code for key, one in outcomes.items() if isinstance(one, Refused)}

    assert codes == {"1": "books_unavailable", "2": "defect", "3": "books_unavailable"}


@pytest.mark.parametrize(("count", "code"), [(1, "defect"), (2, "books_unavailable")])
def test_without_a_place_each_goes_again_by_itself_and_is_refused_then(
    count: int, code: str
) -> None:
    parts = tuple(a_part(Kind.INVOICE, key=str(n)) for n in range(count))

    outcomes = refused_whole(parts, a_reply("Error converting value at LineItems[0].Quantity"))

    codes = [one.fault.code for one in outcomes.values() if isinstance(one, Refused)]
    assert codes == [code] * count


def test_an_unknown_id_is_looked_for() -> None:
    assert isinstance(not_found(a_part(operation=UPDATE, ref=CONTACT)), Stale)
    assert isinstance(not_found(a_part()), Unknown)


@pytest.mark.parametrize(("message", "known"), [("Something odd", False), ("lock date", True)])
def test_words_that_no_rule_knows_are_kept_as_such(message: str, known: bool) -> None:  # noqa: FBT001
    outcome = refused(A_SALE, meant(message))

    assert isinstance(outcome, Refused)
    assert outcome.fault.unruled == (None if known else Unruled("", message))
