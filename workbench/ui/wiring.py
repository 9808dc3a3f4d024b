"""Which signal leads where.

Invariant: every connection between the window's parts is written here, so that a way can be followed on one page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.compose.numbers import show_forecast
from workbench.ui.context_menus import iteration_menu
from workbench.ui.panes import parts_of
from workbench.ui.shell.events import (
    AnswersGrew,
    HistoryChanged,
    PromptOpened,
    RunChanged,
    RunEnded,
    ViewShown,
)

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow


def wire(window: MainWindow) -> None:
    """Connect everything; called once, when all parts exist."""
    compose, view, side = window.compose, window.view, window.sidebar
    window.frame.parts = lambda: parts_of(window)
    window.tasks.failed.connect(window.notices.problem)
    compose.problem.connect(window.notices.refused)
    compose.draft_loaded.connect(window.show_draft)
    compose.draft_restored.connect(window.restore_draft)
    compose.values_restored.connect(lambda values: view.values.set_values(dict(values)))
    compose.values_restored.connect(window.notices.withdraw_offer)
    compose.heads_changed.connect(window.show_heads)
    compose.viewing_changed.connect(window.show_viewing)
    compose.prompt_changed.connect(window.prompt_changed)
    compose.prompt_changed.connect(lambda uid: window.services.events.publish(PromptOpened(uid)))
    compose.stage.lacking.connect(window.sets.show_lack)
    window.bridge.output_ended.connect(lambda _: window.sets.show_page())
    compose.run_started.connect(window.pulse.start)
    compose.run_started.connect(window.notices.over)
    compose.changed.connect(window.update_state)
    view.editor.edited.connect(compose.edited)
    view.editor.edited.connect(window.notices.text_changed)
    view.values.edited.connect(compose.edited)
    view.editor.techniques_wanted.connect(window.actions_["techniques"].trigger)
    view.editor.improve_wanted.connect(window.actions_["improve"].trigger)
    view.editor.undo_state_changed.connect(window.update_state)
    view.editor.edited.connect(window.undo.follow_edits)
    view.values.edited.connect(window.undo.follow_edits)
    view.runbar.run_clicked.connect(window.run)
    view.runbar.stop_clicked.connect(window.workbench.runner.stop_everything)
    view.viewing.restore_clicked.connect(lambda: window.handlers.take_over(branch=False))
    view.viewing.branch_clicked.connect(lambda: window.handlers.take_over(branch=True))
    view.viewing.back_clicked.connect(window.handlers.back)
    _wire_lanes(window)
    _wire_forecasts(window)
    side.prompt_chosen.connect(window.choose_prompt)
    side.iteration_chosen.connect(window.handlers.view_iteration)
    side.new_prompt.connect(window.prompts_part.new)
    side.prompt_menu.connect(window.prompts_part.open_menu)
    window.timeline.marks.changed.connect(window.update_state)
    side.iteration_menu.connect(lambda uid, at: iteration_menu(window, uid, at))
    window.prompts.listed.connect(lambda: side.select_prompt(compose.prompt_uid))
    for moved in (window.timeline.rowsInserted, window.timeline.rowsRemoved):
        moved.connect(lambda: side.select_iteration(compose.shown_row()))
        # The rows of a prompt may come after its answers, and what can be walked to or noted depends on them.
        moved.connect(lambda: window.update_state())
    window.views.changed.connect(lambda view: window.services.events.publish(ViewShown(view)))
    window.views.changed.connect(lambda _: window.update_state())
    window.header.palette_clicked.connect(window.actions_["palette"].trigger)
    window.header.settings_clicked.connect(window.actions_["settings"].trigger)
    compose.saver.saved.connect(window.notices.saved)
    compose.saver.failed.connect(window.notices.not_saved)
    compose.saver.pending_changed.connect(window.notices.pending)
    window.pulse.frame.connect(compose.board.tick)
    window.pulse.frame.connect(lambda outputs: window.services.events.publish(AnswersGrew(outputs)))
    window.pulse.second.connect(compose.board.refresh_running)
    window.pulse.foreign_change.connect(window.foreign_change)
    window.pulse.foreign_change.connect(lambda: window.services.events.publish(HistoryChanged()))
    window.pulse.moved.connect(window.notices.moved)
    window.pulse.recovered.connect(lambda sentence: window.notices.quiet("recovered", sentence))
    window.bridge.run_started.connect(window.run_recorded)
    window.bridge.run_started.connect(lambda begun: _tell_run_changed(window, begun.run_uid))
    window.bridge.saved_late.connect(lambda uid: _tell_run_changed(window, uid))
    compose.stage.row_stale.connect(lambda uid: _tell_run_changed(window, uid))
    window.bridge.run_ended.connect(window.run_ended)
    window.bridge.run_ended.connect(lambda uid: window.services.events.publish(RunEnded(uid)))
    window.bridge.saved_late.connect(compose.rows.refresh)
    window.bridge.saved_late.connect(lambda _: window.notices.saved_late(window.workbench.runner.unsaved))
    window.bridge.output_ended.connect(lambda _: window.show_session())
    window.bridge.problem.connect(window.notices.problem)
    window.bridge.engine.connect(window.notices.engine)
    window.notice.detail_toggled.connect(window.update_state)
    window.theme.changed.connect(window.update_state)


def _tell_run_changed(window: MainWindow, run_uid: str) -> None:
    window.services.events.publish(RunChanged(run_uid))


def _wire_forecasts(window: MainWindow) -> None:
    wake = window.forecasts.wake
    for changed in (
        window.view.editor.edited,
        window.view.values.edited,
        window.compose.sets.changed,
        window.compose.heads_changed,
        window.compose.viewing_changed,
        # An answer tells how long the next one may be, and a model that is loaded counts by itself.
        window.bridge.run_ended,
        window.bridge.engine,
    ):
        changed.connect(lambda *_: wake())
    for replaced in (window.compose.draft_loaded, window.compose.draft_restored):
        replaced.connect(lambda *_: window.forecasts.forget())
    window.forecasts.changed.connect(lambda forecast: show_forecast(window, forecast))


def _wire_lanes(window: MainWindow) -> None:
    lanes = window.view.lanes
    lanes.retry_requested.connect(lambda slot: window.retry([slot]))
    lanes.mark_requested.connect(window.handlers.mark)
    lanes.run_requested.connect(window.layout_.run_lane)
    lanes.focus_changed.connect(lambda _: window.update_state())
