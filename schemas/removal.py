"""The end of a record: archived, voided or deleted."""

from schemas.fields import Model, RecordId, Version


class Removal(Model):
    """Which record goes; its event type says of which kind it is."""

    id: RecordId
    version: Version | None = None
    reason: str | None = None
