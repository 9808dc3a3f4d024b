"""Sentences about judges."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.statistics.judge_made import answered, judged
from tests.core.statistics.test_preferences import cells as preferred
from tests.core.statistics.test_threshold import cells as decided
from tests.core.statistics.test_threshold import chosen
from workbench.core.statistics.comparisons import LeftOutPairs
from workbench.core.statistics.corrected_rate import (
    CorrectedDifference,
    CorrectedRate,
    corrected_difference,
    corrected_rate,
)
from workbench.core.statistics.judge_cells import JudgedCell
from workbench.core.statistics.judge_error import JudgeError, judge_error
from workbench.core.statistics.judge_words import (
    agreement_words,
    beside_rate_words,
    corrected_difference_words,
    corrected_words,
    correction_words,
    failed_words,
    judge_words,
    preference_words,
    threshold_words,
    unmeasured_words,
)
from workbench.core.statistics.preferences import count_preferences
from workbench.core.statistics.proportions import ConfidenceInterval


def error(passed: tuple[int, int], failed: tuple[int, int]) -> JudgeError:
    return judge_error(answered(passed, failed, (30, 30)))


def corrected(cells: list[JudgedCell]) -> CorrectedRate:
    found = corrected_rate(cells)
    assert found is not None
    return found


def test_measured_judge_catches_and_fails() -> None:
    found = error((17, 1), (3, 9))
    assert judge_words(found) == (
        "The judge catches 9 of 10 answers that you failed (90 %, 95 % interval 60 to 98) and fails 3 of 20 that you "
        "passed (15 %, 5 to 36)."
    )
    assert agreement_words(found) == "The judge agrees with you about 26 of 30 answers (87 %, 70 to 95)."
    assert unmeasured_words(found) == ""


@pytest.mark.parametrize(
    ("labels", "need"),
    [(0, "20 random answers"), (8, "12 more random answers"), (19, "1 more random answer")],
)
def test_unmeasured_judge_says_how_many_labels_are_needed(labels: int, need: str) -> None:
    found = error((labels, 0), (0, 0))
    assert judge_words(found) == f"Unmeasured: label {need} to see how far this judge can be trusted."
    assert agreement_words(found) == ""


def test_judge_without_good_or_bad_answers_says_so() -> None:
    assert judge_words(error((22, 0), (3, 0))) == (
        "You failed none of 25 answers, so whether the judge catches bad ones is unknown. It fails 3 of 25 that you "
        "passed (12 %, 95 % interval 4 to 30)."
    )
    assert judge_words(error((0, 2), (0, 18))) == (
        "The judge catches 18 of 20 answers that you failed (90 %, 95 % interval 70 to 97). You passed none of "
        "20 answers."
    )


def test_labels_left_out_are_said() -> None:
    found = judge_error([*answered((17, 1), (3, 9)), *judged("+0,?-,-0")])
    assert judge_words(found).endswith(" 3 labels left out: 2 unsure, 1 of unscored answers.")
    assert judge_words(judge_error(judged("+0"))).endswith(" 1 label left out: 1 unsure.")


def test_few_clusters_give_counts_only() -> None:
    cells = [replace(cell, cluster=str(at % 5)) for at, cell in enumerate(answered((17, 1), (3, 9)))]
    assert judge_words(judge_error(cells)) == (
        "The judge catches 9 of 10 answers that you failed and fails 3 of 20 that you passed."
    )


def test_corrected_rate_stands_beside_the_raw_one() -> None:
    cells = answered((17, 1), (3, 9), (40, 30))
    assert (
        corrected_words(corrected(cells), is_measured=True)
        == "Corrected for the judge's errors: 65 % (51 to 78); by the judge alone 58 % (48 to 67)."
    )
    assert corrected_words(corrected([*cells, JudgedCell("more", "unscored", "pass")]), is_measured=True).endswith(
        "; by the judge alone 58 % (48 to 67). 1 label left out: 1 of unscored answers."
    )


def test_uncorrected_rate_says_what_is_needed() -> None:
    assert corrected_words(corrected(answered((5, 0), (1, 2), (50, 42))), is_measured=False) == (
        "Unmeasured, by the judge alone 55 % (45 to 64): label 12 more random answers of this column to correct for "
        "the judge's "
        "errors."
    )
    assert corrected_words(corrected(answered((0, 0), (0, 0), (5, 3))), is_measured=False) == (
        "Unmeasured, by the judge alone 62 % (31 to 86): label 8 random answers of this column to correct for "
        "the judge's errors."
    )
    cells = [replace(cell, cluster=str(at % 5)) for at, cell in enumerate(answered((17, 1), (3, 9), (20, 0)))]
    assert corrected_words(corrected(cells), is_measured=True) == (
        "Not corrected, by the judge alone 38 of 50: labels in at least 10 clusters are needed."
    )


def test_the_words_beside_a_rate_and_those_about_the_judge_agree() -> None:
    few = corrected(answered((5, 0), (1, 2), (50, 42)))
    assert beside_rate_words(few, is_measured=False) == "judge unmeasured"
    # Labels of other columns measured the judge: it is this column that lacks labels.
    assert beside_rate_words(few, is_measured=True) == "judged 55 %, not corrected"
    assert corrected_words(few, is_measured=True).startswith(
        "Not corrected, by the judge alone 55 % (45 to 64): label 12"
    )
    # Every answer of a short column has a label, and yet they are too few to measure the judge.
    all_ = corrected(answered((9, 2), (0, 1), (0, 0)))
    assert beside_rate_words(all_, is_measured=False) == "judge unmeasured"
    said = corrected_words(all_, is_measured=False)
    assert said.startswith("Unmeasured, by the judge alone 92 % (")
    assert "By your labels of all 12 answers: 75 % (" in said
    many = corrected(answered((17, 1), (3, 9), (40, 30)))
    assert beside_rate_words(many, is_measured=True) == "judged 58 %, corrected 65 % (51 to 78)"


def test_difference_stands_beside_the_raw_one() -> None:
    before, after = answered((14, 4), (2, 5), (30, 45)), answered((19, 1), (2, 3), (55, 20))
    found = corrected_difference(before, after)
    assert found is not None
    said = corrected_difference_words(replace(found, left_out=LeftOutPairs(unscored=2)))
    assert said.startswith("Difference corrected for the judge's errors: 29 points, 95 % interval 3 to ")
    assert said.endswith("; by the judge alone 27 points. 2 cases left out: 2 unscored.")


def test_correction_says_what_the_judge_hid_or_made_up() -> None:
    before, after = answered((14, 4), (2, 5), (30, 45)), answered((19, 1), (2, 3), (55, 20))
    found = corrected_difference(before, after)
    assert found is not None
    assert (found.difference, found.interval) != (None, None)
    said = correction_words(found, "better", "mini", "large")
    assert said.startswith(
        "Corrected for the judge's errors, mini passes more often than the baseline large: 29 points, 95 % interval 3 "
    )
    assert "by the judge alone" not in said, "its own comparison follows"
    fewer = replace(found, difference=-0.3, interval=ConfidenceInterval(-0.45, -0.13), raw=-0.1)
    said = correction_words(fewer, "worse", "mini", "large", is_alone=False, check="is “kind”.", tested="p < 0.001")
    assert said == (
        "Corrected for the judge's errors, mini passes the judged check less often than the baseline large: −30 "
        "points, 95 % interval −45 to −13; p < 0.001; by the judge alone −10 points. Judged is whether an answer is "
        "“kind”."
    )
    level = replace(found, difference=-0.05, interval=ConfidenceInterval(-0.2, 0.1))
    assert "no difference between mini and the baseline large is shown: −5 points" in correction_words(
        level, "no_difference", "mini", "large"
    )
    assert "is shown by the judged check: −5" in correction_words(
        level, "no_difference", "mini", "large", is_alone=False
    )
    assert correction_words(replace(found, interval=None), "better", "mini", "large") == ""
    few = CorrectedDifference(40, LeftOutPairs(), 0.1, (4, 20))
    assert correction_words(few, "better", "mini", "large") == ""


def test_failed_judgements_are_counted_with_their_most_frequent_problem() -> None:
    assert failed_words(0, "", 0) == ""
    assert failed_words(1, "", 0) == "1 judgement failed."
    assert failed_words(12, "The key is\nwrong.", 12) == "12 judgements failed: The key is wrong."
    assert failed_words(12, "No answer.", 7) == "12 judgements failed, most often: No answer."
    assert failed_words(2, "x" * 1_000, 2).endswith("x…")


def test_uncorrected_difference_says_what_is_needed() -> None:
    few = CorrectedDifference(40, LeftOutPairs(), 0.125, (4, 20))
    assert corrected_difference_words(few) == (
        "Difference unmeasured, by the judge alone 12 points: label 4 more random answers of the baseline and 20 more "
        "random answers "
        "of this column to correct for the judge's errors."
    )
    assert "label 1 more random answer of this column to" in corrected_difference_words(replace(few, missing=(0, 1)))
    assert corrected_difference_words(replace(few, missing=(0, 0), difference=0.1)) == (
        "Difference not corrected, by the judge alone 12 points: labels in at least 10 clusters are needed on both "
        "sides."
    )


def test_preferences_have_counts_and_the_sign_test() -> None:
    none, better, worse = (
        count_preferences([preferred(cases)])[0]
        for cases in (">" * 9 + "<" * 2 + "=" * 13, ">" * 10 + "<?", "<" * 10 + ">")
    )
    assert preference_words(none) == (
        "Preferred in 9 of 24 cases, the baseline in 2, 13 undecided (judge unmeasured): no difference shown "
        "(exact p = 0.065)."
    )
    assert preference_words(better) == (
        "Preferred in 10 of 11 cases, the baseline in 1, 0 undecided (judge unmeasured): the judge prefers it "
        "(exact p = 0.012). 1 case left out: unscored."
    )
    assert "the judge prefers the baseline (exact p = 0.012)." in preference_words(worse)
    two = count_preferences([preferred(">" * 10 + "<"), preferred("=")])[0]
    assert "(exact p = 0.012, 0.023 adjusted for 2 columns)" in preference_words(two)


def test_preferences_without_a_test_have_counts_only() -> None:
    assert preference_words(count_preferences([preferred([">>", "<"])])[0]) == (
        "Preferred in 1 of 2 cases, the baseline in 1, 0 undecided (judge unmeasured). 2 cases with samples are too "
        "few for a test: 10 are needed."
    )
    assert preference_words(count_preferences([preferred(">>", [1, 1])])[0]).endswith(
        "1 cluster is too few for a test: 10 are needed."
    )
    assert preference_words(count_preferences([preferred("?")])[0]) == (
        "The judge compared no case. 1 case left out: unscored."
    )


def test_threshold_says_that_its_rates_look_better_than_they_are() -> None:
    rows = [(0.1, False)] * 8 + [(0.45, False), (0.5, True)] + [(0.9, True)] * 12
    assert threshold_words(chosen(decided(rows))) == (
        "Threshold 0.5: the judge catches 9 of 9 answers that you failed and fails 0 of 13 that you passed. It was "
        "chosen to fit these labels, so new answers come out worse. With each label judged by a threshold chosen on "
        "the others, it catches 8 of 9 answers that you failed and fails 1 of 13 that you passed."
    )
    assert threshold_words(chosen(decided([(0.1, False), (0.9, True)]))) == (
        "Threshold 0.5: the judge catches 1 of 1 answer that you failed and fails 0 of 1 that you passed. It was "
        "chosen to fit these labels, so new answers come out worse. With each label judged by a threshold chosen on "
        "the others, it says nothing: no label is left to choose on. Unmeasured: label 18 more random answers to see "
        "how far this judge can be trusted."
    )
