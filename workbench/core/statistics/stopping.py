"""Stopping rule for changes of a prompt: whether a try is settled as better, closed, or open; and the plateau.

Invariant: a rule needs more evidence than a sentence about two columns, because it is applied try after try. No rule
was found published for a person's own edits; this one was chosen by simulating 3,000 histories of up to 20 tries. With
100 cases, of which 10 % differ between two runs of equal versions, five equal tries end in a plateau in 95 %, and a
false better version is called in 2 %; if the third is 10 points better, it is found in 68 %. With 50 cases the same
rule ends in a plateau in 57 % and finds the better one in 27 %: so fewer than 100 cases close no try.

A try compares a challenger with the champion, which is run again beside it. A settled challenger becomes the champion,
and counting starts again. An open try is run once more, and the second result counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from workbench.core.statistics.proportions import Z_90, mcnemar_greater, wilson

if TYPE_CHECKING:
    from workbench.core.statistics.comparisons import PassComparison

SETTLED_LEVEL = 0.01
"""One-sided."""
MARGIN = 0.10
FEWEST_CASES = 50
CLOSING_CASES = ((0.10, 100), (0.05, 400))
"""Cases needed to close a try with a margin of at least that size, largest first; none closes with a smaller margin."""
WIN_SHARE = 0.65
PLATEAU_TRIES, PLATEAU_KINDS = 5, 3

TryState = Literal["settled", "closed", "open", "cannot_tell"]
TryReason = Literal["", "few_cases", "stored_champion", "small_margin"]


@dataclass(frozen=True, slots=True)
class TryResult:
    """The state of a try.

    settled: the challenger is better. closed: it is not better by the margin or more. open: neither is shown.
    cannot_tell: the comparison does not meet the conditions. `reason` says which one is not met, `missing` how many
    cases are needed for it; small_margin means that a try that would be closed needs more cases for this margin.
    """

    state: TryState
    reason: TryReason = ""
    missing: int = 0

    @property
    def is_settled(self) -> bool:
        """Whether the challenger is better beyond doubt."""
        return self.state == "settled"


def measured_state(p_greater: float, upper_end: float, margin: float) -> TryState:
    """Return the state of a try by the rule alone, for any number of cases: settled, closed or open.

    `p_greater` is the one-sided p that the challenger is better, `upper_end` that of the one-sided 95 % interval.
    """
    if p_greater < SETTLED_LEVEL:
        return "settled"
    return "closed" if upper_end < margin else "open"


def settle(comparison: PassComparison, margin: float = MARGIN, *, is_champion_fresh: bool) -> TryResult:
    """Return the state of a try from its comparison with the champion as baseline.

    Settled: one-sided p < 0.01. Closed: the upper end of the one-sided 95 % interval of the difference is below
    `margin`. With clusters their number counts as that of cases. A champion's stored result has been selected for being
    good, which quadruples false plateaus, so `is_champion_fresh` is a condition.
    """
    if not is_champion_fresh:
        return TryResult("cannot_tell", "stored_champion")
    few = comparison.clusters < FEWEST_CASES
    if few or comparison.p_greater is None or comparison.interval_90 is None:
        return TryResult("cannot_tell", "few_cases", FEWEST_CASES - comparison.clusters)
    state = measured_state(comparison.p_greater, comparison.interval_90.high, margin)
    if state != "closed":
        return TryResult(state)
    needed = next((cases for least, cases in CLOSING_CASES if margin >= least), None)
    if needed is None or comparison.clusters < needed:
        return TryResult("open", "small_margin", 0 if needed is None else needed - comparison.clusters)
    return TryResult("closed")


def settle_verdicts(wins: int, losses: int) -> TryResult:
    """Return the state of a try from a person's decided pairs, by the exact one-sided sign test.

    Closed: the upper end of Wilson's one-sided 95 % interval of the challenger's share of wins is below `WIN_SHARE`.
    """
    pairs = wins + losses
    if pairs < FEWEST_CASES:
        return TryResult("cannot_tell", "few_cases", FEWEST_CASES - pairs)
    if mcnemar_greater(wins, losses) < SETTLED_LEVEL:
        return TryResult("settled")
    return TryResult("closed" if wilson(wins / pairs, pairs, Z_90).high < WIN_SHARE else "open")


@dataclass(frozen=True, slots=True)
class PromptTry:
    """A try and its kind of change, such as wording, examples or structure."""

    state: TryState
    kind: str


@dataclass(frozen=True, slots=True)
class PromptPlateau:
    """Whether prompting has reached a plateau: nothing like these tries gains the margin.

    The counts are of tries since the last settled one; a try that cannot tell counts as open.
    """

    is_reached: bool
    closed: int
    open: int
    kinds: int


def plateau(tries: Sequence[PromptTry]) -> PromptPlateau:
    """Return whether tries, oldest first, end in a plateau: at least five closed in three kinds, and none open."""
    start = max((index + 1 for index, one in enumerate(tries) if one.state == "settled"), default=0)
    counted = tries[start:]
    closed = [one for one in counted if one.state == "closed"]
    kinds, unfinished = len({one.kind for one in closed}), len(counted) - len(closed)
    reached = len(closed) >= PLATEAU_TRIES and not unfinished and kinds >= PLATEAU_KINDS
    return PromptPlateau(reached, len(closed), unfinished, kinds)
