"""Simulated histories of tries: `python -m tests.core.statistics.simulated_stopping` prints how often the stopping rule
is right and wrong.

A case passes always, never, or as a coin falls; the coins make two runs of equal versions differ. A history ends with a
plateau, with a settled try, or undecided after 20 tries. An open try is run once more, and the second result counts;
verdicts are counted once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np

from workbench.core.statistics.comparisons import PassComparison
from workbench.core.statistics.proportions import Z_90, mcnemar_greater, newcombe
from workbench.core.statistics.stopping import PromptTry, TryState, plateau, settle, settle_verdicts

HISTORIES = 3000
_TRIES, _BETTER_TRY = 20, 2
_RATE = 0.7
_KINDS = ("wording", "examples", "structure")


@dataclass(frozen=True)
class TryDesign:
    """Number of cases, share that differs between two runs of equal versions, gain of the third try, and margin."""

    cases: int
    differing: float = 0.1
    gain: float = 0.0
    margin: float = 0.1

    def __str__(self) -> str:
        return (
            f"{self.cases} cases, {self.differing:.0%} differ, third try {100 * self.gain:+.0f}, margin {self.margin}"
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
def _state(both: int, fixed: int, broke: int, neither: int, margin: float) -> TryState:
    cases = both + fixed + broke + neither
    comparison = PassComparison(
        cases,
        cases,
        both,
        fixed,
        broke,
        neither,
        (fixed - broke) / cases,
        (fixed + broke) / cases,
        "mcnemar",
        interval_90=newcombe(both, fixed, broke, neither, Z_90),
        p_greater=mcnemar_greater(fixed, broke),
    )
    return settle(comparison, margin, is_champion_fresh=True).state


def _compared(design: TryDesign, gain: float, random: np.random.Generator) -> TryState:
    """Return the state of one comparison; the challenger repairs any failure with the same chance."""
    coins = 2 * design.differing
    passing, failing = _RATE - coins / 2, 1 - _RATE - coins / 2
    repaired = gain / (1 - _RATE)
    lucky = (1 + repaired) / 2
    # Both pass, fixed, broke, neither: coins fall for both sides on their own.
    shares = [
        passing + coins / 2 * lucky,
        coins / 2 * lucky + failing * repaired,
        coins / 2 * (1 - lucky),
        coins / 2 * (1 - lucky) + failing * (1 - repaired),
    ]
    both, fixed, broke, neither = (int(one) for one in random.multinomial(design.cases, shares))
    return _state(both, fixed, broke, neither, design.margin)


def _ending(states: list[TryState], at: int) -> str:
    """Return how a history ends with its newest state, "" if it goes on."""
    if states[-1] == "settled":
        return "found" if at == _BETTER_TRY else "other"
    tries = [PromptTry(state, _KINDS[index % len(_KINDS)]) for index, state in enumerate(states)]
    return "plateau" if plateau(tries).is_reached else ""


def endings(design: TryDesign | VerdictDesign, histories: int, seed: int) -> Endings:
    """Return how histories of a design end."""
    random = np.random.default_rng(seed)
    found: Counter[str] = Counter()
    for _ in range(histories):
        states: list[TryState] = []
        ending = ""
        for at in range(_TRIES):
            states.append(_tried(design, at, random))
            ending = _ending(states, at)
            if ending:
                break
        found[ending] += 1
    return Endings(*(found[name] / histories for name in ("plateau", "found", "other", "")))


def _tried(design: TryDesign | VerdictDesign, at: int, random: np.random.Generator) -> TryState:
    if isinstance(design, VerdictDesign):
        wins = int(random.binomial(design.pairs, design.share if at == _BETTER_TRY else 0.5))
        return settle_verdicts(wins, design.pairs - wins).state
    gain = design.gain if at == _BETTER_TRY else 0.0
    state = _compared(design, gain, random)
    return _compared(design, gain, random) if state == "open" else state


TRIES = (
    TryDesign(100),
    TryDesign(100, 0.2),
    TryDesign(200),
    TryDesign(200, 0.2),
    TryDesign(100, gain=0.1),
    TryDesign(100, 0.2, gain=0.1),
    TryDesign(200, gain=0.1),
    TryDesign(200, 0.2, gain=0.1),
    TryDesign(400, margin=0.05),
    TryDesign(400, gain=0.05, margin=0.05),
)
VERDICTS = (
    VerdictDesign(50),
    VerdictDesign(100),
    VerdictDesign(200),
    VerdictDesign(50, 0.65),
    VerdictDesign(100, 0.65),
    VerdictDesign(200, 0.65),
)

if __name__ == "__main__":
    for shown in (*TRIES, *VERDICTS):
        print(shown, endings(shown, HISTORIES, 1))
