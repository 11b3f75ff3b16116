"""What browsers and ledgers call: consent, callback, health."""
