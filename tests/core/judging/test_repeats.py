"""Several rounds of judging as one result."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.cases import Check
from workbench.core.checks.check_result import CheckResult, MetricScore, unscored
from workbench.core.judging.pairwise import UNDECIDED, preference
from workbench.core.judging.repeats import agreement, combined

RUBRIC, PAIR = Check("llm-rubric"), Check("select-best")


def scored(score: float, *, passed: bool | None = None) -> CheckResult:
    is_pass = score >= 0.5 if passed is None else passed
    return CheckResult("pass" if is_pass else "fail", score, f"Score {score}.", metrics=(MetricScore("m", score, 2.0),))


def test_majority_decides_and_the_score_is_the_mean() -> None:
    found = combined(RUBRIC, [scored(0.9), scored(0.3), scored(0.6)])
    assert (found.state, round(found.score or 0, 9)) == ("pass", 0.6)
    assert found.reason == "Score 0.9. (2 of 3 repeats agree.)"
    assert found.metrics == (MetricScore("m", pytest.approx(0.6), 2.0),)
    assert combined(RUBRIC, [scored(0.2), unscored("Odd."), scored(0.4)]).state == "fail"


def test_one_round_is_its_own_result() -> None:
    assert combined(RUBRIC, [scored(0.2)]) == scored(0.2)
    with pytest.raises(ValueError):
        combined(RUBRIC, [])


def test_without_a_majority_the_check_is_unscored() -> None:
    assert combined(RUBRIC, [scored(1), scored(0)]) == unscored(
        "The judge is inconsistent: no majority of 2 repeats: 1 pass, 1 fail."
    )
    assert combined(RUBRIC, [scored(1), unscored("Odd."), unscored("No.")]) == unscored(
        "Odd. (No majority of 3 repeats: 1 pass, 2 unscored.)"
    )
    assert combined(RUBRIC, [unscored("Odd."), unscored("No.")]) == unscored("Odd.")


def test_repeats_of_a_pairwise_check_without_a_majority_are_undecided() -> None:
    undecided = unscored(f"{UNDECIDED}the judge finds both answers equal.")
    for rounds in ([scored(1), scored(0)], [undecided, scored(1), undecided], [undecided, undecided]):
        assert preference(PAIR, combined(PAIR, rounds)) == "undecided"
    assert preference(PAIR, combined(PAIR, [scored(1), scored(1), undecided])) == "better"


def test_agreement_is_the_share_of_the_most_frequent_state() -> None:
    assert agreement([scored(1)]) is None
    assert agreement([scored(1), scored(0), scored(0.7), unscored("x")]) == 0.5
    assert agreement([scored(1), scored(0.6)]) == 1


RESULTS = st.one_of(st.builds(scored, st.floats(0, 1)), st.just(unscored("Odd.")))


@given(st.lists(RESULTS, min_size=1, max_size=9), st.sampled_from([RUBRIC, PAIR]))
def test_combined_results_are_valid_and_need_more_than_half(results: list[CheckResult], check: Check) -> None:
    found = combined(check, results)
    assert (found.score is None) == (found.state == "unscored")
    assert found.score is None or 0 <= found.score <= 1
    if found.state != "unscored" or all(one.state == "unscored" for one in results):
        assert sum(one.state == found.state for one in results) > len(results) / 2
    assert combined(check, results[::-1]).state == found.state
