"""`books`: every process, and what people do with connections, records and dead letters."""

from worker.cli.app import main

__all__ = ["main"]
