"""Sentences about columns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.statistics.made import case, column, compared, passes, table
from workbench.core.statistics import wording
from workbench.core.statistics.columns import PassPower, PassRate, summarise
from workbench.core.statistics.comparisons import (
    LeftOutPairs,
    NoWorseResult,
    ScoreComparison,
    compare_columns,
    no_worse,
)
from workbench.core.statistics.power import CaseNeed, more_cases
from workbench.core.statistics.proportions import ConfidenceInterval
from workbench.core.statistics.results import ColumnResults
from workbench.core.statistics.stopping import TryResult
from workbench.core.statistics.wording import (
    comparison_words,
    gaps_words,
    left_out_words,
    need_words,
    no_worse_words,
    pass_power_words,
    rate_words,
    score_words,
    try_figures,
    try_words,
)


def test_sentences_of_golden_examples() -> None:
    assert comparison_words(compared(70, 14, 3, 33)) == (
        "#14 is better than the baseline #10: it fixed 14 cases and broke 3 of 120 (difference 9 points, 95 % interval "
        "2 to 16; exact p = 0.013)."
    )
    assert comparison_words(compared(30, 14, 3, 1)) == (
        "#14 is better than the baseline #10: it fixed 14 cases and broke 3 of 48 (difference 23 points, 95 % interval "
        "7 to 38; exact p = 0.013)."
    )
    none = compared(10, 9, 2, 3)
    assert comparison_words(none, more_cases(passes(none), 0.3)) == (
        "No difference shown between #14 and the baseline #10: #14 fixed 9 cases and broke 2 of 24 (difference 29 "
        "points, 95 % interval 2 to 51; exact p = 0.065). About 20 more cases would probably show a difference of 30 "
        "points."
    )


def test_a_sentence_that_follows_the_corrected_one_begins_with_what_it_stands_on() -> None:
    def said(*table: int) -> str:
        return comparison_words(compared(*table), lead="By the judge alone")

    assert said(30, 14, 3, 1).startswith("By the judge alone, #14 is better than the baseline #10: it fixed 14 cases")
    assert said(30, 6, 5, 1).startswith("By the judge alone, no difference is shown: #14 fixed 6 cases and broke 5")


def test_worse_column_has_minus_signs() -> None:
    assert comparison_words(compared(30, 3, 14, 1), CaseNeed(0.1, 50)) == (
        "#14 is worse than the baseline #10: it fixed 3 cases and broke 14 of 48 (difference −23 points, 95 % interval "
        "−38 to −7; exact p = 0.013)."
    )


def test_narrow_intervals_have_a_decimal_and_zero_no_sign() -> None:
    assert "(difference 0.2 points, 95 % interval −1.3 to 1.7; exact p = 0.896)" in comparison_words(
        compared(500, 30, 28, 442)
    )
    assert "difference 0 points, 95 % interval −32 to 32; exact p = 1)" in comparison_words(compared(0, 0, 0, 8))


def test_several_columns_show_the_adjusted_p() -> None:
    baseline, better = table(70, 14, 3, 33)
    found = compare_columns(baseline, [better, *(replace(baseline, name=str(at)) for at in range(3))])
    assert "exact p = 0.013, 0.051 adjusted for 4 columns)" in comparison_words(found[0])
    assert comparison_words(found[0]).startswith("No difference shown between #14 and the baseline #10: ")


def test_an_adjusted_p_that_looks_the_same_is_not_repeated() -> None:
    baseline, equal = table(8, 0, 0, 4)
    found = compare_columns(baseline, [equal, replace(equal, name="other")])
    assert "exact p = 1, also adjusted for 2 columns)" in comparison_words(found[0])
    assert wording.tested_words(0.0001, 0.0002, 3, is_exact=False) == "p < 0.001, also adjusted for 3 columns"
    assert wording.tested_words(0.0009, 0.0018, 2, is_exact=True) == "exact p < 0.001, 0.002 adjusted for 2 columns"


def test_too_few_clusters_are_said_with_counts() -> None:
    baseline, other = column("A", ["--"] * 8), column("B", ["++"] * 3 + ["--"] * 5)
    assert comparison_words(compare_columns(baseline, [other])[0]) == (
        "B fixed 3 cases and broke 0 of 8, against the baseline A. 8 cases with samples are too few for a rate: 10 are "
        "needed."
    )
    clusters = [0, 0, 1, 1, 2, 2, 3, 3]
    baseline, other = column("A", "--------", clusters), column("B", "+-------", clusters)
    assert comparison_words(compare_columns(baseline, [other])[0]) == (
        "B fixed 1 case and broke 0 of 8, against the baseline A. 4 clusters are too few for a rate: 10 are needed."
    )


def test_left_out_cases_are_said() -> None:
    assert left_out_words(LeftOutPairs()) == ""
    assert left_out_words(LeftOutPairs(1200, 3, 1)) == (
        "1,204 cases left out: 3 unscored, 1 without an answer, 1,200 not in both columns."
    )
    baseline = ColumnResults("A", (case(1, "?"),))
    assert comparison_words(compare_columns(baseline, [ColumnResults("B", (case(1, "+"),))])[0]) == (
        "B and the baseline A have no scored case in common. 1 case left out: 1 unscored."
    )


@pytest.mark.parametrize(
    ("need", "words"),
    [
        (CaseNeed(0.1, 60), "About 60 more cases would probably show a difference of 10 points."),
        (CaseNeed(0.01, 1), "About 1 more case would probably show a difference of 1 point."),
        (CaseNeed(0.025, 0), "A difference of 2.5 points would probably have shown."),
        (CaseNeed(0.001, None), "To show a difference of 0.1 points, more than 100,000 more cases are needed."),
    ],
)
def test_needed_cases_are_said(need: CaseNeed, words: str) -> None:
    assert need_words(need) == words


def test_no_worse_says_the_margin_and_what_it_saves() -> None:
    found = compared(80, 8, 5, 7)
    assert no_worse_words(found, no_worse(passes(found), 0.05), 1.2) == (
        "#14 is no worse than #10 by more than 5 points: difference 3 points, 95 % interval −5 to 11. It saves $1.20 "
        "per 1,000 calls."
    )
    assert no_worse_words(found, no_worse(passes(found), 0.01), -1.2) == (
        "Not shown that #14 is no worse than #10 by more than 1 point: difference 3 points, 95 % interval −5 to 11. It "
        "costs $1.20 more per 1,000 calls."
    )
    words = no_worse_words(found, no_worse(passes(found), 0.05), 1.2, 0.44, is_margin_late=True)
    assert words.startswith("#14 is no worse than #10 by more than 5 points (margin chosen after the run): difference")
    assert words.endswith("It saves $1.20 per 1,000 calls and is 0.4 s faster (median).")
    slower = no_worse_words(found, no_worse(passes(found), 0.05), None, -2.0)
    assert slower.endswith("95 % interval −5 to 11. It is 2.0 s slower (median).")
    assert no_worse_words(found, no_worse(passes(found), 0.05), None, 0.01).endswith("95 % interval −5 to 11.")
    few = compare_columns(column("A", ["--"] * 8), [column("B", ["++"] * 8)])[0]
    assert no_worse_words(few, no_worse(passes(few), 0.05)) == "Too few cases to say whether B is no worse than A."


def test_no_worse_by_corrected_rates_says_so() -> None:
    comparison = compared(30, 6, 5, 1)
    words = "difference −30 points, 95 % interval −45 to −13"
    said = no_worse_words(comparison, NoWorseResult(0.05, -0.45, holds=False), corrected=words)
    assert said == (
        "Corrected for the judge's errors, not shown that #14 is no worse than #10 by more than 5 points: difference "
        "−30 points, 95 % interval −45 to −13."
    )


def test_figures_of_a_try_are_one_sided() -> None:
    assert try_figures(compared(70, 14, 3, 33)) == (
        "fixed 14 cases, broke 3 of 120 (difference 9 points, 95 % interval 2 to 16; one-sided p = 0.006)."
    )
    nothing = compare_columns(column("A", ["?"] * 2), [column("B", ["+"] * 2)])[0]
    assert try_figures(nothing) == "no scored case in common. 2 cases left out: 2 unscored."


def test_scores_are_said_with_their_interval() -> None:
    higher = ScoreComparison(30, 30, 0.058, ConfidenceInterval(0.012, 0.11), 0.02, 0.04)
    assert score_words(higher) == "Its mean score is higher (difference 0.058, 95 % interval 0.012 to 0.11; p = 0.040)."
    assert score_words(replace(higher, p_adjusted=0.0501, interval=None)) == (
        "No difference in mean score shown (difference 0.058; p = 0.050)."
    )
    assert score_words(ScoreComparison(9, 9, 0.5)) == ""


def test_p_values_near_the_level_show_their_side() -> None:
    found = compared(70, 14, 3, 33)
    for p, words in ((0.04996, "p = 0.04996"), (0.0004, "p < 0.001"), (0.05, "p = 0.050")):
        shown = comparison_words(replace(found, passes=replace(passes(found), p=p, p_adjusted=p)))
        assert words in shown
        assert ("better" in shown) == (p < 0.05)


def test_column_head_words() -> None:
    assert rate_words(summarise(table(30, 14, 3, 1)[1]).passes) == "92 % (80 to 97)"
    assert rate_words(summarise(column("A", ["++"] * 5 + ["--"] * 3)).passes) == "5 of 8"
    assert rate_words(summarise(column("A", ["?"])).passes) == "nothing scored"
    fine = PassRate(0.5532, 4000, 2213, 4000, 4000, ConfidenceInterval(0.538, 0.569))
    assert rate_words(fine) == "55.3 % (53.8 to 56.9)"
    assert gaps_words(summarise(column("A", ["+"] * 997 + ["?"] * 2 + ["0"]))) == (
        "under 1 % unscored, under 1 % without an answer"
    )
    assert gaps_words(summarise(column("A", "+++?"))) == "25 % unscored"
    assert gaps_words(summarise(column("A", "+"))) == ""
    assert pass_power_words(PassPower(3, 0.637, 40)) == "all 3 samples pass: 64 %"
    assert pass_power_words(PassPower(2, 0.999, 4000)) == "all 2 samples pass: over 99 %"


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (TryResult("settled"), "Settled: it is better."),
        (TryResult("closed"), "Closed: it is not 10 points better."),
        (TryResult("open"), "Open: neither better, nor ruled out that it is 10 points better. Run both once more."),
        (TryResult("open", "small_margin", 20), "Open: 20 more cases needed to rule out that it is 10 points better."),
        (TryResult("open", "small_margin"), "Open: a larger margin is needed to rule out that it is 10 points better."),
        (TryResult("cannot_tell", "few_cases", 2), "Cannot tell: 2 more cases needed."),
        (
            TryResult("cannot_tell", "stored_champion"),
            "Cannot tell: run the best version again beside this one, on the same cases.",
        ),
    ],
)
def test_stopping_rule_is_said(found: TryResult, words: str) -> None:
    assert try_words(found) == words
