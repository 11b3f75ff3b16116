"""The page on which a person chooses a company and connects it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from urllib.parse import parse_qsl, urlencode

from tests.simulators.httpd import Request, Response
from tests.simulators.quickbooks.company import Company
from tests.simulators.quickbooks.oauth import SCOPES, OAuth, redirect_allowed

WANTED = ("client_id", "response_type", "scope", "redirect_uri", "state")
PAGE = """<!doctype html><html><head><title>Connect to QuickBooks (simulator)</title></head><body>
<h1>Connect to QuickBooks (simulator)</h1>
<p>The app {client} asks for access to: {scope}</p>
<form method="post">{hidden}
{companies}
<p><button name="decision" value="connect">Connect</button>
<button name="decision" value="cancel">Cancel</button></p>
</form></body></html>
"""
CHOICE = (
    '<p><label><input type="radio" name="company" value="{id}"{checked}> '
    "{name} ({country}, {currency}, {id})</label></p>"
)


def authorize(request: Request, oauth: OAuth, companies: Iterable[Company]) -> Response:
    """GET shows the page; POST with `company` and `decision` goes back to the app."""
    asked = request.query | dict(parse_qsl(request.body.decode("latin-1")))
    if problem := _problem(asked, oauth):
        return Response(400, f"<h1>{escape(problem)}</h1>".encode(), "text/html")
    unknown = set(asked["scope"].split()) - SCOPES
    if unknown or asked["response_type"] != "code":
        error = "invalid_scope" if unknown else "unsupported_response_type"
        return _back(asked, {"error": error})
    if request.method == "GET":
        return _page(asked, companies)
    if asked.get("decision") != "connect":
        return _back(asked, {"error": "access_denied"})
    company = next((c for c in companies if c.id == asked.get("company")), None)
    if company is None:
        return Response(400, b"<h1>No such company</h1>", "text/html")
    company.switches.withdrawn = False  # a new consent heals a withdrawn one
    code = oauth.new_code(company.id, asked["redirect_uri"])
    return _back(asked, {"code": code, "realmId": company.id})


def _problem(asked: dict[str, str], oauth: OAuth) -> str:
    """What forbids to go back to the app at all: nobody may be redirected to a stranger."""
    if lacking := [name for name in WANTED if not asked.get(name)]:
        return f"Missing: {', '.join(lacking)}"
    if asked["client_id"] != oauth.client_id:
        return "Unknown client_id"
    if not redirect_allowed(asked["redirect_uri"]):
        return "redirect_uri is not registered"
    return ""


def _back(asked: dict[str, str], answer: dict[str, str]) -> Response:
    joint = "&" if "?" in asked["redirect_uri"] else "?"
    answer = answer | {"state": asked["state"]}
    location = f"{asked['redirect_uri']}{joint}{urlencode(answer)}"
    return Response(302, b"", "text/html", {"Location": location})


def _page(asked: dict[str, str], companies: Iterable[Company]) -> Response:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(asked[name])}">\n' for name in WANTED
    )
    choices = "\n".join(
        CHOICE.format(
            id=company.id,
            name=escape(company.name),
            country=company.country,
            currency=company.currency,
            checked="" if place else " checked",
        )
        for place, company in enumerate(companies)
    )
    page = PAGE.format(
        client=escape(asked["client_id"]),
        scope=escape(asked["scope"]),
        hidden=hidden,
        companies=choices,
    )
    return Response(200, page.encode(), "text/html;charset=utf-8")
