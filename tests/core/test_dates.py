"""Formatted times and durations."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone

import pytest

from workbench.core.dates import absolute, duration, parse, relative, to_ms

NOW = "2026-11-24T13:20:05.000Z"  # a Tuesday


@pytest.mark.parametrize(
    ("then", "text"),
    [
        (NOW, "now"),
        ("2026-11-24T13:21:00.000Z", "now"),
        ("2026-11-24T13:19:05.001Z", "now"),
        ("2026-11-24T13:19:05.000Z", "1 min"),
        ("2026-11-24T12:20:05.001Z", "59 min"),
        ("2026-11-24T12:20:05.000Z", "1 h"),
        ("2026-11-24T00:10:00.000Z", "13 h"),
        ("2026-11-23T23:50:00.000Z", "yesterday"),
        ("2026-11-23T00:00:00.000Z", "yesterday"),
        ("2026-11-22T23:59:59.999Z", "Sunday"),
        ("2026-11-18T00:00:00.000Z", "Wednesday"),
        ("2026-11-17T23:59:00.000Z", "17 Nov"),
        ("2026-01-02T08:00:00.000Z", "2 Jan"),
        ("2025-12-31T08:00:00.000Z", "31 Dec 2025"),
        ("2026-11-24T15:00:00.000Z", "24 Nov"),
        ("2027-11-24T13:20:05.000Z", "24 Nov 2027"),
    ],
)
def test_relative_times_are_formatted_by_age(then: str, text: str) -> None:
    assert relative(then, NOW, UTC) == text


def test_last_evening_is_shown_in_hours_just_after_midnight() -> None:
    assert relative("2026-11-23T22:30:00.000Z", "2026-11-24T01:00:00.000Z", UTC) == "2 h"


def test_yesterday_depends_on_the_time_zone() -> None:
    then, now = "2026-11-23T22:30:00.000Z", "2026-11-24T13:20:00.000Z"
    assert relative(then, now, UTC) == "yesterday"
    assert relative(then, now, timezone(timedelta(hours=2))) == "14 h"


def test_absolute_times_use_the_time_zone() -> None:
    assert absolute("2026-11-24T23:20:05.123Z", UTC) == "24 Nov 2026 23:20:05"
    assert absolute("2026-11-04T23:20:05.123Z", timezone(timedelta(hours=2))) == "5 Nov 2026 01:20:05"


def test_timestamps_are_read_to_the_millisecond() -> None:
    assert to_ms("1970-01-01T00:00:01.234Z") == 1234
    assert to_ms("2026-11-24T13:20:05.123Z") == 1795526405123
    assert parse(NOW).utcoffset() == timedelta(0)


@pytest.mark.parametrize("moment", ["", "now", "2026-11-24 25:00", "2026-13-01T00:00:00.000Z"])
def test_invalid_timestamps_are_refused(moment: str) -> None:
    with pytest.raises(ValueError):
        parse(moment)


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (None, ""),
        (0, "0.00 s"),
        (312, "0.31 s"),
        (999, "1.00 s"),
        (1000, "1.0 s"),
        (9249, "9.2 s"),
        (59_900, "59.9 s"),
        (60_000, "1 min 0 s"),
        (125_900, "2 min 5 s"),
    ],
)
def test_durations_are_formatted_by_length(ms: int | None, text: str) -> None:
    assert duration(ms) == text


def test_day_and_month_names_ignore_the_locale() -> None:
    assert [relative(f"2026-11-{day}T12:00:00.000Z", NOW, UTC) for day in (18, 19, 20, 21, 22)] == [
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ]
    assert [absolute(f"2026-{month:02}-01T00:00:00.000Z", UTC)[2:5] for month in range(1, 13)] == [
        *("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    ]
