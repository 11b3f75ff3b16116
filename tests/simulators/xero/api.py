"""Everything below /api.xro/2.0 for one organisation."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from tests.simulators.xero import items
from tests.simulators.xero.calls import Call, Reply
from tests.simulators.xero.clock import now
from tests.simulators.xero.details import actions, details
from tests.simulators.xero.errors import Invalid, NotFound, Refused, validation
from tests.simulators.xero.lists import PARAMETERS, PLURALS, check_parameters, listed, places_of
from tests.simulators.xero.organisation import Body, Key, Organisation, fold
from tests.simulators.xero.views import Detail, shown
from tests.simulators.xero.wire import Json, envelope_time, to_xml
from tests.simulators.xero.writes import SAVES, written

JSON_TYPE = "application/json"
NATURAL: dict[str, Callable[[str], Key]] = {  # what a record may be read by beside its id
    "Contact": lambda number: ("Contact number", number),
    "Item": lambda number: ("Item code", fold(number)),
    "Invoice": lambda number: ("Invoice number", fold(number)),
}


def answer(organisation: Organisation, call: Call) -> Reply:
    """One call; the caller holds `organisation.lock`."""
    try:
        reply = _answered(organisation, call)
    except (Refused, NotFound) as refusal:
        reply = refusal.reply()
    if reply.body is None:
        return reply
    body = reply.body
    if reply.status == 200:
        body = _envelope() | body
    if JSON_TYPE not in call.headers.get("accept", ""):
        text = to_xml(body)
        return Reply(reply.status, None, text, "text/xml; charset=utf-8", reply.written)
    return Reply(reply.status, body, written=reply.written)


def _answered(organisation: Organisation, call: Call) -> Reply:
    plural, _, number = call.path.removeprefix("/").partition("/")
    if plural == "Organisation" and call.method == "GET":
        return Reply(200, _organisation(organisation, number, call))
    if plural not in PLURALS:
        raise NotFound
    if call.method == "GET":
        body = _one(organisation, plural, number, call) if number else None
        return Reply(200, body or listed(organisation, plural, call))
    if call.method == "DELETE" and plural == "Items" and number:
        return _deleted(organisation, number, call)
    if PLURALS[plural] not in SAVES or call.method not in ("PUT", "POST"):
        raise NotFound
    if number and call.method == "PUT":
        raise NotFound
    if not call.headers.get("content-type", "").startswith(JSON_TYPE):
        return Reply(415, text="Unsupported media type", content_type="text/plain; charset=utf-8")
    return written(organisation, plural, number, call)


def _one(organisation: Organisation, plural: str, number: str, call: Call) -> Json:
    check_parameters(call.query, PARAMETERS[plural] & {"unitdp"})
    kind = PLURALS[plural]
    found = _found(organisation, kind, number)
    places = places_of(call.query) if plural in ("Items", "Invoices") else 4
    return {plural: [shown(organisation, kind, found, Detail.WHOLE, places)]}


def _found(organisation: Organisation, kind: str, number: str) -> Body:
    """By id, or by number or code. Raises NotFound."""
    found = organisation.find(kind, number) or organisation.find(kind, number.lower())
    if found is None and kind in NATURAL:
        found = organisation.holder(NATURAL[kind](number))
    if found is None:
        raise NotFound
    return found


def _deleted(organisation: Organisation, number: str, call: Call) -> Reply:
    check_parameters(call.query, ())
    item = organisation.find("Item", number.lower())
    if item is None:
        raise NotFound
    try:
        items.delete(organisation, item)
    except Invalid as error:
        messages = [{"Message": text} for text in error.messages]
        return validation([{"ItemID": item["ItemID"], "ValidationErrors": messages}])
    return Reply(204)


def _organisation(organisation: Organisation, rest: str, call: Call) -> Json:
    check_parameters(call.query, ())
    match rest:
        case "":
            return {"Organisations": [details(organisation)]}
        case "Actions":
            return {"Actions": actions(organisation)}
    raise NotFound


def _envelope() -> Json:
    return {
        "Id": str(uuid.uuid4()),
        "Status": "OK",
        "ProviderName": "Simulated Xero",
        "DateTimeUTC": envelope_time(now()),
    }
