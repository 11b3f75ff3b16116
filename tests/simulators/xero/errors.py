"""How Xero says no: per element, or to the whole request."""

from __future__ import annotations

from tests.simulators.xero.calls import Reply
from tests.simulators.xero.wire import Json

HTML = "text/html; charset=utf-8"
NO_ID = "00000000-0000-0000-0000-000000000000"


class Refused(Exception):
    """The whole request is answered with a 400."""

    number, kind = 14, "PostDataInvalidException"

    def reply(self) -> Reply:
        return Reply(400, error_body(self.number, self.kind, str(self)))


class QueryRefused(Refused):
    """A parameter that cannot be read."""

    number, kind = 16, "QueryParseException"


class NotFound(Exception):
    """The whole request is answered with a 404, a page for people."""

    def reply(self) -> Reply:
        text = "The resource you're looking for cannot be found"
        return Reply(404, text=text, content_type=HTML)


class Invalid(ValueError):
    """One element breaks rules; a message for each."""

    def __init__(self, *messages: str) -> None:
        super().__init__(*messages)
        self.messages = messages


def error_body(number: int, kind: str, message: str) -> Json:
    return {"ErrorNumber": number, "Type": kind, "Message": message}


def validation(elements: list[Json]) -> Reply:
    """The answer that holds nothing but the refused elements."""
    body = error_body(10, "ValidationException", "A validation exception occurred")
    return Reply(400, body | {"Elements": elements})


def simulator(text: str) -> str:
    """What the real service would pass over silently, a client must not rely on."""
    return f"simulator: {text}"
