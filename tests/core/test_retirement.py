from __future__ import annotations

from datetime import date, timedelta

import pytest

from workbench.core.retirement import SOON, is_retired, retirement_note

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("day", "note"),
    [
        (None, ""),
        (date(2025, 9, 1), "retired 2025-09-01"),
        (TODAY, "retired 2026-11-28"),
        (TODAY + timedelta(days=1), "retires on 2026-11-29"),
        (TODAY + SOON, "retires on 2027-02-28"),
        (TODAY + SOON + timedelta(days=1), ""),
    ],
)
def test_what_is_said_of_a_date(day: date | None, note: str) -> None:
    assert retirement_note(day, TODAY) == note
    assert is_retired(day, TODAY) == note.startswith("retired")
