"""The main window: puts controllers and widgets together.

Invariant: the window holds no state of its own but geometry; it paints before anything heavy is loaded, and closing it
stops what runs, keeps the text, and leaves no child behind.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QSplitter, QVBoxLayout, QWidget

from workbench.app.bridge import Bridge
from workbench.app.choosing import apply_choice
from workbench.app.commands import VerdictKey, WindowState
from workbench.app.compose import Compose, Values
from workbench.app.lane_state import LaneHead
from workbench.app.model_entries import Choice
from workbench.app.prompts import Prompts
from workbench.app.pulse import Pulse
from workbench.app.session_text import session_detail, session_line
from workbench.app.tasks import Tasks
from workbench.app.timeline import TimelineModel, describe
from workbench.core.content import Content
from workbench.core.drafts import Draft
from workbench.core.lanes import BUILTIN, LITELLM
from workbench.core.runs import IterationDetail
from workbench.host import settings as stored
from workbench.host.clock import utc_now
from workbench.host.errors import HostError
from workbench.store.records import RunBegun
from workbench.ui import geometry
from workbench.ui.compose import ComposeView
from workbench.ui.dialogs import Dialogs
from workbench.ui.handlers import Handlers
from workbench.ui.keys import VerdictKeys
from workbench.ui.notices import Notices
from workbench.ui.shell.actions import Actions
from workbench.ui.shell.bars import Header, NoticeBar, StatusBar
from workbench.ui.shell.sidebar import SideBar
from workbench.ui.theme import Theme
from workbench.ui.wiring import wire
from workbench.usecases.workbench import Workbench

if TYPE_CHECKING:
    from workbench.app.single import RaiseServer

SMALLEST = (860, 560)


class MainWindow(QMainWindow):
    """One window over one database."""

    forward_asked = Signal()
    """A second start asked this window to come to the front."""

    def __init__(self, workbench: Workbench, theme: Theme, settings: stored.Settings) -> None:
        super().__init__()
        self.workbench, self.theme, self._settings = workbench, theme, settings
        self.setWindowTitle("Prompt Workbench")
        self.setMinimumSize(*SMALLEST)
        self.tasks = Tasks(self)
        self.bridge = Bridge(self)
        self.timeline = TimelineModel(self.tasks, workbench.history.timeline, self)
        self.prompts = Prompts(workbench, self.tasks, self)
        self.view = ComposeView(theme)
        self.compose = Compose(workbench, self.tasks, self.timeline, self._read_editor, self)
        self.pulse = Pulse(workbench, self.tasks, self)
        self.sidebar = SideBar(theme, self.prompts.model, self.timeline, utc_now)
        self.notice = NoticeBar()
        self.notices = Notices(self)
        self.dialogs = Dialogs(self)
        self.handlers = Handlers(self)
        self.actions_ = Actions(self, self.handlers.table())
        self.header = Header(self.actions_.menu(self))
        self.status = StatusBar(theme)
        self._main = QSplitter(Qt.Orientation.Horizontal)
        self._heads: tuple[LaneHead, ...] = ()
        self._raise_server: RaiseServer | None = None
        self._painted = False
        self._closed = False
        self._build()
        wire(self)
        VerdictKeys(self, self._verdict_key)
        workbench.add_listener(self.bridge.listener())

    def _build(self) -> None:
        self._main.setHandleWidth(1)
        self._main.setChildrenCollapsible(False)
        self._main.addWidget(self.sidebar)
        self._main.addWidget(self.view)
        self._main.setStretchFactor(1, 1)
        central = QWidget()
        layout = QVBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.notice)
        layout.addWidget(self._main, 1)
        layout.addWidget(self.status)
        self.setCentralWidget(central)
        geometry.restore(self, self._settings, self._splitters())

    def open_first(self) -> None:
        """Show the prompt of the last session. Reads the database on this thread, before the window is shown."""
        self.prompts.load_now()
        uid = self.workbench.store.last_prompt()
        if uid is not None:
            self.compose.open_now(uid)
        self.sidebar.fit_prompts(self.height())
        self.update_state()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self._after_first_paint)

    def _after_first_paint(self) -> None:
        self.workbench.start_engine()
        self.pulse.start_watching()
        self.notices.first()
        self.tasks.watch(self.workbench.recovery, self._recovered)
        self._show_database()
        self._listen()

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
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()
        self.forward_asked.emit()

    def shown_slots(self) -> list[str]:
        """Return the lanes on the screen from left to right."""
        return [head.slot for head in self._heads]

    def lane_title(self, slot: str) -> str:
        """Return the shown name of a lane."""
        return next((head.title for head in self._heads if head.slot == slot), "")

    def show_heads(self, heads: list[LaneHead]) -> None:
        self._heads = tuple(heads)
        self.view.lanes.set_heads(heads)

    def prompts_new(self) -> None:
        """Create a prompt, open it and let the person name it."""
        self.prompts.create(then=lambda uid: QTimer.singleShot(0, self, lambda: self.sidebar.edit_prompt_name(uid)))

    def archive(self, uid: str) -> None:
        """Archive a prompt or bring it back; open another one in place of an archived open one."""
        position = self.prompts.model.position(uid)
        if position < 0:
            return
        archived = not self.prompts.model.row(position).archived

        def after() -> None:
            if archived and uid == self.compose.prompt_uid and not self.prompts.show_archived:
                if self.prompts.model.rowCount():
                    self.choose_prompt(self.prompts.model.row(0).uid)
                else:
                    self.prompts.create()

        self.prompts.set_archived(uid, archived, after)

    def choose_model(self, slot: str, choice: Choice) -> None:
        """Take the model picker's answer."""
        apply_choice(self.workbench, self.tasks, self.compose, slot, choice, self._lanes_use)

    def offer_undo(self, sentence: str, before: Draft) -> None:
        """Say what was restored and offer the draft as it was."""
        self.notices.offer(sentence, "Undo", lambda: self.compose.put_back(before))

    def update_state(self) -> None:
        """Enable commands and name the number of lanes."""
        if self._closed:
            return
        state = self._state()
        self.actions_.update(state)
        self.view.runbar.set_state(
            len(self._heads), running=state.running, enabled=state.has_prompt and not state.viewing
        )
        self.view.lanes.set_all_running(state.running)
        based_on = self.compose.based_on
        self.view.runbar.set_about("a new text" if based_on is None else f"based on version {based_on}")

    def _state(self) -> WindowState:
        compose, board = self.compose, self.compose.board
        focused = self.view.lanes.focused_slot()
        viewing = compose.viewing is not None
        shown = self.timeline.position(compose.shown_run())
        focused_running = bool(focused) and board.is_running(focused)
        running = compose.still_running()
        return WindowState(
            has_prompt=bool(compose.prompt_uid),
            viewing=viewing,
            running=running,
            has_lanes=bool(self._heads),
            lane_focused=bool(focused),
            lane_running=focused_running,
            can_retry_lane=bool(focused) and bool(board.output(focused)) and not focused_running,
            can_retry=not board.is_running() and bool(compose.stage.unfinished()),
            can_mark=any(board.can_mark(slot) for slot in board.slots()),
            can_undo=self.view.editor.can_undo,
            can_redo=self.view.editor.can_redo,
            has_older=shown + 1 < self.timeline.rowCount(),
            has_newer=viewing,
            can_note=shown >= 0,
            writable=not self.workbench.store.read_only,
        )

    def _read_editor(self) -> tuple[Content, Values]:
        return self.view.editor.content(), tuple(self.view.values.all_values().items())

    def show_draft(self, draft: Draft) -> None:
        self.view.set_draft(draft.content, draft.values)

    def restore_draft(self, draft: Draft) -> None:
        self.view.set_draft(draft.content, draft.values, undoable=True)

    def show_viewing(self, detail: IterationDetail | None, text: str) -> None:
        if detail is None:
            self.view.show_draft()
        else:
            in_editor = self.view.editor.isAncestorOf(QApplication.focusWidget() or self)
            self.view.show_past(detail.content, detail.values, text, describe(detail.row))
            if in_editor:
                # Arrow keys then walk through the history, and digits are verdicts.
                self.sidebar.iteration_list.setFocus()
        self.sidebar.select_iteration(self.compose.shown_run())

    def prompt_changed(self, uid: str) -> None:
        self.sidebar.select_prompt(uid)
        if not self.workbench.store.read_only:
            self.tasks.watch(self.workbench.store.set_meta("last_prompt", uid))
        self._lanes_use()

    def _lanes_use(self) -> None:
        self.notices.about_builtin(any(lane.endpoint == BUILTIN for lane in self.compose.lanes.lanes))

    def choose_prompt(self, uid: str) -> None:
        self.compose.open_prompt(uid)

    def retry(self, slots: list[str]) -> None:
        self.compose.stage.retry(slots, self.compose.prompt_uid)
        self.pulse.start()

    def run_recorded(self, begun: RunBegun) -> None:
        self.compose.recorded(begun.run_uid, begun.number, begun.version_number)
        self.show_session()
        self._show_database()
        self.prompts.refresh()

    def run_ended(self, run_uid: str) -> None:
        self.compose.run_ended(run_uid)
        self.show_session()
        self.update_state()

    def foreign_change(self) -> None:
        self.timeline.refresh(self.update_state)
        self.prompts.refresh()
        self._show_database()

    def show_session(self) -> None:
        stats = self.workbench.session.stats()
        self.header.set_session(session_line(stats), session_detail(stats))

    def _show_database(self) -> None:
        path = self.workbench.store.path
        uid = self.compose.prompt_uid
        if uid:
            self.tasks.run(
                lambda: self.workbench.history.count(uid),
                lambda count: self.status.set_database(f"{path.name} · {_iterations(count)} of this prompt"),
            )

    def _recovered(self, sentence: str) -> None:
        if sentence:
            self.notices.quiet("recovered", sentence)

    def copy(self, slot: str) -> None:
        shown = self.compose.board.shown(slot)
        if shown is not None:
            QApplication.clipboard().setText(shown.text)

    def lane_action(self, slot: str, action: str) -> None:
        """Take the next step that a failure offers."""
        if action == "install_model":
            self.notices.install_model()
            return
        lane = self.compose.lanes.get(slot)
        if lane is None:
            self.dialogs.settings("keys")
        elif lane.endpoint == LITELLM:
            self.dialogs.settings("keys", self.workbench.catalogue.provider_of(lane.model))
        else:
            self.dialogs.settings("endpoints", lane.endpoint)

    def _verdict_key(self, key: VerdictKey) -> bool:
        if key.lane:
            return self.handlers.mark_number(key.lane)
        if key.kind == "tie":
            self.compose.stage.judge("tie")
        else:
            self.compose.stage.judge("all_bad")
        return True

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.compose.saver.flush()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._closed:
            self._closed = True
            self.pulse.stop()
            self.compose.saver.flush()
            self._remember_settings()
            self.tasks.close()
        super().closeEvent(event)

    def _remember_settings(self) -> None:
        changed = geometry.remember(self, self._settings, self._splitters())
        changed = replace(changed, theme=self.theme.mode, font_scale=self.theme.scale)
        try:
            stored.save(self.workbench.places.config, changed)
        except HostError as error:
            # The window is closing: there is nowhere left to say it but the terminal.
            sys.stderr.write(f"{error.sentence}\n")

    def _splitters(self) -> dict[str, QSplitter]:
        return {"main": self._main, "compose": self.view, "side": self.sidebar.splitter}


def _iterations(count: int) -> str:
    return "1 iteration" if count == 1 else f"{count:,} iterations"
