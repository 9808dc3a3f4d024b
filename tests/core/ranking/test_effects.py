"""Effects of parts: against a grid, the plain model and simulated cases, and parts that cannot be separated."""

from __future__ import annotations

import math
from dataclasses import astuple
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.ranking.made import Counts, judged, judgements, of_counts, verdict
from tests.core.ranking.test_davidson import best
from workbench.core.ranking.davidson import fit
from workbench.core.ranking.effects import PartEffects, Parts, PartTally, TechniqueTangle, effects, tallies
from workbench.core.ranking.judgements import Judgement, compare


def parted(**made_of: str) -> Parts:
    """Return entrants with parts named by one letter each."""
    return {entrant: frozenset(parts) for entrant, parts in made_of.items()}


def found(counts: Counts, made_of: Parts, prior: float = 1.0) -> PartEffects:
    return effects(compare(of_counts(counts)), made_of, prior, resamples=50)


def test_effects_of_two_parts_match_a_grid_search() -> None:
    made_of = parted(n="", x="X", y="Y", b="XY")
    counts = [("n", "x", 2, 5, 1), ("n", "y", 4, 3, 0), ("b", "x", 3, 2, 2), ("b", "n", 6, 1, 1), ("x", "y", 4, 1, 0)]

    def height(x: float, y: float, log_nu: float) -> float:
        values, nu = {"X": x, "Y": y}, math.exp(log_nu)
        strengths = {entrant: sum(values[part] for part in parts) for entrant, parts in made_of.items()}
        total = 0.5 * math.log(1 / (1 + nu / 2))
        for value in values.values():
            chance = 1 / (1 + math.exp(-value))
            total += 0.5 * (math.log(chance) + math.log(1 - chance))
        for first, second, won, lost, tied in counts:
            one, other = math.exp(strengths[first]), math.exp(strengths[second])
            middle = nu * math.sqrt(one * other)
            whole = one + other + middle
            total += won * math.log(one / whole) + lost * math.log(other / whole) + tied * math.log(middle / whole)
        return total

    x, y, log_nu = best(height, 3)
    one = found(counts, made_of)
    assert one.parts == ("X", "Y")
    assert one.values == pytest.approx((x, y), abs=2e-4)
    assert one.nu == pytest.approx(math.exp(log_nu), abs=1e-3)


def test_one_part_per_entrant_matches_the_plain_model() -> None:
    comparisons = compare(judged(Random(3), {"a": 1.0, "b": 0.0, "c": -0.5, "d": 0.2}, 3, 80, ties=0.4))
    made_of = {entrant: frozenset([entrant]) for entrant in "abcd"}
    plain, parted = fit(comparisons), effects(comparisons, made_of, resamples=20)
    assert [value - sum(parted.values) / 4 for value in parted.values] == pytest.approx(plain.strengths, abs=1e-7)
    assert sum(parted.values) / 4 == pytest.approx(plain.centre, abs=1e-7)
    assert parted.nu == pytest.approx(plain.nu, abs=1e-7)
    # Only relative effects are known, because no entrant lacks them all.
    assert parted.tangles == (TechniqueTangle(tuple("abcd"), "mixed"),)
    assert parted.told == ()


def test_known_effects_are_recovered() -> None:
    truth = {"A": 0.8, "B": -0.5, "C": 0.0}
    made_of = parted(o="", a="A", b="B", c="C", ab="AB", ac="AC", bc="BC", abc="ABC")
    strengths = {entrant: sum(truth[part] for part in parts) for entrant, parts in made_of.items()}
    comparisons = compare(judged(Random(5), strengths, 2, 4000, ties=0.3))
    one = effects(comparisons, made_of, resamples=100)
    assert one.values == pytest.approx(tuple(truth.values()), abs=0.12)
    assert one.told == ("A", "C", "B")
    assert one.tangles == ()


def test_effect_intervals_have_nominal_coverage() -> None:
    truth = {"A": 0.8, "B": -0.5}
    made_of = parted(o="", a="A", b="B", ab="AB")
    strengths = {entrant: sum(truth[part] for part in parts) for entrant, parts in made_of.items()}
    held = 0
    for seed in range(150):
        comparisons = compare(judged(Random(seed), strengths, 2, 60, ties=0.2))
        one = effects(comparisons, made_of, resamples=100)
        for part, value in truth.items():
            interval = one.of(part)
            assert interval.low < interval.estimate < interval.high
            held += interval.low <= value <= interval.high
    # Of 300 intervals at 95 %, fewer than 275 has a probability below one in a hundred.
    assert held >= 275


