"""Simulated histories of tries: `python -m tests.core.statistics.simulated_stopping` prints how often the stopping rule
is right and wrong.

The cases of a history are drawn once and used by every try. A case passes always, never, or as a coin falls; the coins
make two runs of equal versions differ. Champion and challenger are both run for every try. A better challenger repairs
any failure with the same chance. A history ends with a plateau, with a settled try, or undecided after 20 tries. An
open try is run once more, and the second result counts; verdicts are counted once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from workbench.core.statistics.comparisons import PassComparison
from workbench.core.statistics.proportions import Z_90, ConfidenceInterval, mcnemar_greater, newcombe
from workbench.core.statistics.stopping import (
    PromptTry,
    TryState,
    measured_state,
    plateau,
    settle,
    settle_verdicts,
)

HISTORIES = 6000
_TRIES, _BETTER_TRY = 20, 2
_RATE = 0.7
_KINDS = ("wording", "examples", "structure")

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class TryDesign:
    """Number of cases, share that differs between two runs of equal versions, gain of the third try, and margin.

    `is_guarded` adds what the product asks for beside the rule: enough cases for the margin.
    """

    cases: int
    differing: float = 0.1
    gain: float = 0.0
    margin: float = 0.1
    is_guarded: bool = False

    def __str__(self) -> str:
        return (
            f"{self.cases} cases, {self.differing:.0%} differ, third try {100 * self.gain:+.0f}, margin {self.margin}"
            + (", guarded" if self.is_guarded else "")
        )


@dataclass(frozen=True)
class VerdictDesign:
    """Number of decided pairs for each challenger, and the share that the third one truly wins."""

    pairs: int
    share: float = 0.5

    def __str__(self) -> str:
        return f"{self.pairs} pairs, third challenger wins {self.share:.0%}"


@dataclass(frozen=True)
class Endings:
    """Shares of histories that end with a plateau, with the better try found, with another one settled, or not."""

    plateau: float
    found: float
    other: float
    undecided: float


@cache
def _state(both: int, fixed: int, broke: int, neither: int, margin: float, is_guarded: bool) -> TryState:
    interval, p_greater = newcombe(both, fixed, broke, neither, Z_90), mcnemar_greater(fixed, broke)
    if is_guarded:
        return settle(
            _comparison(both, fixed, broke, neither, interval, p_greater), margin, is_champion_fresh=True
        ).state
    return measured_state(p_greater, interval.high, margin)


def _comparison(
    both: int, fixed: int, broke: int, neither: int, interval: ConfidenceInterval, p_greater: float
) -> PassComparison:
    cases = both + fixed + broke + neither
    return PassComparison(
        cases,
        cases,
        both,
        fixed,
        broke,
        neither,
        (fixed - broke) / cases,
        (fixed + broke) / cases,
        "mcnemar",
        interval_90=interval,
        p_greater=p_greater,
    )


@cache
def _verdict_state(wins: int, pairs: int) -> TryState:
    return settle_verdicts(wins, pairs - wins).state


def _cases(design: TryDesign, histories: int, random: np.random.Generator) -> Counts:
    """Return the numbers of cases of each history that pass always, as a coin falls, and never."""
    coins = 2 * design.differing
    shares = [_RATE - coins / 2, coins, 1 - _RATE - coins / 2]
    return random.multinomial(design.cases, shares, histories).T


def _compared(design: TryDesign, cases: Counts, gain: float, random: np.random.Generator) -> list[TryState]:
    """Return the state of one comparison in each history."""
    always, coins, never = cases
    repaired = gain / (1 - _RATE)
    heads = random.binomial(coins, 0.5)
    both = random.binomial(heads, (1 + repaired) / 2)
    lucky = random.binomial(coins - heads, (1 + repaired) / 2)
    fixed = random.binomial(never, repaired)
    tables = np.stack([always + both, lucky + fixed, heads - both, coins - heads - lucky + never - fixed], axis=1)
    return [_state(*table, design.margin, design.is_guarded) for table in tables.tolist()]


def _tried(design: TryDesign, cases: Counts, at: int, random: np.random.Generator) -> list[TryState]:
    """Return the state of one try in each history, after the second run of those that were open."""
    gain = design.gain if at == _BETTER_TRY else 0.0
    first, second = (_compared(design, cases, gain, random) for _ in range(2))
    return [again if state == "open" else state for state, again in zip(first, second, strict=True)]


def _states(design: TryDesign | VerdictDesign, histories: int, random: np.random.Generator) -> list[list[TryState]]:
    """Return the states of every try, in each history."""
    if isinstance(design, TryDesign):
        cases = _cases(design, histories, random)
        return [_tried(design, cases, at, random) for at in range(_TRIES)]
    wins = [random.binomial(design.pairs, _share(design, at), histories).tolist() for at in range(_TRIES)]
    return [[_verdict_state(one, design.pairs) for one in row] for row in wins]


def _share(design: VerdictDesign, at: int) -> float:
    return design.share if at == _BETTER_TRY else 0.5


def _ending(states: tuple[TryState, ...]) -> str:
    """Return how a history with these tries ends, "" if it stays undecided."""
    tries: list[PromptTry] = []
    for at, state in enumerate(states):
        if state == "settled":
            return "found" if at == _BETTER_TRY else "other"
        tries.append(PromptTry(state, _KINDS[at % len(_KINDS)]))
        if plateau(tries).is_reached:
            return "plateau"
    return ""


def endings(design: TryDesign | VerdictDesign, histories: int, seed: int) -> Endings:
    """Return how histories of a design end."""
    random = np.random.default_rng(seed)
    found = Counter(_ending(states) for states in zip(*_states(design, histories, random), strict=True))
    return Endings(*(found[name] / histories for name in ("plateau", "found", "other", "")))


TRIES = tuple(
    TryDesign(cases, differing, gain) for gain in (0.0, 0.1) for cases in (20, 50, 100, 200) for differing in (0.1, 0.2)
)
SMALLER_MARGIN = tuple(TryDesign(cases, gain=gain, margin=0.05) for gain in (0.0, 0.05) for cases in (100, 200, 400))
GUARDED = tuple(TryDesign(cases, gain=gain, is_guarded=True) for gain in (0.0, 0.1) for cases in (50, 100, 200))
VERDICTS = tuple(VerdictDesign(pairs, share) for share in (0.5, 0.65) for pairs in (50, 100, 200))

if __name__ == "__main__":
    for shown in (*TRIES, *SMALLER_MARGIN, *GUARDED, *VERDICTS):
        print(shown, endings(shown, HISTORIES, 1))
