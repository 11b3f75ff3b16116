"""How many reads a run of each resource takes when nothing has changed; Intuit meters reads."""

from collections.abc import Mapping
from types import MappingProxyType

from worker.providers.port import Resource

READS: Mapping[Resource, int] = MappingProxyType(
    {
        Resource.CONNECTION: 1,  # preferences; the company itself is read when somebody asks
        Resource.ACCOUNTS: 1,
        Resource.TAXES: 2,  # rates, and the codes that are made of them
        Resource.CUSTOMERS: 1,
        Resource.VENDORS: 1,
        Resource.ITEMS: 1,
        Resource.PAYMENTS: 1,  # change data capture of all entities together
    }
)
