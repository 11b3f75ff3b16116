"""The table of faults: every code of the reference, shapes of answers, what counts most."""

import re

import pytest

from worker.failures import CODES
from worker.providers.quickbooks.faults import RULES, Error, Reading, errors, rule

# The codes that Intuit's page names for what we write, and what kind of trouble each is.
REFERENCE = re.findall(
    r"\d+",
    """100 110 120 130 140 150 500 600 610 620 630 700 800 900 1000 1010 1020 1040 1050
2000 2010 2020 2030 2040 2050 2060 2070 2080 2090 2100 2110 2120 2130 2140 2160 2170 2210 2220
2250 2260 2270 2280 2290 2300 2500 2600 3000 3001 3100 3200 3202 5000 5010 5020 5030 6000 6010
6050 6060 6070 6080 6090 6100 6110 6120 6140 6150 6160 6170 6180 6190 6200 6210 6220 6230 6240
6250 6270 6310 6420 6430 6440 6450 6470 6480 6520 6540 10000 10200""",
)

XML = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<IntuitResponse time="2016-12-07T15:27:09.527-08:00"><Fault type="SERVICE"><Error code="3001">
<Message>message=ThrottleExceeded; errorCode=003001; statusCode=429</Message>
<Detail>The request limit was reached.  Try again later</Detail></Error></Fault></IntuitResponse>"""


def an_error(code: str, detail: str = "") -> Error:
    return Error(code, "", detail, "")


@pytest.mark.parametrize("code", REFERENCE)
def test_every_code_of_the_reference_has_a_rule(code: str) -> None:
    assert RULES[code].code in CODES


@pytest.mark.parametrize(
    ("code", "reading"),
    [
        ("3200", Reading.EXPIRED),
        ("3100", Reading.DISCONNECTED),
        ("120", Reading.DISCONNECTED),
        ("6190", Reading.DISCONNECTED),
        ("3001", Reading.THROTTLED),
        ("130", Reading.UNAVAILABLE),
        ("140", Reading.UNAVAILABLE),
        ("150", Reading.UNAVAILABLE),
        ("600", Reading.KNOWN),
        ("5010", Reading.STALE),
        ("2600", Reading.STALE),
        ("6240", Reading.CLASH),
        ("6140", Reading.CLASH),
        ("630", Reading.CLASH),
        ("610", Reading.GONE),
        ("2500", Reading.GONE),
        ("6200", Reading.REFUSED),
        ("6210", Reading.REFUSED),
        ("2010", Reading.CERTAIN),
        ("6070", Reading.CERTAIN),
        ("1000", Reading.UNTOLD),
        ("1010", Reading.UNTOLD),
        ("1020", Reading.UNTOLD),
        ("10000", Reading.UNTOLD),
    ],
)
def test_a_code_says_what_became_of_the_request(code: str, reading: Reading) -> None:
    assert RULES[code].reading is reading


@pytest.mark.parametrize(
    ("detail", "code"),
    [
        ("You cannot enter more than 50 characters in the request_id field", "defect"),
        ("An unexpected error occurred while accessing or saving your data", "outcome_unknown"),
        ("Please wait a few minutes and try again", "outcome_unknown"),
        ("Another user edited this at exactly the same time", "outcome_unknown"),
        ("Your subscription has ended", "subscription_lapsed"),
        ("Your trial is over", "subscription_lapsed"),
        ("The date is before the closing date", "period_closed"),
        ("The inventory start date is later", "stock_too_young"),
        ("There is not enough quantity on hand", "stock_too_young"),
        ("Make sure all lines have a tax rate", "tax_refused"),
        ("The currency of the customer differs", "currency_mismatch"),
        ("Something else", "books_refused"),
    ],
)
def test_the_catch_all_is_read_by_its_detail(detail: str, code: str) -> None:
    found, _ = rule([an_error("6000", detail)])

    assert found.code == code


@pytest.mark.parametrize(
    ("detail", "code"),
    [
        ("The user has no permission for this operation", "permission_lost"),
        ("Inventory is not part of this subscription", "feature_missing"),
    ],
)
def test_5020_speaks_of_the_user_or_of_the_plan(detail: str, code: str) -> None:
    assert rule([an_error("5020", detail)])[0].code == code


def test_an_unknown_code_needs_a_person() -> None:
    found, _ = rule([an_error("7777")])

    assert (found.code, found.reading) == ("books_refused", Reading.REFUSED)


def test_the_most_severe_of_several_counts() -> None:
    found, error = rule([an_error("2020"), an_error("5010"), an_error("6190")])

    assert (found.code, error.code) == ("subscription_lapsed", "6190")


def test_the_service_says_faults_in_upper_case() -> None:
    said = {"Message": "Stale Object Error", "Detail": "d", "code": "5010", "element": ""}

    assert errors({"Fault": {"Error": [said]}}) == [Error("5010", "Stale Object Error", "d", "")]


def test_the_gateway_says_faults_in_lower_case() -> None:
    said = {"message": "m", "detail": "Token expired: abc", "code": "003200", "element": None}

    assert errors({"warnings": None, "fault": {"error": [said]}})[0].code == "3200"


def test_the_gateway_says_faults_in_xml() -> None:
    (found,) = errors(None, XML)

    assert (found.code, RULES[found.code].reading) == ("3001", Reading.THROTTLED)


@pytest.mark.parametrize("document", [None, {}, {"Invoice": {"Id": "1"}}, {"Fault": None}])
def test_what_is_no_fault_holds_no_errors(document: dict[str, object] | None) -> None:
    assert errors(document, "<html>Service Unavailable</html>") == []


def test_a_fault_without_errors_is_a_fault() -> None:
    assert rule(errors({"Fault": {"type": "SystemFault"}}))[0].code == "books_refused"
