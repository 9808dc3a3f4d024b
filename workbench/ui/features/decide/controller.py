"""Shows the decision about the open prompt, and carries out what its buttons say.

Invariant: the decision is read off the UI thread, and only while the view is shown; changes made meanwhile are read
when it is shown again.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, get_args

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from workbench.app.decide.reader import DecisionReader
from workbench.app.decide.rules_words import rules_text
from workbench.app.decide.source import DecisionSource, PromptDecision
from workbench.app.decide.words import about_words
from workbench.core.decide.decision import RowId
from workbench.core.decide.report import EvidenceRun
from workbench.core.decide.rules import DecideRules, decide_rules
from workbench.core.lanes import Lane
from workbench.ui.features.decide.goals_dialog import GoalsDialog, RouteChoice
from workbench.ui.features.decide.reports import DecisionReports
from workbench.ui.features.decide.rules_dialog import RulesDialog
from workbench.ui.features.decide.run_menu import run_menu
from workbench.ui.features.decide.step_actions import KEY, StepActions
from workbench.ui.features.decide.view import FAILED, NO_PROMPT, DecideView
from workbench.ui.shell.events import (
    CommandStateChanged,
    DataChanged,
    HistoryChanged,
    PromptOpened,
    RunChanged,
    RunChosen,
    RunEnded,
    ViewShown,
    ViewStatus,
)
from workbench.ui.shell.services import Services
from workbench.ui.shell.testing_events import SuiteRunChosen

if TYPE_CHECKING:
    from workbench.ui.shell.views import Making


class DecideController:
    """`view` is None until it is made."""

    def __init__(self, services: Services, source: DecisionSource) -> None:
        self._services, self._source = services, source
        self.view: DecideView | None = None
        self.reader = DecisionReader(source, services.tasks, services.dialogs.widget())
        self.steps = StepActions(services, self.edit_figures)
        self.reports = DecisionReports(services, lambda: self.reader.shown)
        self.dialog: GoalsDialog | RulesDialog | None = None
        self._is_stale = True
        self._lanes: tuple[Lane, ...] = ()
        """The lanes of the draft when the decision was read: they tell which models the prompt uses."""
        self._field: str | None = None
        """The field at which the form opens once the decision is read; None if it was not requested."""
        self.reader.read.connect(self._show)
        self.reader.failed.connect(self._failed)
        self.reader.waiting.connect(self._wait)
        events = services.events
        events.subscribe(ViewShown, lambda event: self._view_shown(event.view))
        events.subscribe(CommandStateChanged, lambda _: self._follow_lanes())
        for kind in (PromptOpened, HistoryChanged, RunEnded, RunChanged, DataChanged):
            events.subscribe(kind, lambda _: self.refresh())

    def stop(self) -> None:
        """Do nothing: readings end by themselves, and change nothing."""

    def make(self) -> Making:
        """Build the view."""
        services = self._services
        view = self.view = DecideView(services.theme, services.dialogs.stage())
        view.set_writable(not services.backend.store.read_only)
        view.action_wanted.connect(self.steps.take)
        view.runs_wanted.connect(self._find_runs)
        view.figures_wanted.connect(self.edit_figures)
        view.rules_wanted.connect(self.show_rules)
        view.report_wanted.connect(self.reports.take)
        while len(view.rows) < len(get_args(RowId)):
            view.add_row()
            yield
        return view

    def show(self) -> None:
        """Open the view."""
        self._services.navigator.show("decide")

    def enter(self) -> None:
        """Focus the view."""
        if self.view is not None:
            self.view.enter()

    # Reading.

    def refresh(self) -> None:
        """Read the decision again, now if the view is visible, else when it is."""
        if self.view is None or self._services.navigator.shown() != "decide":
            self._is_stale = True
            return
        self._is_stale = False
        session = self._services.session
        prompt, self._lanes = session.prompt(), self._draft_lanes()
        if not prompt:
            self.view.say(NO_PROMPT)
        # The decision is read from what is stored.
        saved = session.save()
        if saved is None:
            self.reader.show(prompt)
        else:
            self._services.tasks.watch(saved, lambda _: self._read_saved(prompt))

    def _read_saved(self, prompt: str) -> None:
        if prompt == self._services.session.prompt():
            self.reader.show(prompt)

    def _draft_lanes(self) -> tuple[Lane, ...]:
        session = self._services.session
        return session.draft().run_lanes if session.prompt() else ()

    def _view_shown(self, shown: str) -> None:
        if shown == "decide" and (self._is_stale or self.reader.prompt_uid != self._services.session.prompt()):
            self.refresh()
        else:
            self._follow_lanes()

    def _follow_lanes(self) -> None:
        """Read again after a change of the lanes, of which no event tells."""
        if self.view is None or self._services.navigator.shown() != "decide":
            return
        if self._draft_lanes() != self._lanes:
            self.refresh()

    def _wait(self) -> None:
        if self.view is not None and self.reader.prompt_uid:
            self.view.wait()

    def _show(self, found: PromptDecision) -> None:
        if self.view is None:
            return
        rules = decide_rules()
        self.view.show_decision(found, {name: rule.rule for name, rule in rules.findings.items()})
        self._services.events.publish(ViewStatus("decide", about_words(found.report)))
        if (field := self._field) is not None:
            self._field = None
            self._open_figures(found, field)

    def _failed(self) -> None:
        self._field = None
        if self.view is not None:
            self.view.say(FAILED)

    # Dialogs.

    def edit_figures(self, field: str = "") -> None:
        """Open the form of the person's figures at a field, once they are read."""
        services = self._services
        if services.backend.store.read_only:
            services.notices.refused("The history is read-only, so figures cannot be saved.")
            return
        self.show()
        if self.reader.shown is not None:
            self._open_figures(self.reader.shown, field)
        else:
            self._field = field
            self.refresh()

    def _open_figures(self, found: PromptDecision, field: str) -> None:
        if self.dialog is not None:
            self.dialog.raise_()
            return
        routes = [RouteChoice(route.id, route.title) for route in decide_rules().routes]
        dialog = GoalsDialog(found.goals, routes, self._services.dialogs.widget())

        def save() -> None:
            if found.prompt_uid == self.reader.prompt_uid:
                self.reader.save(dialog.goals)

        dialog.accepted.connect(save)
        self._open(dialog)
        dialog.focus_field(field)

    def show_rules(self) -> None:
        """Show the rules, with the row of the table that gave the headline."""

        def show(rules: DecideRules) -> None:
            if self.dialog is not None:
                self.dialog.raise_()
                return
            shown = self.reader.shown
            decision = shown.decision if shown is not None else None
            text = rules_text(rules, decision)
            self._open(RulesDialog(self._services.theme, text, self._services.dialogs.widget()))

        self._services.tasks.run(decide_rules, show)

    def _open(self, dialog: GoalsDialog | RulesDialog) -> None:
        def closed() -> None:
            self.dialog = None
            dialog.deleteLater()

        self.dialog = dialog
        dialog.finished.connect(lambda _: closed())
        dialog.open()

    # Runs.

    def _find_runs(self, uids: tuple[str, ...], below: QWidget) -> None:
        prompt, source = self._services.session.prompt(), self._source
        self._services.tasks.run(lambda: source.runs(uids), partial(self._offer_runs, prompt, below))

    def _offer_runs(self, prompt: str, below: QWidget, runs: tuple[EvidenceRun, ...]) -> None:
        """Open the only run, or offer all of them."""
        if prompt != self._services.session.prompt():
            return
        if not runs:
            self._services.notices.quiet(KEY, "The runs behind this were deleted.")
        elif len(runs) == 1:
            self._open_run(prompt, runs[0])
        else:
            menu = run_menu(runs, partial(self._open_run, prompt), below)
            menu.popup(below.mapToGlobal(QPoint(0, below.height())))

    def _open_run(self, prompt: str, run: EvidenceRun) -> None:
        publish = self._services.events.publish
        publish(SuiteRunChosen(prompt, run.uid) if run.is_test else RunChosen(prompt, run.uid, "open"))
