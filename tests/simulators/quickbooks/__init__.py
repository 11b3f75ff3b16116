"""A simulated QuickBooks Online with its own OAuth server, several companies and planned faults."""
