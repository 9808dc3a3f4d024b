"""Intervals have their nominal coverage, and are reproducible."""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Callable
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import depth
from tests.core.ranking.coverage import BAND, CASES, FOUR, OUTSIDE, SHORT, Case, coverage, line
from tests.core.ranking.made import judged, judgements, of_counts, strengths_of, verdict
from workbench.core.ranking import intervals
from workbench.core.ranking.davidson import centred, fit
from workbench.core.ranking.evidence import Floats, gather
from workbench.core.ranking.intervals import NORMAL, FitUncertainty, measure, student
from workbench.core.ranking.judgements import Judgement, compare
from workbench.core.ranking.likelihood import DavidsonModel


def measured(made: list[Judgement], seed: int = 3, resamples: int = 200) -> FitUncertainty:
    comparisons = compare(made)
    return measure(comparisons, fit(comparisons), seed, resamples)


def ends(sure: FitUncertainty) -> list[tuple[float, float]]:
    return [(interval.low, interval.high) for interval in map(sure.of, sure.fit.entrants)]


@pytest.mark.deep
@pytest.mark.parametrize("case", depth.pick(SHORT, CASES), ids=str)
def test_intervals_have_nominal_coverage(case: Case, figure: Callable[[str], None]) -> None:
    by_curvature, told = coverage(case, depth.pick(60, 1000), depth.pick(60, 400), 11, depth.pick(3_000, 20_000))
    figure(line(case, by_curvature, told))
    low, high = OUTSIDE.get(case, BAND)
    # Tolerance for the small number of repetitions.
    slack = depth.pick(0.11, 0.01)
    assert low - slack <= told <= high + slack


def test_intervals_of_many_runs_have_nearly_the_normal_width() -> None:
    sure = measured(judged(Random(2), strengths_of(FOUR), 2, 2000))
    for entrant in sure.fit.entrants:
        interval, place = sure.of(entrant), sure.fit.entrants.index(entrant)
        error = centred(sure.precision.covariances)[place, place] ** 0.5
        assert (interval.high - interval.low) / 2 == pytest.approx(NORMAL * error, rel=0.02)


@depth.examples(40, 1000)
@given(st.lists(judgements, min_size=1, max_size=15).filter(lambda made: compare(made).items))
def test_interval_contains_its_estimate(made: list[Judgement]) -> None:
    sure = measured(made, resamples=50)
    for entrant, (low, high) in zip(sure.fit.entrants, ends(sure), strict=True):
        assert low < sure.fit.strength(entrant) < high
        assert sure.of(entrant).estimate == sure.fit.strength(entrant)
    first, last = sure.fit.ranked[0], sure.fit.ranked[-1]
    apart = sure.between(first, last)
    assert apart.low < sure.fit.strength(first) - sure.fit.strength(last) < apart.high
    back = sure.between(last, first)
    assert (back.low, back.high) == pytest.approx((-apart.high, -apart.low))


def test_intervals_depend_on_the_seed_but_not_on_verdict_order() -> None:
    made = judged(Random(3), strengths_of(FOUR), 3, 20, sets=2, ties=0.2, shift=2.0)
    mixed = Random(4).sample(made, len(made))
    assert ends(measured(made)) == ends(measured(mixed))
    assert ends(measured(made, seed=3)) != ends(measured(made, seed=4))


def test_entrant_names_do_not_affect_intervals() -> None:
    made = judged(Random(5), strengths_of(FOUR), 3, 60)
    new = dict(zip("abcd", "dacb", strict=True))
    renamed = [
        verdict(j.run, *((new[o.entrant], o.place) for o in j.outputs), values=j.values)
        for j in judged(Random(5), strengths_of(FOUR), 3, 60)
    ]
    before, after = measured(made), measured(renamed)
    for entrant in "abcd":
        assert after.of(new[entrant]).low == pytest.approx(before.of(entrant).low, abs=1e-6)
        assert after.of(new[entrant]).high == pytest.approx(before.of(entrant).high, abs=1e-6)


