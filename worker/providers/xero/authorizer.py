"""Consent with Xero: which organisations it opens, and how it ends for one of them alone."""

import base64
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx

from worker.errors import TokenExpired, Unavailable
from worker.providers.authorizer import Application, Ending, Offered
from worker.providers.http import reading
from worker.providers.oauth import OAuth, named, proof, refusal
from worker.providers.wire import Body, rows

_CONNECTIONS = "/connections"
_ORGANISATION = "ORGANISATION"  # others are practices, which have no books (Xero: tenants)
_UNUSED = timedelta(days=60)  # as long as a refresh token lives (Xero: OAuth 2.0 FAQ)


class XeroAuthorizer(OAuth):
    """OAuth 2 as Xero has it: one consent of a user may open several organisations."""

    def __init__(
        self,
        authorize_url: str,
        token_url: str,
        revoke_url: str,
        scope: str,
        api_url: str,
        *,
        timeout: float,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__(
            authorize_url,
            token_url,
            revoke_url,
            scope,
            timeout=timeout,
            refresh_lifetime=_UNUSED,
            transport=transport,
        )
        self._api_url = api_url.rstrip("/")

    def companies(self, access_token: str) -> Sequence[Offered]:
        """The organisations of this very consent; of all consents of its user, where this one has
        opened none anew: he may have agreed once more to what was connected already.

        Raises: TokenExpired, Unavailable, Unexplained.
        """
        known = self._connections(access_token)
        event = event_of(access_token)
        of_now = [one for one in known if one.get("authEventId") == event]
        return [
            Offered(_tenant(one), str(one.get("tenantName") or _tenant(one)))
            for one in of_now or known
            if one.get("tenantType") == _ORGANISATION
        ]

    def revoke(self, application: Application, ending: Ending) -> None:
        """Disconnect the organisation. What its user has connected beside it lives on, with the
        same tokens maybe (Xero: revoking a token ends all connections of its user)."""
        token = ending.access_token(None)
        try:
            left = self._disconnect(token, ending.company_id)
        except TokenExpired:
            left = self._disconnect(ending.access_token(token), ending.company_id)
        if not left:
            self._end(application, ending.refresh_token())

    def _disconnect(self, access_token: str, company_id: str | None) -> list[Body]:
        """End the connection of one organisation; returns those that its user has beside it."""
        known = self._connections(access_token)
        for one in known:
            if _tenant(one) == company_id:
                # Its own number, not that of the organisation (Xero: identity API).
                number = quote(str(one.get("id")), safe="")
                answer = self._call("DELETE", f"{_CONNECTIONS}/{number}", access_token)
                if answer.status_code != httpx.codes.NOT_FOUND and not answer.is_success:
                    raise refusal(answer)
        return [one for one in known if _tenant(one) != company_id]

    def _connections(self, access_token: str) -> list[Body]:
        answer = self._call("GET", _CONNECTIONS, access_token)
        if not answer.is_success:
            raise refusal(answer)
        try:
            said: Any = answer.json()
        except ValueError:
            said = None
        if not isinstance(said, list):
            raise Unavailable("the list of connections is none")
        return rows(said)

    def _call(self, method: str, path: str, access_token: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
        with reading():
            answer = self._http.request(method, self._api_url + path, headers=headers)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise TokenExpired("the list of connections is not for this token")
        return answer

    def _end(self, application: Application, refresh_token: str) -> None:
        form = {"token": refresh_token} | named(application)
        with reading():
            answer = self._http.post(self._revoke_url, data=form, auth=proof(application))
        # 400: the token is invalid already, which is what was asked for.
        if answer.status_code not in (httpx.codes.OK, httpx.codes.BAD_REQUEST):
            raise refusal(answer)


def _tenant(connection: Body) -> str:
    """The organisation's id, written as we keep it."""
    return str(connection.get("tenantId")).lower()


def event_of(access_token: str) -> str | None:
    """The consent that an access token comes from; None where it does not say.

    It is read as it came from Xero itself, so its signature proves nothing more.
    """
    payload = access_token.split(".")[1:2]
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload[0] + "=" * (-len(payload[0]) % 4)))
        return str(claims["authentication_event_id"])
    except (LookupError, TypeError, ValueError):  # no token of three parts, no JSON, no such claim
        return None
