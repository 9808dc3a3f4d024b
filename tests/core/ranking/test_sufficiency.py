"""Whether there are enough verdicts for a table, or a sentence is shown instead."""

from __future__ import annotations

import pytest

from tests.core.ranking.made import of_counts, verdict
from workbench.core.ranking.judgements import Judgement, compare
from workbench.core.ranking.sufficiency import FEWEST, enough

BAD = verdict("r", ("a", None), ("b", None))
SILENT = verdict("s", ("a", 1), ("a", 2))


@pytest.mark.parametrize(
    ("made", "reason", "missing", "sentence"),
    [
        ([], "no_verdict", 6, "No verdict yet. The ranking appears after 6."),
        (
            [BAD],
            "all_bad",
            6,
            "The only verdict is “all bad”, which does not say which is better. Mark a winner or a tie.",
        ),
        (
            [BAD, verdict("t", ("a", None), ("b", None))],
            "all_bad",
            6,
            "All 2 verdicts are “all bad”, which does not say which is better. Mark a winner or a tie.",
        ),
        (
            [BAD, SILENT],
            "one_entrant",
            6,
            "Each verdict covers a single entrant, so none says which is better."
            " Run two side by side, judge pairs, or group by something else.",
        ),
        (
            of_counts([("a", "b", 1, 0, 0)]),
            "few",
            5,
            "1 verdict so far. The ranking appears after 6.",
        ),
        (
            of_counts([("a", "b", 3, 1, 1)]),
            "few",
            1,
            "5 verdicts so far. The ranking appears after 6.",
        ),
    ],
)
def test_sentence_replaces_the_table_when_verdicts_are_insufficient(
    made: list[Judgement], reason: str, missing: int, sentence: str
) -> None:
    found = enough(compare(made))
    assert not found
    assert (found.reason, found.missing, found.sentence) == (reason, missing, sentence)


def test_six_verdicts_are_enough() -> None:
    assert enough(compare(of_counts([("a", "b", 3, 2, 1)])))
    # The reason for that number: equals reach it by luck in less than 1 of 20 cases.
    assert 2 * 0.5**FEWEST < 0.05 <= 2 * 0.5 ** (FEWEST - 1)


def test_repeated_verdicts_on_the_same_outputs_count_as_one() -> None:
    found = enough(compare([verdict("r", ("a", 1), ("b", 2))] * 10))
    assert (found.reason, found.missing) == ("few", 5)
