"""QuickBooks Online: translation, requests, answers and look-ups (Intuit: Accounting API v3)."""
