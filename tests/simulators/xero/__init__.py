"""A simulated Xero: as strict as the real service, and stricter where a client must not be."""
