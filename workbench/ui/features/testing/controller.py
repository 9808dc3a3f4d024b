"""Executes the commands of the Test view.

Invariant: the view is built when the window is idle or the view is opened. Every start goes through `StartQuestions`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint

from workbench.app.testing.cell_reader import CellReader
from workbench.app.testing.controller import SuiteController
from workbench.app.testing.probes import ProbedSuites
from workbench.app.testing.words import RunAction, status_words
from workbench.ui.features.testing.cell_actions import CellActions
from workbench.ui.features.testing.cell_seeker import CellSeeker
from workbench.ui.features.testing.columns import ColumnActions
from workbench.ui.features.testing.comparison_actions import ComparisonActions
from workbench.ui.features.testing.earlier_run import EarlierRunActions
from workbench.ui.features.testing.judge_note import JUDGE_COMMANDS
from workbench.ui.features.testing.judge_steps import JudgeSteps
from workbench.ui.features.testing.layout_menu import LayoutActions
from workbench.ui.features.testing.probe_actions import ProbeActions
from workbench.ui.features.testing.requested_step import RequestedStep
from workbench.ui.features.testing.run_start import RunStart
from workbench.ui.features.testing.set_actions import SetActions
from workbench.ui.features.testing.start_questions import StartQuestions
from workbench.ui.features.testing.view import TestView
from workbench.ui.shell.check_events import ChecksRequested
from workbench.ui.shell.events import (
    Changed,
    DataChanged,
    FocusPlaced,
    HistoryChanged,
    PromptOpened,
    RunEnded,
    ViewShown,
    ViewStatus,
)
from workbench.ui.shell.services import Services
from workbench.ui.shell.stored_draft import asked_about, when_stored, when_unsaved
from workbench.ui.shell.testing_events import (
    CasesRequested,
    LabellingChanged,
    ShownSuite,
    ShownSuiteRequested,
    SuccessorTestRequested,
)
from workbench.usecases.problems import RefusedError, problem_of

if TYPE_CHECKING:
    from workbench.core.drafts import Draft
    from workbench.ui.shell.views import Making

KEY = "tests"
"""The key of the notices of this view."""


class TestingController:
    """`view` and `actions` are None until the view is built."""

    __test__ = False

    def __init__(self, services: Services, source: ProbedSuites) -> None:
        self._services, self._source = services, source
        self.suites = SuiteController(source, services.tasks, services.dialogs.widget())
        self.cells = CellReader(source, services.tasks, self.suites)
        self.compare = ComparisonActions(services, self.suites)
        self.columns = ColumnActions(services, self.suites, self.compare)
        self.earlier = EarlierRunActions(services, self.suites, self._refresh)
        self.starts = StartQuestions(services, self.suites, lambda: None if self.view is None else self.view.confirm)
        self.run_start = RunStart(services, self.suites, self.columns, lambda: self.act("start"), KEY)
        self.view: TestView | None = None
        self.actions: CellActions | None = None
        self.seeker: CellSeeker | None = None
        self.probes: ProbeActions | None = None
        self.layouts: LayoutActions | None = None
        self.sets: SetActions | None = None
        self.judge_steps: JudgeSteps | None = None
        self._is_stale = True
        self._read_for: tuple[str, Draft | None] = ("", None)
        """The prompt and the draft when the tests were last read."""
        self._wants_run = False
        self._successor_of: SuccessorTestRequested | None = None
        for part in (self.suites, self.cells):
            part.refused.connect(self._failed)
        self.suites.read.connect(self._run_as_wanted)
        self.suites.read.connect(self._open_successor)
        self.step = RequestedStep(services, self, self._refresh)
        self.suites.changed.connect(self._tell_status)
        self.suites.ended.connect(lambda _: services.events.publish(DataChanged(Changed.RUNS)))
        events = services.events
        events.subscribe(ViewShown, lambda event: self._view_shown(event.view))
        events.subscribe(PromptOpened, lambda _: self._prompt_opened())
        for kind in (HistoryChanged, RunEnded):
            events.subscribe(kind, lambda _: self._refresh())
        events.subscribe(DataChanged, self._data_changed)
        events.subscribe(LabellingChanged, self._labelling_changed)

    def stop(self) -> None:
        """Stop asking how far runs are."""
        if self.sets is not None:
            self.sets.guards.close()
        self.suites.close()

    def make(self) -> Making:
        """Build the view in steps."""
        services = self._services
        view = TestView(services.theme, self.suites, services.dialogs.stage())
        yield from view.build()
        self.view = view
        actions = self.actions = CellActions(services, self.suites, self.cells, view, KEY)
        self.seeker = CellSeeker(services, self.suites, view, KEY)
        self.probes = ProbeActions(services, self.suites, self._source, view)
        self.layouts = LayoutActions(services, self.suites, view.filters, view.grid.current_cell, KEY)
        self.sets = SetActions(services, self.suites, view, KEY)
        self.cells.looked.connect(view.show_cell)
        view.current_changed.connect(actions.look)
        view.wanted.connect(self._take_step)
        view.filters.sort_chosen.connect(self._sort)
        view.filters.detailed_chosen.connect(view.grid.set_detailed)
        view.filters.probe_wanted.connect(self.probes.start)
        view.head.action_clicked.connect(self.act)
        view.grid.head_menu_wanted.connect(self.columns.open_head_menu)
        view.grid.answers.menu_wanted.connect(actions.open_menu)
        view.grid.answers.copy_wanted.connect(actions.copy_selected)
        view.grid.answers.moved.connect(lambda: services.events.publish(FocusPlaced()))
        view.pane.against_wanted.connect(view.set_against)
        view.pane.compose_clicked.connect(actions.to_compose)
        view.pane.overrule_clicked.connect(actions.overrule)
        self.judge_steps = JudgeSteps(services, view.pane, self.suites)
        view.pane.checks.judge_wanted.connect(self.judge_steps.take)
        view.pane.next_clicked.connect(lambda: self.seek_failure(1))
        view.show_state()
        return view

    def show(self) -> None:
        """Open the view."""
        self._services.navigator.show("test")

    def enter(self) -> None:
        """Focus the view."""
        if self.view is not None:
            self.view.enter()

    def tell_shown(self, request: ShownSuiteRequested) -> None:
        """Tell which run is shown, if there is one."""
        if (run := self.suites.run) is not None:
            request.use(ShownSuite(self.suites.prompt_uid, run))

    # Running.

    def run_cases(self) -> None:
        """Open the view and run all open cells."""
        self.show()
        when_stored(self._services, self._run_stored)

    def _run_stored(self) -> None:
        self._wants_run = True
        self.suites.choose_set("tuning")
        self._refresh()

    def _run_as_wanted(self) -> None:
        if self._wants_run and self.suites.overview is not None:
            self._wants_run = False
            self.run_start.go()

    def act(self, action: RunAction) -> None:
        """Do what a button says."""
        if action == "successor":
            self.compare.open_successor(self.suites.estimate.retired)
        else:
            self.starts.act(action)

    def toggle_pause(self) -> None:
        """Pause the run, or continue it."""
        progress = self.suites.progress
        if progress is not None and progress.is_active:
            self.act("pause" if progress.state == "running" else "resume")

    def stop_run(self) -> None:
        """End the run; it can be continued later."""
        if self.suites.is_running:
            self.act("stop")

    def retry(self) -> None:
        """Ask again where the call failed."""
        if self.suites.figures.counts.failed_calls:
            self.act("retry")
        else:
            self._services.notices.refused("No call has failed.")

    def rescore(self) -> None:
        """Check the stored answers by the checks of today."""
        if self.suites.run is None or self.suites.is_running:
            self._services.notices.refused("There are no answers to check, or the tests are running.")
        else:
            self.act("rescore")

    # Cells.

    def seek_failure(self, step: int) -> None:
        """Go to the next failing cell (1) or the previous one (-1)."""
        if self.seeker is not None:
            self.seeker.failure(step)

    def seek_difference(self) -> None:
        """Go to the next cell whose answer differs from the baseline's."""
        if self.seeker is not None:
            self.seeker.difference()

    def to_compose(self) -> None:
        """Open the current case in Compose."""
        if self.actions is not None:
            self.actions.to_compose()

    # Comparisons.

    def toggle_chart(self) -> None:
        """Show the pass rates by version, or the grid again."""
        if self.view is not None:
            self.view.show_chart(not self.view.shows_chart)

    def test_successor(self, request: SuccessorTestRequested) -> None:
        """Open the view, and choose a successor of a lane's model."""
        self.show()
        when_stored(self._services, partial(self._choose_successor, request))

    def _choose_successor(self, request: SuccessorTestRequested) -> None:
        self._successor_of = request
        self._refresh()

    def _open_successor(self) -> None:
        """Open the dialog that was requested, once the tests of the prompt are read."""
        request, suites = self._successor_of, self.suites
        if request is None or suites.overview is None or suites.prompt_uid != self._services.session.prompt():
            return
        self._successor_of = None
        self.compare.open_successor(request.lane, request.successor)

    def _prompt_opened(self) -> None:
        self.compare.close()
        self._refresh()

    # Looks.

    def toggle_results(self) -> None:
        """Show results in the cells, or answers."""
        model = self.suites.model
        model.set_results(not model.shows_results)
        if self.view is not None:
            self.view.filters.show_query(self.suites.query, results=model.shows_results)

    @property
    def is_tall(self) -> bool:
        """Whether several lines of each answer are shown."""
        return self.view is not None and self.view.filters.tall.isChecked()

    def toggle_tall(self) -> None:
        """Show several lines of each answer, or one."""
        if self.view is not None:
            self.view.filters.tall.trigger()

    @property
    def is_detailed(self) -> bool:
        """Whether heads show further figures."""
        return self.view is not None and self.view.filters.detailed.isChecked()

    def toggle_detailed(self) -> None:
        """Show further figures in the heads, or only the usual ones."""
        if self.view is not None:
            self.view.filters.detailed.trigger()

    def _sort(self, by: str, descending: bool) -> None:
        current = self.view.grid.current_cell() if self.view is not None else None
        column = current.column if current is not None and by != "order" else None
        self.suites.sort(by, descending=descending, column=column)  # type: ignore[arg-type] # see the signal

    # Steps and events.

    def _take_step(self, step: str) -> None:
        services = self._services
        acts: dict[str, Callable[[], object]] = {
            "cases": lambda: services.events.publish(CasesRequested()),
            "checks": lambda: services.events.publish(ChecksRequested()),
            "column": self._open_columns,
            "settings": self.compare.edit_settings,
            **{name: services.navigator.action(name).trigger for name in JUDGE_COMMANDS},
            "lanes": self.columns.take_lanes,
            "compose": lambda: services.navigator.show("compose"),
            "run": lambda: self.act("start"),
            "successor": lambda: self.act("successor"),
            "holdout": self._run_holdout,
            "all": self._show_all,
            "read_again": self.suites.rows_changed,
            "compare_texts": self.run_start.compare_texts,
        }
        acts[step]()

    def _open_columns(self) -> None:
        if self.view is not None:
            button = self.view.head.column
            self.columns.open_menu(button.mapToGlobal(QPoint(0, button.height())))

    def _run_holdout(self) -> None:
        if self.suites.holdout is not None:
            self.starts.start("start", "holdout", self.suites.holdout)

    def _show_all(self) -> None:
        self.suites.choose_tag("")
        self.suites.choose_rows("all")
        self.enter()

    def _view_shown(self, shown: str) -> None:
        if shown != "test":
            self.suites.stop_polling()
            self._is_stale = self._is_stale or self.suites.is_running
        elif self._is_stale or self._read_for != asked_about(self._services):
            # Ask first: after a save that ends while the tests are read, they are read again.
            when_unsaved(self._services, self._refresh)
            self._refresh()

    def _data_changed(self, event: DataChanged) -> None:
        if event.what & Changed.CASES:
            self.suites.checks_changed()
        if event.what & Changed.RUNS and self.view is not None:
            # The labels of the shown answer may be new.
            self.view.forget_cell()
        if event.what & (Changed.CASES | Changed.PROMPTS | Changed.DRAFT):
            self._refresh()

    def _labelling_changed(self, event: LabellingChanged) -> None:
        self.suites.set_blind(event.is_open)
        if self.view is not None and not event.is_open:
            self.view.forget_cell()

    def _refresh(self) -> None:
        """Read again what is shown, now if the view is visible, else when it is."""
        if self._services.navigator.shown() != "test" or self.view is None:
            self._is_stale = True
            return
        self._is_stale = False
        prompt, _ = self._read_for = asked_about(self._services)
        if prompt != self.suites.prompt_uid:
            self.suites.open(prompt)
        else:
            self.suites.refresh()

    def _tell_status(self) -> None:
        self._services.events.publish(ViewStatus("test", status_words(self.suites.overview, self.suites.tested)))

    def _failed(self, error: Exception) -> None:
        if not self.compare.offer_successor(error, KEY):
            problem, notices = problem_of(error), self._services.notices
            # Why a test cannot start is of no interest in another view.
            tell = notices.refused if isinstance(error, RefusedError) else notices.problem
            tell(problem.sentence, problem.detail)