def test_effects_are_reproducible_and_a_single_run_is_not_resampled() -> None:
    made_of = parted(o="", a="A")
    comparisons = compare(of_counts([("o", "a", 3, 6, 1)]))
    assert effects(comparisons, made_of).of("A") == effects(comparisons, made_of).of("A")
    single = compare([verdict("r", ("o", 1), ("a", 2), values="1"), verdict("r", ("o", 2), ("a", 1), values="2")])
    alone = effects(single, made_of)
    assert alone.precision.drawn is None
    assert alone.of("A").estimate == pytest.approx(0, abs=1e-9)


@given(st.lists(judgements, min_size=1, max_size=12), st.permutations("ABC"))
def test_relabeling_parts_changes_only_their_names(verdicts: list[Judgement], order: list[str]) -> None:
    comparisons = compare(verdicts)
    if not comparisons.items:
        return
    made_of = parted(a="A", b="AB", c="C", d="BC")
    renamed = dict(zip("ABC", order, strict=True))
    other = {entrant: frozenset(renamed[part] for part in parts) for entrant, parts in made_of.items()}
    one, two = (effects(comparisons, parts, resamples=20) for parts in (made_of, other))
    for part, value in zip(one.parts, one.values, strict=True):
        assert two.values[two.parts.index(renamed[part])] == pytest.approx(value, abs=1e-6)
    assert {renamed[part] for part in one.told} == set(two.told)


@pytest.mark.parametrize(
    ("made_of", "counts", "tangles"),
    [
        # In every version.
        (parted(a="X", b="XY"), [("a", "b", 3, 2, 0)], (TechniqueTangle(("X",), "level"),)),
        # Always together.
        (
            parted(a="", b="XY", c="Z"),
            [("a", "b", 3, 2, 0), ("a", "c", 1, 1, 0)],
            (TechniqueTangle(("X", "Y"), "together"),),
        ),
        # One or the other.
        (parted(a="X", b="Y"), [("a", "b", 3, 2, 0)], (TechniqueTangle(("X", "Y"), "instead"),)),
        # Both differ, but in different comparisons: as many unknowns as directions.
        (parted(a="", b="X", c="XY"), [("a", "b", 3, 2, 0), ("b", "c", 3, 2, 1)], ()),
        # Two differences for three parts.
        (
            parted(a="", b="XY", c="YZ"),
            [("a", "b", 3, 2, 0), ("a", "c", 3, 2, 1)],
            (TechniqueTangle(("X", "Y", "Z"), "mixed"),),
        ),
    ],
)
def test_inseparable_parts_are_reported_as_tangles(
    made_of: Parts, counts: Counts, tangles: tuple[TechniqueTangle, ...]
) -> None:
    one = found(counts, made_of)
    assert one.tangles == tangles
    tangled = {part for tangle in tangles for part in tangle.parts}
    assert set(one.told) == {part for parts in made_of.values() for part in parts} - tangled
    for part in tangled:
        with pytest.raises(ValueError, match="do not tell"):
            one.of(part)


def test_tangled_part_does_not_affect_other_effects() -> None:
    counts = [("a", "b", 3, 7, 0), ("c", "d", 2, 4, 1)]
    with_it = found(counts, parted(a="X", b="XY", c="X", d="XY"))
    without = found(counts, parted(a="", b="Y", c="", d="Y"))
    for one, other in zip(astuple(with_it.of("Y")), astuple(without.of("Y")), strict=True):
        assert one == pytest.approx(other, abs=1e-9)


def test_more_wins_of_a_part_raise_its_effect() -> None:
    made_of = parted(o="", a="A")
    values = [found([("o", "a", 5, won, 0)], made_of).values[0] for won in range(0, 20, 3)]
    assert values == sorted(values)
    assert values[0] < 0 < values[-1]


def test_tallies_count_comparisons_where_only_one_side_has_the_part() -> None:
    made_of = parted(o="", a="A", b="AB")
    verdicts = [
        verdict("1", ("o", 2), ("a", 1)),
        verdict("2", ("a", 1), ("b", 2), blind=False),
        verdict("3", ("o", 1), ("b", 1)),
        verdict("4", ("o", 1), ("a", 2), ("b", 2)),
        verdict("5", ("o", None), ("a", None)),
    ]
    assert tallies(verdicts, compare(verdicts), made_of) == (
        PartTally("A", 1, 2, 1, 3, 3),
        PartTally("B", 0, 2, 1, 3, 2),
    )


def test_effects_require_parts_and_a_prior() -> None:
    comparisons = compare(of_counts([("a", "b", 3, 2, 0)]))
    with pytest.raises(ValueError, match="need parts"):
        effects(comparisons, parted(a="", b=""))
    with pytest.raises(ValueError, match="need parts"):
        effects(comparisons, parted(a="A", b=""), prior=0.0)
