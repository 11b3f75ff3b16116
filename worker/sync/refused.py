"""How a consent is refused: why, and how the person may start again."""

from worker.errors import Misuse
from worker.failures import describe
from worker.store.connections import Connection
from worker.sync.connections import bound_to
from worker.sync.tokens import company_name

_AGAIN = "Nothing was changed. Start again with `books connections connect {id}`."


def refused(row: Connection, why: str) -> Misuse:
    return Misuse("consent_refused", f"{why} {_AGAIN.format(id=row.id)}")


def failed(row: Connection, code: str, **names: str) -> Misuse:
    """Refused with the catalogue's sentence and the first thing to do."""
    said = describe(code, names)
    return refused(row, " ".join((said.explanation, *said.steps[:1])))


def mismatch(row: Connection, theirs: str) -> Misuse:
    """Refused since the consent is for another company than the connection."""
    ours = bound_to(row) or ""
    company = f"{company_name(row)} ({ours})" if row.company_id else ours
    return failed(row, "company_mismatch", company=company, other_company=theirs)


def taken(row: Connection, company_id: str) -> Misuse:
    """Refused since the company belongs to another connection, which is not named."""
    return refused(
        row,
        f"Company {company_id} is connected through another connection, and a company's books take "
        "one only. Disconnecting there does not free it: ask an engineer.",
    )


def check_enabled(row: Connection) -> None:
    """Raises Misuse where the connection is switched off."""
    if row.state == "disabled":
        text = f"connection {row.id} is switched off: `books connections enable {row.id}` first"
        raise Misuse("switched_off", text)
