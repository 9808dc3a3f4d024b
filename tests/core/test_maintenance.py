"""Rules of maintenance: stored form, and when a backup is due."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.maintenance import MaintenanceRules, days_before, is_due

NOW = "2026-11-24T13:20:05.123Z"


@given(st.booleans(), st.integers(1, 3650), st.none() | st.integers(1, 3650), st.text())
def test_rules_round_trip_through_their_text(daily: bool, keep: int, raw_days: int | None, folder: str) -> None:
    rules = MaintenanceRules(daily, keep, raw_days, folder)
    assert MaintenanceRules.from_text(rules.to_text()) == rules


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"daily": 1, "keep": 7, "raw_days": null, "folder": ""}',
        '{"daily": true, "keep": 0, "raw_days": null, "folder": ""}',
        '{"daily": true, "keep": true, "raw_days": null, "folder": ""}',
        '{"daily": true, "keep": 7, "raw_days": -1, "folder": ""}',
        '{"daily": true, "keep": 7, "raw_days": null, "folder": 3}',
        "[" * 100_000,
    ],
)
def test_invalid_rules_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        MaintenanceRules.from_text(text)


@pytest.mark.parametrize(
    ("newest", "due"),
    [
        (None, True),
        ("2026-11-23T13:20:05.123Z", True),
        ("2026-11-23T13:20:05.124Z", False),
        ("2026-11-24T13:20:05.123Z", False),
        ("2026-11-25T00:00:00.000Z", True),
    ],
)
def test_backup_is_due_after_a_day(newest: str | None, due: bool) -> None:
    assert is_due(newest, NOW) is due


def test_days_before_returns_a_timestamp_in_stored_format() -> None:
    assert days_before(NOW, 30) == "2026-10-25T13:20:05.123Z"
    assert len(days_before("2026-03-01T00:00:00.000Z", 1)) == len(NOW)
