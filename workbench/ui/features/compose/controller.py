"""Implements the commands of Compose.

Invariant: every signal of the page and of the open prompt that concerns another part of Compose is connected here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from workbench.app.commands import WindowState
from workbench.app.compose.forecasts import Forecasts
from workbench.ui.draft_page.view import ComposeView
from workbench.ui.features.compose.blind_runs import BlindRuns
from workbench.ui.features.compose.budget_confirmation import BudgetConfirmation, show_forecast, to_foresee
from workbench.ui.features.compose.draft_cases import CaseEvents
from workbench.ui.features.compose.editor_help import EditorHelp
from workbench.ui.features.compose.lanes_owner import lanes_owner
from workbench.ui.features.compose.presenter import ComposePresenter
from workbench.ui.features.compose.run_actions import RunActions
from workbench.ui.features.compose.set_actions import SetActions
from workbench.ui.features.compose.timeline_actions import TimelineActions
from workbench.ui.features.compose.undo import ComposeUndo
from workbench.ui.features.compose.verdicts import VerdictActions, VerdictNotices
from workbench.ui.shell.events import CommandStateChanged, UndoStateChanged
from workbench.ui.shell.key_names import KeyName
from workbench.ui.shell.tab_order import first_stop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.app.verdict_keys import VerdictKey
    from workbench.core.run_limits import Limits
    from workbench.store.records import RunBegun
    from workbench.ui.shell.compose_room import ComposeOwner
    from workbench.ui.shell.rooms import LanesOwner
    from workbench.ui.shell.services import Services


class ComposeController:
    """Made with the window. Inactive before `enter`, complete after `begin`."""

    view: ComposeView
    presenter: ComposePresenter
    gate: BudgetConfirmation
    runs: RunActions
    verdicts: VerdictActions
    steps: ComposeUndo
    timeline: TimelineActions
    forecasts: Forecasts
    editing: EditorHelp
    sets: SetActions
    blindness: BlindRuns

    is_judging = False
    """False: pairs are judged in Rank."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def enter(self, owner: ComposeOwner) -> ComposeController:
        """Take over the page and the open prompt; return this controller as the window's `ComposePart`."""
        services = self._services
        self._owner, self._compose, self.view = owner, owner.compose, owner.page
        self.presenter = ComposePresenter(services, owner, self.view)
        self.gate = BudgetConfirmation(services, owner.compose, owner.pulse, owner.bar)
        self.runs = RunActions(services, owner, self.gate, self.presenter)
        self.verdicts = VerdictActions(owner.compose.stage, self.presenter)
        self.steps = ComposeUndo(owner.compose, self.view)
        self.timeline = TimelineActions(services, owner)
        self.forecasts = Forecasts(
            services.backend.forecaster, owner.tasks, lambda: to_foresee(owner.compose), owner.compose
        )
        return self

    def lanes(self) -> LanesOwner:
        """Return the owner interface of the lanes."""
        return lanes_owner(self._owner, self._services.tasks)

    def begin(self) -> None:
        """Make the other parts, once the lanes are in the page, and connect all of them."""
        services, owner, view = self._services, self._owner, self.view
        self.editing = EditorHelp(services, owner.workbench, owner.compose, view)
        self.sets = SetActions(services, owner.compose, view, owner.bar)
        CaseEvents(services, owner.compose)
        self.editing.checking.checked.connect(self.sets.end_lack)
        self.blindness = BlindRuns(services, owner, view, self.forecasts)
        VerdictNotices(services, owner, self.presenter, self.blindness)
        self._connect_page()
        self._connect_runs()
        self._connect_forecasts()
        self.presenter.show_database()

    def stop(self) -> None:
        """Stop forecasts, because the window closes."""
        self.forecasts.stop()

    def _connect_page(self) -> None:
        compose, view, navigator = self._compose, self.view, self._services.navigator
        update = self._update_commands
        compose.problem.connect(self._services.notices.refused)
        compose.stage.lacking.connect(self.sets.show_lack)
        compose.values_restored.connect(self._services.notices.withdraw_offer)
        compose.changed.connect(update)
        for edited in (view.editor.edited, view.values.edited):
            edited.connect(compose.edited)
            edited.connect(self._follow_edits)
        view.editor.techniques_wanted.connect(navigator.action("techniques").trigger)
        view.editor.improve_wanted.connect(navigator.action("improve").trigger)
        view.editor.undo_state_changed.connect(self._update_undo)
        self.steps.lanes.changed.connect(self._update_undo)
        view.runbar.run_clicked.connect(self.runs.run)
        view.runbar.stop_clicked.connect(self.runs.stop)
        view.viewing.restore_clicked.connect(lambda: self.timeline.take_over(branch=False))
        view.viewing.branch_clicked.connect(lambda: self.timeline.take_over(branch=True))
        view.viewing.back_clicked.connect(self.timeline.back)
        view.lanes.retry_requested.connect(lambda slot: self.runs.retry([slot]))
        view.lanes.mark_requested.connect(self.verdicts.mark)
        view.lanes.run_requested.connect(self.runs.run_lane)
        view.lanes.focus_changed.connect(lambda _: update())

    def _connect_runs(self) -> None:
        compose, owner = self._compose, self._owner
        compose.run_started.connect(owner.pulse.start)
        owner.pulse.frame.connect(compose.board.tick)
        owner.pulse.second.connect(compose.board.refresh_running)
        owner.bridge.run_started.connect(self._run_recorded)
        owner.bridge.output_ended.connect(lambda _: self.sets.show_page())
        owner.bridge.output_ended.connect(lambda _: self.presenter.show_session())
        owner.bridge.saved_late.connect(compose.rows.refresh)
        compose.stage.paged.connect(self.presenter.follow_blindness)
        owner.bridge.run_ended.connect(self._run_ended)
        owner.pulse.foreign_change.connect(self._history_changed)

    def _connect_forecasts(self) -> None:
        compose, view, bridge, forecasts = self._compose, self.view, self._owner.bridge, self.forecasts
        for changed in (
            view.editor.edited,
            view.values.edited,
            compose.sets.changed,
            compose.heads_changed,
            compose.viewing_changed,
            # An answer improves the estimate of the next one, and a loaded model counts its tokens itself.
            bridge.run_ended,
            bridge.engine,
        ):
            changed.connect(lambda *_: forecasts.wake())
        for replaced in (compose.draft_loaded, compose.draft_restored):
            replaced.connect(lambda *_: forecasts.forget())
        forecasts.changed.connect(lambda forecast: show_forecast(self._owner.status, view.editor, forecast))

    # Implementation of ComposePart.

    def fill(self, state: WindowState) -> WindowState:
        """Return the state with the fields of Compose."""
        return replace(
            self.presenter.fill(state),
            detail_open=state.detail_open or self.gate.asks,
            find_open=self.editing.finder.is_open,
        )

    def show_state(self, state: WindowState) -> None:
        """Update run bar and lanes for the state."""
        self.presenter.show_state(state)

    def name_keys(self, name: KeyName) -> None:
        """Update the displayed keys."""
        self.presenter.name_keys(name)

    def close_open(self) -> bool:
        """Close the find bar, or the confirmation before a run; return False if neither is open."""
        return self.editing.finder.close() or self.gate.refuse()

    def retry(self, slots: list[str]) -> None:
        """Retry the calls of lanes unchanged."""
        self.runs.retry(slots)

    def focus_editor(self) -> None:
        """Show the draft and put the caret into the editor."""
        self._compose.back()
        self.view.editor.focus_first()

    def escape(self) -> None:
        """Clear the marks of the timeline, else leave the past iteration, else stop what runs."""
        if self._owner.timeline.marks.clear():
            return
        if self._compose.viewing is not None:
            self.timeline.back()
        else:
            self.runs.stop()

    def panes(self) -> list[tuple[QWidget, Callable[[], None]]]:
        """Return the panes for F6, each with a callable that focuses it."""
        return compose_panes(self.view, is_past=self._compose.viewing is not None)

    def stops(self) -> Sequence[QWidget]:
        """Return the parts in Tab order."""
        lanes = self.view.lanes
        columns = [column for slot in lanes.slots() if (column := lanes.column(slot)) is not None]
        return [*self.view.parts(), *columns, lanes]

    def lane_title(self, slot: str) -> str:
        """Return the displayed name of a lane, "" if it is not shown."""
        return self.presenter.title(slot)

    def limits(self) -> Limits:
        """Return the limits above which a run asks for confirmation."""
        return self.gate.limits

    def read_limits(self) -> None:
        """Read these limits from the history."""
        self.gate.read_limits()

    def show_iteration(self, uid: str) -> None:
        """Show a row of the timeline."""
        self.timeline.show(uid)

    def open_iteration_menu(self, uid: str, at: QPoint) -> None:
        """Open the menu of a timeline row at a global position."""
        self.timeline.open_menu(uid, at)

    def claims(self, command_id: str) -> bool:
        """Whether the key of "undo" or "redo" applies to a verdict instead of the focused text field."""
        return self.steps.claims(command_id)

    def typed(self, widget: QWidget) -> None:
        """Record that a key was pressed in a text field."""
        self.steps.typed(widget)

    # Implementation of `shell.feature.VerdictController`.

    @property
    def can_undo(self) -> bool:
        """Whether there is anything to undo."""
        return self.steps.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is anything to redo."""
        return self.steps.can_redo

    @property
    def last_step(self) -> int:
        """The stamp of the last step."""
        return self.steps.last_step

    def undo(self) -> None:
        """Undo the last edit or verdict."""
        self.steps.undo()

    def redo(self) -> None:
        """Redo the action undone last."""
        self.steps.redo()

    def verdict_key(self, key: VerdictKey) -> bool:
        """Give the verdict of a key; return False if it has no meaning now."""
        return self.verdicts.press(key)

    # Event handlers.

    def _run_recorded(self, begun: RunBegun) -> None:
        self._compose.recorded(begun)
        self.presenter.show_session()
        self.presenter.show_database()
        self._services.navigator.refresh_prompts(lambda: None)

    def _run_ended(self, run_uid: str) -> None:
        self._compose.run_ended(run_uid)
        self.presenter.show_session()
        self._update_commands()

    def _history_changed(self) -> None:
        self._owner.timeline.refresh(self._update_commands)
        self._compose.read_names()  # a deleted iteration no longer names its version
        self._compose.stage.follow_others()
        self._compose.cases.follow()
        self.presenter.show_database()

    def _update_commands(self) -> None:
        self._services.events.publish(CommandStateChanged())

    def _follow_edits(self) -> None:
        """Update undo and redo after an edit of a text or value."""
        action = self._services.navigator.action
        if (action("undo").isEnabled(), action("redo").isEnabled()) != (self.can_undo, self.can_redo):
            self._update_undo()

    def _update_undo(self) -> None:
        self._services.events.publish(UndoStateChanged())


def compose_panes(view: ComposeView, *, is_past: bool) -> list[tuple[QWidget, Callable[[], None]]]:
    """Return the visible panes in reading order, each with a callable that focuses it; hidden and empty ones are
    skipped.

    With `is_past` the editor is that of the past iteration.
    """
    past = is_past and view.past_editor is not None
    editor = view.past_editor if past else view.editor
    values = view.past_values_panel if past else view.values
    found: list[tuple[QWidget, Callable[[], None]]] = []
    for part in (editor, values):
        if part is not None and part.isVisible() and (entry := first_stop(part)) is not None:
            found.append((part, entry.setFocus))
    slots = view.lanes.slots() if view.isVisible() else ()
    if (slot := view.lanes.focused_slot()) in slots:
        found.append((view.lanes, lambda: view.lanes.focus_lane(slots.index(slot))))
    elif (entry := first_stop(view.lanes)) is not None:
        found.append((view.lanes, entry.setFocus))
    if (entry := first_stop(view.runbar)) is not None:
        found.append((view.runbar, entry.setFocus))
    return found
