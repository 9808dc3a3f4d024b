"""The main window: assembles controllers and widgets inside a frame that is already painted.

Invariant: the window holds no state of its own but geometry. The frame's editor is taken over with its text, caret and
undo journal. Closing stops what runs, keeps the text, and leaves no child process behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from workbench.app.bridge import RunEventBridge
from workbench.app.commands import WindowState
from workbench.app.compose.pass_shares import PassShares
from workbench.app.compose.session import ComposeSession
from workbench.app.compose.timeline_filter import TimelineFilter
from workbench.app.compose.timeline_model import TimelineModel
from workbench.app.frame_clock import FrameClock
from workbench.app.opening import OpenedWorkbench
from workbench.app.tasks import Tasks
from workbench.core.runs import DRAFTABLE
from workbench.ui.shell.actions import CommandActions
from workbench.ui.shell.compose_room import ComposePart
from workbench.ui.shell.events import (
    AnswersGrew,
    HistoryChanged,
    PromptOpened,
    RunChanged,
    RunEnded,
    ViewShown,
)
from workbench.ui.shell.feature import FeatureHost, FeatureSet
from workbench.ui.shell.frame import WindowFrame
from workbench.ui.shell.key_bindings import KeyBindings
from workbench.ui.shell.notice_bar import NoticeBar
from workbench.ui.shell.notices import WindowNotices
from workbench.ui.shell.panes import WindowPanes
from workbench.ui.shell.preloader import Preloader
from workbench.ui.shell.questions import answer_of, answers_question, draft_question
from workbench.ui.shell.rooms import PromptsPart
from workbench.ui.shell.services import Services
from workbench.ui.shell.side_bar import SideBar
from workbench.ui.shell.undo import UndoDispatch
from workbench.ui.shell.views import Views
from workbench.ui.widgets import geometry

if TYPE_CHECKING:
    from workbench.app.prompts.prompts import PromptList
    from workbench.app.raise_server import RaiseServer

SAVE_WITHIN_MS = 3000


class MainWindow(QObject):
    """One window over one database; `window_builder.build` makes its widgets, and only then can it be used."""

    sidebar: SideBar
    views: Views
    notice: NoticeBar
    notices: WindowNotices
    undo: UndoDispatch
    panes: WindowPanes
    actions_: CommandActions
    keys: KeyBindings
    services: Services
    features: FeatureHost
    compose_part: ComposePart
    prompts: PromptList
    prompts_part: PromptsPart

    forward_asked = Signal()
    """A second start requested that this window come to the front."""

    def __init__(self, frame: WindowFrame, opened: OpenedWorkbench, features: FeatureSet) -> None:
        super().__init__(frame)
        self.frame, self.opened, self.feature_set = frame, opened, features
        self.workbench, self.theme = opened.workbench, frame.theme
        self.header, self.status, self.view = frame.header, frame.status, frame.view
        self.tasks = Tasks(self)
        self.bridge = RunEventBridge(self)
        self.timeline = TimelineModel(self.tasks, self.workbench.history.timeline, self)
        self.timeline_filter = TimelineFilter(self.timeline, self.workbench.searcher, self.tasks, self)
        self.pass_shares = PassShares(self.timeline, self.tasks, self.workbench.store.pass_shares.of_versions, self)
        self.compose = ComposeSession(self.workbench, self.tasks, self.timeline, frame.text, self)
        self.pulse = FrameClock(self.workbench, self.tasks, self)
        self._raise_server: RaiseServer | None = None
        self._has_begun = self._closed = self._is_leaving = False
        frame.closing.connect(self._close)
        frame.deactivated.connect(self.compose.saver.flush)

    def begin(self) -> None:
        """Start background activity, once the widgets exist."""
        self._has_begun = True
        self.frame.may_close, self.frame.show_problem = self._may_close, self.notices.problem
        self.workbench.add_listener(self.bridge.listener())
        self.pulse.start_watching()
        self.notices.first(self.opened.problem, self.keys.notice)
        self.tasks.watch(self.workbench.recovery, self._recovered)
        self.compose_part.read_limits()
        self._listen()
        self.update_state()
        # Not within a build step: a key may close the window, which first finishes the steps.
        QTimer.singleShot(0, self, self._complete)

    def _complete(self) -> None:
        early = self.frame.complete()
        if not self._closed:
            Preloader(self, self.feature_set, self.views)
            for command in early:
                self.actions_.press(command)

    def wire(self) -> None:
        """Connect the parts; called once, after all exist and Compose has begun."""
        compose, side, notices, bridge, pulse = self.compose, self.sidebar, self.notices, self.bridge, self.pulse
        publish = self.services.events.publish
        self.frame.parts = self.panes.in_tab_order
        self.tasks.failed.connect(notices.problem)
        compose.prompt_changed.connect(side.select_prompt)
        compose.prompt_changed.connect(lambda uid: publish(PromptOpened(uid)))
        compose.run_started.connect(notices.over)
        compose.stage.row_stale.connect(lambda uid: publish(RunChanged(uid)))
        compose.stage.paged.connect(notices.follow_blindness)
        compose.saver.saved.connect(notices.saved)
        compose.saver.failed.connect(notices.not_saved)
        compose.saver.pending_changed.connect(notices.pending)
        self.view.editor.edited.connect(notices.text_changed)
        side.prompt_chosen.connect(self.choose_prompt)
        side.iteration_chosen.connect(self.compose_part.show_iteration)
        side.new_prompt.connect(self.prompts_part.new)
        side.prompt_menu.connect(self.prompts_part.open_menu)
        side.iteration_menu.connect(self.compose_part.open_iteration_menu)
        self.prompts.listed.connect(lambda: side.select_prompt(compose.prompt_uid))
        self.timeline.marks.changed.connect(self.update_state)
        for moved in (self.timeline.rowsInserted, self.timeline.rowsRemoved, self.timeline.modelReset):
            moved.connect(lambda: side.select_iteration(compose.shown_row()))
            # Rows of a prompt may arrive after its answers, and navigation and notes depend on them.
            moved.connect(lambda: self.update_state())
        self.views.changed.connect(notices.show_view)
        self.views.changed.connect(lambda view: publish(ViewShown(view)))
        self.views.changed.connect(lambda _: self.update_state())
        self.header.palette_clicked.connect(self.actions_["palette"].trigger)
        self.header.settings_clicked.connect(self.actions_["settings"].trigger)
        pulse.frame.connect(lambda outputs: publish(AnswersGrew(outputs)))
        pulse.foreign_change.connect(lambda: publish(HistoryChanged()))
        pulse.moved.connect(notices.moved)
        pulse.recovered.connect(lambda sentence: notices.quiet("recovered", sentence, lasting=True))
        bridge.run_started.connect(lambda begun: notices.moved_on())
        bridge.run_started.connect(lambda begun: publish(RunChanged(begun.run_uid)))
        bridge.saved_late.connect(lambda uid: publish(RunChanged(uid)))
        bridge.saved_late.connect(lambda _: notices.saved_late(self.workbench.runner.unsaved))
        bridge.run_ended.connect(lambda uid: publish(RunEnded(uid)))
        bridge.output_ended.connect(lambda _: notices.follow_blindness())
        bridge.problem.connect(notices.problem)
        bridge.engine.connect(notices.engine)
        self.notice.detail_toggled.connect(self.update_state)
        self.theme.changed.connect(self.update_state)

    def _listen(self) -> None:
        from workbench.app.raise_server import RaiseServer

        server = RaiseServer(self.workbench.store.path, self)
        server.raise_requested.connect(self.come_forward)
        self._raise_server = server

    def come_forward(self) -> None:
        """Show the window in front of the others."""
        frame = self.frame
        frame.setWindowState(frame.windowState() & ~Qt.WindowState.WindowMinimized)
        frame.show()
        frame.raise_()
        frame.activateWindow()
        self.forward_asked.emit()

    def choose_prompt(self, uid: str) -> None:
        """Open a prompt and remove refusals about the previous one."""
        self.notice.clear("refusal")
        self.compose.open_prompt(uid)

    def update_state(self, _: object = None) -> None:
        """Update the enabled commands and everything else that depends on the state."""
        if self._closed:
            return
        state = self.state()
        self.actions_.update(state)
        self.compose_part.show_state(state)
        self.sidebar.light(self.compose.shown_row())

    def state(self) -> WindowState:
        """Return the current state that commands depend on."""
        runs = self.views.runs
        rows = runs.selected() if runs is not None and self.views.shown == "history" else ()
        return self.compose_part.fill(
            WindowState(
                view=self.views.shown,
                can_undo=self.undo.can_undo,
                can_redo=self.undo.can_redo,
                writable=not self.workbench.store.read_only,
                detail_open=self.notice.is_detail_open,
                has_rows=bool(rows),
                one_row=len(rows) == 1,
                can_restore=len(rows) == 1 and rows[0].kind in DRAFTABLE,
                two_rows=len(rows) == 2,
                searched=runs is not None and self.views.shown == "history" and runs.has_query(),
                judging=self.undo.is_judging,
            )
        )

    def _recovered(self, sentence: str) -> None:
        if sentence:
            self.notices.at_start("recovered", sentence)

    def _may_close(self) -> bool:
        """Whether nothing would be lost, or the user accepted the loss."""
        # While it waits or asks, the window can receive another close event.
        if self._is_leaving:
            return False
        self._is_leaving = True
        try:
            return self._draft_may_go() and self._answers_may_go()
        finally:
            self._is_leaving = False

    def _draft_may_go(self) -> bool:
        return self.compose.saver.finish(SAVE_WITHIN_MS) or answer_of(draft_question(self.frame)) == "close"

    def _answers_may_go(self) -> bool:
        runner = self.workbench.runner
        while runner.running() or runner.unsaved:
            left = self.tasks.wait_for(lambda: runner.settle(SAVE_WITHIN_MS / 1000))
            if not left:
                return True
            answer = answer_of(answers_question(self.frame, left))
            if answer != "again":
                return answer == "close"
        return True

    def _close(self) -> None:
        self._closed = True
        self.pulse.stop()
        self.compose.saver.flush()
        if self._has_begun:
            side = {geometry.SIDE: self.sidebar.splitter} if self.sidebar.is_divided_by_hand else {}
            self.frame.remember(self.workbench.places.config, {**side, **self.views.dividers()})
            self.features.stop()
        self.tasks.close()
