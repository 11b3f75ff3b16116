"""The drill: each alert's condition caused for real, seen by Prometheus, mended by its runbook."""
