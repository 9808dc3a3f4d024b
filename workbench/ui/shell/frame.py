"""The frame of the window, painted first: the draft in its editor, at its final place and size.

Invariant: importing this module loads nothing that the first paint does not need, and nothing added later moves the
editor. Commands whose keys are pressed before the window is complete are queued.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractButton, QFrame, QMainWindow, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from workbench.core.content import Content, Message
from workbench.host import settings as stored
from workbench.host.errors import HostError
from workbench.host.settings import Settings
from workbench.store.draft_preview import DraftPreview
from workbench.ui.draft_page import ComposeView
from workbench.ui.draft_page.view import Values
from workbench.ui.editor.line_wrap import LineWrap
from workbench.ui.shell.bars import StatusBar, WindowHeader
from workbench.ui.widgets import geometry
from workbench.ui.widgets.theme import Theme, set_role

if TYPE_CHECKING:
    from workbench.ui.shell.focus_origin import FocusOrigin
    from workbench.ui.shell.focus_restore import FocusRestore

SMALLEST = (860, 560)
NARROWEST_SIDE = 170
_ZOOM_STEP = 0.1
RUN, _ESCAPE = "run", "escape"
"""Ids of commands that the frame handles itself."""
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class WindowFrame(QMainWindow):
    """The top-level window. Without a draft preview it shows an empty draft of a prompt that does not exist yet."""

    painted = Signal()
    """The first paint is on the screen."""
    completed = Signal()
    """All parts exist and are connected."""
    deactivated = Signal()
    """Another window became active."""
    closing = Signal()
    """Emitted once, before the window closes."""

    def __init__(self, theme: Theme, settings: Settings, glimpse: DraftPreview | None = None) -> None:
        super().__init__()
        self.theme, self.settings = theme, settings
        self.setWindowTitle("Prompt Workbench")
        self.setMinimumSize(*SMALLEST)
        self._painted = self._closed = False
        self.parts: Callable[[], Sequence[QWidget]] = tuple
        self.may_close: Callable[[], bool] = lambda: True
        self.leaves_for: object = None
        """The change to make to the history after the window closes and before another one opens; None for none."""
        self.is_complete = False
        self.homing: FocusRestore | None = None
        self.focus_origin: FocusOrigin | None = None
        """Both are None until the window is complete."""
        self.command_of: Callable[[str], str] = lambda key: ""
        """Returns the id of the command that a key triggers, "" for none; used until the window is complete."""
        self._offer: Callable[[QDropEvent], bool] = lambda event: False
        self._early: list[str] = []
        self._problems: list[tuple[str, str]] = []
        self.show_problem: Callable[[str, str], object] = lambda *problem: self._problems.append(problem)
        """Shows an error with its technical detail; errors before the window is complete are shown afterwards."""
        self._build()
        self._show(glimpse)

    def _build(self) -> None:
        # Outermost first: a widget that gets another parent is restyled with all its children.
        central = QWidget(self)
        self.setCentralWidget(central)
        self.header = WindowHeader(central)
        self.divider = geometry.PaneDivider(lambda width: geometry.side_width(width, self.theme.scale), central)
        self.theme.changed.connect(self.divider.divide)
        side = QFrame(self.divider)
        set_role(side, "sunken")
        side.setMinimumWidth(NARROWEST_SIDE)
        self.stage = QStackedWidget(self.divider)
        self.view = ComposeView(self.theme, self.stage)
        self.stage.addWidget(self.view)
        self.wrapping = LineWrap(self, wraps=self.settings.wrap)
        self.wrapping.follow(self.view.editor)
        self.view.past_made.connect(self.wrapping.follow)
        self.divider.setStretchFactor(1, 1)
        self.status = StatusBar(self.theme, central)
        self._layout = QVBoxLayout(central)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self.header)
        self._layout.addWidget(self.divider, 1)
        self._layout.addWidget(self.status)
        geometry.restore(self, self.settings, self._dividers())
        self.divider.fold(is_folded=self.settings.side_folded)
        self.view.fold(is_folded=self.settings.editor_folded)
        for clicked, command in (
            (self.view.run_clicked, RUN),
            (self.header.settings_clicked, "settings"),
            (self.header.palette_clicked, "palette"),
        ):
            clicked.connect(lambda command=command: self.queue(command))

    def _show(self, glimpse: DraftPreview | None) -> None:
        self.is_blank = glimpse is None
        """Whether no stored draft is shown; text typed then becomes a prompt with the uid of `glimpse`."""
        self.glimpse = glimpse or _empty_draft()
        self.view.set_draft(self.glimpse.content, self.glimpse.values)
        self.view.show_preview(self.glimpse.lanes, is_new=glimpse is not None and glimpse.based_on is None)
        self.view.editor.focus_first()
        self._shown = self.text()

    def text(self) -> tuple[Content, Values]:
        """Return the editor's content and all values."""
        return self.view.editor.content(), tuple(self.view.values.all_values().items())

    @property
    def is_edited(self) -> bool:
        """Whether the user changed the previewed draft."""
        return self.text() != self._shown

    def forget_glimpse(self) -> None:
        """Clear the preview, because another history is about to be opened."""
        self._early = []
        self.view.set_queued(False)
        self._show(None)

    def remember(self, directory: Path, splitters: Mapping[str, QSplitter] | None = None) -> None:
        """Store the window's geometry in the settings in `directory`, including dividers that other parts added."""
        mine = {name: divider for name, divider in self._dividers().items() if divider.is_by_hand}
        changed = geometry.remember(self, self.settings, {**mine, **(splitters or {})})
        try:
            stored.save(
                directory,
                changed._replace(
                    theme=self.theme.mode,
                    font_scale=self.theme.scale,
                    motion=self.theme.motion,
                    wrap=self.wrapping.wraps,
                    side_folded=self.divider.is_folded,
                    editor_folded=self.view.is_folded,
                ),
            )
        except HostError as error:
            from workbench.host.terminal import tell  # not needed for the first paint

            # The window is closing, so only the terminal is left for the message.
            tell(error.sentence)

    def add_side(self, side: QWidget) -> None:
        """Put the side bar into its reserved room; called once."""
        # Before the first layout a splitter has no sizes yet, only requested ones, and keeps those.
        sizes = self.divider.sizes() if self.isVisible() else []
        if (room := self.divider.replaceWidget(0, side)) is not None:
            room.deleteLater()
        self.divider.fold(is_folded=self.divider.is_folded)
        if sizes:
            self.divider.setSizes(sizes)

    def add_notice(self, notice: QWidget) -> None:
        """Put a notice into its reserved room in the header."""
        self.header.add_notice(notice)

    def take_drops(self, offer: Callable[[QDropEvent], bool]) -> None:
        """Pass drag and drop events that no widget accepts to `offer`, which returns whether it accepted them."""
        self._offer = offer
        self.setAcceptDrops(True)

    def complete(self) -> list[str]:
        """Mark the window as complete; return the ids of the queued commands, in order."""
        early, self._early, self.is_complete = self._early, [], True
        for problem in self._problems:
            self.show_problem(*problem)
        self.view.set_queued(False)
        self.completed.emit()
        return early

    def queue(self, command: str) -> bool:
        """Queue a command until the window is complete; return False afterwards. A queued run is shown, and Esc cancels
        it."""
        if self.is_complete:
            return False
        if command == _ESCAPE and RUN in self._early:
            self._early.remove(RUN)
        elif command not in self._early:
            self._early.append(command)
        self.view.set_queued(RUN in self._early)
        return True

    def queue_run(self) -> bool:
        """Queue a run until the window is complete; False when it is."""
        return not self.is_complete and self.queue(RUN)

    def _queue_key(self, event: QKeyEvent) -> None:
        if self.is_complete:
            return
        from workbench.app.keymap import only_outside_text  # no keys of commands arrive before the first paint
        from workbench.ui.shell.key_events import pressed

        key = pressed(event)
        # A key that types a character is a command only if the user placed the focus, which is not known yet.
        if key and not only_outside_text(key) and (command_id := self.command_of(key)):
            self.queue(command_id)

    def _dividers(self) -> dict[str, geometry.PaneDivider]:
        return {geometry.MAIN: self.divider, geometry.COMPOSE: self.view}

    # Overrides of Qt methods.

    def focusNextPrevChild(self, forward: bool) -> bool:
        if not self.is_complete:
            return super().focusNextPrevChild(forward)
        # Qt also asks for the next widget when the focused one disappears.
        if self.homing is not None and self.homing.is_lost and self.homing.back():
            return True
        from workbench.ui.shell.tab_order import step  # not needed for the first paint

        return step(self, self.parts(), forward=forward)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self.painted.emit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            # Qt presses the buttons of a window only with the space bar.
            pressed = self.focusWidget()
            if isinstance(pressed, QAbstractButton) and not event.isAutoRepeat():
                pressed.click()
                return
        self._queue_key(event)
        tab, control = event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab), Qt.KeyboardModifier.ControlModifier
        if tab and event.modifiers() & control:
            # Tab out of a text must continue at the next button.
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Tab)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y()
        if turned and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.theme.set_scale(round(self.theme.scale + (_ZOOM_STEP if turned > 0 else -_ZOOM_STEP), 2))
            event.accept()
        else:
            super().wheelEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if not self._offer(event):
            super().dragEnterEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if not self._offer(event):
            super().dragMoveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        if not self._offer(event):
            super().dropEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() != QEvent.Type.ActivationChange:
            return
        if not self.isActiveWindow():
            self.deactivated.emit()
        elif self.homing is not None and self.homing.is_lost:
            # The focused widget disappeared while another window was active.
            self.homing.back()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._closed:
            if not self.may_close():
                event.ignore()
                return
            self._closed = True
            self.closing.emit()
        super().closeEvent(event)


def _empty_draft() -> DraftPreview:
    from workbench.host.ids import new_uid  # few starts need it

    return DraftPreview(new_uid(), Content((Message("user", ""),)), (), 0, None)
