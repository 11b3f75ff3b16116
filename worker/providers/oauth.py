"""OAuth 2 with ledgers: authlib over httpx, errors in our words."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
from authlib.oauth2.client import OAuth2Client  # type: ignore[import-untyped]  # has no types

from worker.errors import Disconnected, ProviderError, Unavailable, Unexplained
from worker.providers.authorizer import Application, Begun, Ending, Tokens
from worker.providers.http import reading, trust

# What only a person can mend (RFC 6749, 5.2; Intuit and Xero: OAuth 2.0). Other errors are our
# mistake.
_FINAL = {
    "invalid_grant": "consent_withdrawn",
    "invalid_client": "client_refused",
    "unauthorized_client": "client_refused",
    "invalid_scope": "scope_refused",
}
_JSON = {"Accept": "application/json"}
_TIDS = ("intuit_tid", "xero-correlation-id")  # what each ledger's support asks for


class OAuth:
    """An Authorizer. authlib builds the requests, httpx sends them, each exactly once.

    authlib's own httpx client is deprecated for the httpx that we use (it moves to httpx2), so its
    protocol class is given a plain `httpx.Client` as session.
    """

    def __init__(
        self,
        authorize_url: str,
        token_url: str,
        revoke_url: str,
        scope: str,
        *,
        timeout: float,
        refresh_lifetime: timedelta | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`refresh_lifetime`: how long a refresh token lives where the answer does not say it."""
        self.login_url = authorize_url
        self.scope = scope
        self._token_url = token_url
        self._revoke_url = revoke_url
        self._refresh_lifetime = refresh_lifetime
        # Token calls are rare, and a kept connection that was closed looks like a lost answer.
        once = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(verify=trust(), timeout=timeout, transport=transport, limits=once)

    def begin(self, application: Application, state: str, redirect_url: str) -> Begun:
        """A public application gets a verifier to keep: only its challenge goes out (RFC 7636)."""
        verifier = secrets.token_urlsafe(64) if application.client_secret is None else None
        url, _ = self._client(application).create_authorization_url(
            application.login_url or self.login_url,
            state=state,
            code_verifier=verifier,
            scope=application.scope or self.scope,
            redirect_uri=redirect_url,
        )
        return Begun(str(url), verifier)

    def exchange(
        self, application: Application, code: str, redirect_url: str, kept: str | None
    ) -> Tokens:
        verifier = {"code_verifier": kept} if kept else {}
        with reading():
            answer = self._client(application, _lasting).fetch_token(
                self._token_url,
                grant_type="authorization_code",
                code=code,
                redirect_uri=redirect_url,
                auth=proof(application),
                **named(application),
                **verifier,
            )
        return self._tokens(answer)

    def refresh(self, application: Application, refresh_token: str) -> Tokens:
        with reading():
            answer = self._client(application, _checked).refresh_token(
                self._token_url,
                refresh_token=refresh_token,
                auth=proof(application),
                **named(application),
            )
        return self._tokens(answer)

    def revoke(self, application: Application, ending: Ending) -> None:
        # Intuit takes JSON here, where RFC 7009 and authlib have a form.
        with reading():
            response = self._http.post(
                self._revoke_url,
                json={"token": ending.refresh_token()},
                auth=proof(application),
                headers=_JSON,
            )
        # 400: the token is invalid already, which is what was asked for.
        if response.status_code not in (httpx.codes.OK, httpx.codes.BAD_REQUEST):
            raise refusal(response)

    def _client(
        self,
        application: Application,
        check: Callable[[httpx.Response], httpx.Response] | None = None,
    ) -> OAuth2Client:
        client = OAuth2Client(self._http, application.client_id, code_challenge_method="S256")
        if check is not None:
            client.register_compliance_hook("access_token_response", check)
            client.register_compliance_hook("refresh_token_response", check)
        return client

    def _tokens(self, answer: dict[str, Any]) -> Tokens:
        said = answer.get("x_refresh_token_expires_in")
        lives = timedelta(seconds=said) if isinstance(said, int) else self._refresh_lifetime
        return Tokens(
            access_token=answer["access_token"],
            refresh_token=answer["refresh_token"],
            access_lifetime=timedelta(seconds=answer["expires_in"]),
            refresh_lifetime=lives,
        )


def proof(application: Application) -> httpx.Auth:
    """How an application proves who it is in the header; a public one has nothing to prove."""
    if application.client_secret is None:
        return httpx.Auth()
    return httpx.BasicAuth(application.client_id, application.client_secret)


def named(application: Application) -> dict[str, str]:
    """What a public application says of itself in the form instead (RFC 6749, 3.2.1)."""
    return {"client_id": application.client_id} if application.client_secret is None else {}


def refusal(response: httpx.Response) -> ProviderError:
    """What an unsuccessful answer means. Never quotes it: bodies can hold pieces of tokens."""
    error = _body(response).get("error")
    status, tid = response.status_code, _tid(response)
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return Unavailable(f"the authorization server answered {status}", correlation_id=tid)
    if isinstance(error, str) and error in _FINAL:
        why = f"the authorization server said {error}"
        return Disconnected(why, code=_FINAL[error], correlation_id=tid)
    known = error if isinstance(error, str) and error.isidentifier() else "no error that is known"
    why = f"the authorization server answered {status} and {known[:40]}"
    return Unexplained(why, correlation_id=tid)


def _lasting(response: httpx.Response) -> httpx.Response:
    """A consent that gives no refresh token was asked for with too narrow a scope."""
    said = _body(response)
    if response.is_success and said.get("access_token") and "refresh_token" not in said:
        why = "the consent gives no refresh token"
        raise Disconnected(why, code="scope_missing", correlation_id=_tid(response))
    return _checked(response)


def _checked(response: httpx.Response) -> httpx.Response:
    """Only a 200 without `error` and with both tokens is a success.

    Others have taken the body of a 400 for one and overwritten good tokens with nothing; authlib
    by itself carries on with the refresh token that it has sent.
    """
    said = _body(response)
    complete = all(
        isinstance(said.get(n), str) and said[n] for n in ("access_token", "refresh_token")
    )
    if response.status_code != httpx.codes.OK or "error" in said:
        raise refusal(response)
    if not complete or not isinstance(said.get("expires_in"), int):
        # The same refresh token works again until its successor takes hold: as good as no answer.
        raise Unavailable("the token answer lacks a token", correlation_id=_tid(response))
    return response


def _body(response: httpx.Response) -> dict[str, Any]:
    """The answer's JSON object, or an empty one: gateways answer in HTML."""
    try:
        said = response.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _tid(response: httpx.Response) -> str | None:
    return next((response.headers[name] for name in _TIDS if name in response.headers), None)
