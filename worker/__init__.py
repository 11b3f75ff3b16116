"""The worker: takes CMMS events in and keeps each tenant's ledger in step with them."""
