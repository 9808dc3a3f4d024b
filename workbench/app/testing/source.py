"""What the Test view needs of stored and running tests.

Invariant: methods that return a value block, and are called off the UI thread (`BackgroundTasks.run`); methods that
return a future may be called anywhere. Nothing here computes: sentences, statistics and estimates arrive finished.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol

from workbench.app.testing.start_estimate import ShownEstimate as ShownEstimate
from workbench.core.testing.grid import (
    CaseSetName,
    CellDetail,
    GridCounts,
    GridPage,
    GridQuery,
    SuiteColumn,
    SuiteRun,
)

if TYPE_CHECKING:
    from workbench.app.testing.comparisons import ComparisonSource
    from workbench.core.content import Content
    from workbench.core.testing.cells import CellKey
    from workbench.core.testing.report import SuiteReport
    from workbench.core.testing.settings import SuiteSettings

ShownState = Literal["running", "paused", "stopped", "finished", "budget"]
"""budget: the budget is spent and cells are still open."""
OverruleState = Literal["pass", "fail", "none"]
"""What a person says about a check; "none" takes it back."""
StartKind = Literal["start", "renew", "fresh"]
"""start: stored answers of the round are used again. renew: those that are older than OLD_AFTER_DAYS are asked again.
fresh: a new round, in which nothing is used again."""


@dataclass(frozen=True, slots=True)
class TestedSet:
    """A set of the prompt's cases, and the newest test run of it, None without one."""

    __test__ = False

    name: CaseSetName
    cases: int
    run: SuiteRun | None = None


@dataclass(frozen=True, slots=True)
class SuiteOverview:
    """The tests of a prompt: its settings, their columns with names, and its sets of cases, the tuning cases first.

    `checks` is the number of checks, those for all cases and those of single ones. `probes` are the newest probes of
    the tuning cases' run, one of each kind that is shown.
    """

    prompt_uid: str
    settings: SuiteSettings
    columns: tuple[SuiteColumn, ...]
    sets: tuple[TestedSet, ...]
    checks: int = 0
    probes: tuple[SuiteRun, ...] = ()
    newer: SuiteRun | None = None
    """The newest run of a set, of which an earlier one is shown."""

    def set(self, name: CaseSetName) -> TestedSet:
        """Return a set, empty if the prompt does not have it."""
        return next((one for one in self.sets if one.name == name), TestedSet(name, 0))

    def showing(self, run: SuiteRun) -> SuiteOverview:
        """Return this with another run of its set in place of the newest one."""
        newest = self.set(run.set_name).run
        newer = newest if newest is not None and newest.number > run.number else None
        others = tuple(one for one in self.sets if one.name != run.set_name)
        shown = TestedSet(run.set_name, self.set(run.set_name).cases, run)
        sets = tuple(sorted((*others, shown), key=lambda one: one.name != "tuning"))
        return replace(self, sets=sets, newer=newer)


@dataclass(frozen=True, slots=True)
class ShownProgress:
    """How far a test run is. `failed` counts answered cells whose call failed; `sentence` says why it stands still.

    `scoring_uid` is the scoring that its answers get, "" while there is none. `is_checking`: no answer is asked for;
    stored ones are checked again, which takes time if judges are asked.
    """

    run_uid: str
    state: ShownState
    cells: int = 0
    answered: int = 0
    failed: int = 0
    running: int = 0
    scored: int = 0
    spent_usd: float | None = None
    sentence: str = ""
    scoring_uid: str = ""
    is_checking: bool = False

    @property
    def is_active(self) -> bool:
        """Whether calls are being made, or would be if the run were not paused."""
        return self.state in ("running", "paused")


class SuiteSource(Protocol):
    """The tests of all prompts. Errors are StoreError, or others whose text is a sentence for the user."""

    @property
    def comparisons(self) -> ComparisonSource:
        """Comparisons that a person starts, and the chart."""

    def overview(self, prompt_uid: str) -> SuiteOverview:
        """Return the tests of a prompt."""

    def estimate(self, prompt_uid: str, set_name: CaseSetName) -> ShownEstimate:
        """Return what starting a test of a set would take now."""

    def save_settings(self, prompt_uid: str, settings: SuiteSettings) -> Future[None]:
        """Store the settings of a prompt."""

    def runs(self, prompt_uid: str, limit: int = 50) -> tuple[SuiteRun, ...]:
        """Return the newest test runs, newest first."""

    def page(self, run_uid: str, scoring_uid: str, query: GridQuery, after: str, limit: int) -> GridPage:
        """Return at most `limit` rows behind the cursor `after`, "" for the first ones."""

    def counts(self, run_uid: str, scoring_uid: str, query: GridQuery) -> GridCounts:
        """Count the rows by filter, within the tag and the text of `query`."""

    def cell(self, run_uid: str, scoring_uid: str, key: CellKey) -> CellDetail:
        """Return one sample of a cell in full."""

    def earlier(self, run_uid: str, key: CellKey) -> CellDetail | None:
        """Return the same sample of the same case and column in the last round; for a probe, in the run beside it."""

    def report(self, prompt_uid: str, run_uid: str) -> SuiteReport:
        """Return the statistics of a run by its newest scoring, which takes up to a second."""

    def start(self, prompt_uid: str, set_name: CaseSetName, how: StartKind = "start") -> str:
        """Ask the open cells, and return the uid of the run.

        The newest run is continued if its cases and columns are still those of the settings; else a new one begins,
        in which the answers of its round are used again.
        """

    def resume(self, prompt_uid: str, run_uid: str, *, retry_failed: bool = False) -> None:
        """Continue a run that is paused or has stopped; with `retry_failed` ask again where the call failed."""

    def pause(self, run_uid: str) -> None:
        """Start no further calls until the run is resumed."""

    def stop(self, run_uid: str) -> None:
        """End a run; it can be resumed later."""

    def rescore(self, prompt_uid: str, run_uid: str) -> None:
        """Check the stored answers of a run by the checks of today; judges are asked what they have not judged yet.

        Returns once that is done, or has gone on for a while; `progress` follows it then.
        """

    def progress(self, run_uid: str) -> ShownProgress:
        """Return how far a run is, also after it has ended."""

    def overrule(self, run_uid: str, output_uid: str, check_hash: str, state: OverruleState, note: str) -> Future[None]:
        """Record what a person says about one check of an answer."""

    def content(self, prompt_uid: str, version: int) -> Content:
        """Return the text of a version."""
