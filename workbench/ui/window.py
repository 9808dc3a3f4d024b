"""The main window: puts controllers and widgets together inside a frame that is painted already.

Invariant: the window holds no state of its own but geometry; the frame's editor is taken over with its text, caret and
journal; closing stops what runs, keeps the text, and leaves no child behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from workbench.app.bridge import Bridge
from workbench.app.compose import Compose
from workbench.app.forecasts import Forecasts
from workbench.app.lane_state import LaneHead
from workbench.app.opening import Opened
from workbench.app.past import nothing_answered
from workbench.app.prompts.prompts import Prompts
from workbench.app.pulse import Pulse
from workbench.app.session_text import session_detail, session_line
from workbench.app.tasks import Tasks
from workbench.app.timeline import TimelineModel, describe
from workbench.app.verdict_keys import VerdictKey
from workbench.core.drafts import Draft
from workbench.core.lanes import BUILTIN
from workbench.core.timeline import Detail, VersionDetail
from workbench.store.records import RunBegun
from workbench.ui import geometry
from workbench.ui.compose.blindness import HIDDEN, Blindness
from workbench.ui.compose.editing import Editing
from workbench.ui.compose.layout import LayoutActions
from workbench.ui.compose.numbers import to_foresee
from workbench.ui.compose.rooms import SetsPart
from workbench.ui.dialogs import Dialogs
from workbench.ui.frame import RUN, Frame
from workbench.ui.gate import RunGate
from workbench.ui.handlers import Handlers
from workbench.ui.keybinding import KeyBindings
from workbench.ui.notices import Notices
from workbench.ui.shell.actions import Actions
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.shell.keybutton import with_key
from workbench.ui.shell.notice import NoticeBar
from workbench.ui.shell.rooms import PromptsPart
from workbench.ui.shell.services import Services
from workbench.ui.shell.sidebar import SideBar
from workbench.ui.shell.views import Views
from workbench.ui.state import window_state
from workbench.ui.undo import Undo
from workbench.ui.warm import Warmth

if TYPE_CHECKING:
    from workbench.app.single import RaiseServer

SAVE_WITHIN_MS = 3000


class MainWindow(QObject):
    """One window over one database; `building.build` makes its widgets, and only then can it be used."""

    sidebar: SideBar
    views: Views
    notice: NoticeBar
    notices: Notices
    dialogs: Dialogs
    undo: Undo
    handlers: Handlers
    gate: RunGate
    editing: Editing
    actions_: Actions
    keys: KeyBindings
    sets: SetsPart
    layout_: LayoutActions
    blindness: Blindness
    services: Services
    features: FeatureHost
    prompts: Prompts
    prompts_part: PromptsPart

    forward_asked = Signal()
    """A second start asked this window to come to the front."""

    def __init__(self, frame: Frame, opened: Opened) -> None:
        super().__init__(frame)
        self.frame, self.opened = frame, opened
        self.workbench, self.theme = opened.workbench, frame.theme
        self.header, self.status, self.view = frame.header, frame.status, frame.view
        self.tasks = Tasks(self)
        self.bridge = Bridge(self)
        self.timeline = TimelineModel(self.tasks, self.workbench.history.timeline, self)
        self.compose = Compose(self.workbench, self.tasks, self.timeline, frame.text, self)
        self.pulse = Pulse(self.workbench, self.tasks, self)
        self.forecasts = Forecasts(self.workbench.forecaster, self.tasks, lambda: to_foresee(self), self)
        self.heads: tuple[LaneHead, ...] = ()
        self._raise_server: RaiseServer | None = None
        self._has_begun = self._closed = self._is_leaving = False
        frame.closing.connect(self._close)
        frame.deactivated.connect(self.compose.saver.flush)

    def begin(self) -> None:
        """Start what goes on by itself, once the widgets are there."""
        self._has_begun = True
        self.frame.may_close, self.frame.show_problem = self._may_close, self.notices.problem
        self.workbench.add_listener(self.bridge.listener())
        self.pulse.start_watching()
        self.notices.first()
        self.tasks.watch(self.workbench.recovery, self._recovered)
        self._show_database()
        self.gate.read_limits()
        self._listen()
        self.update_state()
        # Not within a step of building: a key may close the window, which first finishes the steps.
        QTimer.singleShot(0, self, self._complete)

    def _complete(self) -> None:
        early = self.frame.complete()
        if not self._closed:
            Warmth(self, self.views)
            for command in early:
                self.actions_.press(command)

    def run(self) -> None:
        """Run all lanes, and show them; before the window is complete the frame queues it."""
        self.frame.queue(RUN)
        if self.frame.is_complete:
            if self.views.shown != "compose":
                self.views.show("compose")
            self.gate.run()

    def _listen(self) -> None:
        from workbench.app.single import RaiseServer

        server = RaiseServer(self.workbench.store.path, self)
        server.raise_requested.connect(self.come_forward)
        self._raise_server = server

    @property
    def hears_others(self) -> bool:
        """Whether a second start can ask for this window."""
        return self._raise_server is not None and self._raise_server.listening

    def come_forward(self) -> None:
        """Show the window in front of the others."""
        frame = self.frame
        frame.setWindowState(frame.windowState() & ~Qt.WindowState.WindowMinimized)
        frame.show()
        frame.raise_()
        frame.activateWindow()
        self.forward_asked.emit()

    def shown_slots(self) -> list[str]:
        """Return the lanes on the screen from left to right."""
        return [head.slot for head in self.heads]

    def lane_title(self, slot: str) -> str:
        """Return the shown name of a lane."""
        return next((head.title for head in self.heads if head.slot == slot), "")

    def show_heads(self, heads: list[LaneHead]) -> None:
        before, self.heads = set(self.shown_slots()), tuple(heads)
        lanes = self.compose.lanes
        self.view.lanes.set_heads(heads)
        for slot in self.shown_slots():
            if slot not in before:
                self.compose.board.tell(slot)
        self.view.lanes.count_hidden(0 if self.compose.viewing else len(lanes.lanes) - len(lanes.shown))

    def set_lane_model(self, slot: str, endpoint: str, model: str) -> None:
        """Give a lane of the draft another model."""
        self.compose.lanes.set_model(slot, endpoint, model)
        self._lanes_use()

    def update_state(self) -> None:
        """Enable commands and name the number of lanes."""
        if self._closed:
            return
        state = window_state(self)
        self.actions_.update(state)
        self.view.runbar.set_state(
            len(self.heads) if state.viewing else self.compose.lanes.to_run,
            sets=1 if state.viewing else self.compose.sets.to_run,
            running=state.running,
            enabled=state.has_prompt and not state.viewing,
        )
        self.view.runbar.set_escape(closes_first=state.viewing or state.detail_open or state.marked)
        self.view.lanes.set_all_running(state.running)
        self.sidebar.light(self.compose.shown_row())
        self.view.runbar.set_based_on(self.compose.based_on, shown=not state.viewing)

    def show_draft(self, draft: Draft) -> None:
        self.view.set_draft(draft.content, draft.values)

    def restore_draft(self, draft: Draft) -> None:
        self.view.set_draft(draft.content, draft.values, undoable=True)

    def show_viewing(self, detail: Detail | None, text: str) -> None:
        if detail is None:
            self.view.lanes.explain_emptiness()
            self.view.show_draft()
        else:
            in_editor = self.view.editor.isAncestorOf(QApplication.focusWidget() or self.frame)
            values = () if isinstance(detail, VersionDetail) else detail.values
            if isinstance(detail, VersionDetail):
                self.view.lanes.explain_emptiness(*nothing_answered(detail))
            tip = "\n".join(filter(None, (describe(detail.row), detail.newer)))
            self.view.show_past(detail.content, values, text, tip)
            if in_editor:
                self.sidebar.iteration_list.setFocus()

    def prompt_changed(self, uid: str) -> None:
        self.sidebar.select_prompt(uid)
        self.notices.withdraw_offer()
        if not self.workbench.store.read_only:
            self.tasks.watch(self.workbench.store.set_meta("last_prompt", uid))
        self._lanes_use()
        self._show_database()

    def _lanes_use(self) -> None:
        self.notices.about_builtin(any(lane.endpoint == BUILTIN for lane in self.compose.lanes.lanes))

    def choose_prompt(self, uid: str) -> None:
        self.notice.clear("refusal")
        self.compose.open_prompt(uid)

    def retry(self, slots: list[str]) -> None:
        """Repeat the calls of these lanes as they were; a lane that was changed since wants a run instead."""
        changed = {head.slot for head in self.heads if head.answered_by}
        if changed & set(slots):
            self.notices.problem(
                "This lane was changed after it ran, and a retry repeats the call as it was. "
                f"{with_key('Run all lanes', self.keys.name('run'))} to use the new settings."
            )
            slots = [slot for slot in slots if slot not in changed]
        self.gate.retry(slots)

    def run_recorded(self, begun: RunBegun) -> None:
        self.notices.moved_on()
        self.compose.recorded(begun)
        self.show_session()
        self._show_database()
        self.prompts.refresh()

    def run_ended(self, run_uid: str) -> None:
        self.compose.run_ended(run_uid)
        self.show_session()
        self.update_state()

    def foreign_change(self) -> None:
        self.timeline.refresh(self.update_state)
        self.compose.stage.follow_others()
        self.prompts.refresh()
        self._show_database()

    def show_session(self) -> None:
        if self.compose.stage.shown.is_blind:
            self.header.set_session(HIDDEN, "What runs cost and how long they took is shown with the names.")
            return
        stats = self.workbench.session.stats()
        self.header.set_session(session_line(stats), session_detail(stats))

    def _show_database(self) -> None:
        path, uid = self.workbench.store.path, self.compose.prompt_uid
        if uid:
            self.tasks.run(
                lambda: self.workbench.history.count(uid),
                lambda count: self.status.set_database(
                    f"{path.name} · {_iterations(count)} of this prompt", _iterations(count)
                ),
            )

    def _recovered(self, sentence: str) -> None:
        if sentence:
            self.notices.at_start("recovered", sentence)

    def verdict_key(self, key: VerdictKey) -> bool:
        """Give the verdict that a key means; False when it means none now."""
        if self.views.shown != "compose":
            verdicts = self.features.verdicts(self.views.shown)
            return verdicts is not None and verdicts.verdict_key(key)
        if key.lane:
            return self.handlers.mark_number(key.lane)
        self.compose.stage.judging.judge("tie" if key.kind == "tie" else "all_bad", self.shown_slots())
        return True

    def _may_close(self) -> bool:
        """Whether nothing would be lost, or the person said that it may be."""
        # While it waits or asks, the window can be asked to close once more.
        if self._is_leaving:
            return False
        self._is_leaving = True
        try:
            return self._draft_may_go() and self._answers_may_go()
        finally:
            self._is_leaving = False

    def _draft_may_go(self) -> bool:
        return self.compose.saver.finish(SAVE_WITHIN_MS) or self.dialogs.ask_to_lose_draft()

    def _answers_may_go(self) -> bool:
        runner = self.workbench.runner
        while runner.running() or runner.unsaved:
            left = self.tasks.wait_for(lambda: runner.settle(SAVE_WITHIN_MS / 1000))
            if not left:
                return True
            answer = self.dialogs.ask_to_lose_answers(left)
            if answer != "again":
                return answer == "close"
        return True

    def _close(self) -> None:
        self._closed = True
        self.pulse.stop()
        self.forecasts.stop()
        self.compose.saver.flush()
        if self._has_begun:
            side = {geometry.SIDE: self.sidebar.splitter} if self.sidebar.is_divided_by_hand else {}
            self.frame.remember(self.workbench.places.config, {**side, **self.views.dividers()})
            self.features.stop()
        self.tasks.close()


def _iterations(count: int) -> str:
    return "1 iteration" if count == 1 else f"{count:,} iterations"
