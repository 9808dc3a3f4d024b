"""The tests of the open prompt: what is set up, what runs, and what came of it.

Invariant: everything is read and started off the UI thread, and only answers about the prompt and the set that are
shown now are delivered. The rows of a run are shown before its statistics, and read again only after results arrived.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workbench.app.tasks import BackgroundTasks
from workbench.app.testing.chart_reader import ChartReader
from workbench.app.testing.column_heads import (
    NOT_RUN,
    STORED,
    beside_word,
    column_keys,
    grid_columns,
    grid_heads,
    is_stored_elsewhere,
    shown_set,
    with_judges,
)
from workbench.app.testing.earlier_run import EarlierRun
from workbench.app.testing.grid_model import SuiteGridModel
from workbench.app.testing.pivot_model import GridPivotModel
from workbench.app.testing.progress_polling import ProgressPolling
from workbench.app.testing.run_figures import RunFigures
from workbench.app.testing.source import (
    ShownEstimate,
    ShownProgress,
    SuiteOverview,
    SuiteSource,
    TestedSet,
)
from workbench.app.testing.suite_reader import SuiteReader
from workbench.app.testing.suite_reading import StartNeeds, SuiteReading
from workbench.app.testing.words import ColumnHead, RunAction
from workbench.core.testing.grid import (
    CaseSetName,
    GridQuery,
    RowFilter,
    RowSort,
    SuiteColumn,
    SuiteRun,
)
from workbench.core.testing.grid_layout import GridLayout

if TYPE_CHECKING:
    from workbench.core.testing.settings import SuiteSettings

_STARTS: tuple[RunAction, ...] = ("start", "renew", "fresh")


class SuiteController(QObject):
    """Reads and runs the tests of one prompt at a time.

    `model` has the rows of the shown run, and `pivot` displays them.
    """

    changed = Signal()
    """What is set up, what a start would take, or how far the run is."""
    read = Signal()
    """The overview and the estimate were read, after the newest request."""
    refused = Signal(object)  # Exception
    started = Signal(str)  # the uid of a run
    ended = Signal(str)

    def __init__(self, source: SuiteSource, tasks: BackgroundTasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.source, self._tasks = source, tasks
        self.model = SuiteGridModel(tasks, source, self)
        self.pivot = GridPivotModel(self.model)
        self.figures = RunFigures(source, tasks, self)
        """Counts and statistics of the shown run."""
        self.chart = ChartReader(source, tasks, self)
        for part in (self.model, self.figures, self.chart):
            part.refused.connect(self.refused)
        self.pivot.reshaped.connect(self._reshaped)
        self.figures.reported.connect(lambda: self.model.set_heads(self.heads()))
        self.prompt_uid = self.probe_uid = ""
        """The prompt, and the probe that is shown instead of the tuning cases' run, "" for none."""
        self.set_name: CaseSetName = "tuning"
        self.query, self._earlier = GridQuery(), EarlierRun()
        self.is_blind = False
        """Whether answers are being labelled, so that no result is shown."""
        self._clear()
        self._reader = SuiteReader(source, tasks, self.model, self)
        self._reader.shown.connect(self._show)
        self._reader.estimated.connect(self._show_needs)
        self._reader.read.connect(self._ask_figures)
        self._reader.read.connect(self.read)
        self._polling = ProgressPolling(source, tasks, self._polled, self)
        self._polling.progressed.connect(self._show_progress)
        for asking in (self._reader, self._polling):
            asking.refused.connect(self.refused)

    def _clear(self) -> None:
        self.overview: SuiteOverview | None = None
        self._forget_estimate()
        self.progress: ShownProgress | None = None
        self.is_outdated = False
        """Whether checks were changed since the shown answers were checked, as far as this view saw it."""

    def _forget_estimate(self) -> None:
        self.estimate, self.is_estimated = ShownEstimate(), False
        """What a start of the set takes, and whether that is known."""
        self.holdout: ShownEstimate | None = None
        """What a test of the hold-out would take, None if there is nothing to test."""

    # What is shown.

    def set_blind(self, blind: bool) -> None:
        """Hide the results while answers are labelled, or show them again."""
        self.is_blind = blind
        self.changed.emit()

    @property
    def tested(self) -> TestedSet:
        """The shown set."""
        overview, name = self.overview, self.set_name
        return TestedSet(name, 0) if overview is None else shown_set(overview, name, self.probe_uid)

    @property
    def run(self) -> SuiteRun | None:
        """The shown run."""
        return self.tested.run

    @property
    def is_running(self) -> bool:
        """Whether the shown run makes calls, or is paused."""
        return self.progress is not None and self.progress.is_active

    @property
    def can_compare_stored(self) -> bool:
        """Whether a start would ask nothing: every cell has an answer, of runs other than the shown one."""
        return not self.is_running and is_stored_elsewhere(self.run, self.overview, self.estimate)

    @property
    def baseline(self) -> int:
        """The position of the baseline column."""
        return 0 if self.run is None else self.run.baseline

    def columns(self) -> tuple[SuiteColumn, ...]:
        """Return the columns of the grid."""
        return grid_columns(self.overview, self.run)

    def heads(self) -> tuple[ColumnHead, ...]:
        """Return the heads of `columns`."""
        columns = self.columns()
        report = self.figures.worth_showing(live=self.is_running)
        heads = grid_heads(columns, self.run, report, STORED if self.can_compare_stored else NOT_RUN)
        return with_judges(heads, self.overview)

    # Reading.

    def open(self, prompt_uid: str) -> None:
        """Show the tests of a prompt."""
        if prompt_uid != self.prompt_uid:
            self.prompt_uid, self.set_name, self.probe_uid = prompt_uid, "tuning", ""
            self.query = GridQuery()
            self._clear()
            self.pivot.begin(())
            self.figures.clear()
            self.stop_polling()
            self.model.show("", "", self.query, ())
            self.changed.emit()
        self.refresh()

    def show_run(self, prompt_uid: str, run_uid: str) -> None:
        """Show an earlier run once its prompt is open, until a set is chosen or a test started; "" for the newest."""
        self._earlier, self.query, self.probe_uid = EarlierRun(prompt_uid, run_uid), GridQuery(), ""

    def refresh(self) -> None:
        """Read again what is set up and what ran; `read` is emitted once it is shown."""
        self._reader.start(self.prompt_uid, self.set_name, self.probe_uid, self._earlier)

    def _show_needs(self, needs: StartNeeds) -> None:
        self.estimate, self.is_estimated, self.holdout = needs.shown, True, needs.holdout
        self.changed.emit()

    def _show(self, reading: SuiteReading, needs: StartNeeds | None) -> None:
        """Show what was read; without `needs` the estimate of the set stays if there is one."""
        before, was_running = self.run, self.is_running
        if needs is not None:
            self.estimate, self.is_estimated, self.holdout = needs.shown, True, needs.holdout
        elif reading.set_name != self.set_name:
            self._forget_estimate()
        self.overview, self.progress, self.set_name = reading.overview, reading.progress, reading.set_name
        run = self.run
        if run is None:
            self.figures.clear()
            self._show_model("", "")
        elif before is None or before.uid != run.uid or self.model.run_uid != run.uid:
            self.figures.clear()
            self._ask_rows()
        else:
            self.model.set_scoring(run.scoring_uid)
            if len(self.model.heads) != len(self.columns()):
                self._ask_rows()
            else:
                self.model.refresh()
        self.changed.emit()
        if self.is_running:
            self._polling.start()
        else:
            self.stop_polling()
            if was_running and before is not None:
                self.ended.emit(before.uid)

    def _ask_rows(self) -> None:
        if (run := self.run) is not None:
            self._show_model(run.uid, run.scoring_uid)

    def _show_model(self, run_uid: str, scoring_uid: str) -> None:
        self.model.beside = beside_word(self.run)
        self.model.show(run_uid, scoring_uid, self.query, self.heads())
        self.pivot.set_columns(column_keys(self.columns()), 1 if self.run is None else self.run.samples)

    # Rows and sets.

    def choose_set(self, name: CaseSetName, probe_uid: str = "") -> None:
        """Show another set of cases, or a probe of the tuning cases."""
        if (name, probe_uid) == (self.set_name, self.probe_uid):
            return
        self.set_name, self.probe_uid, self.query, self._earlier = name, probe_uid, GridQuery(), EarlierRun()
        self._forget_estimate()
        self.pivot.arrange(GridLayout())
        self.stop_polling()
        self.figures.clear()
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

    def _reshaped(self) -> None:
        shape = self.pivot.wanted
        self._ask(replace(self.query, by_sample=shape.by_sample, sample=shape.only_sample))
        self.changed.emit()

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
        if not prompt or (action not in _STARTS and not uid):
            return

        def done(run_uid: str) -> None:
            if prompt != self.prompt_uid:
                return
            self.is_outdated = self.is_outdated and action not in (*_STARTS, "rescore")
            if action in _STARTS:
                self._earlier = EarlierRun()
                self.started.emit(run_uid)
            elif action == "rescore":
                self.ended.emit(run_uid)
            self.choose_set(wanted) if wanted != self.set_name else self.refresh()

        self._tasks.run(lambda: _do(source, action, prompt, wanted, uid), done, self.refused.emit)

    def stop_polling(self) -> None:
        """Ask no longer how far the run is, because nobody sees it; it goes on."""
        self._polling.stop()

    def _polled(self) -> tuple[str, int]:
        return "" if self.run is None else self.run.uid, self._reader.request

    def _show_progress(self, progress: ShownProgress) -> None:
        before, self.progress = self.progress, progress
        if not progress.is_active:
            self.stop_polling()
            self.refresh()
            self.ended.emit(progress.run_uid)
            return
        if progress != before:
            self._follow_scoring(progress.scoring_uid)
            self.model.refresh()
            if self.run is not None:
                self.figures.count(self.run, self.query)
            self.changed.emit()
        if self.run is not None:
            self.figures.follow(self.prompt_uid, self.run, progress.scored)

    def _follow_scoring(self, scoring_uid: str) -> None:
        """Show the results of the scoring that the answers of the running test get, which began after the run."""
        run, overview = self.run, self.overview
        if run is None or overview is None or scoring_uid in ("", run.scoring_uid):
            return
        scored = replace(run, scoring_uid=scoring_uid)
        sets = tuple(replace(one, run=scored) if one.run is run else one for one in overview.sets)
        self.overview = replace(overview, sets=sets)
        self.model.set_scoring(scoring_uid)

    def results_changed(self) -> None:
        """Read again what came of the run, because a person overruled a check."""
        self.model.refresh()
        self._ask_figures()

    def rows_changed(self) -> None:
        """Read again which rows there are, because cases were set aside or opened."""
        self._ask_rows()
        self._ask_figures()

    def checks_changed(self) -> None:
        """Offer to check the stored answers again, because cases or checks were changed."""
        self.is_outdated = self.run is not None
        self.changed.emit()

    def _ask_figures(self) -> None:
        if self.run is not None:
            self.figures.count(self.run, self.query)
            self.figures.compute(self.prompt_uid, self.run)

    # Settings.

    def change_settings(self, change: Callable[[SuiteSettings], SuiteSettings]) -> Future[None] | None:
        """Store changed settings, and show them; None if they are not read yet."""
        if self.overview is None:
            return None
        future = self.source.save_settings(self.prompt_uid, change(self.overview.settings))
        self._tasks.watch(future, lambda _: self.refresh(), self.refused.emit)
        return future

    def close(self) -> None:
        """Stop asking; runs go on or end with the program."""
        self.stop_polling()
        self._reader.cancel()


def _do(source: SuiteSource, action: RunAction, prompt: str, set_name: CaseSetName, run_uid: str) -> str:
    """Do what a button says, and return the uid of the run."""
    if action in ("start", "renew", "fresh"):
        return source.start(prompt, set_name, action)
    if action == "pause":
        source.pause(run_uid)
    elif action == "stop":
        source.stop(run_uid)
    elif action == "rescore":
        source.rescore(prompt, run_uid)
    else:
        source.resume(prompt, run_uid, retry_failed=action == "retry")
    return run_uid
