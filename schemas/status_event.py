"""The envelope of a status event (CloudEvents 1.0, structured)."""

from datetime import UTC, datetime
from typing import Any

from schemas.status import Status

SOURCE = "/accounting"


def status_envelope(
    data: Status,
    *,
    id: str,  # noqa: A002  # the attribute's name
    tenant: str,
    time: datetime,
    traceparent: str | None = None,
    causation_id: str | None = None,
) -> dict[str, Any]:
    """The whole event, JSON-ready, without what is absent; `time` must carry a zone.

    `id` is the same on every repeat, `causation_id` that of the event that led here.
    """
    attributes = {
        "specversion": "1.0",
        "id": id,
        "source": SOURCE,
        "type": data.event_type,
        "time": time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "tenantid": tenant,
        "subject": data.subject,
        "traceparent": traceparent,
        "causationid": causation_id,
        "data": data.model_dump(mode="json", exclude_none=True),
    }
    return {name: value for name, value in attributes.items() if value is not None}
