"""Tries of a prompt: fresh comparisons of a champion with a challenger, and whether prompting has reached a plateau.

Invariant: of two tries of the same pair the later one counts if the earlier one showed nothing; a try that is not
complete never counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.core.statistics.proportions import ConfidenceInterval
from workbench.core.statistics.stopping import (
    CLOSING_CASES,
    FEWEST_CASES,
    PLATEAU_KINDS,
    PLATEAU_TRIES,
    PromptPlateau,
    PromptTry,
    TryResult,
    plateau,
)
from workbench.core.testing.grid import CaseSetName
from workbench.core.text import counted, plural

_UNSETTLED = ("open", "cannot_tell")


@dataclass(frozen=True, slots=True)
class ChampionTry:
    """A comparison of a challenger with a champion that was asked again beside it.

    `pair` identifies both columns. `kind` is the kind of change, `margin` the gain that was asked for before the run,
    as a fraction. `cases` are the pairs of results; `difference` and `p` (one-sided) are None without a comparison.
    `open` counts the answers still to come.
    """

    run_uid: str
    number: int
    started_at: str
    champion: str
    challenger: str
    pair: tuple[str, str]
    kind: str
    result: TryResult
    margin: float
    set_name: CaseSetName = "tuning"
    cases: int = 0
    fixed: int = 0
    broken: int = 0
    difference: float | None = None
    interval: ConfidenceInterval | None = None
    p: float | None = None
    open: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether every answer is there."""
        return not self.open

    def to_json(self) -> dict[str, Any]:
        """Return it for reports and programs."""
        return {
            "run": self.number,
            "uid": self.run_uid,
            "started_at": self.started_at,
            "set": self.set_name,
            "champion": self.champion,
            "challenger": self.challenger,
            "kind": self.kind,
            "state": self.result.state,
            "reason": self.result.reason,
            "missing_cases": self.result.missing,
            "margin": self.margin,
            "cases": self.cases,
            "fixed": self.fixed,
            "broken": self.broken,
            "difference": self.difference,
            "interval_90": None if self.interval is None else [self.interval.low, self.interval.high],
            "p_one_sided": self.p,
            "open": self.open,
        }


@dataclass(frozen=True, slots=True)
class TryHistory:
    """The tries of a prompt, oldest first, and the `counted` ones of them, which the plateau is about.

    `settled` counts those of all times.
    """

    tries: tuple[ChampionTry, ...] = ()
    counted: tuple[ChampionTry, ...] = ()
    plateau: PromptPlateau = field(default_factory=lambda: PromptPlateau(False, 0, 0, 0))

    @property
    def settled(self) -> int:
        """The number of settled tries."""
        return sum(one.result.is_settled for one in self.counted)

    @property
    def words(self) -> str:
        """The tries since the last settled one, and what they say, as sentences; "" without any."""
        if not self.counted:
            return ""
        found = self.plateau
        since = " since the last improvement" if self.settled else ""
        if not found.closed and not found.open:
            return f"{counted(self.settled, 'try', 'tries')} settled, none{since}; no plateau."
        kinds = f" in {counted(found.kinds, 'kind')} of change" if found.closed else ""
        told = f"Tries{since}: {found.closed} closed{kinds}, {found.open} open"
        if found.is_reached:
            margin = max(one.margin for one in self.counted if one.result.state == "closed")
            return f"{told}. Plateau: nothing like these tries gains {points_words(margin)}."
        return f"{told}; no plateau. It takes {PLATEAU_TRIES} closed tries in {PLATEAU_KINDS} kinds, and none open."

    def to_json(self) -> dict[str, Any]:
        """Return it for reports and programs."""
        found = self.plateau
        return {
            "tries": [one.to_json() for one in self.tries],
            "settled": self.settled,
            "closed": found.closed,
            "open": found.open,
            "kinds": found.kinds,
            "plateau": found.is_reached,
            "sentence": self.words,
        }


def try_history(tries: Sequence[ChampionTry]) -> TryHistory:
    """Return the history of tries, oldest first."""
    kept: list[ChampionTry] = []
    for one in tries:
        if not one.is_complete:
            continue
        earlier = next((index for index, other in enumerate(kept) if other.pair == one.pair), None)
        if earlier is not None and kept[earlier].result.state in _UNSETTLED:
            del kept[earlier]
        kept.append(one)
    return TryHistory(tuple(tries), tuple(kept), plateau([PromptTry(one.result.state, one.kind) for one in kept]))


def cases_words(cases: int, margin: float) -> str:
    """Return what a try of this many cases can show, before it runs; "" if nothing stands in its way."""
    if cases < FEWEST_CASES:
        missing = FEWEST_CASES - cases
        return (
            f"{counted(cases, 'case')} {plural(cases, 'is', 'are')} too few for a verdict: the rule needs "
            f"{FEWEST_CASES}. Add {counted(missing, 'case')}, or take the result as a hint."
        )
    needed = next((least for gain, least in CLOSING_CASES if margin >= gain), None)
    if needed is None:
        return f"A gain below {points_words(CLOSING_CASES[-1][0])} cannot be ruled out; it can only be shown."
    if cases < needed:
        return f"With fewer than {needed} cases a gain of {points_words(margin)} can be shown, but not ruled out."
    return ""


def points_words(fraction: float) -> str:
    """Return "10 points"."""
    text = f"{100 * fraction:.4g}"
    return f"{text} {'point' if text == '1' else 'points'}"
