"""The ledgers and what they share, without a server."""
