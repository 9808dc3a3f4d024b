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
from workbench.app.testing.grid_model import PAGE, SuiteGridModel
from workbench.app.testing.source import (
    OverruleState,
    SuiteEstimate,
    SuiteOverview,
    SuiteProgress,
    SuiteSource,
    TestedSet,
)
from workbench.app.testing.words import ColumnHead, RunAction, column_head, plain_head
from workbench.core.diff import TextDiff, diff_texts
from workbench.core.testing.grid import (
    CaseSetName,
    CellDetail,
    GridCounts,
    GridQuery,
    GridRow,
    RowFilter,
    RowSort,
    SuiteColumn,
    SuiteRun,
)

if TYPE_CHECKING:
    from workbench.core.testing.cells import CellKey
    from workbench.core.testing.report import SuiteReport
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


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell in full, and how its answer differs from another text, None if one of the two is missing."""

    detail: CellDetail
    difference: TextDiff | None = None


EXPECTATION = -1
"""In place of the position of a column: what the case says a good answer is."""
_MOST_COMPARED = 200_000
"""Characters of two answers that are compared."""


def answer_of(detail: CellDetail) -> str:
    """Return the text of an answer, or the sentence of its failure; "" without an answer."""
    result = detail.result
    if result is None:
        return ""
    return result.failure.sentence if not result.text and result.failure is not None else result.text


class SuiteController(QObject):
    """Reads and runs the tests of one prompt at a time. `model` has the rows of the shown run."""

    changed = Signal()
    """What is set up, what a start would take, or how far the run is."""
    counted = Signal()
    reported = Signal()
    looked = Signal(object)
    """ShownCell"""
    refused = Signal(object)
    """Exception"""
    started = Signal(str)
    """The uid of a run."""
    ended = Signal(str)

    def __init__(self, source: SuiteSource, tasks: BackgroundTasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.source, self._tasks = source, tasks
        self.model = SuiteGridModel(tasks, source, self)
        self.model.refused.connect(self.refused)
        self.prompt_uid = ""
        self.set_name: CaseSetName = "tuning"
        self.query = GridQuery()
        self._clear()
        self._generation = self._looking = 0
        self._is_counting = self._counts_again = self._is_reporting = self._reports_again = False
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
        self.counts = GridCounts()
        self.report: SuiteReport | None = None

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
        """Return the columns of the grid: those of the run, then those that are set up and not in it."""
        overview, run = self.overview, self.run
        if overview is None:
            return ()
        if run is None:
            return overview.columns
        there = {_identity(column) for column in run.columns}
        return (*run.columns, *(one for one in overview.columns if _identity(one) not in there))

    def heads(self) -> tuple[ColumnHead, ...]:
        """Return the heads of `columns`."""
        run, report = self.run, self.report
        in_run = 0 if run is None else len(run.columns)
        heads: list[ColumnHead] = []
        for place, column in enumerate(self.columns()):
            if report is not None and place < len(report.columns):
                base = report.columns[report.baseline].summary if report.baseline < len(report.columns) else None
                heads.append(column_head(report.columns[place], base))
            else:
                state = "baseline" if run is not None and place == run.baseline else ""
                heads.append(plain_head(column, state if place < in_run else "not run yet"))
        return tuple(heads)

    # Reading.

    def open(self, prompt_uid: str, then: Callable[[], None] | None = None) -> None:
        """Show the tests of a prompt; `then` is called once they are."""
        if prompt_uid != self.prompt_uid:
            self.prompt_uid, self.set_name, self.query = prompt_uid, "tuning", GridQuery()
            self._clear()
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
            self.counts, self.report = GridCounts(), None
            self.model.show("", "", self.query, self.heads())
        elif before is None or before.uid != run.uid or self.model.run_uid != self._shown_rows(run):
            self.report, self.counts = None, GridCounts()
            self._ask_rows()
        else:
            self.model.set_scoring(run.scoring_uid)
            if len(self.model.heads) != len(self.columns()):
                self._ask_rows()
            else:
                self.model.refresh()
        self.changed.emit()
        self._count()
        self._compute()
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
        self.report, self.counts = None, GridCounts()
        self.refresh()

    def choose_rows(self, rows: RowFilter) -> None:
        """Show only some rows."""
        self._ask(replace(self.query, rows=rows))

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
            self._count()

    # Running.

    def act(self, action: RunAction, set_name: CaseSetName | None = None) -> None:
        """Start, pause, resume or stop the test of a set, by default of the shown one."""
        wanted, prompt, source = set_name or self.set_name, self.prompt_uid, self.source
        uid = "" if self.run is None else self.run.uid
        if not prompt or (action not in ("start", "fresh") and not uid):
            return

        def work() -> str:
            if action in ("start", "fresh"):
                return source.start(prompt, wanted, fresh=action == "fresh")
            if action == "pause":
                source.pause(uid)
            elif action == "stop":
                source.stop(uid)
            else:
                source.resume(prompt, uid, retry_failed=action == "retry")
            return uid

        def done(run_uid: str) -> None:
            if prompt != self.prompt_uid:
                return
            if action in ("start", "fresh"):
                self.started.emit(run_uid)
            if wanted != self.set_name:
                self.choose_set(wanted)
            else:
                self.refresh()

        self._tasks.run(work, done, self.refused.emit)

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
        self._count()
        if self._polls % _REPORT_EVERY == 0:
            self._compute()
        self.changed.emit()

    # Counts and statistics.

    def _count(self) -> None:
        run = self.run
        if run is None:
            self.counted.emit()
            return
        if self._is_counting:
            self._counts_again = True
            return
        self._is_counting = True
        query, source = self.query, self.source

        def show(counts: GridCounts) -> None:
            self._is_counting = False
            if self._counts_again or self.run is None or self.run.uid != run.uid:
                self._counts_again = False
                self._count()
                return
            self.counts = counts
            self.counted.emit()

        def fail(error: Exception) -> None:
            self._is_counting = self._counts_again = False
            self.refused.emit(error)

        self._tasks.run(lambda: source.counts(run.uid, run.scoring_uid, query), show, fail)

    def _compute(self) -> None:
        run = self.run
        if run is None or not run.scoring_uid:
            self.reported.emit()
            return
        if self._is_reporting:
            self._reports_again = True
            return
        self._is_reporting = True
        source, prompt = self.source, self.prompt_uid

        def show(report: SuiteReport) -> None:
            self._is_reporting = False
            if self._reports_again or self.run is None or self.run.uid != run.uid:
                self._reports_again = False
                self._compute()
                return
            self.report = report
            self.model.set_heads(self.heads())
            self.reported.emit()

        def fail(error: Exception) -> None:
            self._is_reporting = self._reports_again = False
            self.refused.emit(error)

        self._tasks.run_large(lambda: source.report(prompt, run.uid), show, fail)

    # Cells.

    def look(self, key: CellKey, against: int | None = None) -> None:
        """Read a cell in full, and compare it with the same sample in the column `against`, or with the expectation.

        Only the newest request is delivered.
        """
        run, source = self.run, self.source
        if run is None:
            return
        self._looking += 1
        number = self._looking

        def read() -> ShownCell:
            detail = source.cell(run.uid, run.scoring_uid, key)
            base = ""
            if against == EXPECTATION:
                base = detail.case.expectation
            elif against is not None and against != key.column:
                base = answer_of(source.cell(run.uid, run.scoring_uid, key._replace(column=against)))
            text = answer_of(detail)
            if not base or not text or len(base) + len(text) > _MOST_COMPARED:
                return ShownCell(detail)
            return ShownCell(detail, diff_texts(base, text))

        def show(cell: ShownCell) -> None:
            if number == self._looking:
                self.looked.emit(cell)

        self._tasks.run(read, show, self.refused.emit)

    def overrule(
        self, detail: CellDetail, place: int, state: OverruleState, then: Callable[[], None] | None = None
    ) -> None:
        """Record what a person says about the check at `place`, then show what follows from it."""
        future = self.source.overrule(detail.run_uid, detail.output_uid, detail.check_hashes[place], state, "")

        def done(_: None) -> None:
            self.model.refresh()
            self._count()
            self._compute()
            if then is not None:
                then()

        self._tasks.watch(future, done, self.refused.emit)

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
        self._looking += 1


def _identity(column: SuiteColumn) -> tuple[str, str, str, str]:
    """Return what makes a column of the settings the same as one of a run."""
    lane = column.lane
    return lane.endpoint, lane.model, column.version_name, str(lane.params.to_json())
