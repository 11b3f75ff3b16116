"""A small CMMS: it holds records, publishes them, and lives with what the worker says of them."""
