"""What a document names and the books do not let be used any more: it waits for just that."""

import pytest

from schemas.kinds import Kind
from tests.contract.ledger import Ledger
from tests.contract.records import a_bill, a_party, a_payment, a_vendor, an_invoice
from tests.contract.scenes import ready_for, with_items
from worker.providers.port import Clash, Outcome, Record, Refused, Written
from worker.terms import Cause


@pytest.mark.parametrize(
    ("document", "party"),
    [(an_invoice(), Kind.CUSTOMER), (a_bill(), Kind.VENDOR)],
    ids=["invoice", "bill"],
)
def test_a_party_that_was_archived(ledger: Ledger, document: Record, party: Kind) -> None:
    submission = ready_for(ledger, document).prepared(document)
    ref = next(seen.ref for (kind, _), seen in ledger.known.items() if kind is party)
    ledger.company.archive(party, ref)

    outcome = ledger.send(submission)

    assert isinstance(outcome, Refused)
    assert (outcome.fault.code, outcome.certain) == ("reference_inactive", False)
    assert outcome.fault.causes == {Cause(f"{party.value}_ref", ref)}


@pytest.mark.parametrize(
    ("document", "key"),
    [(a_bill(), "purchase"), (a_payment(), "payment")],
    ids=["bill", "payment"],
)
def test_an_account_that_was_archived(ledger: Ledger, document: Record, key: str) -> None:
    submission = ready_for(ledger, document).prepared(document)
    account = ledger.account(ledger.mapping[key])
    ledger.company.archive_account(account)

    outcome = ledger.send(submission)

    assert isinstance(outcome, Refused)
    assert not outcome.certain
    assert [cause.kind for cause in outcome.fault.causes] == ["account"]


@pytest.mark.needs("items that come back")
def test_a_document_waits_for_an_item_that_is_out_of_use(ledger: Ledger) -> None:
    line = {"item_id": "ITM-1", "unit_price": "95.00", "tax_code": "NON"}
    submission = with_items(ledger).prepared(an_invoice(lines=[line], total=None))
    ref = ledger.known[Kind.ITEM, "ITM-1"].ref
    ledger.company.retire_item(ref)

    outcome = ledger.send(submission)

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "reference_inactive"
    assert outcome.fault.causes == {Cause("item_ref", ref)}


def test_one_bad_party_holds_up_nobody(ledger: Ledger) -> None:
    ledger.company.add_party(Kind.CUSTOMER, "Quay Inn")
    parties = [a_party(), a_party(id="CUS-2", name="Quay Inn"), a_vendor()]
    outcomes: dict[str, Outcome] = {}

    for request in ledger.plan(*map(ledger.work, parties)).requests:
        submission = ledger.submit(request)
        outcomes |= ledger.remember(submission, ledger.answer(submission))

    kinds = {name: type(outcome) for name, outcome in outcomes.items()}
    assert kinds == {"CUS-1": Written, "CUS-2": Clash, "VEN-1": Written}
