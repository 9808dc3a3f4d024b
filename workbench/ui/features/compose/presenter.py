"""Shows the open prompt in the window: its draft or a past iteration, its lanes, and the session's statistics.

Invariant: nothing here changes a draft or the history, except the record of the prompt opened last.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from workbench.app.compose.iteration_viewer import nothing_answered
from workbench.core.dates import duration
from workbench.core.money import show_cost
from workbench.core.text import counted
from workbench.core.timeline import Detail, VersionDetail, describe
from workbench.core.version_name import iteration_name
from workbench.ui.shell.key_names import KeyName, first_keys
from workbench.usecases.session import SessionStats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.app.commands import WindowState
    from workbench.app.lanes.lane_state import LaneHead
    from workbench.core.drafts import Draft
    from workbench.ui.draft_page.view import ComposeView
    from workbench.ui.shell.compose_room import ComposeOwner
    from workbench.ui.shell.services import Services

_HIDDEN = "Session · hidden while blind"


class ComposePresenter(QObject):
    """Updates the page, the status bar and the header. `heads` are the lanes on the screen, left to right."""

    def __init__(self, services: Services, owner: ComposeOwner, view: ComposeView) -> None:
        super().__init__(owner.compose)
        self._services, self._owner, self._view = services, owner, view
        self._compose = owner.compose
        self.heads: tuple[LaneHead, ...] = ()
        self._hidden = -1
        """How many lanes are hidden beside `heads`, -1 before heads were first shown."""
        self.key_name: KeyName = first_keys
        self._is_hiding: bool | None = None
        """Whether the numbers of the session are hidden, None before they were first shown."""
        compose = owner.compose
        compose.draft_loaded.connect(self._show_draft)
        compose.draft_restored.connect(self._restore_draft)
        compose.values_restored.connect(lambda values: view.values.set_values(dict(values)))
        compose.heads_changed.connect(self._show_heads)
        compose.viewing_changed.connect(self._show_viewing)
        compose.prompt_changed.connect(self._prompt_changed)

    def slots(self) -> list[str]:
        """Return the lanes on the screen from left to right."""
        return [head.slot for head in self.heads]

    def title(self, slot: str) -> str:
        """Return the displayed name of a lane, "" for a lane that is not shown."""
        return next((head.title for head in self.heads if head.slot == slot), "")

    def focused(self) -> str:
        """Return the slot of the lane that keys act on, "" if there is no lane."""
        return self._view.lanes.focused_slot()

    def name_keys(self, name: KeyName) -> None:
        """Update the displayed keys."""
        self.key_name = name
        for part in (self._view.runbar, self._view.viewing, self._view.lanes, self._view.pager, self._view.blind):
            part.name_keys(name)

    def fill(self, state: WindowState) -> WindowState:
        """Return what the commands depend on with what the page shows."""
        compose, board, stage = self._compose, self._compose.board, self._compose.stage
        timeline, focused, shown = self._owner.timeline, self.focused(), self.slots()
        viewing = compose.viewing is not None
        row = timeline.position(compose.shown_row())
        focused_running = bool(focused) and board.is_running(focused)
        answer = board.shown(focused) if focused and not board.is_blind(focused) else None
        return replace(
            state,
            has_prompt=bool(compose.prompt_uid),
            viewing=viewing,
            running=bool(self._owner.workbench.runner.running()),
            # What is past and has no lanes answers the key with a sentence, as everything past does.
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

    def show_state(self, state: WindowState) -> None:
        """Update the run bar and the lanes."""
        compose, runbar = self._compose, self._view.runbar
        runbar.set_state(
            len(self.heads) if state.viewing else compose.lanes.to_run,
            sets=1 if state.viewing else compose.sets.to_run,
            running=state.running,
            enabled=state.has_prompt and not state.viewing,
        )
        runbar.set_escape(closes_first=state.viewing or state.detail_open or state.marked)
        self._view.lanes.set_all_running(state.running)
        runbar.set_based_on(self._base_name(), shown=not state.viewing, edited_since=compose.stale.since)

    def _base_name(self) -> str | None:
        """Return what the draft is based on: the shown iteration if that ran this text, which may be an older one."""
        compose, stage = self._compose, self._compose.stage
        if (base := compose.lineage.based_on) is None:
            return None
        number, shown = stage.number(), stage.shown
        # A lane of a run that was just started has no version unless it is pinned to one.
        has_run_it = not shown.is_blind and any(lane.version in (None, base) for lane in shown.lanes)
        return iteration_name(number) if has_run_it and number is not None else compose.versions.name(base)

    def show_session(self) -> None:
        """Show the session's statistics, unless names are hidden, which they would reveal."""
        header = self._owner.header
        self._is_hiding = self._compose.stage.shown.is_blind
        if self._is_hiding:
            header.set_session(_HIDDEN, "Costs and times are hidden while blind.")
            return
        stats = self._owner.workbench.session.stats()
        header.set_session(session_line(stats), session_detail(stats))

    def follow_blindness(self) -> None:
        """Hide or show the numbers of the session where names were hidden or revealed."""
        if self._compose.stage.shown.is_blind != self._is_hiding:
            self.show_session()

    def show_database(self) -> None:
        """Show the name of the history and how many iterations the open prompt has."""
        backend, uid = self._services.backend, self._compose.prompt_uid
        if uid:
            self._services.tasks.run(
                lambda: backend.history.count(uid),
                lambda count: self._owner.status.set_database(backend.store.path.name, _iterations(count)),
            )

    def _show_heads(self, heads: Sequence[LaneHead]) -> None:
        lanes, shown = self._compose.lanes, self._view.lanes
        hidden = 0 if self._compose.viewing else len(lanes.lanes) - len(lanes.shown)
        if (tuple(heads), hidden) == (self.heads, self._hidden):
            return
        before, self.heads, self._hidden = set(self.slots()), tuple(heads), hidden
        shown.set_heads(heads)
        for slot in self.slots():
            if slot not in before:
                self._compose.board.tell(slot)
        shown.count_hidden(hidden)

    def _show_draft(self, draft: Draft) -> None:
        self._view.set_draft(draft.content, draft.values)

    def _restore_draft(self, draft: Draft) -> None:
        self._view.set_draft(draft.content, draft.values, undoable=True)

    def _show_viewing(self, detail: Detail | None, text: str) -> None:
        view = self._view
        if detail is None:
            view.lanes.explain_emptiness()
            view.show_draft()
            return
        focused = QApplication.focusWidget()
        in_editor = focused is not None and view.editor.isAncestorOf(focused)
        values = () if isinstance(detail, VersionDetail) else detail.values
        if isinstance(detail, VersionDetail):
            view.lanes.explain_emptiness(*nothing_answered(detail))
        tip = "\n".join(filter(None, (describe(detail.row), detail.newer)))
        view.show_past(detail.content, values, text, tip)
        if in_editor:
            self._owner.focus_timeline()

    def _prompt_changed(self, uid: str) -> None:
        store = self._services.backend.store
        self._services.notices.withdraw_offer()
        if not store.read_only:
            self._services.tasks.watch(store.set_meta("last_prompt", uid))
        self.show_database()


