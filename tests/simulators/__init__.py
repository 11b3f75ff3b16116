"""Ledgers to test against: processes of their own, as strict as the services they stand for."""
