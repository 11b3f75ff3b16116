"""The fixtures of a tenant with books of its own."""

from tests.counting import counting
from tests.integration.workshop import (
    books,
    books_services,
    books_simulator,
    empty_tables,
    hints,
    keeper,
    open_shop,
    shop,
    threads,
    unmapped,
    with_settings,
)

__all__ = [
    "books",
    "books_services",
    "books_simulator",
    "counting",
    "empty_tables",
    "hints",
    "keeper",
    "open_shop",
    "shop",
    "threads",
    "unmapped",
    "with_settings",
]
