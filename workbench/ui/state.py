"""What the window's commands depend on, read off its controllers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.app.commands import WindowState
from workbench.core.runs import DRAFTABLE

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow


def window_state(window: MainWindow) -> WindowState:
    """Return the state as it is now."""
    compose, board = window.compose, window.compose.board
    focused = window.view.lanes.focused_slot()
    viewing = compose.viewing is not None
    shown = window.timeline.position(compose.shown_row())
    focused_running = bool(focused) and board.is_running(focused)
    running = compose.still_running()
    runs = window.views.runs
    rows = runs.selected() if runs is not None and window.views.shown == "history" else ()
    selected = len(rows)
    verdicts = window.features.verdicts(window.views.shown)
    return WindowState(
        view=window.views.shown,
        has_prompt=bool(compose.prompt_uid),
        viewing=viewing,
        running=running,
        # What is past and has no lanes answers the key with a sentence, as everything past does.
        has_lanes=bool(window.heads) or viewing,
        blind=compose.stage.shown.is_blind,
        has_sets=bool(compose.sets.active) or len(compose.stage.shown.sets) > 1,
        lane_focused=bool(focused),
        lane_running=focused_running,
        can_retry_lane=bool(focused) and bool(board.output(focused)) and not focused_running,
        can_retry=not board.is_running() and bool(compose.stage.unfinished(window.shown_slots())),
        can_continue=_can_continue(window, focused) and not focused_running,
        can_mark=any(board.can_mark(slot) for slot in board.slots()),
        marked=bool(window.timeline.marks.uids),
        can_undo=window.undo.can_undo,
        can_redo=window.undo.can_redo,
        has_older=shown + 1 < window.timeline.rowCount(),
        has_newer=viewing,
        can_note=shown >= 0,
        writable=not window.workbench.store.read_only,
        detail_open=window.notice.is_detail_open or window.gate.asks,
        find_open=window.editing.finder.is_open,
        has_rows=selected > 0,
        one_row=selected == 1,
        can_restore=selected == 1 and rows[0].kind in DRAFTABLE,
        two_rows=selected == 2,
        searched=runs is not None and runs.has_query(),
        judging=verdicts is not None and verdicts.is_judging,
    )


def _can_continue(window: MainWindow, slot: str) -> bool:
    board = window.compose.board
    shown = board.shown(slot) if slot and not board.is_blind(slot) else None
    return shown is not None and bool(shown.text)
