"""HTML pages: plain, readable without scripts, everything that comes from outside escaped."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from starlette.responses import HTMLResponse

_STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem;
       color: #1c2733; background: #fff }
h1 { font-size: 1.4rem } table { border-collapse: collapse; margin: 1rem 0 }
td, th { text-align: left; padding: .25rem 1.5rem .25rem 0; vertical-align: top }
code { background: #eef1f4; padding: .15rem .35rem; border-radius: .2rem; overflow-wrap: anywhere }
.hint { color: #55616d }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def _policy(forms: str) -> str:
    return (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
        f"base-uri 'none'; form-action {forms}; frame-ancestors 'none'"
    )


HEADERS = {
    "Content-Security-Policy": _policy("'none'"),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


_WITH_FORM = HEADERS | {"Content-Security-Policy": _policy("'self'")}


@dataclass(frozen=True)
class Choice:
    """What the page says on which a person chooses; `companies`: id and name, in the ledger's
    order. `state` is the one-time secret by which the form is known for ours."""

    provider: str
    tenant: str
    state: str = field(repr=False)
    companies: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Pull:
    """One of the first pulls: what it is for people, and how far it has got."""

    title: str
    progress: str


@dataclass(frozen=True)
class Connected:
    """What the page after a consent says; `refresh` in seconds, None once all pulls are over."""

    provider: str
    tenant: str
    company: str
    environment: str
    state: str
    pulls: Sequence[Pull]
    command: str
    refresh: int | None


def connected(view: Connected) -> HTMLResponse:
    """The company is bound: what happens by itself now, and the one thing that a person must do."""
    rows = [
        ("Company", view.company),
        ("Environment", view.environment),
        ("Tenant", view.tenant),
        ("State", view.state),
    ]
    pulls = [(pull.title, pull.progress) for pull in view.pulls]
    body = (
        f"<h1>{escape(view.company)} is connected</h1>{_table(rows)}"
        f"<h2>First pulls</h2>{_table(pulls)}"
        "<h2>Next step</h2><p>Map the accounts that the CMMS does not name itself. This command "
        f"lists the choices:</p><p><code>{escape(view.command)}</code></p>"
        '<p class="hint">What waits goes on by itself. This window may be closed.</p>'
    )
    return _page(f"{view.provider}: {view.company}", body, refresh=view.refresh)


def choose(choice: Choice) -> HTMLResponse:
    """Several companies were consented to: none is taken before a person says which."""
    options = "".join(
        f'<p><label><input type="radio" name="company" value="{escape(ref)}" required> '
        f'{escape(name)} <span class="hint">{escape(ref)}</span></label></p>'
        for ref, name in choice.companies
    )
    body = (
        f"<h1>Which company is it for {escape(choice.tenant)}?</h1>"
        "<p>The consent opens several companies. The records of this tenant go into one only, and "
        "that cannot be changed afterwards.</p>"
        f'<form method="post" action="/choose/{escape(choice.provider)}">'
        f'<input type="hidden" name="choice" value="{escape(choice.state)}">{options}'
        "<p><button>Connect this company</button></p></form>"
    )
    return _page(f"{choice.provider}: choose a company", body, headers=_WITH_FORM)


def refusal(title: str, sentence: str, status: int) -> HTMLResponse:
    """Why something was not done, with the way out, in plain sentences."""
    return _page(title, f"<h1>{escape(title)}</h1><p>{escape(sentence)}</p>", status)


def _table(rows: Sequence[tuple[str, str]]) -> str:
    cells = (f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in rows)
    return f"<table>{''.join(cells)}</table>"


def _page(
    title: str,
    body: str,
    status: int = 200,
    *,
    refresh: int | None = None,
    headers: Mapping[str, str] = HEADERS,
) -> HTMLResponse:
    again = f'<meta http-equiv="refresh" content="{refresh}">' if refresh else ""
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{again}<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body>{body}</body></html>"
    )
    return HTMLResponse(html, status, headers)
