"""The tests, the ledger simulators, and what starts and drives the whole system."""
