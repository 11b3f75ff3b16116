"""What makes each code's records go on: nobody has to ask for what we can see ourselves."""

import ast
from pathlib import Path

import pytest

from tests.builders import a_customer, an_invoice
from tests.integration.issues.proofs import ON_REQUEST, PROOFS
from tests.integration.match.scenes import HARBOR, pull, ref_of
from tests.integration.workshop import OpenShop, Shop
from worker.failures import CODES, Retry
from worker.providers.port import Resource
from worker.providers.pulled import Company
from worker.sync import company, configure, issues, resuming
from worker.sync.mapping import set_mapping


def test_every_code_goes_on_by_itself_or_is_known_to_need_a_person() -> None:
    never = {code for code, entry in CODES.items() if entry.retry is Retry.NEVER}

    assert PROOFS.keys() | ON_REQUEST | never == CODES.keys()
    assert not PROOFS.keys() & (ON_REQUEST | never)


def test_nothing_that_is_automatic_needs_a_person() -> None:
    automatic = {code for code, entry in CODES.items() if entry.retry is Retry.AUTOMATIC}

    assert (automatic | resuming.NOTICED) <= PROOFS.keys()


@pytest.mark.parametrize("code", PROOFS)
def test_the_proof_exists(code: str) -> None:
    path, name = PROOFS[code]
    tree = ast.parse((Path(__file__).parents[1] / path).read_text())

    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.fixture
def failed(shop: Shop) -> Shop:
    """An invoice that waits for its customer; `fail` makes it fail instead."""
    shop.send("invoice.created", an_invoice(issue_date="2026-01-01"))
    shop.work()
    return shop


@pytest.fixture
def untouched(open_shop: OpenShop) -> Shop:
    """An invoice that nobody has looked at yet."""
    shop = open_shop()
    shop.send("invoice.created", an_invoice())
    return shop


def fail(shop: Shop, code: str) -> None:
    shop.run(
        "UPDATE links SET state = 'failed', error_code = :code, waiting_on = '{}'"
        " WHERE connection_id = :c",
        code=code,
    )


@pytest.mark.parametrize("code", resuming.BY_LISTS)
def test_what_failed_for_accounts_or_taxes_goes_on_once_they_are_others(
    failed: Shop, code: str
) -> None:
    fail(failed, code)
    pull(failed, Resource.ACCOUNTS)
    assert failed.states() == {"INV-1": "failed"}

    failed.enter("Account", Name="Freight", AccountType="Expense")
    pull(failed, Resource.ACCOUNTS)

    assert failed.states() == {"INV-1": "waiting"}


@pytest.mark.parametrize("code", resuming.BY_LISTS)
def test_what_failed_for_them_goes_on_once_another_is_mapped(failed: Shop, code: str) -> None:
    fail(failed, code)

    set_mapping(failed.services, failed.connection_id, {"sales": "4000"})

    assert failed.states() == {"INV-1": "due"}


CASES = [(name, code) for name, codes in resuming.BY_PREFERENCES.items() for code in codes]


@pytest.mark.parametrize(("preference", "code"), CASES)
def test_what_failed_for_a_preference_goes_on_once_it_is_another(
    untouched: Shop, preference: str, code: str
) -> None:
    fail(untouched, code)
    untouched.change(company=dict(untouched.row().company) | {preference: "one way"})

    told = Company("1", "Books", "USD", "US", {preference: "another"})
    with untouched.begin() as session:
        company.keep(session, untouched.connection_id, told)

    assert untouched.states() == {"INV-1": "due"}


def test_a_number_that_is_used_goes_on_once_the_books_number(untouched: Shop) -> None:
    fail(untouched, "number_used")

    configure.set_options(untouched.services, untouched.connection_id, {"numbering": "books"})

    assert untouched.states() == {"INV-1": "due"}


@pytest.mark.parametrize("code", resuming.BACK)
def test_what_failed_for_a_record_that_was_gone_goes_on_once_it_is_back(
    books: Shop, code: str
) -> None:
    ref = books.link("CUS-1").ref
    books.enter("Customer", "update", Id=ref, Active=False)
    pull(books)
    fail(books, code)

    books.enter("Customer", "update", Id=ref, Active=True)
    pull(books)

    assert books.states() == {"CUS-1": "synced", "ITM-1": "synced"}


def said(ref: str) -> dict[str, object]:
    return a_customer(name="Harbor Hotel", external_refs={"quickbooks": ref})


def test_a_ref_that_nothing_had_is_linked_once_it_is_read(shop: Shop) -> None:
    shop.enter("Customer", **HARBOR)
    shop.send("customer.created", said(ref_of(shop)))
    shop.work()
    assert shop.link("CUS-1").error_code == "ref_unknown"

    pull(shop)

    assert (shop.link("CUS-1").state, shop.link("CUS-1").ref) == ("synced", ref_of(shop))


def test_a_ref_that_bore_anothers_mark_is_linked_once_it_bears_none(shop: Shop) -> None:
    shop.enter("Customer", **HARBOR, Notes="[CMMS customer CUS-9]")
    pull(shop)
    shop.send("customer.created", said(ref_of(shop)))
    shop.work()
    assert shop.link("CUS-1").error_code == "ref_of_another"

    shop.enter("Customer", "update", Id=ref_of(shop), Notes="none")
    pull(shop)

    assert shop.states() == {"CUS-1": "synced"}


@pytest.mark.parametrize("state", ["failed", "conflict"])
@pytest.mark.parametrize("option", [{"kinds": "customer,item"}, {"start_date": "2026-02-01"}])
def test_what_is_left_out_by_now_stands_still_no_more(
    failed: Shop, state: str, option: dict[str, str]
) -> None:
    failed.run("UPDATE links SET state = :s, waiting_on = '{}' WHERE connection_id = :c", s=state)

    configure.set_options(failed.services, failed.connection_id, option)
    failed.work()

    assert failed.states() == {"INV-1": "skipped"}


@pytest.fixture
def taxed(failed: Shop) -> tuple[Shop, str]:
    """An invoice waits for a tax code that is inactive, as far as was read."""
    [(ref,)] = failed.all(
        "UPDATE ledger_records SET active = false WHERE (connection_id, kind, ref) = (SELECT"
        " connection_id, kind, ref FROM ledger_records WHERE connection_id = :c"
        " AND kind = 'tax_code' ORDER BY ref LIMIT 1) RETURNING ref"
    )
    failed.run("UPDATE links SET waiting_on = :w WHERE connection_id = :c", w=[f"tax_code:{ref}"])
    return failed, str(ref)


def test_what_waits_for_a_tax_code_goes_on_once_it_is_active(taxed: tuple[Shop, str]) -> None:
    shop, _ = taxed

    pull(shop, Resource.TAXES)

    assert shop.link("INV-1").waiting_on == ["customer:CUS-1", "item:ITM-1"]


@pytest.mark.parametrize("mapped", [{}, {"sales_tax"}], ids=["used", "mapped"])
def test_a_tax_code_that_is_active_again_is_no_issue(
    taxed: tuple[Shop, str], mapped: set[str]
) -> None:
    shop, ref = taxed
    shop.change(mapping={**shop.row().mapping, **dict.fromkeys(mapped, ref)})
    with shop.begin() as session:
        issues.review(session, shop.row())
    assert len(shop.all("SELECT FROM issues WHERE closed_at IS NULL")) == 1

    pull(shop, Resource.TAXES)

    assert shop.all("SELECT FROM issues WHERE closed_at IS NULL") == []
