"""The fixtures of connected tenants."""

from tests.integration.connecting import (
    office,
    other_office,
    services,
    settings,
    simulator,
    simulators,
    xero,
)

__all__ = ["office", "other_office", "services", "settings", "simulator", "simulators", "xero"]
