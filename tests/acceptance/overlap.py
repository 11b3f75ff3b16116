"""Two sides that have lived apart: a company's books and a CMMS with some of the same records."""

from collections.abc import Iterator

from tests.simulators.cmms.records import Cmms, Event
from tests.system.ledger import Json, Ledger

AMBIGUOUS = "CUS-PIER"
CHOSEN = "Pier Hotel"
ONLY_CMMS = 6
"""How many records the CMMS alone has."""

_SAME = range(12)  # the same name on both sides
_FORM = range(12, 16)  # another form of the same name
_MAIL = range(16, 20)  # another name, the same e-mail address


def fill_books(ledger: Ledger, company: str) -> None:
    """Records as a bookkeeper has entered them over the years, beside those of every company."""
    for number in (*_SAME, *_FORM, *_MAIL, 30, 31):
        ledger.enter(company, "Customer", _customer(number))
    for name, mail in (("Pier Hotel", "office@pier.example"), ("Pier Spa", "ap@pier.example")):
        party = {"DisplayName": name, "PrimaryEmailAddr": {"Address": mail}}
        ledger.enter(company, "Customer", party)
    for number in range(8):
        vendor = {"DisplayName": f"Supplier {number} of old", "AcctNum": f"S-{number:03}"}
        ledger.enter(company, "Vendor", vendor)
    accounts = ledger.control("GET", f"companies/{company}/entities/Account")
    income = next(one["Id"] for one in accounts if one.get("AcctNum") == "4000")
    for number in range(10):
        item = {"Name": f"Service call {number}", "Sku": f"SC-{number}", "Type": "Service"}
        ledger.enter(company, "Item", item | {"IncomeAccountRef": {"value": income}})


def fill_cmms(cmms: Cmms) -> Iterator[Event]:
    """The same, as maintenance people have them: in part, under like names, with numbers."""
    for number in _SAME:
        yield cmms.save("customer", f"CUS-{number}", name=_name(number), email=_mail(number))
    for number in _FORM:
        yield cmms.save("customer", f"CUS-{number}", name=f"{_name(number)}, Inc.")
    for number in _MAIL:
        yield cmms.save("customer", f"CUS-{number}", name=f"Site {number}", email=_mail(number))
    yield cmms.save("customer", AMBIGUOUS, name="Pier Hotel, Inc.", email="ap@pier.example")
    yield cmms.save("vendor", "VEN-BESSIE", name="Books by Bessie")
    for number in range(6):
        supplier = {"name": f"Supplier {number}", "account_number": f"S-{number:03}"}
        yield cmms.save("vendor", f"VEN-{number}", **supplier)
    for number in range(7):
        yield _item(cmms, number, sku=f"SC-{number}", name=f"Call {number}")
    yield _item(cmms, 8, name="Service call 8")
    for number in range(2):
        yield cmms.save("customer", f"CUS-NEW-{number}", name=f"New building {number}")
        yield cmms.save("vendor", f"VEN-NEW-{number}", name=f"New supplier {number}")
        yield _item(cmms, 50 + number, name=f"New service {number}")


def _customer(number: int) -> Json:
    mail = {"Address": _mail(number)}
    return {"DisplayName": _name(number), "PrimaryEmailAddr": mail}


def _name(number: int) -> str:
    return f"Residence {number} Harbor Street"


def _mail(number: int) -> str:
    return f"residence{number}@harbor.example"


def _item(cmms: Cmms, number: int, **data: Json) -> Event:
    return cmms.save("item", f"ITM-{number}", type="service", **data)
