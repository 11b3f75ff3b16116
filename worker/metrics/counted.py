"""Counters and histograms: what happened in this process, each counted after its commit."""

from prometheus_client import Counter, Histogram

EVENTS = Counter("books_events_total", "Events taken in: accepted, repeated, dead.", ["result"])
RECORDS = Counter(
    "books_records_total",
    "Records by what became of them: created, updated, linked, removed, unchanged, retried, "
    "waiting, failed, conflict, skipped.",
    ["kind", "outcome"],
)
RECORDS_FAILED = Counter(
    "books_records_failed_total",
    "Records that came to fail, by the category of the reason.",
    ["kind", "category"],
)
EVENT_TO_REF = Histogram(
    "books_event_to_ref_seconds",
    "From an event taken in to its record's ref in the books, waits for people included.",
    ["kind"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86400),
)
FREE_TO_REF = Histogram(
    "books_free_to_ref_seconds",
    "From when nothing stood in a record's way to its ref in the books: without what it waited "
    "for, the rest of its connection, and records that went at the limit of their ledger.",
    ["kind"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86400),
)
TICKS = Counter(
    "books_ticks_total", "Ticks of the clock that a worker has carried out, about one a second."
)
PROVIDER_REQUESTS = Counter(
    "books_provider_requests_total",
    "Calls to the ledgers by HTTP status; without an answer that counts, by what went wrong.",
    ["provider", "endpoint", "status"],
)
PROVIDER_SECONDS = Histogram(
    "books_provider_request_seconds",
    "How long the ledgers take to answer.",
    ["provider", "endpoint"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 130),
)
BATCH_SIZE = Histogram(
    "books_batch_size",
    "Documents in one write call.",
    ["provider"],
    buckets=(1, 2, 5, 10, 15, 20, 25, 30, 40, 50),
)
TOKEN_REFRESHES = Counter(
    "books_token_refreshes_total",
    "Access tokens asked for anew: refreshed, superseded, refused, unavailable.",
    ["provider", "result"],
)
UNKNOWN_OUTCOMES = Counter(
    "books_unknown_outcomes_total",
    "Records written with unknown outcome, counted when that is first looked into.",
)
SUBMISSIONS_SETTLED = Counter(
    "books_submissions_settled_total",
    "Records of those whose outcome was found out: replayed, found, absent, overtaken, "
    "two_in_books.",
    ["how"],
)
DUPLICATES_PREVENTED = Counter(
    "books_duplicates_prevented_total",
    "What would have been in the books twice: by repeat, replay, lookup, adoption, match.",
    ["mechanism"],
)
DEFECTS = Counter(
    "books_defects_total",
    "Exceptions that nobody foresaw and answers that were read wrongly, by where they came up.",
    ["where"],
)
UNKNOWN_FAULTS = Counter(
    "books_unknown_faults_total", "Answers of a ledger that no rule knows.", ["provider"]
)
THROTTLE_WAITS = Counter(
    "books_throttle_waits_total",
    "Times a connection had to wait: budget, throttled, day_limit, unavailable, defect.",
    ["provider", "reason"],
)
RUNS = Counter(
    "books_runs_total",
    "Pulls and connection tests by outcome: done, failed.",
    ["provider", "resource", "outcome"],
)
WEBHOOKS = Counter(
    "books_webhooks_total",
    "Webhooks: queued, joined, ignored, malformed, unsigned, too_large, late, unavailable.",
    ["provider", "result"],
)
STATUS_EVENTS = Counter(
    "books_status_events_total", "Status events sent: published, unroutable.", ["result"]
)
