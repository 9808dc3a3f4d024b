"""Verdicts for tests: written by hand, from counts, and by a simulated judge with known preferences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from random import Random

from hypothesis import strategies as st

from workbench.core.ranking.judgements import JudgedOutput, Judgement

Counts = Iterable[tuple[str, str, int, int, int]]
"""First entrant, second entrant, wins of the first, wins of the second, ties."""


def verdict(
    run: str, *placed: tuple[str, int | None], values: str = "", blind: bool = True, seen: bool = False
) -> Judgement:
    """Return a verdict about outputs, from entrants with their places, in the order shown."""
    tops = sum(place == 1 for _, place in placed)
    kind = "all_bad" if not tops else "winner" if tops == 1 else "tie"
    outputs = tuple(JudgedOutput(f"{run}/{values}/{i}", entrant, place) for i, (entrant, place) in enumerate(placed))
    return Judgement(run, values, kind, outputs, blind, seen)


def of_counts(counts: Counts) -> list[Judgement]:
    """Return one verdict, each in its own run, for each win and tie."""
    made: list[Judgement] = []
    for first, second, won, lost, tied in counts:
        for places, number in (((1, 2), won), ((2, 1), lost), ((1, 1), tied)):
            for _ in range(number):
                made.append(verdict(f"r{len(made)}", (first, places[0]), (second, places[1])))
    return made


def judged(
    random: Random,
    strengths: dict[str, float],
    lanes: int,
    runs: int,
    *,
    sets: int = 1,
    ties: float = 0.0,
    shift: float = 0.0,
) -> list[Judgement]:
    """Return verdicts of a judge who chooses by Luce's axiom among `lanes` entrants drawn for each run.

    A tie of all has the weight `ties` times their geometric mean. In each run every strength is shifted by a normal
    number with the standard deviation `shift`, so that verdicts on its `sets` value sets agree more than by chance.
    """
    made = []
    for run in range(runs):
        entrants = random.sample(sorted(strengths), lanes)
        own = [strengths[entrant] + (random.gauss(0, shift) if shift else 0.0) for entrant in entrants]
        worths = [*map(math.exp, own), ties * math.exp(sum(own) / lanes)]
        for number in range(sets):
            (chosen,) = random.choices(range(lanes + 1), worths)
            places = [1 if chosen in (place, lanes) else 2 for place in range(lanes)]
            made.append(verdict(f"r{run}", *zip(entrants, places, strict=True), values=str(number)))
    return made


def strengths_of(values: Sequence[float]) -> dict[str, float]:
    """Return entrants a, b, c … with these strengths."""
    return {chr(ord("a") + i): value for i, value in enumerate(values)}


places = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from((1, 2))), min_size=2, max_size=5)
judgements = st.builds(
    lambda run, values, placed, blind, bad: verdict(
        run, *((entrant, None if bad else place) for entrant, place in placed), values=values, blind=blind
    ),
    st.sampled_from("rstuv"),
    st.sampled_from("xy"),
    places,
    st.booleans(),
    st.sampled_from((False, False, False, True)),
)
"""Verdicts on up to five outputs of four entrants."""
