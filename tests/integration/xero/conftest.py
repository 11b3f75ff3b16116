"""The fixtures of a tenant with books in Xero."""

from tests.integration.xero.shop import books, open_shop, shop, xero_services, xero_simulator

__all__ = ["books", "open_shop", "shop", "xero_services", "xero_simulator"]
