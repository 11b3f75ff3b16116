"""Texts and numbers within a ledger's limits."""

import pytest

from worker.providers.refusals import Refusal
from worker.providers.texts import cut, fold, shortened, smooth, suffixed


def test_a_text_becomes_one_line() -> None:
    assert smooth(" a\tb\x00\n  c ") == "a b c"


def test_a_suffix_fits_within_the_limit() -> None:
    assert suffixed("Harbor Hotel", " (C)", 10) == "Harbor (C)"


def test_a_long_number_keeps_its_end_behind_a_hash_of_the_whole() -> None:
    number = "REGION-2026-1042"

    assert shortened(number, 16) == number
    assert shortened(number, 15) == f"{fold(number)}-026-1042"


def test_a_number_of_nothing_is_refused() -> None:
    with pytest.raises(Refusal):
        shortened(" \t", 15)


def test_what_is_cut_shows_it() -> None:
    assert (cut("Harbor", 6), cut("Harbor", 5)) == ("Harbor", "Harb…")
