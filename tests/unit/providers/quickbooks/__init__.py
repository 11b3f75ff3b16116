"""Translation, planning and reading of QuickBooks, without a server."""
