"""Payment terms: when a document is due that does not say so itself."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from tests.simulators.xero.organisation import Body, is_sale


def due_date(invoice: Body, contact: Body) -> date | None:
    """By the contact's terms; None without any."""
    side = "Sales" if is_sale(invoice) else "Bills"
    term = contact.get("PaymentTerms", {}).get(side, {})
    if not {"Day", "Type"} <= set(term):
        return None
    start: date = invoice["Date"]
    day: int = term["Day"]
    match term["Type"]:
        case "DAYSAFTERBILLDATE":
            return start + timedelta(days=day)
        case "DAYSAFTERBILLMONTH":
            return _in_month(start, 0, 31) + timedelta(days=day)
        case "OFCURRENTMONTH":
            return _in_month(start, 0, day)
        case _:
            return _in_month(start, 1, day)


def _in_month(start: date, later: int, day: int) -> date:
    month = start.month - 1 + later
    year, month = start.year + month // 12, month % 12 + 1
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))
