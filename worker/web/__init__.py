"""The web process: consent, its callback, webhooks, and whether the worker is well."""

from worker.web.app import create

__all__ = ["create"]
