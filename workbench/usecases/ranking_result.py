"""Results of a ranking, as numbers and sentences.

Invariant: a row never has a strength without its interval; with too little data there is a sentence instead of rows.
Nothing here imports numpy, so that views can be created before anything is computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workbench.core.ranking.sufficiency import RankingSufficiency
from workbench.core.text import counted
from workbench.store.runs.technique_marks import VersionMarks

Grouping = Literal["both", "version", "model", "technique", "everywhere"]
"""Entrants: versions with models, versions, models, techniques of versions, or models over all prompts."""


@dataclass(frozen=True, slots=True)
class EntrantStrength:
    """A strength on the natural log scale with its 95 % interval, relative to `against`, which has 0."""

    low: float
    estimate: float
    high: float
    chances: tuple[float, float, float]
    """The strength as chance to beat `against`, given that one of the two wins: low, estimate, high."""
    against: str = "the average entrant"


@dataclass(frozen=True, slots=True)
class RankRow:
    """An entrant, or a technique. `won`, `lost` and `tied` count comparisons; `pairs` is their sum.

    `per_thousand` is dollars for 1,000 answers, None if no cost is known; `free` if all were made locally; `priced` of
    `answers` answers have a known cost. `median_ms` is the median duration of an answer, None if none is known.
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
        """Number of comparisons."""
        return self.won + self.lost + self.tied


@dataclass(frozen=True, slots=True)
class RankingRemark:
    """A sentence below the table; `warns` if the ranking could mislead."""

    text: str
    warns: bool = False


@dataclass(frozen=True, slots=True)
class RankingResult:
    """A ranking of a prompt, strongest first. If `enough` is false, there are no rows and `enough` says why.

    For techniques, `versions` are the judged versions with their marks, oldest first, and `choices` the available
    techniques as (key, name).
    """

    prompt_uid: str
    grouping: Grouping
    verdicts: int
    blind: int
    enough: RankingSufficiency
    rows: tuple[RankRow, ...] = ()
    remarks: tuple[RankingRemark, ...] = ()
    versions: tuple[VersionMarks, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class JudgeRanking:
    """The ranking by the verdicts of one judge, apart from that by people's, and how often both agree.

    `judge` is the name of its model, "" before any judge has compared answers. `agreement` is a sentence, which says
    "Unmeasured" unless `is_measured`. `left_out` verdicts are of other judges, other versions of the judge prompt, or
    by other criteria.
    """

    result: RankingResult
    judge: str = ""
    criterion: str = ""
    agreement: str = ""
    is_measured: bool = False
    left_out: int = 0

    @property
    def remarks(self) -> tuple[RankingRemark, ...]:
        """The sentences below the table."""
        if not self.judge:
            return ()
        left_out = f"{counted(self.left_out, 'verdict')} of other judges or by other criteria left out."
        by = RankingRemark(f"Compared by {self.judge}, asked in both orders, by: {self.criterion}")
        rest = (RankingRemark(left_out),) if self.left_out else ()
        return (RankingRemark(self.agreement, warns=not self.is_measured), by, *self.result.remarks, *rest)
