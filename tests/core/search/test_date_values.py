"""Days begin at midnight in the user's time zone."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.search.date_values import EXAMPLES, read_moment, stored_moment

NOW = "2026-11-24T00:20:05.123Z"
EAST = timezone(timedelta(hours=2))
WEST = timezone(timedelta(hours=-5))


@pytest.mark.parametrize(
    ("moment", "zone", "stored"),
    [
        ("2026-11-24", EAST, "2026-11-23T22:00:00.000Z"),
        ("today", EAST, "2026-11-23T22:00:00.000Z"),
        ("today", WEST, "2026-11-23T05:00:00.000Z"),
        ("yesterday", WEST, "2026-11-22T05:00:00.000Z"),
        ("7d", EAST, "2026-11-17T00:20:05.123Z"),
        ("2w", EAST, "2026-11-10T00:20:05.123Z"),
        ("12h", EAST, "2026-11-23T12:20:05.123Z"),
        ("2026-11", WEST, "2026-11-01T05:00:00.000Z"),
        ("2026", WEST, "2026-01-01T05:00:00.000Z"),
        ("0001-01-01", EAST, "0001-01-01T00:00:00.000Z"),
        ("9999-12-31", WEST, "9999-12-31T05:00:00.000Z"),
    ],
)
def test_dates_resolve_to_their_start_in_the_time_zone(moment: str, zone: timezone, stored: str) -> None:
    assert stored_moment(moment, NOW, zone) == stored


@pytest.mark.parametrize("text", ["", "2026-02-30", "26-01-01", "0000", "tomorrow", "7", "d", "99999d", "2026-1-1-1"])
def test_invalid_dates_return_none(text: str) -> None:
    assert read_moment(text) is None


@given(st.dates(), st.sampled_from([None, EAST, WEST]))
def test_every_date_can_be_read_and_resolved(day: object, zone: timezone | None) -> None:
    moment = read_moment(str(day))
    assert moment == str(day)
    assert len(stored_moment(moment, NOW, zone)) == 24


def test_example_dates_are_read_unchanged() -> None:
    assert [read_moment(example) for example in EXAMPLES] == list(EXAMPLES)
