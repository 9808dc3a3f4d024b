"""Ages of stored answers, and the sentences about them."""

from __future__ import annotations

import pytest

from workbench.core.testing.answer_ages import (
    StoredAnswers,
    age_in_days,
    days_ago,
    days_before,
    old_answers,
    oldest_words,
    renewed_words,
    used_again,
)

NOW = "2026-11-29T12:00:00.000Z"


@pytest.mark.parametrize(
    ("ended_at", "days", "words"),
    [
        (NOW, 0, ""),
        ("2026-11-28T12:00:00.001Z", 0, ""),
        ("2026-11-28T12:00:00.000Z", 1, "1 day ago"),
        ("2026-11-17T11:00:00.000Z", 12, "12 days ago"),
        # After the clock was set back.
        ("2027-01-01T00:00:00.000Z", 0, ""),
        ("", None, ""),
        ("yesterday", None, ""),
    ],
)
def test_age_counts_whole_days(ended_at: str, days: int | None, words: str) -> None:
    assert age_in_days(ended_at, NOW) == days
    assert days_ago(days) == words
    assert oldest_words(days) == (f", the oldest from {words}" if words else "")


def test_limit_is_a_time_that_is_exactly_that_old() -> None:
    limit = days_before(NOW, 30)
    assert limit == "2026-10-30T12:00:00.000Z"
    assert age_in_days(limit, NOW) == 30
    # A number of days that no calendar has limits nothing.
    assert days_before(NOW, 10**9) == NOW


def test_sums_keep_the_oldest() -> None:
    parts = (StoredAnswers(), StoredAnswers(3, 1, "2026-11-02T00:00:00.000Z"), StoredAnswers(2, 0, NOW))
    assert sum(parts, StoredAnswers()) == StoredAnswers(5, 1, "2026-11-02T00:00:00.000Z")


def test_sentences_about_old_answers() -> None:
    assert old_answers(32, 12, 45, "would be") == (
        "12 of the 32 answers that would be used again are older than 30 days, the oldest from 45 days ago."
    )
    assert old_answers(32, 1, 45, "are").startswith("1 of the 32 answers that are used again is older than 30 days")
    assert old_answers(1, 1, None, "would be") == "1 answer that would be used again is older than 30 days."
    assert old_answers(3, 3, 31, "would be").startswith("3 answers that would be used again are older")
    assert used_again(1, 0) == "1 answer is used again"
    assert used_again(32, 12) == "32 answers are used again, the oldest from 12 days ago"
    assert renewed_words(1, 7) == "1 answer older than 7 days is asked again."
    assert renewed_words(1200, 1) == "1,200 answers older than 1 day are asked again."
