"""What makes the records of each code go on: the test that proves it, or that a person must ask."""

HERE = "issues/test_resuming.py"
RECONNECTED = ("drive/test_trouble.py", "test_a_reconnect_goes_on_where_the_pause_began")
FREED = ("drive/test_paid_invoices.py", "test_it_goes_on_by_itself_once_the_payment_is_gone")
FREED_BILL = ("drive/test_bills.py", "test_a_bill_goes_on_by_itself_once_it_is_not_paid_any_more")
MAPPED = ("connections/test_mapping.py", "test_what_waited_for_the_mapping_is_due")
BACK = (HERE, "test_what_failed_for_a_record_that_was_gone_goes_on_once_it_is_back")
LISTS = (HERE, "test_what_failed_for_accounts_or_taxes_goes_on_once_they_are_others")
PREFERRED = (HERE, "test_what_failed_for_a_preference_goes_on_once_it_is_another")
NUMBERED = ("connections/test_settings.py", "test_what_waited_for_a_setting_is_due_at_once")
SEEN_AGAIN = (
    "pull/test_issues.py",
    "test_an_issue_closes_by_itself_once_the_account_is_active_again",
)

# Code -> the test that proves what makes its records go on without anybody's click.
PROOFS = {
    # of the whole connection: any reconnect, whatever it was paused for
    "consent_withdrawn": RECONNECTED,
    "client_refused": RECONNECTED,
    "wrong_environment": RECONNECTED,
    "scope_missing": (
        "connections/test_lost_access.py",
        "test_a_new_consent_brings_the_missing_scope",
    ),
    "scope_refused": RECONNECTED,
    "organisation_removed": (
        "connections/test_lost_access.py",
        "test_a_removed_organisation_comes_back_with_a_new_consent",
    ),
    "permission_lost": RECONNECTED,
    "subscription_lapsed": (
        "connections/test_connections.py",
        "test_a_paused_connection_may_try_again",
    ),
    "not_connected": (
        "connections/test_connections.py",
        "test_a_new_connection_owes_everything_sent_before",
    ),
    "switched_off": (
        "connections/test_connections.py",
        "test_a_disabled_connection_comes_back_as_it_was",
    ),
    "kind_switched_off": (
        "connections/test_settings.py",
        "test_switched_on_again_its_records_go_out",
    ),
    # mapping and lists
    "mapping_missing": MAPPED,
    "account_missing": (
        "xero/test_refused.py",
        "test_an_archived_account_is_mended_by_mapping_another",
    ),
    "account_type_wrong": LISTS,
    "tax_code_missing": (HERE, "test_what_waits_for_a_tax_code_goes_on_once_it_is_active"),
    "tax_refused": LISTS,
    "mapped_account_inactive": SEEN_AGAIN,
    "used_account_inactive": SEEN_AGAIN,
    "mapped_tax_code_inactive": (HERE, "test_a_tax_code_that_is_active_again_is_no_issue"),
    "used_tax_code_inactive": (HERE, "test_a_tax_code_that_is_active_again_is_no_issue"),
    # other records
    "merged_in_books": (
        "pull/test_merges.py",
        "test_a_record_under_way_follows_once_it_is_settled",
    ),
    "waiting_for_record": ("drive/test_order.py", "test_a_document_waits_for_party_and_item"),
    "record_absent": (
        "drive/test_reactivated.py",
        "test_what_waited_for_an_archived_customer_goes_once_it_is_active",
    ),
    "waiting_for_lists": ("drive/test_order.py", "test_nothing_is_written_before_the_first_pulls"),
    "reference_inactive": BACK,
    "gone_in_books": BACK,
    "ref_unknown": (HERE, "test_a_ref_that_nothing_had_is_linked_once_it_is_read"),
    "ref_of_another": (HERE, "test_a_ref_that_bore_anothers_mark_is_linked_once_it_bears_none"),
    "match_undecided": (
        "match/test_later.py",
        "test_a_candidate_that_is_none_any_more_ends_the_waiting",
    ),
    "match_unconfirmed": (
        "connections/test_settings.py",
        "test_who_waits_to_be_confirmed_is_created_once_that_is_the_policy",
    ),
    "duplicate_name": (
        "drive/test_names.py",
        "test_a_name_that_is_given_up_in_the_books_goes_to_who_wants_it",
    ),
    "duplicate_number": NUMBERED,
    "number_used": (HERE, "test_a_number_that_is_used_goes_on_once_the_books_number"),
    # documents
    "currency_not_enabled": PREFERRED,
    "tax_inclusive_not_supported": PREFERRED,
    "two_tax_codes": PREFERRED,
    "purchase_tax_not_supported": PREFERRED,
    "feature_missing": PREFERRED,
    "period_closed": (
        "drive/test_periods.py",
        "test_it_goes_on_once_the_books_are_read_to_be_open",
    ),
    "invoice_paid": FREED,
    "total_below_paid": FREED,
    "customer_paid": FREED,
    "amounts_paid": (
        "xero/test_paying.py",
        "test_amounts_of_an_invoice_wait_for_its_payments_to_go",
    ),
    "bill_paid": FREED_BILL,
    "vendor_paid": FREED_BILL,
    "not_applied": (
        "drive/test_payments_out.py",
        "test_more_than_the_books_have_open_waits_for_the_next_pull",
    ),
    "conflict": ("pull/test_conflicts.py", "test_books_that_change_back_end_a_conflict"),
    # what passes
    "stale": (
        "settle/test_strangers.py",
        "test_a_stale_token_of_an_untouched_record_is_sent_once_more",
    ),
    "throttled": (
        "drive/test_trouble.py",
        "test_a_throttle_stops_the_connection_and_costs_nothing",
    ),
    "books_unavailable": (
        "drive/test_trouble.py",
        "test_a_ledger_that_is_down_is_asked_less_and_less",
    ),
    "outcome_unknown": (
        "settle/test_unknown_outcomes.py",
        "test_a_write_whose_answer_was_lost_is_repeated_once",
    ),
}

# Nothing that we see tells that these are mended: they are saved again, or retried by a person.
ON_REQUEST = {
    "value_too_long", "email_invalid", "name_unusable", "value_refused", "books_refused",
    "negative_amount", "currency_mismatch", "journal_currency", "currency_fixed", "stock_too_young",
    "still_in_use", "locked_in_books", "ref_taken", "two_in_books", "cannot_look_up", "defect",
    "company_mismatch", "environment_mismatch",
}  # fmt: skip
