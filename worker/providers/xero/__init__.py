"""Xero: translation, requests, answers and look-ups (Xero: Accounting API)."""
