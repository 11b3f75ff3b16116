"""Every metric, by name; counted where the outcome is known, served for Prometheus to scrape."""

from worker.metrics.backlog import Backlog, Depths, Standing
from worker.metrics.collector import GaugeCollector, Late, Times
from worker.metrics.counted import (
    BATCH_SIZE,
    DEFECTS,
    DUPLICATES_PREVENTED,
    EVENT_TO_REF,
    EVENTS,
    PROVIDER_REQUESTS,
    PROVIDER_SECONDS,
    RECORDS,
    RECORDS_FAILED,
    RUNS,
    STATUS_EVENTS,
    SUBMISSIONS_SETTLED,
    SUBMISSIONS_UNKNOWN,
    THROTTLE_WAITS,
    TOKEN_REFRESHES,
    UNKNOWN_FAULTS,
    WEBHOOKS,
)
from worker.metrics.serving import BUILD_INFO, register, serve
from worker.metrics.zeros import Known, begin

__all__ = [
    "BATCH_SIZE",
    "BUILD_INFO",
    "DEFECTS",
    "DUPLICATES_PREVENTED",
    "EVENTS",
    "EVENT_TO_REF",
    "PROVIDER_REQUESTS",
    "PROVIDER_SECONDS",
    "RECORDS",
    "RECORDS_FAILED",
    "RUNS",
    "STATUS_EVENTS",
    "SUBMISSIONS_SETTLED",
    "SUBMISSIONS_UNKNOWN",
    "THROTTLE_WAITS",
    "TOKEN_REFRESHES",
    "UNKNOWN_FAULTS",
    "WEBHOOKS",
    "Backlog",
    "Depths",
    "GaugeCollector",
    "Known",
    "Late",
    "Standing",
    "Times",
    "begin",
    "register",
    "serve",
]
