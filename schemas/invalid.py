"""Why a message is no event of ours: the one exception that reading messages raises."""

from enum import StrEnum


class Category(StrEnum):
    """The closed list of faults, as they are counted and filtered by."""

    TOO_LARGE = "too_large"
    MALFORMED_JSON = "malformed_json"
    MALFORMED_ENVELOPE = "malformed_envelope"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_VERSION = "unknown_version"
    INVALID_DATA = "invalid_data"


class InvalidEvent(Exception):
    """A message that breaks the contract.

    `reason` is one sentence that names field and fault and never quotes the payload. `source`,
    `id`, `type` and `tenant` are what could be read all the same, for the dead letter; else None.
    """

    def __init__(self, reason: str, category: Category) -> None:
        super().__init__(reason)
        self.reason = reason
        self.category = category
        self.source: str | None = None
        self.id: str | None = None
        self.type: str | None = None
        self.tenant: str | None = None


def malformed(reason: str) -> InvalidEvent:
    """A fault of the envelope."""
    return InvalidEvent(reason, Category.MALFORMED_ENVELOPE)
