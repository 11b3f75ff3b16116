"""The service as a whole: is it fresh, how much goes through, what fails, what waits for whom."""

from deploy.grafana.panels import Dashboard, Panel, Query, Row

_REF = "books_event_to_ref_seconds"


def _quantile(share: float) -> Query:
    rates = f"sum by (le) (rate({_REF}_bucket[$__rate_interval]))"
    return Query(f"histogram_quantile({share}, {rates})", f"p{share * 100:g}")


NOW = Row(
    "Now",
    [
        Panel(
            "PostgreSQL answers",
            "1 as long as the scheduler reaches the database; without it nothing is taken in, and "
            "events wait in RabbitMQ.",
            "none",
            [Query("min(books_database_up)", "PostgreSQL")],
            type="stat",
            width=4,
            alerts=["BooksDatabaseDown"],
        ),
        Panel(
            "RabbitMQ answers",
            "1 as long as the scheduler reaches the broker; without it nothing comes in or goes "
            "out.",
            "none",
            [Query("min(books_broker_up)", "RabbitMQ")],
            type="stat",
            width=4,
            alerts=["BooksBrokerDown"],
        ),
        Panel(
            "Oldest record due",
            "How long the oldest record that could go into the books now has waited.",
            "s",
            [Query("max(books_oldest_due_seconds)", "oldest")],
            type="stat",
            width=4,
        ),
        Panel(
            "Records due",
            "Records that could go into the books now, of active connections.",
            "short",
            [Query("max(books_due_links)", "due")],
            type="stat",
            width=4,
            alerts=["BooksNothingMoves", "BooksBacklogStuck"],
        ),
        Panel(
            "Issues open",
            "Causes that a person should mend: `books issues list`.",
            "short",
            [Query("sum(max by (code) (books_issues_open)) or vector(0)", "issues")],
            type="stat",
            width=4,
        ),
        Panel(
            "Dead letters open",
            "Messages and records that no rule could handle: `books dead-letters list`.",
            "short",
            [Query("sum(max by (category) (books_dead_letters_open))", "dead letters")],
            type="stat",
            width=4,
        ),
    ],
)

FRESHNESS = Row(
    "Freshness",
    [
        Panel(
            "From event to ref",
            "How long records took from the event to their ref in the books, those that waited for "
            "people included.",
            "s",
            [_quantile(0.5), _quantile(0.95), _quantile(0.99)],
            alerts=["BooksRecordsLate", "BooksRecordsLateSlowly"],
        ),
        Panel(
            "Within a minute",
            "Share of the records that were in the books within 60 s of their event.",
            "percentunit",
            [
                Query(
                    f'sum(rate({_REF}_bucket{{le="60.0"}}[$__rate_interval])) / '
                    f"sum(rate({_REF}_count[$__rate_interval]))",
                    "within 60 s",
                )
            ],
        ),
        Panel(
            "Oldest record due",
            "What could go and does not: rises when drivers, the ledger or the budget cannot keep "
            "up.",
            "s",
            [Query("max(books_oldest_due_seconds)", "oldest")],
        ),
    ],
)

THROUGHPUT = Row(
    "Throughput",
    [
        Panel(
            "Events taken in",
            "By result: accepted, repeated (known already), dead (kept as dead letters).",
            "cps",
            [Query("sum by (result) (rate(books_events_total[$__rate_interval]))", "{{result}}")],
        ),
        Panel(
            "Records by outcome",
            "What became of records: created, updated, linked, removed, unchanged, waiting ...",
            "cps",
            [
                Query(
                    "sum by (outcome) (rate(books_records_total[$__rate_interval]))", "{{outcome}}"
                )
            ],
        ),
        Panel(
            "Records by kind",
            "Records that something became of, by kind.",
            "cps",
            [Query("sum by (kind) (rate(books_records_total[$__rate_interval]))", "{{kind}}")],
        ),
    ],
)

FAILURES = Row(
    "What fails and what waits",
    [
        Panel(
            "Records that came to fail",
            "By the category of the reason; who acts is in the README, under error codes.",
            "cps",
            [
                Query(
                    "sum by (category) (rate(books_records_failed_total[$__rate_interval]))",
                    "{{category}}",
                )
            ],
            alerts=["BooksRecordsFailing"],
        ),
        Panel(
            "Records failed",
            "Records that a person must see to, by category: `books records KIND --status failed`.",
            "short",
            [Query("max by (category) (books_failed_links)", "{{category}}")],
        ),
        Panel(
            "Oldest failed record",
            "How long the oldest of them has stood.",
            "s",
            [Query("max by (category) (books_failed_oldest_seconds)", "{{category}}")],
        ),
        Panel(
            "Records waiting",
            "By what they wait for; one that waits for several counts for each.",
            "short",
            [Query("max by (reason) (books_waiting_links)", "{{reason}}")],
            alerts=["BooksMappingMissing", "BooksPeriodClosed", "BooksMatchesUndecided"],
        ),
        Panel(
            "Oldest waiting record",
            "How long the oldest has waited for each reason.",
            "s",
            [Query("max by (reason) (books_waiting_oldest_seconds)", "{{reason}}")],
        ),
        Panel(
            "Issues by code",
            "Open causes, each with all that it holds up: `books issues list`.",
            "short",
            [Query("max by (code) (books_issues_open) or vector(0)", "{{code}}")],
        ),
        Panel(
            "Records by state",
            "All records by state: due, sent, synced, waiting, failed, conflict, skipped.",
            "short",
            [Query("max by (state) (books_links)", "{{state}}")],
            alerts=["BooksConflictsOld"],
        ),
        Panel(
            "Connections by state",
            "new, active, paused (a person must act), disabled, disconnected.",
            "short",
            [Query("max by (state) (books_connections)", "{{state}}")],
        ),
        Panel(
            "Paused connections",
            "By ledger and code of the reason; the tenant's administrator must act.",
            "short",
            [
                Query(
                    "max by (provider, code) (books_paused_connections) or vector(0)",
                    "{{provider}} {{code}}",
                )
            ],
            alerts=["BooksConnectionPaused", "BooksManyConnectionsPaused"],
        ),
    ],
)

PROCESSES = Row(
    "Processes",
    [
        Panel(
            "Processes and versions",
            "What runs, by version; two versions at once are a deploy.",
            "none",
            [Query("count by (process, version, python) (books_build_info)")],
            type="table",
            alerts=[
                "BooksIntakeDown",
                "BooksDriveDown",
                "BooksHousekeepingDown",
                "BooksSchedulerDown",
                "BooksWebDown",
                "BooksProcessCrashes",
            ],
        ),
        Panel(
            "Defects",
            "Exceptions that nobody foresaw and answers that were read wrongly, by where.",
            "cps",
            [Query("sum by (where) (rate(books_defects_total[$__rate_interval]))", "{{where}}")],
            alerts=["BooksDefects"],
        ),
        Panel(
            "Clock and restored database",
            "How far the scheduler's clock is from the database's; 1 for restored: whatever is "
            "created is looked up first, until `books` is told that books and tables agree.",
            "s",
            [
                Query("max(abs(books_clock_skew_seconds))", "clock skew"),
                Query("max(books_restored)", "restored"),
            ],
            alerts=["BooksClockSkew", "BooksRestored"],
        ),
    ],
)

DASHBOARD = Dashboard(
    "books-service",
    "Books: service",
    "Whether records get into the books in time, and what holds up those that do not.",
    [NOW, FRESHNESS, THROUGHPUT, FAILURES, PROCESSES],
)