def _iterations(count: int) -> str:
    return counted(count, "iteration")


def session_line(stats: SessionStats) -> str:
    """Return "Session $0.0132 · 14 iterations · median loop 9.2 s", "" before the first iteration."""
    if not stats.iterations:
        return ""
    parts = [f"Session {show_cost(stats.spent_usd, about=stats.about)}"]
    if stats.unknown:
        answers = counted(stats.unknown, "answer without a price", "answers without prices")
        parts[0] += f" + {answers}"
    parts.append(_iterations(stats.iterations))
    if stats.median_loop_ms is not None:
        parts.append(f"median loop {duration(stats.median_loop_ms)}")
    return " · ".join(parts)


def session_detail(stats: SessionStats) -> str:
    """Return the explanation of the line, for its tooltip."""
    lines = ["Since this window opened: cost, iterations, and the median time between runs."]
    if stats.unknown:
        lines.append("Answers without a price are not in the sum. Set their prices in the model picker to count them.")
    if stats.cached:
        spared = f", which saved about {show_cost(stats.saved_usd)}" if stats.saved_usd else ""
        lines.append(f"{stats.cached:,} input tokens came from providers' caches{spared}.")
    if stats.about:
        lines.append("Part of the sum is estimated, because a provider did not report its usage.")
    return "\n".join(lines)
