"""The tests of an open history, as the Test view reads and runs them.

Invariant: what a start does is decided by the runner of the tests; nothing here asks a model or computes a figure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING

from workbench.app.testing.comparisons import ComparisonSource
from workbench.app.testing.probes import StoredProbes
from workbench.app.testing.source import (
    OverruleState,
    ShownEstimate,
    ShownProgress,
    ShownState,
    StartKind,
    SuiteOverview,
    TestedSet,
)
from workbench.app.testing.start_estimate import shown_estimate
from workbench.core.testing.answer_ages import OLD_AFTER_DAYS
from workbench.core.testing.grid import CaseSetName, CellDetail, GridCounts, GridPage, GridQuery, SuiteColumn, SuiteRun
from workbench.core.testing.probes import Probe, ProbeKind
from workbench.usecases.problems import RefusedError
from workbench.usecases.prompts import FIRST_DRAFT

if TYPE_CHECKING:
    from workbench.core.content import Content
    from workbench.core.drafts import Draft
    from workbench.core.lanes import Endpoint
    from workbench.core.testing.cells import CellKey
    from workbench.core.testing.report import SuiteReport
    from workbench.core.testing.settings import SuiteSettings
    from workbench.store import Store
    from workbench.usecases.testing.plan import SuitePlan
    from workbench.usecases.testing.probes import Probes
    from workbench.usecases.testing.runner import SuiteRunner
    from workbench.usecases.testing.scoring_orders import Sweep

DRAFT = "draft"
"""What the current text is called in a column while no version has it."""
_MOST_RUNS = 200
_RECORDED_WITHIN_S = 60.0
_CHECKED_WITHIN_S = 1.0


class StoredSuites:
    """A `SuiteSource`. All methods block, except those that return a future."""

    def __init__(
        self,
        store: Store,
        tests: Callable[[], SuiteRunner],
        endpoint: Callable[[str], Endpoint | None],
        new_uid: Callable[[], str],
        now: Callable[[], str],
        comparisons: ComparisonSource,
    ) -> None:
        """`tests` makes the runner when it is first needed."""
        self.comparisons = comparisons
        self._store, self._tests = store, tests
        self._endpoint, self._new_uid, self._now = endpoint, new_uid, now
        self._sweeps: dict[str, Sweep] = {}
        """Runs whose answers are checked again."""

    @property
    def probes(self) -> StoredProbes:
        """Asks chosen cases again."""
        return StoredProbes(self._probes(), self._tests())

    def _probes(self) -> Probes:
        from workbench.usecases.testing.probes import Probes

        return Probes(self._store.tests, self._store, self._tests())

    def overview(self, prompt_uid: str) -> SuiteOverview:
        """Return the tests of a prompt."""
        settings = self._store.tests.settings(prompt_uid)
        cases = self._store.packs.case_totals(prompt_uid)
        newest: dict[CaseSetName, SuiteRun] = {}
        runs = self._store.tests.runs(prompt_uid, _MOST_RUNS)
        for run in runs:
            if not run.probe:
                newest.setdefault(run.set_name, run)
        sets = (
            TestedSet("tuning", cases.tuning, newest.get("tuning")),
            TestedSet("holdout", cases.held_out, newest.get("holdout")),
        )
        return SuiteOverview(
            prompt_uid,
            settings,
            self._columns(prompt_uid, settings),
            tuple(one for one in sets if one.name == "tuning" or one.cases or (one.run is not None and settings.salt)),
            len(settings.checks) + cases.checks,
            _probes_of(newest.get("tuning"), runs),
        )

    def estimate(self, prompt_uid: str, set_name: CaseSetName) -> ShownEstimate:
        """Return what starting a test of a set would take now; a refusal is part of it."""
        return shown_estimate(self._tests().estimator, lambda: self._plan(prompt_uid, set_name))

    def save_settings(self, prompt_uid: str, settings: SuiteSettings) -> Future[None]:
        """Store the settings of a prompt."""
        return self._store.tests.save_settings(prompt_uid, settings, self._now())

    def runs(self, prompt_uid: str, limit: int = 50) -> tuple[SuiteRun, ...]:
        """Return the newest test runs, newest first."""
        return self._store.tests.runs(prompt_uid, limit)

    def page(self, run_uid: str, scoring_uid: str, query: GridQuery, after: str, limit: int) -> GridPage:
        """Return at most `limit` rows behind the cursor `after`, "" for the first ones."""
        return self._store.tests.page(run_uid, scoring_uid, query, after, limit)

    def counts(self, run_uid: str, scoring_uid: str, query: GridQuery) -> GridCounts:
        """Count the rows by filter, within the tag and the text of `query`."""
        return self._store.tests.counts(run_uid, scoring_uid, query)

    def cell(self, run_uid: str, scoring_uid: str, key: CellKey) -> CellDetail:
        """Return one sample of a cell in full."""
        return self._store.tests.cell(run_uid, scoring_uid, key)

    def earlier(self, run_uid: str, key: CellKey) -> CellDetail | None:
        """Return the same sample in the last round, or beside a probe; None if there is none."""
        run = self._store.tests.run(run_uid)
        other = self._earlier_run(run)
        if other is None:
            return None
        there = self._store.tests.counterpart(run_uid, other.uid, key)
        return None if there is None else self._store.tests.cell(other.uid, other.scoring_uid, there)

    def _earlier_run(self, run: SuiteRun) -> SuiteRun | None:
        if (probe := Probe.from_text(run.probe)) is not None:
            return self._store.tests.run(probe.beside)
        runs = self._store.tests.runs(self._store.tests.prompt_of(run.uid), _MOST_RUNS)
        older = (one for one in runs if not one.probe and one.set_name == run.set_name and one.round < run.round)
        return next(older, None)

    def report(self, prompt_uid: str, run_uid: str) -> SuiteReport:
        """Return the statistics of a run by its newest scoring, which takes up to a second."""
        settings = self._store.tests.settings(prompt_uid)
        return self._tests().analyst.report("", run_uid, settings)

    def start(self, prompt_uid: str, set_name: CaseSetName, how: StartKind = "start") -> str:
        """Ask the open cells, and return the uid of the run once it is recorded. Raises RefusedError, StoreError."""
        handle = self._tests().go_on_with(self._plan(prompt_uid, set_name, how))
        handle.wait_recorded(_RECORDED_WITHIN_S)
        if handle.problem is not None and not handle.is_recorded:
            raise RefusedError(handle.problem.sentence, handle.problem.detail)
        return handle.run_uid

    def resume(self, prompt_uid: str, run_uid: str, *, retry_failed: bool = False) -> None:
        """Continue a run that is paused or has stopped; with `retry_failed` ask again where the call failed."""
        if not retry_failed and self._tests().handle(run_uid) is not None:
            self._tests().go_on(run_uid)
            return
        self._resumed(prompt_uid, run_uid, retry_failed=retry_failed)

    def pause(self, run_uid: str) -> None:
        """Start no further calls until the run is resumed."""
        self._tests().pause(run_uid)

    def stop(self, run_uid: str) -> None:
        """End a run, or checking its answers again; it can be resumed later."""
        if (sweep := self._sweeps.get(run_uid)) is not None:
            sweep.cancel()
        self._tests().stop(run_uid)

    def rescore(self, prompt_uid: str, run_uid: str) -> None:
        """Check the stored answers of a run by the checks of today; returns once that is done, or after a second."""
        settings, cases = self._store.tests.settings(prompt_uid), self._store.packs.cases(prompt_uid)
        sweep = self._tests().rescore(run_uid, settings, {case.uid: case for case in cases})
        self._sweeps[run_uid] = sweep
        # Rules are quick; judges take longer, and are followed by `progress`.
        sweep.wait(_CHECKED_WITHIN_S)

    def progress(self, run_uid: str) -> ShownProgress:
        """Return how far a run is, also after it has ended."""
        handle, sweep = self._tests().handle(run_uid), self._sweeps.get(run_uid)
        if sweep is not None and not sweep.wait(0):
            run = self._store.tests.run(run_uid)
            checked, scoring = sweep.scored, sweep.job.scoring_uid
            return ShownProgress(
                run_uid, "running", run.cells, run.answered, scored=checked, scoring_uid=scoring, is_checking=True
            )
        self._sweeps.pop(run_uid, None)
        if handle is None:
            run = self._store.tests.run(run_uid)
            is_whole = run.answered >= run.cells
            state: ShownState = "finished" if is_whole else "stopped"
            return ShownProgress(run_uid, state, run.cells, run.answered, scoring_uid=run.scoring_uid)
        now = handle.progress()
        return ShownProgress(
            run_uid,
            "running" if now.state == "starting" or (now.has_ended and not handle.done) else now.state,
            now.cells,
            now.answered,
            now.failed,
            now.running,
            now.scored,
            now.spent_usd,
            now.why,
            handle.scoring_uid,
        )

    def overrule(self, run_uid: str, output_uid: str, check_hash: str, state: OverruleState, note: str) -> Future[None]:
        """Record what a person says about one check of an answer."""
        return self._store.tests.overrule(run_uid, output_uid, check_hash, state, note, self._now(), self._new_uid())

    def content(self, prompt_uid: str, version: int) -> Content:
        """Return the text of a version."""
        return self._store.version(prompt_uid, version).content

    def _draft(self, prompt_uid: str) -> Draft:
        return self._store.draft(prompt_uid) or FIRST_DRAFT

    def _plan(self, prompt_uid: str, set_name: CaseSetName, how: StartKind = "start") -> SuitePlan:
        made = self._tests().planner.plan(
            prompt_uid,
            self._draft(prompt_uid),
            self._store.tests.settings(prompt_uid),
            self._store.packs.cases(prompt_uid),
            set_name=set_name,
            round_="fresh" if how == "fresh" else "continue",
        )
        return made.without_answers_older(OLD_AFTER_DAYS, self._now()) if how == "renew" else made

    def _resumed(self, prompt_uid: str, run_uid: str, *, retry_failed: bool = False) -> str:
        budget = self._store.tests.settings(prompt_uid).budget
        self._tests().resume(run_uid, failed_too=retry_failed, budget=budget)
        return run_uid

    def _columns(self, prompt_uid: str, settings: SuiteSettings) -> tuple[SuiteColumn, ...]:
        current: tuple[int, str] | None = None
        found = []
        for position, lane in enumerate(settings.columns):
            if lane.pinned is not None:
                version, name = lane.pinned, self._store.version(prompt_uid, lane.pinned).name
            else:
                current = current or self._current(prompt_uid)
                version, name = current
            endpoint = self._endpoint(lane.endpoint)
            found.append(SuiteColumn(position, lane, version, name, "" if endpoint is None else endpoint.name))
        return tuple(found)

    def _current(self, prompt_uid: str) -> tuple[int, str]:
        """Return number and name of the version that has the draft's text, 0 and DRAFT while none has it."""
        content = self._draft(prompt_uid).content
        number = self._store.version_meant(prompt_uid, content, None)
        version = None if number is None else self._store.version(prompt_uid, number)
        return (0, DRAFT) if version is None or version.content != content else (version.number, version.name)


def _probes_of(tested: SuiteRun | None, runs: Sequence[SuiteRun]) -> tuple[SuiteRun, ...]:
    """Return the newest probe of each kind of a run; the one without facts stands beside that with them."""
    found: dict[ProbeKind, SuiteRun] = {}
    for run in runs:
        probe = Probe.from_text(run.probe)
        if probe is not None and tested is not None and probe.of == tested.uid and probe.kind != "facts-control":
            found.setdefault(probe.kind, run)
    return tuple(found.values())
