"""One suite for all ledgers: what a provider promises the flow, against a running simulator."""
