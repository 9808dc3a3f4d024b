"""Pass rates by version: what the chart of the Test view shows.

Invariant: all rates of a chart are of the same cases with the same checks; what had to be left out is said.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.testing.grid import CaseSetName


@dataclass(frozen=True, slots=True)
class VersionPoint:
    """The pass rate of a version with a model.

    `version` orders the points, `name` is what people call it, and `run` is the number of the test that it is from.
    `low` and `high` are the 95 % interval, None below ten clusters. `words` is all of it as one sentence. `cases` of
    the chart's cases were scored.
    """

    version: int
    name: str
    run: int
    rate: float
    low: float | None
    high: float | None
    cases: int
    words: str
    is_baseline: bool = False


@dataclass(frozen=True, slots=True)
class VersionSeries:
    """A model with its parameters, and its points in the order of versions."""

    title: str
    points: tuple[VersionPoint, ...]


@dataclass(frozen=True, slots=True)
class VersionChart:
    """The chart of a set of cases. `about` says what it stands on and what was left out, as sentences."""

    set_name: CaseSetName = "tuning"
    series: tuple[VersionSeries, ...] = ()
    about: tuple[str, ...] = ()

    @property
    def versions(self) -> tuple[tuple[int, str], ...]:
        """The numbers and names of the versions, in order."""
        return tuple(sorted({(point.version, point.name) for one in self.series for point in one.points}))
