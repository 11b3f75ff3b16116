"""OAuth 2 with ledgers that speak like Intuit's: authlib over httpx, errors in our words."""

from datetime import timedelta
from typing import Any

import httpx
from authlib.oauth2.client import OAuth2Client  # type: ignore[import-untyped]  # has no types

from worker.errors import Disconnected, ProviderError, Unavailable, Unexplained
from worker.providers.authorizer import Application, Tokens
from worker.providers.http import reading

# What only a person can mend (RFC 6749, 5.2; Intuit: OAuth 2.0). Other errors are our mistake.
_FINAL = {
    "invalid_grant": "consent_withdrawn",
    "invalid_client": "client_refused",
    "unauthorized_client": "client_refused",
}
_JSON = {"Accept": "application/json"}


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
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._authorize_url = authorize_url
        self._token_url = token_url
        self._revoke_url = revoke_url
        self._scope = scope
        # Token calls are rare, and a kept connection that was closed looks like a lost answer.
        once = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(timeout=timeout, transport=transport, limits=once)

    def consent_url(self, application: Application, state: str, redirect_url: str) -> str:
        url, _ = self._client(application).create_authorization_url(
            self._authorize_url, state=state, scope=self._scope, redirect_uri=redirect_url
        )
        return str(url)

    def exchange(self, application: Application, code: str, redirect_url: str) -> Tokens:
        with reading():
            answer = self._client(application).fetch_token(
                self._token_url,
                grant_type="authorization_code",
                code=code,
                redirect_uri=redirect_url,
                auth=_basic(application),
            )
        return _tokens(answer)

    def refresh(self, application: Application, refresh_token: str) -> Tokens:
        with reading():
            answer = self._client(application).refresh_token(
                self._token_url, refresh_token=refresh_token, auth=_basic(application)
            )
        return _tokens(answer)

    def revoke(self, application: Application, refresh_token: str) -> None:
        # Intuit takes JSON here, where RFC 7009 and authlib have a form.
        with reading():
            response = self._http.post(
                self._revoke_url,
                json={"token": refresh_token},
                auth=_basic(application),
                headers=_JSON,
            )
        # 400: the token is invalid already, which is what was asked for.
        if response.status_code not in (httpx.codes.OK, httpx.codes.BAD_REQUEST):
            raise _error(response)

    def _client(self, application: Application) -> OAuth2Client:
        client = OAuth2Client(self._http, application.client_id, application.client_secret)
        client.register_compliance_hook("access_token_response", _checked)
        client.register_compliance_hook("refresh_token_response", _checked)
        return client


def _basic(application: Application) -> httpx.BasicAuth:
    return httpx.BasicAuth(application.client_id, application.client_secret)


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
        raise _error(response)
    if not complete or not isinstance(said.get("expires_in"), int):
        # The same refresh token works again until its successor takes hold: as good as no answer.
        raise Unavailable("the token answer lacks a token", correlation_id=_tid(response))
    return response


def _error(response: httpx.Response) -> ProviderError:
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


def _tokens(answer: dict[str, Any]) -> Tokens:
    refresh_seconds = answer.get("x_refresh_token_expires_in")
    return Tokens(
        access_token=answer["access_token"],
        refresh_token=answer["refresh_token"],
        access_lifetime=timedelta(seconds=answer["expires_in"]),
        refresh_lifetime=timedelta(seconds=refresh_seconds)
        if isinstance(refresh_seconds, int)
        else None,
    )


def _body(response: httpx.Response) -> dict[str, Any]:
    """The answer's JSON object, or an empty one: gateways answer in HTML."""
    try:
        said = response.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _tid(response: httpx.Response) -> str | None:
    tid: str | None = response.headers.get("intuit_tid")
    return tid
