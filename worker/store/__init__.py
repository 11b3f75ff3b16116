"""PostgreSQL: tables, sessions and functions that take a session."""
