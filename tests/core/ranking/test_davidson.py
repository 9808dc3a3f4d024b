"""Strengths of Davidson's model: published values, an independent likelihood, and invariants."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests import depth
from tests.core.ranking import published
from tests.core.ranking.made import Counts, judged, of_counts, strengths_of, verdict
from workbench.core.ranking.davidson import DavidsonFit, chance_of, covariance, fit
from workbench.core.ranking.judgements import compare

Table = dict[tuple[str, str], tuple[int, int, int]]


def fitted(counts: Counts, prior: float = 1.0) -> DavidsonFit:
    return fit(compare(of_counts(counts)), prior)


def test_pudding_data_gives_davidsons_published_results() -> None:
    comparisons = compare(of_counts(published.PUDDING))
    found = fit(comparisons, prior=0.0)
    worths = np.exp(found.strengths)
    assert worths / worths.sum() == pytest.approx(published.PUDDING_WORTHS, abs=5e-5)
    assert [f"{w:.3f}" for w in worths / worths.sum()] == [f"{w:.3f}" for w in published.PUDDING_WORTHS]
    assert found.nu == pytest.approx(published.PUDDING_NU, abs=5e-5)
    errors = covariance(comparisons, found)
    apart = [math.sqrt(errors[0, 0] + errors[i, i] - 2 * errors[0, i]) for i in range(1, 6)]
    assert apart == pytest.approx(published.PUDDING_ERRORS, abs=1e-4)
    assert np.sqrt(np.diag(errors)) == pytest.approx(published.PUDDING_MEAN_ERRORS, abs=1e-5)


def test_baseball_data_gives_agrestis_published_results() -> None:
    comparisons = compare(of_counts(published.BASEBALL))
    found = fit(comparisons, prior=0.0)
    errors, base = covariance(comparisons, found), found.entrants.index("Baltimore")
    assert found.nu == 0
    for team, (strength, error) in published.BASEBALL_STRENGTHS.items():
        place = found.entrants.index(team)
        assert found.strength(team) - found.strength("Baltimore") == pytest.approx(strength, abs=5.1e-5)
        apart = math.sqrt(errors[place, place] + errors[base, base] - 2 * errors[place, base])
        assert apart == pytest.approx(error, abs=5.1e-5)
    assert found.ranked[:2] == ("Milwaukee", "Detroit")


def log_likelihood(counts: Counts, strengths: dict[str, float], nu: float, prior: float) -> float:
    """Davidson's likelihood and the prior, independent of the code under test."""
    total = prior / 2 * math.log(1 / (1 + nu / 2))
    for strength in strengths.values():
        chance = 1 / (1 + math.exp(-strength))
        total += prior / 2 * (math.log(chance) + math.log(1 - chance))
    for first, second, won, lost, tied in counts:
        one, other = math.exp(strengths[first]), math.exp(strengths[second])
        middle = nu * math.sqrt(one * other)
        whole = one + other + middle
        total += won * math.log(one / whole) + lost * math.log(other / whole)
        total += tied * math.log(middle / whole) if tied else 0.0
    return total


def best(height: Callable[..., float], sizes: int) -> list[float]:
    """Return the maximum of `height`, by successively finer grids."""
    middle, reach = [0.0] * sizes, 4.0
    while reach > 1e-5:
        ticks = [[centre + reach * k / 2 for k in range(-2, 3)] for centre in middle]
        found = max(product(*ticks), key=lambda point: height(*point))
        # The next grid is smaller only once the peak is inside this one.
        inside = all(abs(value - centre) < reach * 0.9 for value, centre in zip(found, middle, strict=True))
        middle, reach = list(found), reach / 2 if inside else reach
    return middle


@pytest.mark.parametrize(
    ("counts", "prior"),
    [
        ([("a", "b", 5, 2, 3)], 0.0),
        ([("a", "b", 5, 2, 3)], 1.0),
        ([("a", "b", 4, 0, 1)], 1.0),
        ([("a", "b", 3, 1, 2)], 2.5),
    ],
)
def test_two_entrant_fit_matches_a_grid_search(counts: Counts, prior: float) -> None:
    found = fitted(counts, prior)

    def height(strength: float, log_nu: float) -> float:
        return log_likelihood(counts, {"a": strength, "b": -strength}, math.exp(log_nu), prior)

    strength, log_nu = best(height, 2)
    assert found.strengths == pytest.approx((strength, -strength), abs=1e-4)
    assert found.nu == pytest.approx(math.exp(log_nu), abs=1e-3)


