"""The tests of the open prompt: what is set up, what runs, and what came of it.

Invariant: everything is read and started off the UI thread, and only answers about the prompt and the set that are
shown now are delivered. While a run goes on, its progress is asked at `POLL_MS`, and rows are read again only after
results arrived.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.app.tasks import BackgroundTasks
from workbench.app.testing.chart_reader import ChartReader
from workbench.app.testing.column_heads import grid_columns, grid_heads
from workbench.app.testing.grid_model import PAGE, SuiteGridModel
from workbench.app.testing.run_figures import RunFigures
from workbench.app.testing.source import (
    SuiteEstimate,
    SuiteOverview,
    SuiteProgress,
    SuiteSource,
    TestedSet,
)
from workbench.app.testing.words import ColumnHead, RunAction
from workbench.core.testing.grid import (
    CaseSetName,
    GridQuery,
    GridRow,
    RowFilter,
    RowSort,
    SuiteColumn,
    SuiteRun,
)

if TYPE_CHECKING:
    from workbench.core.testing.settings import SuiteSettings

POLL_MS = 400
_REPORT_EVERY = 12
"""Polls between two computations of the statistics while a run goes on."""
_MOST_COPIED = 5_000
"""Rows that "copy the table" takes; a file has no limit."""


@dataclass(frozen=True, slots=True)
class _Reading:
    overview: SuiteOverview
    estimate: SuiteEstimate
    progress: SuiteProgress | None
    holdout: SuiteEstimate | None


class SuiteController(QObject):
    """Reads and runs the tests of one prompt at a time. `model` has the rows of the shown run."""

    changed = Signal()
    """What is set up, what a start would take, or how far the run is."""
    refused = Signal(object)
    """Exception"""
    started = Signal(str)
    """The uid of a run."""
    ended = Signal(str)

    def __init__(self, source: SuiteSource, tasks: BackgroundTasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.source, self._tasks = source, tasks
        self.model = SuiteGridModel(tasks, source, self)
        self.figures = RunFigures(source, tasks, self)
        """Counts and statistics of the shown run."""
        self.chart = ChartReader(source, tasks, self)
        """Pass rates by version."""
        for part in (self.model, self.figures, self.chart):
            part.refused.connect(self.refused)
        self.figures.reported.connect(lambda: self.model.set_heads(self.heads()))
        self.prompt_uid = ""
        self.set_name: CaseSetName = "tuning"
        self.query = GridQuery()
        self._clear()
        self._generation = 0
        self._is_polling = False
        self._polls = 0
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._poll)

    def _clear(self) -> None:
        self.overview: SuiteOverview | None = None
        self.estimate = SuiteEstimate()
        self.holdout: SuiteEstimate | None = None
        """What a test of the hold-out would take, None if there is nothing to test."""
        self.progress: SuiteProgress | None = None
        self.is_outdated = False
        """Whether checks were changed since the shown answers were checked, as far as this view saw it."""

    # What is shown.

    @property
    def tested(self) -> TestedSet:
        """The shown set."""
        return TestedSet(self.set_name, 0) if self.overview is None else self.overview.set(self.set_name)

    @property
    def run(self) -> SuiteRun | None:
        """The shown run."""
        return self.tested.run

    @property
    def is_running(self) -> bool:
        """Whether the shown run makes calls, or is paused."""
        return self.progress is not None and self.progress.is_active

    @property
    def baseline(self) -> int:
        """The position of the baseline column."""
        return self.run.baseline if self.run is not None else 0

    def columns(self) -> tuple[SuiteColumn, ...]:
        """Return the columns of the grid."""
        return grid_columns(self.overview, self.run)

    def heads(self) -> tuple[ColumnHead, ...]:
        """Return the heads of `columns`."""
        return grid_heads(self.columns(), self.run, self.figures.report)

    # Reading.

    def open(self, prompt_uid: str, then: Callable[[], None] | None = None) -> None:
        """Show the tests of a prompt; `then` is called once they are."""
        if prompt_uid != self.prompt_uid:
            self.prompt_uid, self.set_name, self.query = prompt_uid, "tuning", GridQuery()
            self._clear()
            self.figures.clear()
            self.chart.clear()
            self._stop_polling()
            self.model.show("", "", self.query, ())
            self.changed.emit()
        self.refresh(then)

    def refresh(self, then: Callable[[], None] | None = None) -> None:
        """Read again what is set up and what ran; `then` is called once it is shown."""
        self._generation += 1
        prompt, set_name, source = self.prompt_uid, self.set_name, self.source
        if not prompt:
            return

        def read() -> _Reading:
            overview = source.overview(prompt)
            tested, holdout = overview.set(set_name), overview.set("holdout")
            is_open = set_name == "tuning" and holdout.cases > 0 and holdout.run is None
            return _Reading(
                overview,
                source.estimate(prompt, set_name),
                source.progress(tested.run.uid) if tested.run is not None else None,
                source.estimate(prompt, "holdout") if is_open else None,
            )

        def show(generation: int, reading: _Reading) -> None:
            if generation == self._generation:
                self._show(reading)
                if then is not None:
                    then()

        generation = self._generation
        self._tasks.run(read, lambda reading: show(generation, reading), self.refused.emit)

    def _show(self, reading: _Reading) -> None:
        before, was_running = self.run, self.is_running
        self.overview, self.estimate, self.progress = reading.overview, reading.estimate, reading.progress
        self.holdout = reading.holdout
        run = self.run
        if run is None:
            self.figures.clear()
            self.model.show("", "", self.query, self.heads())
        elif before is None or before.uid != run.uid or self.model.run_uid != self._shown_rows(run):
            self.figures.clear()
            self._ask_rows()
        else:
            self.model.set_scoring(run.scoring_uid)
            if len(self.model.heads) != len(self.columns()):
                self._ask_rows()
            else:
                self.model.refresh()
        self.changed.emit()
        self._ask_figures()
        if self.is_running:
            self._timer.start()
        else:
            self._stop_polling()
            if was_running and before is not None:
                self.ended.emit(before.uid)

    def _shown_rows(self, run: SuiteRun) -> str:
        """Return the uid of the run whose rows are shown: rows of the hold-out are not, only its totals."""
        return run.uid if self.set_name == "tuning" else ""

    def _ask_rows(self) -> None:
        if (run := self.run) is not None:
            self.model.show(self._shown_rows(run), run.scoring_uid, self.query, self.heads())

    # Rows and sets.

    def choose_set(self, name: CaseSetName) -> None:
        """Show another set of cases."""
        if name == self.set_name:
            return
        self.set_name, self.query = name, GridQuery()
        self._stop_polling()
        self.figures.clear()
        self.chart.clear()
        self.refresh()

    def choose_rows(self, rows: RowFilter, column: int | None = None) -> None:
        """Show only some rows; those that failed in one column if it is given."""
        kept = self.query.column if self.query.sort != "order" else None
        self._ask(replace(self.query, rows=rows, column=kept if column is None else column))

    def choose_tag(self, tag: str) -> None:
        """Show only cases with a tag, "" for all."""
        self._ask(replace(self.query, tag=tag))

    def sort(self, by: RowSort, *, descending: bool, column: int | None = None) -> None:
        """Sort the rows by a figure of a column."""
        self._ask(replace(self.query, sort=by, descending=descending, column=column))

    def _ask(self, query: GridQuery) -> None:
        if query != self.query:
            self.query = query
            self._ask_rows()
            self.changed.emit()
            if self.run is not None:
                self.figures.count(self.run, query)

    # Running.

    def act(self, action: RunAction, set_name: CaseSetName | None = None) -> None:
        """Start, pause, resume or stop the test of a set, by default of the shown one."""
        wanted, prompt, source = set_name or self.set_name, self.prompt_uid, self.source
        uid = "" if self.run is None else self.run.uid
        if not prompt or (action not in ("start", "fresh") and not uid):
            return

        def done(run_uid: str) -> None:
            if prompt != self.prompt_uid:
                return
            if action in ("start", "fresh", "rescore"):
                self.is_outdated = False
            if action in ("start", "fresh"):
                self.started.emit(run_uid)
            if wanted != self.set_name:
                self.choose_set(wanted)
            else:
                self.refresh()

        self._tasks.run(lambda: _do(source, action, prompt, wanted, uid), done, self.refused.emit)

    def stop_polling(self) -> None:
        """Ask no longer how far the run is, because nobody sees it; it goes on."""
        self._stop_polling()

    def _stop_polling(self) -> None:
        self._timer.stop()
        self._is_polling = False

    def _poll(self) -> None:
        run = self.run
        if run is None:
            self._stop_polling()
            return
        if self._is_polling:
            return
        self._is_polling = True
        generation, uid, source = self._generation, run.uid, self.source

        def show(progress: SuiteProgress) -> None:
            self._is_polling = False
            if generation == self._generation:
                self._show_progress(progress)

        def fail(error: Exception) -> None:
            self._stop_polling()
            self.refused.emit(error)

        self._tasks.run(lambda: source.progress(uid), show, fail)

    def _show_progress(self, progress: SuiteProgress) -> None:
        before, self.progress = self.progress, progress
        if not progress.is_active:
            self._stop_polling()
            self.refresh()
            self.ended.emit(progress.run_uid)
            return
        if progress == before:
            return
        self._polls += 1
        self.model.refresh()
        self._ask_figures(report=self._polls % _REPORT_EVERY == 0)
        self.changed.emit()

    def results_changed(self) -> None:
        """Read again what came of the run, because a person overruled a check."""
        self.model.refresh()
        self._ask_figures()

    def checks_changed(self) -> None:
        """Offer to check the stored answers again, because cases or checks were changed."""
        self.is_outdated = self.run is not None
        self.changed.emit()

    def _ask_figures(self, *, report: bool = True) -> None:
        if self.run is not None:
            self.figures.count(self.run, self.query)
            if report:
                self.figures.compute(self.prompt_uid, self.run)

    # Settings.

    def change_settings(self, change: Callable[[SuiteSettings], SuiteSettings]) -> Future[None] | None:
        """Store changed settings, and show them; None if they are not read yet."""
        if self.overview is None:
            return None
        future = self.source.save_settings(self.prompt_uid, change(self.overview.settings))
        self._tasks.watch(future, lambda _: self.refresh(), self.refused.emit)
        return future

    # Copying.

    def read_rows(self, then: Callable[[list[GridRow]], None]) -> None:
        """Read the rows of the query, at most `_MOST_COPIED`, and pass them to `then`."""
        run, query, source = self.run, self.query, self.source
        if run is None or self.set_name != "tuning":
            then([])
            return

        def read() -> list[GridRow]:
            rows: list[GridRow] = []
            after = ""
            while len(rows) < _MOST_COPIED:
                page = source.page(run.uid, run.scoring_uid, query, after, PAGE)
                rows += page.rows
                after = page.after
                if not after:
                    break
            return rows

        self._tasks.run_large(read, then, self.refused.emit)

    def close(self) -> None:
        """Stop asking; runs go on or end with the program."""
        self._stop_polling()
        self._generation += 1


def _do(source: SuiteSource, action: RunAction, prompt: str, set_name: CaseSetName, run_uid: str) -> str:
    """Do what a button says, and return the uid of the run."""
    if action in ("start", "fresh"):
        return source.start(prompt, set_name, fresh=action == "fresh")
    if action == "pause":
        source.pause(run_uid)
    elif action == "stop":
        source.stop(run_uid)
    elif action == "rescore":
        source.rescore(prompt, run_uid)
    else:
        source.resume(prompt, run_uid, retry_failed=action == "retry")
    return run_uid