def test_larger_prior_narrows_intervals() -> None:
    comparisons = compare(of_counts([("a", "b", 6, 1, 1), ("b", "c", 4, 2, 0)]))
    wide, narrow = (measure(comparisons, fit(comparisons, prior), 1, 300) for prior in (0.5, 5.0))
    for (low, high), (inner_low, inner_high) in zip(ends(wide), ends(narrow), strict=True):
        assert inner_high - inner_low < high - low


def test_intervals_are_wider_for_many_verdicts_in_few_runs() -> None:
    # The same wins: on ten value sets of two runs each, and on one value set of twenty runs.
    together = [
        verdict(f"r{n // 10}", ("a", 1 if n < 10 else 2), ("b", 2 if n < 10 else 1), values=str(n)) for n in range(20)
    ]
    apart = [verdict(f"r{n}", ("a", 1 if n < 10 else 2), ("b", 2 if n < 10 else 1)) for n in range(20)]
    (low, high), (inner_low, inner_high) = ends(measured(together))[0], ends(measured(apart))[0]
    assert high - low > 2 * (inner_high - inner_low)
    assert measured(together).precision.verdicts == 10


@pytest.mark.parametrize("runs", [2, 3, 5])
def test_widening_for_few_runs_grows_with_agreement_within_runs(runs: int) -> None:
    steps = intervals._widening(np.array([0.0, 0.5, 1.0, 3.0, 8.0, 1e6]), runs, 8.0)
    assert list(steps) == sorted(steps)
    # At least as wide as for independent verdicts, at most as for one verdict per run.
    assert 1 < steps[0] < 3 < 6 < steps[-1] <= 8
    assert intervals._widening(np.ones(1), runs, 1.0) == pytest.approx(1, abs=1e-3)
    # The more runs show no agreement, the less agreement is assumed.
    assert intervals._widening(np.ones(1), 5, 8.0) < intervals._widening(np.ones(1), 2, 8.0)


def test_runs_of_a_single_value_set_are_not_resampled() -> None:
    assert measured(judged(Random(2), strengths_of(FOUR), 2, 40)).precision.drawn is None
    assert measured(judged(Random(2), strengths_of(FOUR), 2, 40, sets=2)).precision.drawn is not None


@pytest.mark.parametrize("ties", [0.0, 0.4])
@pytest.mark.parametrize("lanes", [2, 4])
def test_interval_ends_are_at_the_profile_likelihood_threshold(lanes: int, ties: float) -> None:
    comparisons = compare(judged(Random(8), strengths_of(FOUR), lanes, 14, ties=ties))
    fitted = fit(comparisons)
    sure = measure(comparisons, fitted).precision
    directions = np.eye(4) - 0.25
    scale = np.diag(centred(sure.covariances)) / np.diag(centred(sure.inverse))
    ends = sure.model.profile(sure.peak, directions, 3.8415 * scale)
    sums = sure.model.evidence.sums()

    def height(strengths: Floats, log_nu: float) -> float:
        return float(sure.model._look(sums, strengths[None], np.array([log_nu])).height[0])

    top = height(sure.peak.strengths[0], math.log(sure.peak.nu[0]) if sure.peak.nu[0] else -math.inf)
    basis = np.linalg.svd(directions[:1])[2][1:]
    for end in ends[0]:
        # The maximum with this value held fixed, by an independent hill climb with shrinking steps.
        strengths, log_nu = directions[0] * end / (directions[0] @ directions[0]), math.log(sure.peak.nu[0] or 1.0)
        log_nu = log_nu if sure.peak.nu[0] else -math.inf
        best, step = height(strengths, log_nu), 0.5
        while step > 1e-6:
            ways = [(strengths + side * step * way, log_nu) for way in basis for side in (1, -1)]
            ways += [(strengths, log_nu + side * step) for side in (1, -1) if sure.peak.nu[0]]
            ahead = max(ways, key=lambda way: height(*way))
            if height(*ahead) > best:
                (strengths, log_nu), best = ahead, height(*ahead)
            else:
                step /= 2
        assert 2 * (top - best) == pytest.approx(3.8415 * scale[0], rel=1e-3)


def test_single_run_uses_likelihood_intervals() -> None:
    sure = measured([verdict("r", ("a", 1), ("b", 2), values=str(n)) for n in range(8)])
    precision = sure.precision
    assert (precision.drawn, precision.runs) == (None, 1)
    assert sure.of("a") == precision.intervals(np.array([[0.5, -0.5]]))[0]


