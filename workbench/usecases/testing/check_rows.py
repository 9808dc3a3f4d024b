"""Results of a ranking by checks, as numbers and sentences.

Invariant: all rows of a ranking stand on the same cases. Nothing here imports numpy, so that views can be created
before anything is computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.core.statistics.columns import LatencyQuartiles


@dataclass(frozen=True, slots=True)
class CheckRankRow:
    """A version with a model and its parameters. `low` and `high` end the 95 % interval, None below ten clusters.

    `passing` of the ranked cases pass by majority. `cost_per_1000` is in dollars. `run` is the number of the test run.
    `judged` is what stands beside the rate because of judges, as in reports.
    """

    name: str
    rate: float
    low: float | None
    high: float | None
    passing: int
    cases: int
    cost_per_1000: float | None
    latency: LatencyQuartiles | None
    run: int
    judged: str = ""


@dataclass(frozen=True, slots=True)
class CheckRanking:
    """A ranking by checks, best first; `sentence` says why there is none, "" if there is.

    `cases` is the number of cases that every row has in common.
    """

    prompt_uid: str
    rows: tuple[CheckRankRow, ...] = ()
    cases: int = 0
    remarks: tuple[str, ...] = ()
    sentence: str = ""
