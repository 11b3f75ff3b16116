"""The fixtures of connected tenants."""

from tests.integration.connecting import office, other_office, services, settings, simulator

__all__ = ["office", "other_office", "services", "settings", "simulator"]
