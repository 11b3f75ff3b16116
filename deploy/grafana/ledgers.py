"""The ledgers: what is asked of them, how they answer, and how much of their limits is left."""

from deploy.grafana.panels import Dashboard, Panel, Query, Row

_OURS = 'provider=~"$provider"'
_SECONDS = "books_provider_request_seconds"


def _rate(metric: str, *by: str) -> Query:
    legend = " ".join(f"{{{{{label}}}}}" for label in by)
    return Query(f"sum by ({', '.join(by)}) (rate({metric}{{{_OURS}}}[$__rate_interval]))", legend)


def _now(metric: str, *by: str, otherwise: str = "") -> Query:
    legend = " ".join(f"{{{{{label}}}}}" for label in by)
    return Query(f"max by ({', '.join(by)}) ({metric}{{{_OURS}}}){otherwise}", legend)


def _quantile(share: float) -> Query:
    rates = f"sum by (provider, le) (rate({_SECONDS}_bucket{{{_OURS}}}[$__rate_interval]))"
    return Query(f"histogram_quantile({share}, {rates})", f"{{{{provider}}}} p{share * 100:g}")


CALLS = Row(
    "Calls",
    [
        Panel(
            "Calls by endpoint",
            "What is asked of the ledgers; a batch is one call.",
            "reqps",
            [_rate("books_provider_requests_total", "provider", "endpoint")],
        ),
        Panel(
            "Calls by status",
            "HTTP's status, or what went wrong where no answer counts: timeout, connection ...",
            "reqps",
            [_rate("books_provider_requests_total", "provider", "status")],
        ),
        Panel(
            "Share of calls that fail",
            "Answers of 5xx and calls without an answer, of all calls.",
            "percentunit",
            [
                Query(
                    f"(sum by (provider) (rate(books_provider_requests_total{{{_OURS}, "
                    'status!~"[1-4].."}[$__rate_interval])) or 0 * sum by (provider) '
                    f"(rate(books_provider_requests_total{{{_OURS}}}[$__rate_interval]))) / "
                    f"sum by (provider) (rate(books_provider_requests_total{{{_OURS}}}"
                    "[$__rate_interval]))",
                    "{{provider}}",
                )
            ],
            alerts=["BooksLedgerErrors", "BooksLedgerUnavailable"],
        ),
        Panel(
            "Time to answer",
            "How long the ledgers take to answer a call.",
            "s",
            [_quantile(0.5), _quantile(0.95), _quantile(0.99)],
        ),
        Panel(
            "Documents in a call",
            "The average batch: the larger, the fewer calls a backlog costs.",
            "short",
            [
                Query(
                    f"sum by (provider) (rate(books_batch_size_sum{{{_OURS}}}[$__rate_interval])) "
                    "/ sum by (provider) "
                    f"(rate(books_batch_size_count{{{_OURS}}}[$__rate_interval]))",
                    "{{provider}}",
                )
            ],
        ),
        Panel(
            "Answers that no rule knows",
            "Refusals with a code that is in none of our tables: `books faults` has them all.",
            "cps",
            [_rate("books_unknown_faults_total", "provider")],
            alerts=["BooksUnknownFaults"],
        ),
    ],
)

LIMITS = Row(
    "Limits",
    [
        Panel(
            "Budget left",
            "Calls left to the connection that has fewest left, as a share of its limit.",
            "percentunit",
            [_now("books_budget_left_ratio", "provider", "window")],
            alerts=["BooksDayLimitNear", "BooksDayLimitUsed"],
        ),
        Panel(
            "Waits that began",
            "Times a connection had to wait: budget (ours), throttled or day_limit (the ledger "
            "said so), unavailable, defect.",
            "cps",
            [_rate("books_throttle_waits_total", "provider", "reason")],
        ),
        Panel(
            "Connections that wait",
            "Active connections that are held now, by reason.",
            "short",
            [_now("books_held_connections", "provider", "reason", otherwise=" or vector(0)")],
        ),
        Panel(
            "Longest wait",
            "How long the longest of these waits still lasts.",
            "s",
            [_now("books_held_longest_seconds", "provider", otherwise=" or vector(0)")],
            alerts=["BooksConnectionHeldLong"],
        ),
        Panel(
            "Calls of this month",
            "Reads and writes of all connections since the first of the month (UTC); Intuit meters "
            "reads.",
            "short",
            [_now("books_calls_this_month", "provider", "call", otherwise=" or vector(0)")],
            type="bargauge",
            alerts=["BooksReadsNearQuota"],
        ),
        Panel(
            "Tokens",
            "Access tokens asked for anew: refreshed, superseded (somebody was faster), refused (a "
            "person must consent), unavailable.",
            "cps",
            [_rate("books_token_refreshes_total", "provider", "result")],
            alerts=["BooksTokenRefreshesFail"],
        ),
    ],
)

PULLS = Row(
    "Pulls",
    [
        Panel(
            "Pulls and tests that ended",
            "By resource and outcome.",
            "cps",
            [_rate("books_runs_total", "provider", "resource", "outcome")],
            alerts=["BooksPullsFail"],
        ),
        Panel(
            "Pulls under way",
            "Pulls and tests that are not over, and the age of the oldest.",
            "short",
            [Query("max by (resource) (books_runs_open) or vector(0)", "{{resource}}")],
        ),
        Panel(
            "Oldest pull",
            "Age of the oldest pull or test that is not over.",
            "s",
            [Query("max by (resource) (books_run_oldest_seconds) or vector(0)", "{{resource}}")],
            alerts=["BooksPullStuck"],
        ),
        Panel(
            "Pulls overdue",
            "How late the latest pull is by the interval of its feed.",
            "s",
            [Query("max by (resource) (books_feed_overdue_seconds)", "{{resource}}")],
            alerts=["BooksFeedOverdue"],
        ),
        Panel(
            "Webhooks",
            "Deliveries by what became of them; unsigned ones were refused.",
            "cps",
            [_rate("books_webhooks_total", "provider", "result")],
            alerts=["BooksWebhooksUnsigned"],
        ),
    ],
)

DASHBOARD = Dashboard(
    "books-ledgers",
    "Books: ledgers",
    "What QuickBooks and Xero are asked, how they answer, and how much of their limits is left.",
    [CALLS, LIMITS, PULLS],
)
