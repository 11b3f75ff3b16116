"""Dead letters and their relatives: what no rule could handle, for an engineer."""

from deploy.grafana.panels import Dashboard, Panel, Query, Row

LETTERS = Row(
    "Dead letters",
    [
        Panel(
            "Open, by category",
            "Messages and records that nobody has decided on: `books dead-letters list`.",
            "short",
            [Query("max by (category) (books_dead_letters_open)", "{{category}}")],
            width=12,
            alerts=["BooksDeadLettersOpen"],
        ),
        Panel(
            "Open now",
            "The same at this moment.",
            "short",
            [Query("max by (category) (books_dead_letters_open)", "{{category}}")],
            type="bargauge",
            width=12,
        ),
        Panel(
            "Events that became dead letters",
            "A flood has one sender: `books dead-letters list` names source and reason.",
            "cps",
            [
                Query(
                    'sum(rate(books_events_total{result="dead"}[$__rate_interval]))',
                    "dead",
                )
            ],
            alerts=["BooksMalformedFlood"],
        ),
        Panel(
            "books.dead and hints",
            "Queues that must be empty.",
            "short",
            [
                Query("max(books_dead_queue_messages)", "books.dead"),
                Query("max by (queue) (books_hint_dead_messages)", "{{queue}}"),
            ],
            alerts=["BooksDeadQueueNotEmpty", "BooksHintsDead"],
        ),
        Panel(
            "Two in the books",
            "Outcomes that showed two records for one; a person must look at both.",
            "cps",
            [
                Query(
                    "sum(rate(books_submissions_settled_total"
                    '{how="two_in_books"}[$__rate_interval]))',
                    "two in the books",
                )
            ],
            alerts=["BooksTwoInBooks"],
        ),
    ],
)

DEFECTS = Row(
    "Defects",
    [
        Panel(
            "Defects",
            "Exceptions that nobody foresaw and answers that were read wrongly, by where.",
            "cps",
            [Query("sum by (where) (rate(books_defects_total[$__rate_interval]))", "{{where}}")],
            width=12,
            alerts=["BooksDefects"],
        ),
        Panel(
            "Answers that no rule knows",
            "By ledger; each is kept with the ledger's own words.",
            "cps",
            [
                Query(
                    "sum by (provider) (rate(books_unknown_faults_total[$__rate_interval]))",
                    "{{provider}}",
                )
            ],
            width=12,
            alerts=["BooksUnknownFaults"],
        ),
    ],
)

DASHBOARD = Dashboard(
    "books-dead-letters",
    "Books: dead letters",
    "What no rule could handle: by category, where it came up, and what to read about it.",
    [LETTERS, DEFECTS],
)
