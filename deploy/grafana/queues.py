"""Queues, outbox and writes without an answer: what lies between the parts."""

from deploy.grafana.panels import Dashboard, Panel, Query, Row

_MINE = 'queue=~"books[.].*|drive.*|housekeeping.*"'

QUEUES = Row(
    "RabbitMQ",
    [
        Panel(
            "Messages waiting",
            "books.intake holds events; drive and housekeeping hold hints, which may be lost.",
            "short",
            [Query("max by (queue) (books_queue_messages)", "{{queue}}")],
            alerts=["BooksIntakeQueueGrows"],
        ),
        Panel(
            "Messages by RabbitMQ's own count",
            "Ready and in the hands of consumers; needs RabbitMQ's plugin rabbitmq_prometheus.",
            "short",
            [Query(f"sum by (queue) (rabbitmq_detailed_queue_messages{{{_MINE}}})", "{{queue}}")],
        ),
        Panel(
            "Consumers",
            "How many processes or threads take from each queue; 0 on a queue that fills is the "
            "reason.",
            "short",
            [Query(f"sum by (queue) (rabbitmq_detailed_queue_consumers{{{_MINE}}})", "{{queue}}")],
            alerts=["BooksIntakeQueueUnread"],
        ),
        Panel(
            "books.dead",
            "Events that ended intake again and again; intake empties it into dead letters.",
            "short",
            [Query("max(books_dead_queue_messages)", "books.dead")],
            alerts=["BooksDeadQueueNotEmpty"],
        ),
        Panel(
            "Hints that no worker could take",
            "Must be 0: a hint is never worth keeping, so something else sends here.",
            "short",
            [Query("max by (queue) (books_hint_dead_messages)", "{{queue}}")],
            alerts=["BooksHintsDead"],
        ),
        Panel(
            "Events taken in",
            "By result: accepted, repeated, dead.",
            "cps",
            [Query("sum by (result) (rate(books_events_total[$__rate_interval]))", "{{result}}")],
        ),
    ],
)

OUTBOX = Row(
    "Outbox",
    [
        Panel(
            "Status events not sent yet",
            "Rows of the outbox that the relay has not published.",
            "short",
            [Query("max(books_outbox_pending)", "pending")],
        ),
        Panel(
            "Age of the oldest",
            "How long the oldest of them has waited.",
            "s",
            [Query("max(books_outbox_age_seconds)", "oldest")],
            alerts=["BooksStatusEventsStuck"],
        ),
        Panel(
            "Status events sent",
            "published, or unroutable: nobody has bound a queue for them.",
            "cps",
            [
                Query(
                    "sum by (result) (rate(books_status_events_total[$__rate_interval]))",
                    "{{result}}",
                )
            ],
            alerts=["BooksStatusEventsUnroutable"],
        ),
    ],
)

WRITES = Row(
    "Writes without an answer",
    [
        Panel(
            "Writes open",
            "Write calls that are not settled, and those of them whose outcome is unknown.",
            "short",
            [
                Query("max(books_submissions_open)", "open"),
                Query("max(books_submissions_unknown)", "of unknown outcome"),
            ],
        ),
        Panel(
            "Oldest of unknown outcome",
            "How long the oldest write call of unknown outcome has stood.",
            "s",
            [Query("max(books_submissions_unknown_oldest_seconds)", "oldest")],
            alerts=["BooksOutcomeUnknownLong"],
        ),
        Panel(
            "How outcomes were found out",
            "replayed (asked again under the same id), found, absent, overtaken, two_in_books.",
            "cps",
            [
                Query("sum(rate(books_unknown_outcomes_total[$__rate_interval]))", "unknown"),
                Query(
                    "sum by (how) (rate(books_submissions_settled_total[$__rate_interval]))",
                    "{{how}}",
                ),
            ],
        ),
        Panel(
            "Doubles prevented",
            "What would have been in the books twice, by what prevented it.",
            "cps",
            [
                Query(
                    "sum by (mechanism) (rate(books_duplicates_prevented_total[$__rate_interval]))",
                    "{{mechanism}}",
                )
            ],
        ),
    ],
)

DASHBOARD = Dashboard(
    "books-queues",
    "Books: queues and outbox",
    "What lies between the parts: events, hints, status events, writes without an answer.",
    [QUEUES, OUTBOX, WRITES],
)
