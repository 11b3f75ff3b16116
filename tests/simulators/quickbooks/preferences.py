"""A person changes the preferences of a company."""

from __future__ import annotations

from decimal import Decimal

from tests.simulators.quickbooks.company import Company
from tests.simulators.quickbooks.seed import set_currency_home
from tests.simulators.quickbooks.wire import Json


def prefer(company: Company, change: Json) -> Json:
    """Deep merge; OtherPrefs may be given as {"Name": "Value"}."""
    preferences = company.preferences
    for section, values in change.items():
        if section == "OtherPrefs" and "NameValue" not in values:
            merged = _other_prefs(preferences.get(section, {}), values)
        else:
            merged = _merge(preferences.get(section, {}), values)
        preferences[section] = merged
    set_currency_home(company)
    company.touch("Preferences", preferences)
    return preferences


def _other_prefs(old: Json, values: dict[str, Json]) -> Json:
    pairs = {pair["Name"]: pair.get("Value") for pair in old.get("NameValue", ())}
    pairs |= {name: _preference_text(value) for name, value in values.items()}
    return {"NameValue": [{"Name": name, "Value": value} for name, value in pairs.items()]}


def _preference_text(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool | Decimal) else str(value)


def _merge(old: Json, new: Json) -> Json:
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    merged = dict(old)
    for name, value in new.items():
        if value is None:  # a preference can be taken away
            merged.pop(name, None)
        else:
            merged[name] = _merge(old.get(name), value)
    return merged
