"""Refusals and the shapes in which QuickBooks sends them (Intuit: error codes; recordings)."""

from __future__ import annotations

import time

from tests.simulators.httpd import Response
from tests.simulators.quickbooks.clock import envelope_time, now
from tests.simulators.quickbooks.wire import Json, dump

MESSAGES = {  # code: what QuickBooks calls it
    "500": "Unsupported Operation",
    "600": "Duplicate Request Id",
    "610": "Object Not Found",
    "620": "Transaction Cannot Be Linked",
    "800": "Object Cannot Be Deleted",
    "900": "Parent Equals Child",
    "1040": "Too Many Batch Items",
    "1050": "Unsupported Content Type",
    "2000": "Unsupported Object",
    "2010": "Request has invalid or unsupported property",
    "2020": "Required param missing, need to supply the required value for the API",
    "2030": "Invalid ID",
    "2040": "Unsupported Characters",
    "2050": "Invalid String. String length is either shorter or longer than supported",
    "2060": "Invalid Date",
    "2070": "Invalid Number",
    "2090": "Invalid Type",
    "2110": "Invalid Precision",
    "2130": "Invalid Request Id",
    "2170": "Invalid Enumeration",
    "2210": "Invalid Email Address",
    "2220": "Invalid Currency",
    "2290": "Negative Amount Not Allowed",
    "2300": "Debits And Credits Differ",
    "2500": "Invalid Reference Id",
    "4000": "Error parsing query",
    "4001": "Invalid query",
    "5010": "Stale Object Error",
    "5020": "Permission Denied Error",
    "6000": "A business validation error has occurred while processing your request",
    "6010": "Account Type Needed",
    "6070": "Amount is not equal to UnitPrice * Qty",
    "6090": "Discount Incomplete",
    "6100": "Invalid Tax Code",
    "6140": "Duplicate Document Number Error",
    "6150": "Parent Reference Required",
    "6170": "Invalid Tax Detail",
    "6180": "Sub Level Limit",
    "6190": "Invalid Company Status",
    "6200": "Account Period Closed, Cannot Update Through Services API",
    "6210": "Account Period Closed, Cannot Update Through Services API",
    "6220": "Balance Not Zero",
    "6240": "Duplicate Name Exists Error",
    "6250": "Customer Is Missing Or Inactive",
    "6270": "Transaction Date Is Before Inventory Start Date",
    "6310": "Billable Line Needs A Customer",
    "6420": "Email Address Required",
    "6430": "Invalid Account Type",
    "6470": "Tax Rate Error",
    "6520": "Inventory Quantity Missing",
    "6540": "Deposited Transaction Cannot Be Changed",
    "10000": "An application error has occurred while processing your request",
    "10100": "Result Too Large",
    "400": "MalformedRequest",
}
GONE = (
    "Object Not Found : Something you're trying to use has been made inactive. Check the fields "
    "with accounts, customers, items, vendors or employees."
)
STALE = (
    "Stale Object Error : You and Some User were working on this at the same time. Some User "
    "finished before you did, so your work was not saved."
)
THROTTLED = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<IntuitResponse time="{time}" xmlns="http://schema.intuit.com/finance/v3">
  <Fault type="SERVICE">
    <Error code="3001">
      <Message>message=ThrottleExceeded; errorCode=003001; statusCode=429</Message>
      <Detail>The request limit was reached.  Try again later</Detail>
    </Error>
  </Fault>
</IntuitResponse>
"""
MAINTENANCE = (
    "<html><head><title>503 Service Unavailable</title></head>"
    "<body><h1>Service Unavailable</h1><p>We are doing maintenance.</p></body></html>"
)


class Refused(Exception):
    """The accounting service says no: HTTP 400 with a Fault, or a Fault inside a batch."""

    def __init__(self, code: str, detail: str, element: str | None = None) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail
        self.element = element

    def fault(self) -> dict[str, Json]:
        message = MESSAGES[self.code]
        error = {"Message": message, "Detail": self.detail, "code": self.code}
        if self.element is not None:
            error["element"] = self.element
        return {"Error": [error], "type": "ValidationFault"}


class Barred(Exception):
    """The gateway says no before the accounting service is asked: 401, 403 or 429."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def required(element: str) -> Refused:
    return Refused("2020", f"Required parameter {element} is missing in the request", element)


def not_found(element: str = "") -> Refused:
    return Refused("610", GONE, element)


def business(detail: str, element: str = "") -> Refused:
    """Code 6000, the catch-all: only the detail tells what is wrong."""
    return Refused("6000", f"Business Validation Error: {detail}", element)


def refused_answer(refused: Refused) -> Response:
    body = dump({"Fault": refused.fault(), "time": envelope_time(now())})
    return Response(400, body, "application/json")


def refusal(code: str) -> Response:
    """A refusal with any code, also one that Intuit's documents do not have."""
    message = MESSAGES.get(code, f"Error {code}")
    error = {"Message": message, "Detail": f"{message}: simulated", "code": code}
    body = dump({"Fault": {"Error": [error], "type": "ValidationFault"}})
    return Response(400, body, "application/json")


def gateway_fault(status: int, code: str, detail: str) -> Response:
    """401 and 403 as recorded: lower case keys, `time` in milliseconds."""
    reason = "AuthenticationFailed" if status == 401 else "ApplicationAuthorizationFailed"
    message = f"message={reason}; errorCode={int(code):06d}; statusCode={status}"
    body: dict[str, Json] = {
        "warnings": None,
        "intuitObject": None,
        "fault": {
            "error": [{"message": message, "detail": detail, "code": code, "element": None}],
            "type": "AUTHENTICATION" if status == 401 else "SERVICE",
        },
        "report": None,
        "queryResponse": None,
        "batchItemResponse": [],
        "attachableResponse": [],
        "syncErrorResponse": None,
        "requestId": None,
        "time": int(time.time() * 1000),
        "status": None,
        "cdcresponse": [],
    }
    response = Response(status, dump(body), "application/json")
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Intuit", error="invalid_token"'
    return response


def throttled(retry_after: float | None) -> Response:
    """429 is XML even where JSON was asked for, as recorded."""
    body = THROTTLED.format(time=envelope_time(now())).encode()
    response = Response(429, body, "text/xml")
    if retry_after is not None:
        response.headers["Retry-After"] = str(int(retry_after))
    return response


def server_error() -> Response:
    detail = "System Failure Error: Unexpected Internal Error"
    error = {"Message": MESSAGES["10000"], "Detail": detail, "code": "10000", "element": ""}
    body = {"Fault": {"Error": [error], "type": "SystemFault"}, "time": envelope_time(now())}
    return Response(500, dump(body), "application/json")


def maintenance(retry_after: float | None) -> Response:
    response = Response(503, MAINTENANCE.encode(), "text/html")
    if retry_after is not None:
        response.headers["Retry-After"] = str(int(retry_after))
    return response
