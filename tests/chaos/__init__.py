"""Chaos on purpose: processes are killed, frozen and cut off; then the promises are counted."""
