"""Xero behind the port."""

from collections.abc import Callable, Mapping, Sequence

import httpx

from worker.providers.http import excerpt
from worker.providers.lookup import Lookup
from worker.providers.port import (
    Answer,
    Company,
    Found,
    Limits,
    Page,
    Plan,
    Resource,
    Sought,
    Submission,
    Work,
)
from worker.providers.search import Search
from worker.providers.xero import answers, organisation
from worker.providers.xero.client import Client
from worker.providers.xero.planning import Planner
from worker.providers.xero.pulls import Pull
from worker.providers.xero.search import OrganisationRecords

_CREATES = "PUT"  # what is there already is POSTed to, or DELETEd (Xero: requests)


class Xero:
    """One organisation's books in Xero, with an access token that is valid for a while."""

    def __init__(
        self, http: httpx.Client, base_url: str, tenant_id: str, access_token: str, limits: Limits
    ) -> None:
        self.limits = limits
        self._tenant_id = tenant_id
        self._client = Client(http, base_url, tenant_id, access_token, limits)

    @property
    def calls(self) -> int:
        """The HTTP calls made so far, for the budget: a look-up takes more than one."""
        return self._client.calls

    @property
    def day_left(self) -> int | None:
        """The calls left of the day, as the last answer said (Xero: OAuth 2.0 API limits)."""
        return self._client.day_left

    @property
    def minute_left(self) -> int | None:
        """The calls left of the organisation's minute, as its last answer said."""
        return self._client.minute_left

    def plan(self, due: Sequence[Work], lookup: Lookup) -> Plan:
        """Elements of one kind together, as many as a call takes (Xero: batches)."""
        return Planner(self.limits.batch).plan(due, lookup)

    def send(self, submission: Submission, still: Callable[[], None]) -> Answer:
        """Send exactly these bytes once; a create with the submission's key as `Idempotency-Key`.

        Raises: what `still` raises, TokenExpired, Disconnected, Throttled, Unavailable (nothing
        taken), NoAnswer (unknown), Unexplained.
        """
        method = submission.method
        key = submission.key if method == _CREATES else None
        reply = self._client.write(method, submission.path, submission.body, key, still)
        return Answer(
            reply.status,
            answers.outcomes(submission.parts, reply),
            excerpt(reply.text),
            reply.correlation_id,
        )

    def find(self, sought: Sequence[Sought]) -> Mapping[int, Found]:
        """What became of parts, by link id. Raises as `send`, but for NoAnswer."""
        return Search(OrganisationRecords(self._client)).find(sought)

    def page(self, resource: Resource, cursor: str | None, position: str | None) -> Page:
        """One page of what the books hold, or of what changed since `cursor` (an ISO time)."""
        return Pull(self._client).page(resource, cursor, position)

    def test(self) -> Company:
        """The organisation and its currencies. Raises as `send`, but for NoAnswer."""
        return organisation.read(self._client, self._tenant_id)

    def preferences(self, known: Mapping[str, object]) -> Company:
        """The organisation, lock dates among it. Raises as `send`, but for NoAnswer."""
        return organisation.read_again(self._client, self._tenant_id, known)
