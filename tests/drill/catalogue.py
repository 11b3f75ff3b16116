"""Every exercise, in groups that do not disturb one another; and what cannot be caused here."""

from tests.drill.exercise import Exercise
from tests.drill.exercises import ledgers, ours, people, tenants
from tests.drill.stage import CROWD

_QUICKBOOKS = "quickbooks"
_CROWD = dict.fromkeys(CROWD, _QUICKBOOKS)
_RATIONED = {tenants.RATIONED: "xero"}


def _only(name: str) -> dict[str, str]:
    return {name: _QUICKBOOKS}


PEOPLE = (
    Exercise(
        ["BooksMappingMissing"],
        "no account is mapped for purchases, bills are published",
        "the account is mapped",
        people.mapping_missing,
        _only(people.UNMAPPED),
    ),
    Exercise(
        ["BooksPeriodClosed"],
        "the books are closed until the end of the year",
        "the books are opened, and looked at again",
        people.period_closed,
        _only(people.CLOSED),
    ),
    Exercise(
        ["BooksRecordsFailing"],
        "invoices in a currency that is not their customer's",
        "the CMMS publishes them anew",
        people.records_refused,
        _only(people.WRONG),
    ),
    Exercise(
        ["BooksConflictsOld"],
        "an e-mail address changed in the books and in the CMMS",
        "a person decides",
        people.conflict_left,
        _only(people.DISPUTED),
    ),
    Exercise(
        ["BooksMatchesUndecided"],
        "a customer like one that the books have",
        "a person says that it is another one",
        people.match_undecided,
        _only(people.TWINS),
    ),
    Exercise(
        ["BooksMalformedFlood", "BooksDeadLettersOpen"],
        "300 messages that are no JSON",
        "the sender is mended, the dead letters discarded",
        people.malformed_flood,
    ),
    Exercise(
        ["BooksHintsDead"],
        "a message in `drive` that is no hint",
        "the queue is cleared, what lay there is looked at and discarded",
        people.hint_refused,
    ),
    Exercise(
        ["BooksWebhooksUnsigned"],
        "30 webhooks with forged signatures",
        "they end",
        tenants.webhooks_forged,
        _only(CROWD[0]),
    ),
    Exercise(
        ["BooksDayLimitNear"],
        "Xero has 60 of 1,000 calls left",
        "the next day begins",
        tenants.day_nearly_used,
        _RATIONED,
    ),
)
WITHDRAWN = (
    Exercise(
        ["BooksConnectionPaused", "BooksManyConnectionsPaused"],
        "six administrators withdraw their consent",
        "they consent again, by the link",
        tenants.consent_withdrawn,
        _CROWD,
    ),
)
ANSWERS = (
    Exercise(
        ["BooksDefects"],
        "a hint of a strange version; a vendor refused as only a bug of ours explains",
        "it is mended, the dead letter replayed",
        people.defect,
        _only(CROWD[1]),
    ),
    Exercise(
        ["BooksUnknownFaults"],
        "QuickBooks refuses an item with code 77777",
        "it refuses no more, the CMMS publishes the item anew",
        ledgers.unheard,
        _only(CROWD[5]),
    ),
    Exercise(
        ["BooksPullsFail"],
        "QuickBooks refuses to list accounts",
        "it lists them again",
        tenants.pulls_fail,
        dict.fromkeys(CROWD[:4], _QUICKBOOKS),
    ),
    Exercise(
        ["BooksStatusEventsUnroutable"],
        "the CMMS's queue has lost its binding",
        "it is bound again",
        people.unlistened,
        _only(CROWD[2]),
    ),
    Exercise(
        ["BooksDayLimitUsed"],
        "Xero has no call of the day left",
        "the next day begins",
        tenants.day_used,
        _RATIONED,
    ),
)
LEDGER_DOWN = (
    Exercise(
        ["BooksLedgerUnavailable", "BooksOutcomeUnknownLong"],
        "QuickBooks answers all calls with 503",
        "its maintenance ends",
        ledgers.down,
        _CROWD,
    ),
)
TOKENS = (
    Exercise(
        ["BooksTokenRefreshesFail"],
        "Intuit answers every refresh of a token with an error",
        "it answers again",
        tenants.tokens_refused,
        dict.fromkeys(CROWD[:3], _QUICKBOOKS),
    ),
)
SLOW = (
    Exercise(
        ["BooksRecordsLate", "BooksRecordsLateSlowly", "BooksLedgerErrors"],
        "QuickBooks takes 1.5 s for a call, answers 3 of 10 with an error; 600 customers",
        "it is itself again",
        ledgers.slow,
        dict.fromkeys(CROWD[2:], _QUICKBOOKS),
    ),
)
THROTTLED = (
    Exercise(
        ["BooksConnectionHeldLong"],
        "QuickBooks answers 429 and asks for 75 s",
        "the time passes",
        tenants.held_for_long,
        _only(CROWD[0]),
    ),
    Exercise(
        ["BooksProcessCrashes"],
        "messages that kill whoever takes them in, 20 times each",
        "intake is mended, the dead letters are replayed",
        ours.crashing,
        _only(CROWD[5]),
    ),
)
INTAKE = (
    Exercise(
        [
            "BooksIntakeDown",
            "BooksWebDown",
            "BooksTargetDown",
            "BooksIntakeQueueUnread",
            "BooksIntakeQueueGrows",
            "BooksDeadQueueNotEmpty",
        ],
        "kill -9 of intake and web; 1,100 events and more; one is delivered 21 times in vain",
        "both are started",
        ours.intake_gone,
        _only(CROWD[0]),
    ),
)
HOUSEKEEPING = (
    Exercise(
        ["BooksHousekeepingDown", "BooksStatusEventsStuck"],
        "kill -9 of the housekeeping worker, invoices are published",
        "it is started",
        ours.housekeeping_gone,
        _only(CROWD[1]),
    ),
)
DRIVERS = (
    Exercise(
        [
            "BooksDriveDown",
            "BooksNothingMoves",
            "BooksBacklogStuck",
            "BooksPullStuck",
            "BooksFeedOverdue",
        ],
        "kill -9 of the driving worker, invoices and a pull are asked for",
        "it is started",
        ours.drivers_gone,
        _only(CROWD[2]),
    ),
)
SCHEDULER = (
    Exercise(
        ["BooksSchedulerDown", "BooksClockStopped"],
        "SIGSTOP of the scheduler",
        "it goes on",
        ours.scheduler_frozen,
    ),
)
DATABASE = (
    Exercise(
        ["BooksDatabaseDown"],
        "kill -9 of PostgreSQL, invoices are published",
        "it is started",
        ours.database_gone,
        _only(CROWD[0]),
    ),
)
BROKER = (
    Exercise(
        ["BooksBrokerDown"],
        "kill -9 of RabbitMQ",
        "it is started",
        ours.broker_gone,
        _only(CROWD[0]),
    ),
)
ALARMS = (
    Exercise(
        ["BooksRabbitMqMemoryAlarm", "BooksRabbitMqDiskAlarm"],
        "RabbitMQ is allowed hardly any memory, and wants more disk than there is",
        "its limits are as before",
        ours.short_of_memory,
    ),
)
FIGURES = (
    Exercise(
        ["BooksGaugesMissing"],
        "a session holds an exclusive lock on the links",
        "the session ends",
        ours.figures_missing,
    ),
)
RESTORED = (
    Exercise(
        ["BooksRestored"],
        "the database is replaced by a copy of itself",
        "an engineer has compared, and clears it",
        ours.restored,
        _only(CROWD[1]),
    ),
)
TWICE = (
    Exercise(
        ["BooksTwoInBooks"],
        "a frozen worker's answer comes after QuickBooks has written the invoice a second time",
        "one is deleted in the books, the dead letter discarded",
        ledgers.late_answer,
        _only(CROWD[0]),
    ),
)

GROUPS = (
    *(PEOPLE, WITHDRAWN, ANSWERS, LEDGER_DOWN, TOKENS, SLOW, THROTTLED, TWICE),
    *(INTAKE, HOUSEKEEPING, DRIVERS, SCHEDULER, DATABASE, BROKER, ALARMS, FIGURES, RESTORED),
)

NOT_CAUSED = {
    "BooksClockSkew": "the clock of this host belongs to everybody on it; its rule has a unit test",
    "BooksReadsNearQuota": "it would take 400,000 reads; its rule has a unit test",
}
"""Alert -> why the drill does not cause it."""
