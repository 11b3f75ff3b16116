"""PUT and POST: the elements of a request, one by one, and what comes back for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.simulators.xero import contacts, invoices, items, journals, payments
from tests.simulators.xero.calls import Call, Reply
from tests.simulators.xero.entries import Entry
from tests.simulators.xero.errors import NO_ID, Invalid, NotFound, Refused, simulator, validation
from tests.simulators.xero.fields import read
from tests.simulators.xero.lists import PLURALS, check_parameters, places_of
from tests.simulators.xero.organisation import ID_FIELDS, Body, Organisation
from tests.simulators.xero.views import Detail, shown
from tests.simulators.xero.wire import Json, load

SAVES: dict[str, Callable[[Organisation, Entry], Body]] = {
    "Contact": contacts.save,
    "Item": items.save,
    "Invoice": invoices.save,
    "Payment": payments.save,
    "ManualJournal": journals.save,
}
PRICED = ("Items", "Invoices")
FLAGS = {"Invoice": "HasErrors", "Contact": "HasValidationErrors", "Payment": "HasValidationErrors"}
ALWAYS = {"Item": "Code", "ManualJournal": "Narration"}  # required in updates as well
MOST_ITEMS = 500
LARGEST = 3_500_000


@dataclass(frozen=True)
class Outcome:
    element: Json
    fine: bool
    written: tuple[str, str] | None = None


def written(organisation: Organisation, plural: str, number: str, call: Call) -> Reply:
    """A write to a list, or to one record (`number`). Raises Refused, NotFound."""
    kind = PLURALS[plural]
    known = {"unitdp"} if plural in PRICED else set()
    if not number and not (plural == "Payments" and call.method == "POST"):
        known |= {"summarizeErrors"}
    check_parameters(call.query, known)
    entries = [_entry(organisation, kind, raw, number, call) for raw in _elements(plural, call)]
    if number and len(entries) != 1:
        raise Refused(simulator("an address of one record takes one element"))
    summarize = _summarizes(call)
    outcomes = [_outcome(organisation, *entry, summarize=summarize) for entry in entries]
    refused = [outcome.element for outcome in outcomes if not outcome.fine]
    done = tuple(outcome.written for outcome in outcomes if outcome.written)
    if refused and summarize:
        reply = validation(refused)
        return Reply(reply.status, reply.body, written=done)
    return Reply(200, {plural: [outcome.element for outcome in outcomes]}, written=done)


def _summarizes(call: Call) -> bool:
    """The documents say that false is the default; the service behaves as if it were true."""
    value = call.query.get("summarizeErrors", "true").lower()
    if value not in ("true", "false"):
        raise Refused(simulator(f"summarizeErrors={value} is neither true nor false"))
    return value == "true"


def _elements(plural: str, call: Call) -> list[Json]:
    if len(call.body) > LARGEST:
        raise Refused("The request is larger than 3.5 MB")
    try:
        body = load(call.body)
    except ValueError as error:
        raise Refused(f"Unexpected content in the request: {error}") from None
    if not isinstance(body, dict):
        raise Refused("The request holds no JSON object")
    wrapped = next((key for key in body if key.lower() == plural.lower()), None)
    if wrapped and len(body) > 1:
        raise Refused(simulator(f"fields beside {wrapped} would be ignored"))
    rows = body[wrapped] if wrapped else [body]
    if not isinstance(rows, list) or not rows:
        raise Refused(f"{plural} holds no elements")
    if plural == "Items" and len(rows) > MOST_ITEMS:
        raise Refused(f"At most {MOST_ITEMS} items are taken in one request")
    if plural == "Payments" and call.method == "POST" and len(rows) > 1:
        raise Refused(simulator("POST takes one payment; PUT takes several"))
    return rows


def _entry(
    organisation: Organisation, kind: str, raw: Json, number: str, call: Call
) -> tuple[Entry, list[str]]:
    body, too_long = read(kind, raw)
    given = body.get(ID_FIELDS[kind])
    if given == NO_ID:
        given = None
    creates = call.method == "PUT"
    if creates and given:
        raise Refused(simulator(f"PUT creates: {ID_FIELDS[kind]} has no place in it"))
    own = number.lower() or given
    if own and organisation.find(kind, own) is None:
        raise NotFound
    if given and given != own:
        raise Refused(simulator(f"{ID_FIELDS[kind]} differs from the address"))
    entry = Entry(kind, body, own, creates=creates, app=call.app, places=places_of(call.query))
    return entry, too_long


def _outcome(
    organisation: Organisation, entry: Entry, too_long: list[str], *, summarize: bool
) -> Outcome:
    kind = entry.kind
    try:
        stored = _saved(organisation, entry, too_long)
    except Invalid as error:
        told = {} if summarize else {"StatusAttributeString": "ERROR"}
        return Outcome(_refused(entry, error.messages) | told, fine=False)
    element = shown(organisation, kind, stored, Detail.WHOLE, entry.places)
    if entry.warnings:
        element["Warnings"] = [{"Message": text} for text in entry.warnings]
    if not summarize:
        element["StatusAttributeString"] = "WARNING" if entry.warnings else "OK"
        element["ValidationErrors"] = []
    return Outcome(element, fine=True, written=(kind, stored[ID_FIELDS[kind]]))


def _saved(organisation: Organisation, entry: Entry, too_long: list[str]) -> Body:
    faults = list(too_long)
    if (name := ALWAYS.get(entry.kind)) and name not in entry.body:
        faults.append(f"{name} must be specified.")
    if faults:
        raise Invalid(*faults)
    return SAVES[entry.kind](organisation, entry)


def _refused(entry: Entry, messages: Sequence[str]) -> Json:
    """The echo of what was sent, with a zero id for what is new."""
    element: Json = {ID_FIELDS[entry.kind]: entry.number or NO_ID} | entry.body
    if flag := FLAGS.get(entry.kind):
        element[flag] = True
    return element | {"ValidationErrors": [{"Message": text} for text in messages]}
