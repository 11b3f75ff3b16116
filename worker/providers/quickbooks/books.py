"""QuickBooks Online behind the port."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import httpx

from schemas.kinds import Kind
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
from worker.providers.quickbooks import answers, read, shapes
from worker.providers.quickbooks.client import Client
from worker.providers.quickbooks.planning import Planner
from worker.providers.quickbooks.pulls import Pull
from worker.providers.quickbooks.search import CompanyRecords
from worker.providers.search import Search


class QuickBooks:
    """One company's books in QuickBooks Online, with an access token that is valid for a while."""

    def __init__(  # noqa: PLR0917
        self,
        http: httpx.Client,
        base_url: str,
        company_id: str,
        access_token: str,
        environment: str,
        limits: Limits,
    ) -> None:
        self.limits = limits
        self._client = Client(http, base_url, company_id, access_token, limits)
        self._environment = environment

    @property
    def calls(self) -> int:
        """The HTTP calls made so far, for the budget: a look-up takes more than one."""
        return self._client.calls

    @property
    def day_left(self) -> None:
        """Intuit has no limit of the day (Intuit: limits and throttles)."""
        return None

    @property
    def minute_left(self) -> None:
        """Intuit has one, and says nothing of it."""
        return None

    def plan(self, due: Sequence[Work], lookup: Lookup) -> Plan:
        """List entities singly, transactions in batches (Intuit: batch)."""
        today = datetime.now(UTC).date()
        return Planner(self._client.company_id, self.limits.batch, today).plan(due, lookup)

    def send(self, submission: Submission, still: Callable[[], None]) -> Answer:
        """Send exactly these bytes once, with the submission's key as `requestid`.

        Raises: what `still` raises, TokenExpired, Disconnected, Throttled, Unavailable (nothing
        taken), NoAnswer (unknown), Unexplained.
        """
        reply = self._client.write(submission.path, submission.body, submission.key, still)
        return Answer(
            reply.status,
            answers.outcomes(submission.parts, reply, self._environment),
            excerpt(reply.text),
            reply.correlation_id,
        )

    def find(self, sought: Sequence[Sought]) -> Mapping[int, Found]:
        """What became of parts, by link id. Raises as `send`, but for NoAnswer."""
        return Search(CompanyRecords(self._client, self._environment)).find(sought)

    def page(self, resource: Resource, cursor: str | None, position: str | None) -> Page:
        """One page of accounts or taxes, or of payments changed since `cursor` (an ISO time)."""
        return Pull(self._client).page(resource, cursor, position)

    def test(self) -> Company:
        """Company and preferences. Raises as `send`, but for NoAnswer."""
        company_id = self._client.company_id
        info = self._client.get(f"companyinfo/{company_id}")
        preferences = self._client.get("preferences")
        return read.company(company_id, info["CompanyInfo"], preferences["Preferences"])

    def preferences(self, known: Mapping[str, object]) -> Company:
        """Preferences alone, closing date among them. Raises as `send`, but for NoAnswer."""
        found = self._client.get("preferences")
        return read.preferred(self._client.company_id, known, found["Preferences"])

    def url(self, kind: Kind, ref: str) -> str:
        """The page of the web application that shows a record."""
        return shapes.url(kind, ref, self._environment)