@pytest.mark.parametrize("prior", [0.0, 1.0])
def test_three_entrant_fit_matches_a_grid_search(prior: float) -> None:
    counts = [("a", "b", 6, 2, 1), ("b", "c", 3, 3, 2), ("a", "c", 2, 1, 0)]
    found = fitted(counts, prior)

    def height(a: float, b: float, log_nu: float, shift: float = 0.0) -> float:
        strengths = {"a": a + shift, "b": b + shift, "c": -a - b + shift}
        return log_likelihood(counts, strengths, math.exp(log_nu), prior)

    if prior:
        a, b, log_nu, shift = best(height, 4)
        assert found.centre == pytest.approx(shift, abs=1e-4)
    else:
        a, b, log_nu = best(height, 3)
    assert found.strengths == pytest.approx((a, b, -a - b), abs=2e-4)
    assert found.nu == pytest.approx(math.exp(log_nu), abs=1e-3)


def test_fit_without_prior_refuses_data_without_a_finite_estimate() -> None:
    with pytest.raises(ValueError, match="b did not beat or tie all others"):
        fitted([("a", "b", 3, 0, 0)], prior=0.0)
    with pytest.raises(ValueError, match="every comparison is a tie"):
        fitted([("a", "b", 0, 0, 3)], prior=0.0)
    with pytest.raises(ValueError, match="no entrant"):
        fit(compare([]))
    strength = fitted([("a", "b", 3, 0, 0)]).strength("a")
    # Three wins are balanced by the prior: half a win and half a loss against the average.
    assert 3 * (1 - chance_of(2 * strength)) == pytest.approx(chance_of(strength) - 0.5, abs=1e-9)
    assert fitted([("a", "b", 0, 0, 3)]).strengths == pytest.approx((0, 0), abs=1e-9)


def test_prior_keeps_nu_finite_when_all_verdicts_are_ties() -> None:
    found = fitted([("a", "b", 0, 0, 3)])
    # Only the prior's half decision between equals weighs against ties.
    assert found.outcome("a", "b").tie == pytest.approx(3 / 3.5, abs=1e-6)


def test_fit_reports_groups_of_unconnected_entrants() -> None:
    found = fitted([("a", "b", 3, 1, 0), ("b", "c", 1, 1, 0), ("x", "y", 5, 1, 0)])
    assert found.groups == (("a", "b", "c"), ("x", "y"))
    assert found.connected("a", "c")
    assert not found.connected("a", "x")
    alone = fit(compare(of_counts([("a", "b", 1, 0, 0)])), also=("z",))
    assert alone.groups == (("a", "b"), ("z",))
    assert alone.strength("z") == pytest.approx(0, abs=0.1)


def test_strengths_convert_to_win_probabilities() -> None:
    found = fitted([("a", "b", 6, 2, 4)])
    outcome = found.outcome("a", "b")
    assert outcome.win + outcome.tie + outcome.loss == pytest.approx(1)
    assert outcome.win / (outcome.win + outcome.loss) == pytest.approx(chance_of(2 * found.strength("a")))
    assert found.outcome("b", "a").loss == pytest.approx(outcome.win)
    assert found.chance("a") == pytest.approx(1 - found.chance("b"))
    assert chance_of(0) == 0.5
    assert chance_of(-800) == pytest.approx(0)
    with pytest.raises(ValueError, match="not in"):
        found.strength("nobody")


def test_fit_recovers_the_strengths_of_a_simulated_judge() -> None:
    strengths = strengths_of((1.5, 0.5, 0.0, -0.5, -1.5))
    found = fit(compare(judged(Random(1), strengths, 4, 20_000)))
    assert found.strengths == pytest.approx(tuple(strengths.values()), abs=0.06)


PAIRS = (("a", "b"), ("a", "c"), ("a", "d"), ("b", "c"), ("b", "d"), ("c", "d"))
number = st.integers(0, 8)
cells = st.tuples(number, number, number)
tables = st.dictionaries(st.sampled_from(PAIRS), cells, min_size=1).filter(lambda t: any(map(sum, t.values())))


def rows(table: Table) -> Iterator[tuple[str, str, int, int, int]]:
    return ((*pair, *cell) for pair, cell in table.items())


def more(table: Table, pair: tuple[str, str]) -> Table:
    """Return the table with one more win of the first of a pair."""
    won, lost, tied = table.get(pair, (0, 0, 0))
    return {**table, pair: (won + 1, lost, tied)}


