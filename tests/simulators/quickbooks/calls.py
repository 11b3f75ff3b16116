"""What a request to the accounting API asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tests.simulators.httpd import Request
from tests.simulators.quickbooks.errors import Refused, business
from tests.simulators.quickbooks.query import ENTITIES
from tests.simulators.quickbooks.wire import Json, load
from tests.simulators.quickbooks.writes import RULES

ROOT = "/v3/company/"
NEWEST_MINOR_VERSION = 75
INCLUDES = frozenset({"void", "allowduplicatedocnum", "invoicelink"})
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]+")
_WORDS = {name.lower(): name for name in RULES} | ENTITIES


@dataclass(frozen=True)
class Call:
    """One call. `verb` is read, query, cdc, batch or write."""

    verb: str
    realm: str
    kind: str = ""
    number: str = ""
    request: Request = field(kw_only=True)

    @property
    def counted_as(self) -> str:
        """How faults and counters call it: read, batch or single_write."""
        return {"write": "single_write", "batch": "batch"}.get(self.verb, "read")

    @property
    def described(self) -> str:
        """What the counters of calls call it: cdc, batch, query:Item, read:Preferences ..."""
        if self.verb == "query":
            found = (ENTITIES.get(word, "") for word in self.entities())
            return f"query:{next(found, '')}"
        return f"{self.verb}:{self.kind}" if self.kind else self.verb

    def json(self) -> Json:
        """The body. Raises Refused: 500 for other encodings than UTF-8, 400 for broken JSON."""
        try:
            return load(self.request.body)
        except UnicodeDecodeError:
            raise Refused("500", "Operation with a body that is not UTF-8") from None
        except ValueError:
            raise Refused("400", "The request body is no valid JSON") from None

    def entities(self) -> frozenset[str]:
        """The kinds it touches, in lower case."""
        if self.verb == "batch":
            try:
                items = self.json()["BatchItemRequest"]
                return frozenset(key.lower() for item in items for key in item)
            except (Refused, KeyError, TypeError, AttributeError):
                return frozenset()
        if self.verb == "query":
            return frozenset(re.findall(r"(?i)\bfrom\s+(\w+)", self.query_text().lower()))
        if self.verb == "cdc":
            return frozenset(self.request.query.get("entities", "").lower().split(","))
        return frozenset({self.kind.lower()})

    def query_text(self) -> str:
        given = self.request.query.get("query")
        return self.request.body.decode("utf-8", "replace") if given is None else given

    def request_id(self) -> str | None:
        """Raises Refused: 6000 if too long, 2130 if badly formed."""
        given = self.request.query.get("requestid")
        if given is None:
            return None
        if len(given) > 50:
            raise business("You cannot enter more than 50 characters in the request_id field", "")
        if not _REQUEST_ID.fullmatch(given):
            raise Refused("2130", f"Invalid request id {given!r}", "requestid")
        return given


def read_call(request: Request) -> Call:
    """What is asked; an address that QuickBooks does not have is a Call with verb 'none'."""
    realm, _, rest = request.path.removeprefix(ROOT).partition("/")
    parts = rest.split("/")
    match request.method, parts:
        case ("GET" | "POST", ["query"]) | ("GET", ["cdc"]) | ("POST", ["batch"]):
            return Call(parts[0], realm, request=request)
        case "GET", ["preferences"]:
            return Call("read", realm, "Preferences", "1", request=request)
        case "GET", [word, number] if word in _WORDS:
            return Call("read", realm, _WORDS[word], number, request=request)
        case "POST", [word] if word in _WORDS:
            return Call("write", realm, _WORDS[word], request=request)
    return Call("none", realm, request=request)


def check_protocol(call: Call) -> None:
    """Minor version and content type. Raises Refused."""
    request = call.request
    version = request.query.get("minorversion", str(NEWEST_MINOR_VERSION))
    if not version.isdigit() or int(version) > NEWEST_MINOR_VERSION:
        raise Refused("2010", f"minorversion {version} does not exist", "minorversion")
    if request.method == "POST":
        given = request.headers.get("content-type", "").partition(";")[0].strip()
        wanted = "application/text" if call.verb == "query" else "application/json"
        if given != wanted:
            raise Refused("1050", f"Content-Type {given or 'missing'}, {wanted} is wanted")
    if call.verb == "none":
        raise Refused(
            "500",
            f"Operation Could not find resource for relative : {request.path} of full path: "
            f"{request.url} is not supported.",
        )


def operation_of(call: Call, body: Json) -> tuple[str, frozenset[str]]:
    """Which write a POST to an entity is, and its options. Raises Refused (500, 2010)."""
    query = call.request.query
    operation = query.get("operation")
    includes = frozenset(query.get("include", "").lower().split(",")) - {""}
    if unknown := includes - INCLUDES:
        raise Refused("2010", f"include={','.join(sorted(unknown))} is not supported", "include")
    rules = RULES.get(call.kind)
    void_by = rules.void_by if rules else ""
    if "void" in includes:
        if operation != "update" or void_by != "include":
            raise Refused("500", f"Operation void by include is not supported for {call.kind}")
        return "void", includes - {"void"}
    if operation == "void" and void_by != "operation":
        raise Refused("500", f"Operation void is not supported for {call.kind}")
    if operation is None:
        has_id = isinstance(body, dict) and "Id" in body
        operation = "update" if has_id else "create"
    return operation, includes
