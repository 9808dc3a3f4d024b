"""Retirement dates of models, and the texts about them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from workbench.core.retirement import SOON, is_retired, retirement_date, retirement_note, retirement_sentence

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("day", "note"),
    [
        (None, ""),
        (date(2025, 9, 1), "retired 2025-09-01"),
        (TODAY, "retired 2026-11-28"),
        (TODAY + timedelta(days=1), "retires on 2026-11-29"),
        (TODAY + SOON, "retires on 2027-02-26"),
        (TODAY + SOON + timedelta(days=1), ""),
    ],
)
def test_retirement_note_depends_on_the_date(day: date | None, note: str) -> None:
    assert retirement_note(day, TODAY) == note
    assert is_retired(day, TODAY) == note.startswith("retired")


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-10-23", date(2026, 10, 23)),
        ("2026-13-01", None),
        ("2026-02-30", None),
        # ISO 8601 forms that Python accepts but the list does not use.
        ("20261023", None),
        ("2026-W43-5", None),
        ("2026-10-23T00:00:00", None),
        (" 2026-10-23", None),
        ("", None),
        (20261023, None),
        (date(2026, 10, 23), None),
        (None, None),
    ],
)
def test_only_a_complete_iso_date_is_read(written: object, day: date | None) -> None:
    assert retirement_date(written) == day


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (None, ""),
        (TODAY + SOON + timedelta(days=1), ""),
        (
            TODAY,
            "Retired on 2026-11-28, according to LiteLLM's list of models. Runs may fail: choose another model.",
        ),
        (
            TODAY + SOON,
            "Retires on 2027-02-26, according to LiteLLM's list of models. Choose another model before then.",
        ),
    ],
)
def test_retirement_sentence_recommends_another_model(day: date | None, sentence: str) -> None:
    assert retirement_sentence(day, TODAY) == sentence