@given(tables, st.permutations("abcd"))
def test_entrant_names_do_not_affect_the_fit(table: Table, names: list[str]) -> None:
    new = dict(zip("abcd", names, strict=True))
    before, after = fitted(rows(table)), fitted((new[a], new[b], *cell) for a, b, *cell in rows(table))
    for entrant, strength in zip(before.entrants, before.strengths, strict=True):
        assert after.strength(new[entrant]) == pytest.approx(strength, abs=1e-6)
    assert after.nu == pytest.approx(before.nu, rel=1e-5)


@given(tables)
def test_reversed_verdicts_reverse_the_strengths(table: Table) -> None:
    before = fitted(rows(table))
    after = fitted((a, b, lost, won, tied) for a, b, won, lost, tied in rows(table))
    assert after.strengths == pytest.approx(tuple(-s for s in before.strengths), abs=1e-6)


@given(tables)
def test_strengths_are_centred_and_nu_is_positive_only_with_ties(table: Table) -> None:
    found = fitted(rows(table))
    assert math.fsum(found.strengths) == pytest.approx(0, abs=1e-9)
    assert found.nu >= 0
    assert (found.nu > 0) == any(tied for _, _, _, _, tied in rows(table))


@given(tables, st.sampled_from(PAIRS), st.booleans())
def test_additional_win_never_lowers_the_winners_rank(table: Table, pair: tuple[str, str], ties: bool) -> None:
    if not ties:
        table = {key: (won, lost, 0) for key, (won, lost, _) in table.items()}
        assume(any(map(sum, table.values())))
    winner, loser = pair
    comparisons = compare(of_counts(rows(table)))
    before = fit(comparisons, also="abcd")
    after = fit(compare(of_counts(rows(more(table, pair)))), also="abcd")
    gap = before.strength(winner) - before.strength(loser)
    assert after.strength(winner) - after.strength(loser) >= gap - 1e-7
    for other in before.entrants:
        if before.strength(winner) > before.strength(other) + 1e-6:
            assert after.strength(winner) > after.strength(other) - 1e-6
    if not ties:
        assert after.strength(winner) >= before.strength(winner) - 1e-7
        assert after.strength(loser) <= before.strength(loser) + 1e-7


@depth.examples(25, 1000)
@given(st.fixed_dictionaries({pair: st.tuples(*[st.integers(1, 8)] * 3) for pair in PAIRS}), st.integers(2, 4))
def test_scaling_weights_and_prior_together_keeps_strengths(table: Table, times: int) -> None:
    many = [(a, b, won * times, lost * times, tied * times) for a, b, won, lost, tied in rows(table)]
    assert fitted(many, 0.0).strengths == pytest.approx(fitted(rows(table), 0.0).strengths, abs=1e-6)
    assert fitted(many, float(times)).strengths == pytest.approx(fitted(rows(table), 1.0).strengths, abs=1e-6)


@given(tables, st.sampled_from((0.1, 1.0, 3.0)))
def test_larger_prior_brings_strengths_closer_together(table: Table, prior: float) -> None:
    without_ties = [(a, b, won, lost, 0) for a, b, won, lost, _ in rows(table)]
    assume(any(won + lost for _, _, won, lost, _ in without_ties))
    near, far = fitted(without_ties, prior * 2), fitted(without_ties, prior)
    assert max(near.strengths) - min(near.strengths) <= max(far.strengths) - min(far.strengths) + 1e-9
    assert fitted(without_ties, 1e6).strengths == pytest.approx((0,) * len(far.entrants), abs=1e-3)


@given(tables, st.randoms(use_true_random=False))
def test_verdict_order_does_not_affect_the_fit(table: Table, random: Random) -> None:
    made = of_counts(rows(table))
    mixed = random.sample(made, len(made))
    assert fit(compare(mixed)) == fit(compare(made))


def test_covariances_count_a_multi_lane_verdict_as_one() -> None:
    # Luce's choice among k equals has the information (I - J / k) / k; n such choices leave each the variance k / n.
    for lanes in (2, 3, 5):
        names, made = "abcde"[:lanes], []
        for number, name in enumerate(names * 400):
            made.append(verdict(f"r{number}", *((other, 1 if other == name else 2) for other in names)))
        found = fit(compare(made))
        variance = lanes / len(made) * (1 - 1 / lanes)
        assert np.diag(covariance(compare(made), found)) == pytest.approx([variance] * lanes, rel=0.01)