def test_rarely_judged_entrant_stays_uncertain() -> None:
    made = judged(Random(6), strengths_of((1.0, 0.0, -1.0)), 2, 300)
    sure = measured([*made, verdict("x", ("new", 1), ("b", 2)), verdict("y", ("new", 1), ("c", 2))])
    new, old = sure.of("new"), sure.of("a")
    assert new.high - new.low > 2 * (old.high - old.low)
    # It makes the average uncertain, and with it every entrant's position, but not the differences between the others.
    without = measured(made)
    apart, before = sure.between("a", "b"), without.between("a", "b")
    assert apart.high - apart.low == pytest.approx(before.high - before.low, rel=0.1)


def test_unconnected_entrants_are_not_separated() -> None:
    sure = measured(of_counts([("a", "b", 40, 10, 0), ("x", "y", 40, 10, 0)]))
    near, far = sure.between("a", "b"), sure.between("a", "y")
    assert far.high - far.low > 1.5 * (near.high - near.low)
    assert far.low < 0


def test_entrant_left_out_of_a_draw_does_not_diverge() -> None:
    """Nothing but the prior holds an entrant that a draw leaves out, and all the others outweigh that."""
    made = [verdict(f"r{group}", (f"a{group}", 1), *((f"b{group}.{n}", 2) for n in range(3))) for group in range(40)]
    made.append(verdict("z", ("champion", 1), *((f"y{n}", 2) for n in range(30))))
    comparisons = compare(made)
    fitted = fit(comparisons)
    evidence = gather(comparisons.items, fitted.entrants)
    times = np.full((1, evidence.runs), 6.0)
    times[0, -1] = 0.0
    peak = DavidsonModel(evidence, fitted.prior).climb(evidence.sums(times), fitted.peak)
    assert fitted.strength("champion") > 3
    assert peak.strengths[0, fitted.entrants.index("champion")] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("ties", [0.0, 0.3])
def test_one_step_per_draw_approximates_the_full_fit(monkeypatch: pytest.MonkeyPatch, ties: float) -> None:
    made = judged(Random(4), strengths_of(FOUR), 2, 200, sets=2, ties=ties)
    fitted = measured(made, resamples=600)
    monkeypatch.setattr(intervals, "MANY", 0)
    stepped = measured(made, resamples=600)
    assert fitted.precision.drawn is not None
    assert stepped.precision.drawn is not None
    assert np.diag(centred(stepped.precision.drawn)) == pytest.approx(np.diag(centred(fitted.precision.drawn)), rel=0.1)
    assert [s.estimate for s in map(stepped.of, stepped.fit.entrants)] == list(fitted.fit.strengths)


def test_intervals_convert_to_probabilities() -> None:
    interval = measured(of_counts([("a", "b", 12, 4, 0)])).of("a")
    low, high = interval.chances
    assert low == pytest.approx(1 / (1 + math.exp(-interval.low)))
    assert high == pytest.approx(1 / (1 + math.exp(-interval.high)))


def test_intervals_need_a_prior() -> None:
    comparisons = compare(of_counts([("a", "b", 3, 2, 0)]))
    with pytest.raises(ValueError, match="need a prior"):
        measure(comparisons, fit(comparisons, 0.0))


@pytest.mark.parametrize(
    ("freedom", "point"), [(1, 12.706), (5, 2.5706), (10, 2.2281), (20, 2.0860), (30, 2.0423), (120, 1.9799)]
)
def test_student_t_quantiles_are_accurate(freedom: int, point: float) -> None:
    assert student(freedom) == pytest.approx(point, rel=1e-3)


def test_intervals_of_many_entrants_use_little_memory() -> None:
    random = Random(1)
    names = {f"v{number}": random.gauss(0, 1) for number in range(100)}
    comparisons = compare(judged(random, names, 2, 400))
    fitted = fit(comparisons)
    tracemalloc.start()
    measure(comparisons, fitted, resamples=400)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The peak matters, because a thread does not return its memory to the system at once.
    assert peak < 25e6
