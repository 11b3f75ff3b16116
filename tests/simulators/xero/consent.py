"""The page on which a person chooses organisations and connects them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.simulators.httpd import Request, Response
from tests.simulators.xero.connections import Person
from tests.simulators.xero.oauth import OAuth
from tests.simulators.xero.scopes import SCOPES
from tests.simulators.xero.tokens import App

WANTED = ("client_id", "response_type", "scope", "redirect_uri", "state")
OPTIONAL = ("code_challenge", "code_challenge_method", "acr_values", "nonce")
PRESSED = ("company", "decision", "user")
USER = "owner"
NO_BULK = "bulk_connect:false"
PAGE = """<!doctype html><html><head><title>Allow access (Xero simulator)</title></head><body>
<h1>Allow access (Xero simulator)</h1>
<p>The app {client} asks for: {scope}</p>
<form method="post">{hidden}
{companies}
<p><label>User <input type="text" name="user" value="{user}"></label></p>
<p><button name="decision" value="connect">Allow access</button>
<button name="decision" value="cancel">Cancel</button></p>
</form></body></html>
"""
CHOICE = (
    '<p><label><input type="checkbox" name="company" value="{id}"> '
    "{name} ({country}, {currency}, {id})</label></p>"
)


@dataclass(frozen=True)
class Asked:
    """What the app wants, and what the person pressed."""

    fields: Mapping[str, str]
    ticked: tuple[str, ...]

    @classmethod
    def read(cls, request: Request) -> Asked:
        query = parse_qs(request.target.partition("?")[2], keep_blank_values=True)
        body = parse_qs(request.body.decode("latin-1"), keep_blank_values=True)
        both = query | body
        return cls({name: both[name][0] for name in both}, tuple(body.get("company", ())))

    @property
    def problem(self) -> str:
        """What is wrong with the app's own words, besides whom it names."""
        if lacking := [name for name in WANTED if not self.fields.get(name)]:
            return f"Missing: {', '.join(lacking)}"
        if unknown := set(self.fields) - {*WANTED, *OPTIONAL, *PRESSED}:
            return f"simulator: unknown parameters {sorted(unknown)}"
        if not redirect_allowed(self.fields["redirect_uri"]):
            return "Invalid redirect_uri"
        return ""

    def error(self, app: App) -> str:
        """With which error the browser goes back at once; empty: with none."""
        if self.fields["response_type"] != "code":
            return "unsupported_response_type"
        if set(self.fields["scope"].split()) - SCOPES:
            return "invalid_scope"
        challenge, method = (self.fields.get(name) for name in OPTIONAL[:2])
        if (challenge or app.secret is None) and (not challenge or method != "S256"):
            return "invalid_request"
        return ""

    def back(self, **answer: str) -> Response:
        joint = "&" if "?" in self.fields["redirect_uri"] else "?"
        answer["state"] = self.fields["state"]
        location = f"{self.fields['redirect_uri']}{joint}{urlencode(answer)}"
        return Response(302, b"", "text/html", {"Location": location})


def authorize(request: Request, oauth: OAuth) -> Response:
    """GET shows the page; POST with `company` and `decision` goes back to the app."""
    asked = Asked.read(request)
    app = oauth.apps.get(asked.fields.get("client_id", ""))
    # Nobody may be redirected to a stranger: these stay on a page of Xero's.
    if asked.problem or app is None:
        return _told(asked.problem or "unauthorized_client: unknown client_id")
    if error := asked.error(app):
        return asked.back(error=error)
    if request.method == "GET":
        return _page(asked, oauth)
    if asked.fields.get("decision") != "connect":
        return asked.back(error="access_denied")
    if wrong := _wrong_choice(asked, oauth):
        return _told(wrong)
    person = Person(app.client_id, asked.fields.get("user") or USER)
    consent = oauth.agree(person, asked.ticked, frozenset(asked.fields["scope"].split()))
    challenge = asked.fields.get("code_challenge", "")
    return asked.back(code=oauth.new_code(consent, asked.fields["redirect_uri"], challenge))


def redirect_allowed(address: str) -> bool:
    """https, or http on localhost by name; 127.0.0.1 is refused (Xero: OAuth 2.0 FAQ)."""
    parts = urlsplit(address)
    local = parts.scheme == "http" and parts.hostname == "localhost"
    return (parts.scheme == "https" and bool(parts.hostname)) or local


def _wrong_choice(asked: Asked, oauth: OAuth) -> str:
    if not asked.ticked or set(asked.ticked) - set(oauth.organisations):
        return "Select an organisation"
    bulk = oauth.settings.bulk and NO_BULK not in asked.fields.get("acr_values", "").split()
    if len(asked.ticked) > 1 and not bulk:
        return "This app connects one organisation at a time"
    return ""


def _told(text: str) -> Response:
    return Response(400, f"<h1>{escape(text)}</h1>".encode(), "text/html; charset=utf-8")


def _page(asked: Asked, oauth: OAuth) -> Response:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(asked.fields[name])}">\n'
        for name in (*WANTED, *OPTIONAL)
        if name in asked.fields
    )
    choices = "\n".join(
        CHOICE.format(
            id=organisation.tenant_id,
            name=escape(organisation.name),
            country=organisation.country,
            currency=organisation.currency,
        )
        for organisation in oauth.organisations.values()
    )
    page = PAGE.format(
        client=escape(asked.fields["client_id"]),
        scope=escape(asked.fields["scope"]),
        hidden=hidden,
        companies=choices,
        user=USER,
    )
    return Response(200, page.encode(), "text/html; charset=utf-8")
