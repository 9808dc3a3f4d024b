"""Catch rate, false alarms and agreement of a judge."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.statistics.judge_made import answered, exchanged, judged, judged_columns
from tests.core.statistics.oracles import JUDGE_ORACLES
from workbench.core.statistics.judge_cells import FEWEST_LABELS, JudgedCell
from workbench.core.statistics.judge_error import AnswerShare, judge_error
from workbench.core.statistics.proportions import wilson


def test_rates_are_of_labelled_answers_with_wilsons_interval() -> None:
    found = judge_error(answered(passed=(17, 1), failed=(3, 9), rest=(40, 20)))
    assert (found.labels, found.unsure, found.unscored, found.is_measured) == (30, 0, 0, True)
    assert found.catch == AnswerShare(9, 10, wilson(0.9, 10))
    assert found.catch.rate == 0.9
    assert found.false_alarms == AnswerShare(3, 20, wilson(0.15, 20))
    assert found.agreement == AnswerShare(26, 30, wilson(26 / 30, 30))
    assert (found.missed, found.alarms) == (1, 3)


def test_unsure_labels_and_labels_of_unscored_answers_are_left_out_and_counted() -> None:
    found = judge_error(judged("++,+0,-0,?+,?-,?0,--,? ,+ "))
    assert (found.labels, found.unsure, found.unscored) == (2, 3, 2)
    assert found.agreement is not None
    assert (found.agreement.hits, found.agreement.size) == (2, 2)


def test_rates_without_an_answer_are_unknown() -> None:
    nothing = judge_error([])
    assert (nothing.catch, nothing.false_alarms, nothing.agreement, nothing.kappa) == (None, None, None, None)
    assert (nothing.missed, nothing.alarms, nothing.missing) == (0, 0, FEWEST_LABELS)
    good = judge_error(judged("++,-+"))
    assert good.catch is None
    assert good.false_alarms is not None
    assert (good.false_alarms.hits, good.false_alarms.size) == (1, 2)
    assert judge_error(judged("++,++")).kappa is None


@pytest.mark.parametrize(("labels", "missing"), [(0, 20), (8, 12), (19, 1), (20, 0), (30, 0)])
def test_judge_is_unmeasured_below_twenty_labels(labels: int, missing: int) -> None:
    found = judge_error(answered((labels, 0), (0, 0), (50, 0)))
    assert (found.missing, found.is_measured) == (missing, not missing)


def test_answers_of_a_cluster_or_a_case_are_one_draw() -> None:
    cells = answered((12, 0), (0, 12))
    clustered = [replace(cell, cluster=str(at // 2)) for at, cell in enumerate(cells)]
    samples = [replace(cell, case=str(at // 2)) for at, cell in enumerate(cells)]
    for several in (clustered, samples):
        agreement = judge_error(several).agreement
        # All agree: 24 answers in 12 draws are worth 12.
        assert agreement == AnswerShare(24, 24, wilson(1.0, 12))
    few = judge_error([replace(cell, cluster=str(at // 4)) for at, cell in enumerate(cells)])
    assert few.agreement == AnswerShare(24, 24, None)


@pytest.mark.parametrize(("caught", "alarms", "missed", "right", "kappa"), JUDGE_ORACLES["kappa"])
def test_kappa_agrees_with_statsmodels(caught: int, alarms: int, missed: int, right: int, kappa: float) -> None:
    assert judge_error(answered((right, missed), (alarms, caught))).kappa == pytest.approx(kappa, abs=1e-12)


@given(judged_columns(least=0), st.integers())
def test_order_of_cells_changes_nothing(cells: list[JudgedCell], seed: int) -> None:
    mixed = list(cells)
    Random(seed).shuffle(mixed)
    assert judge_error(mixed) == judge_error(cells)


@given(judged_columns(least=0))
def test_exchanging_pass_and_fail_turns_catching_into_passing(cells: list[JudgedCell]) -> None:
    found, other = judge_error(cells), judge_error(exchanged(cells))
    assert found.kappa == pytest.approx(other.kappa) if found.kappa is not None else other.kappa is None
    for one, there in ((found.catch, other.false_alarms), (found.false_alarms, other.catch)):
        assert (one is None) == (there is None)
        if one is not None and there is not None:
            assert (one.hits, one.size) == (there.size - there.hits, there.size)
