"""Codes that concern the connection, its mapping and the records that others name."""

from worker.errors import Category
from worker.failures.code import CORRECT, NOTHING, Code, Retry

_C, _R = Category, Retry
_RECONNECT = (
    "Ask an administrator of the company to connect again: `books connections connect`.",
    "Everything that waits goes on by itself afterwards.",
)

ENTRIES = (
    # The whole connection
    Code(
        "consent_withdrawn",
        _C.CONNECTION,
        "Connection to the books has ended",
        "The consent for {company} has been withdrawn or has expired.",
        _RECONNECT,
        _R.AFTER_FIX,
    ),
    Code(
        "client_refused",
        _C.CONNECTION,
        "The application's credentials were refused",
        "The client id or secret of the connected application is not valid (any more).",
        (
            "Compare client id and secret with those on the developer's portal.",
            "Enter them again, then connect again.",
        ),
        _R.AFTER_FIX,
    ),
    Code(
        "wrong_environment",
        _C.CONNECTION,
        "The books do not let the application in",
        "The application may not open {company}: its keys are for another environment, "
        "or it was disconnected.",
        (
            "Use sandbox keys with a sandbox company, and production keys with a real one.",
            *_RECONNECT,
        ),
        _R.AFTER_FIX,
    ),
    Code(
        "company_mismatch",
        _C.CONNECTION,
        "Another company was chosen",
        "Consent was given for {other_company}, but this connection belongs to {company}.",
        ("Connect again and choose the company that belongs to the connection.",),
        _R.AFTER_FIX,
    ),
    Code(
        "environment_mismatch",
        _C.CONNECTION,
        "A demo company, or a real one",
        "The books say that {company} is a company for {other}, but this connection is for {use}.",
        (
            (
                "Choose another company, or add a connection of the other environment and connect "
                "that one."
            ),
        ),
        _R.AFTER_FIX,
    ),
    Code(
        "scope_missing",
        _C.CONNECTION,
        "The consent does not allow this",
        "The consent for {company} does not cover all that has to be read and written.",
        (
            "Look at the scope of the connection: by default it has all that is needed.",
            (
                "Connect again and agree to everything that is asked for; signing in anew is not "
                "enough."
            ),
            "Everything that waits goes on by itself afterwards.",
        ),
        _R.AFTER_FIX,
    ),
    Code(
        "scope_refused",
        _C.CONNECTION,
        "The scope is refused",
        "The application may not ask for the scope that this connection has.",
        (
            (
                "Go back to the default scope, which is made of narrow ones: the old broad ones "
                "are refused to newer applications."
            ),
            "Connect again.",
        ),
        _R.AFTER_FIX,
    ),
    Code(
        "organisation_removed",
        _C.CONNECTION,
        "The company was disconnected in the books",
        "Somebody has disconnected {company} from the application within the books, or the user "
        "who connected it has left.",
        _RECONNECT,
        _R.AFTER_FIX,
    ),
    Code(
        "permission_lost",
        _C.CONNECTION,
        "The connected user lost access",
        "The user who connected {company} may not do this there any more.",
        (
            "Give that user back the rights of an administrator, or connect as another one.",
            *_RECONNECT,
        ),
        _R.AFTER_FIX,
    ),
    Code(
        "subscription_lapsed",
        _C.CONNECTION,
        "The books are read-only: subscription ended",
        "The subscription of {company} has ended or has a billing problem, so nothing "
        "can be written.",
        (
            "Renew the subscription of the books.",
            "Let the connection try again: `books connections enable`.",
        ),
        _R.AFTER_FIX,
    ),
    Code(
        "company_reset",
        _C.CONNECTION,
        "The company's books were reset",
        "The data of {company} was erased in the books, so all links into it are void.",
        ("Ask an engineer: the company must be linked anew.",),
        _R.NEVER,
    ),
    Code(
        "not_connected",
        _C.CONNECTION,
        "Not connected yet",
        "The connection to the books has not been set up yet.",
        ("Connect the company; what waits goes on by itself.",),
        _R.AFTER_FIX,
    ),
    Code(
        "switched_off",
        _C.CONNECTION,
        "The connection is switched off",
        "The connection to {company} is switched off, so nothing is sent.",
        ("Switch it on again when the records shall be sent.",),
        _R.AFTER_FIX,
    ),
    Code(
        "kind_switched_off",
        _C.CONNECTION,
        "This kind of record is switched off",
        "The connection leaves out {resource}, so they are not read from the books.",
        ("Switch the kind on in the settings of the connection.",),
        _R.AFTER_FIX,
    ),
    # Mapping
    Code(
        "mapping_missing",
        _C.MAPPING,
        "An account is not mapped",
        "{record} needs {mapping}, for which no account or code has been chosen.",
        (
            "Choose one: `books connections mapping` lists what fits.",
            "What waits goes on by itself.",
        ),
        _R.AFTER_FIX,
    ),
    Code(
        "account_missing",
        _C.MAPPING,
        "An account is missing in the books",
        "{record} names the account {account}, which is not in the books or is inactive.",
        ("Create or reactivate the account in the books, or map another one.",),
        _R.AFTER_FIX,
    ),
    Code(
        "account_type_wrong",
        _C.MAPPING,
        "An account has the wrong type",
        "{account} cannot be used for {use}: the books want {needed} there.",
        ("Map an account of the right type.", "What waits goes on by itself."),
        _R.AFTER_FIX,
    ),
    Code(
        "tax_code_missing",
        _C.MAPPING,
        "A tax code is missing in the books",
        "{record} names the tax code {tax_code}, which is not in the books or is inactive.",
        ("Create the tax code in the books, or name another one in the CMMS.",),
        _R.AFTER_FIX,
    ),
    Code(
        "tax_refused",
        _C.MAPPING,
        "The tax settings do not fit",
        "The books do not accept the tax codes or rates of {record}.",
        ("Compare the tax codes in the CMMS with those of the books.", CORRECT),
        _R.AFTER_FIX,
    ),
    # Issues: what will be missed, before a record needs it
    Code(
        "mapped_account_inactive",
        _C.MAPPING,
        "A mapped account is inactive",
        "The account {account} is inactive or deleted in the books, and {mapping} is mapped to it.",
        ("Reactivate the account in the books, or map another one.",),
        _R.AUTOMATIC,
    ),
    Code(
        "mapped_tax_code_inactive",
        _C.MAPPING,
        "A mapped tax code is inactive",
        "The tax code {tax_code} is inactive or deleted in the books, and {mapping} is mapped to "
        "it.",
        ("Reactivate the tax code in the books, or map another one.",),
        _R.AUTOMATIC,
    ),
    Code(
        "used_account_inactive",
        _C.REFERENCE,
        "An account in use is inactive",
        "The account {account} is not an active account of the books, and {users} name it.",
        ("Create or reactivate the account in the books, or name another one in the CMMS.",),
        _R.AUTOMATIC,
    ),
    Code(
        "used_tax_code_inactive",
        _C.REFERENCE,
        "A tax code in use is inactive",
        "The tax code {tax_code} is not an active tax code of the books, and {users} name it.",
        ("Create or reactivate the tax code in the books, or name another one in the CMMS.",),
        _R.AUTOMATIC,
    ),
    Code(
        "merged_in_books",
        _C.REFERENCE,
        "Merged with another record in the books",
        "The {kind} {record} was merged with another one in the books, but {why}.",
        ("Merge the two in the CMMS as well: archive the one, and use the other instead.",),
        _R.AFTER_FIX,
    ),
    # References
    Code(
        "waiting_for_record",
        _C.REFERENCE,
        "Waits for another record",
        "{record} waits until {waiting_on} is in the books.",
        ("See why that record is not in the books yet.",),
        _R.AUTOMATIC,
    ),
    Code(
        "record_absent",
        _C.REFERENCE,
        "A record that others need does not come",
        "{record} needs {waiting_on}, {why}.",
        (
            "Save that record in the CMMS, so that it is sent.",
            "Or name another one there.",
        ),
        _R.AFTER_FIX,
    ),
    Code(
        "waiting_for_lists",
        _C.REFERENCE,
        "Waits for accounts and taxes",
        "{record} waits until accounts and taxes have been read from the books.",
        (NOTHING,),
        _R.AUTOMATIC,
    ),
    Code(
        "reference_inactive",
        _C.REFERENCE,
        "Something it names is inactive or deleted",
        "{record} names {named} that is inactive or deleted in the books.",
        (
            "Save it again in the CMMS as active, or name another one there.",
            "Or reactivate it in the books: what waits goes on by itself once that is read.",
        ),
        _R.AFTER_FIX,
    ),
    Code(
        "gone_in_books",
        _C.REFERENCE,
        "Deleted in the books",
        "{record} was in the books, but it, or something that it names, was deleted or "
        "made inactive there.",
        (
            "Restore it in the books, or archive the record in the CMMS.",
            "Where the books cannot restore it: archived and then saved again, it is made anew.",
        ),
        _R.AFTER_FIX,
    ),
)
