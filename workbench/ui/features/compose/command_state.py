"""The part of the command state that Compose provides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.app.commands import WindowState

if TYPE_CHECKING:
    from workbench.app.compose.session import ComposeSession
    from workbench.app.compose.timeline_model import TimelineModel


def compose_state(
    state: WindowState, compose: ComposeSession, timeline: TimelineModel, focused: str, shown: list[str]
) -> WindowState:
    """Return `state` with the fields about Compose. `focused` is the slot that keys act on; `shown` are all lanes."""
    board, stage = compose.board, compose.stage
    viewing = compose.viewing is not None
    row = timeline.position(compose.shown_row())
    focused_running = bool(focused) and board.is_running(focused)
    answer = board.shown(focused) if focused and not board.is_blind(focused) else None
    return replace(
        state,
        has_prompt=bool(compose.prompt_uid),
        viewing=viewing,
        running=compose.still_running(),
        # Commands on a past entry without lanes are refused with a sentence, like all others on past entries.
        has_lanes=bool(shown) or viewing,
        blind=stage.shown.is_blind,
        has_sets=bool(compose.sets.active) or len(stage.shown.sets) > 1,
        lane_focused=bool(focused),
        lane_running=focused_running,
        can_retry_lane=bool(focused) and bool(board.output(focused)) and not focused_running,
        can_retry=not board.is_running() and bool(stage.unfinished(shown)),
        can_continue=answer is not None and bool(answer.text) and not focused_running,
        can_mark=any(board.can_mark(slot) for slot in board.slots()),
        marked=bool(timeline.marks.uids),
        has_older=row + 1 < timeline.rowCount(),
        has_newer=viewing,
        can_note=row >= 0,
    )
