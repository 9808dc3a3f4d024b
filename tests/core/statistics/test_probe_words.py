"""Sentences about probes say counts of both sides, and help only if the paired test shows it."""

from __future__ import annotations

import pytest

from workbench.core.statistics.comparisons import compare_columns
from workbench.core.statistics.probe_words import again_words, facts_words
from workbench.core.statistics.results import CaseResults, CellResult, ColumnResults


def column(passes: str, cluster: str = "") -> ColumnResults:
    """Return a column in which case n passes if the letter n is "+"; "?" is unscored."""
    states = {"+": "pass", "-": "fail", "?": "unscored"}
    cases = (
        CaseResults(f"c{number}", (CellResult(states[one]),), cluster and f"{cluster}{number % 3}")  # type: ignore[arg-type]
        for number, one in enumerate(passes)
    )
    return ColumnResults("column", tuple(cases))


@pytest.mark.parametrize(
    ("with_facts", "without", "said"),
    [
        (
            "+++++++--",
            "++-------",
            "With the facts 7 of 9 pass, without them 2 of 9 by themselves: no difference shown (exact p = 0.062).",
        ),
        (
            "++++++++-",
            "---------",
            "With the facts 8 of 9 pass, without them 0 of 9 by themselves: the facts help (exact p = 0.008).",
        ),
        (
            "---------",
            "+++++++++",
            "With the facts 0 of 9 pass, without them 9 of 9 by themselves: the facts do harm (exact p = 0.004).",
        ),
        (
            "+++",
            "+--",
            "With the facts 3 of 3 pass, without them 1 of 3 by itself: no difference shown (exact p = 0.500)."
            " Fewer than 6 cases cannot show a difference.",
        ),
        ("?", "-", "No case is scored with the facts and without them yet. 1 case left out: 1 unscored."),
    ],
)
def test_facts(with_facts: str, without: str, said: str) -> None:
    (comparison,) = compare_columns(column(without), [column(with_facts)])
    assert facts_words(comparison) == said


def test_few_clusters_are_only_counted() -> None:
    (comparison,) = compare_columns(column("------", "k"), [column("++++++", "k")])
    assert facts_words(comparison) == (
        "With the facts 6 of 6 pass, without them 0 of 6 by themselves."
        " 3 clusters are too few for a test: 10 are needed."
    )


def test_again_counts_all_columns() -> None:
    first, second = compare_columns(column("--++"), [column("+---"), column("-+++")])
    assert again_words([first, second]) == (
        "Asked again: of 4 cells that failed 2 now pass, and of 4 cells that passed 2 now fail."
        " Failing cases partly pass by themselves, so a probe never counts."
    )
    assert again_words([]) == ""
