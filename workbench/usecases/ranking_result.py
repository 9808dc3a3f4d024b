"""What a ranking is once it is computed, in numbers and sentences for people.

Invariant: a row never has a strength without its interval, and where there is too little data there are no rows but a
sentence. Nothing here imports numpy, so that views can be made before anything is computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workbench.core.ranking.sufficiency import Sufficiency
from workbench.store.runs.technique_marks import VersionMarks

Grouping = Literal["both", "version", "model", "technique", "everywhere"]
"""Who is ranked: versions with models, versions, models, techniques of versions, or models over all prompts."""


@dataclass(frozen=True, slots=True)
class EntrantStrength:
    """A strength on the natural log scale with its 95 % interval; 0 is `against` whom it stands."""

    low: float
    estimate: float
    high: float
    chances: tuple[float, float, float]
    """The same as the chance to beat `against` when one of the two wins."""
    against: str = "the average entrant"


@dataclass(frozen=True, slots=True)
class RankRow:
    """An entrant, or a technique. `won`, `lost` and `tied` count comparisons; `pairs` is their sum.

    `per_thousand` is dollars for 1,000 answers, None when no cost is known; `free` when all were made here; `priced` of
    `answers` answers have a known cost. `median_ms` is the median duration of an answer, None when none is known.
    """

    name: str
    strength: EntrantStrength
    won: float
    lost: float
    tied: float
    verdicts: int
    blind: int
    per_thousand: float | None
    free: bool
    priced: int
    answers: int
    median_ms: float | None

    @property
    def pairs(self) -> float:
        """How many comparisons it was in."""
        return self.won + self.lost + self.tied


@dataclass(frozen=True, slots=True)
class RankingRemark:
    """A sentence below the table; `warns` when the ranking could mislead."""

    text: str
    warns: bool = False


@dataclass(frozen=True, slots=True)
class RankingResult:
    """A ranking of a prompt, strongest first. Without `enough` there are no rows, and it says why.

    Where techniques are ranked, `versions` are those that were judged, oldest first, with what is known of them, and
    `choices` the techniques that they could be marked with: names by key.
    """

    prompt_uid: str
    grouping: Grouping
    verdicts: int
    blind: int
    enough: Sufficiency
    rows: tuple[RankRow, ...] = ()
    remarks: tuple[RankingRemark, ...] = ()
    versions: tuple[VersionMarks, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
