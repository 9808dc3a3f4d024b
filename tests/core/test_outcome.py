"""What a run says about how its answers ended."""

from __future__ import annotations

import pytest

from workbench.core.outcome import Outcome


@pytest.mark.parametrize(
    ("outcome", "trouble", "words"),
    [
        (Outcome(), "", ""),
        (Outcome(2), "", ""),
        (Outcome(2, failed=2), "failed", "failed"),
        (Outcome(1, failed=1), "failed", "failed"),
        (Outcome(3, failed=1), "failed", "1 of 3 failed"),
        (Outcome(2, interrupted=2), "interrupted", "interrupted"),
        (Outcome(4, stopped=1), "stopped", "1 of 4 stopped"),
        (Outcome(4, failed=1, stopped=3), "failed", "1 of 4 failed, 3 stopped"),
        (Outcome(2, cut=2), "", "cut off"),
        (Outcome(3, failed=1, cut=1), "failed", "1 of 3 failed, 1 cut off"),
        (Outcome(1, empty=1), "", "empty answer"),
        (Outcome(2, empty=2), "", "empty answers"),
        (Outcome(3, failed=1, empty=1), "failed", "1 of 3 failed, 1 empty"),
        (Outcome(3, empty=1), "", "1 of 3 empty"),
        (Outcome(4, interrupted=1, stopped=1), "interrupted", "1 of 4 interrupted, 1 stopped"),
        (Outcome(12_400, failed=1_200, cut=1_001), "failed", "1,200 of 12,400 failed, 1,001 cut off"),
    ],
)
def test_outcome_describes_failed_stopped_cut_and_empty_answers(outcome: Outcome, trouble: str, words: str) -> None:
    assert (outcome.trouble, outcome.words) == (trouble, words)
