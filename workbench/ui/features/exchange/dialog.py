"""The progress dialog of imports and exports.

Invariant: during an operation Esc and Stop cancel it; the dialog then reports what was done, and stays open.
Foreign texts (file names, error messages) are shown as plain text.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListWidget, QVBoxLayout, QWidget

from workbench.core.imported_runs import LeftOut
from workbench.ui.widgets import geometry
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.dialog_parts import DialogProgress
from workbench.ui.widgets.theme import Theme

_MOST_LINES = 12


class ExchangeDialog(Dialog):
    """`accepted_` starts the offered action, `stop_wanted` cancels the running one."""

    accepted_ = Signal()
    stop_wanted = Signal()

    def __init__(self, theme: Theme, title: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self._running = False
        self.name = label(name, "heading")
        self.what = label("", "muted")
        self.said: QLabel = label()
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.progress = DialogProgress()
        self.heading = label("", "section")
        self.heading.hide()
        self.left_out = QListWidget()
        self.left_out.setAccessibleName("Left out")
        self.left_out.setWordWrap(True)
        self.left_out.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.left_out.hide()
        self.go = button("Import", self.accepted_.emit, "primary")
        self.go.setDefault(True)
        self.go.hide()
        self.close_ = button("Close", self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.close_)
        buttons.addWidget(self.go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        for part in (self.name, self.what, self.said, self.progress):
            layout.addWidget(part)
        layout.addWidget(self.heading)
        layout.addWidget(self.left_out, 1)
        layout.addStretch(0)
        layout.addLayout(buttons)
        scale = min(theme.scale, 1.5)
        self.setMinimumWidth(QSize(int(460 * scale), 0).boundedTo(geometry.room(self)).width())

    @property
    def is_running(self) -> bool:
        """Whether an operation is running."""
        return self._running

    def begin(self, sentence: str) -> None:
        """Show that an operation starts, and enable Stop."""
        self._running = True
        self.said.setText(sentence)
        self.progress.show_count(0, 0)
        self.go.hide()
        self.close_.setText("Stop")
        self.close_.setEnabled(True)
        self.close_.setFocus()

    def show_progress(self, sentence: str, done: int, total: int) -> None:
        """Show the progress; a `total` of 0 means unknown."""
        if not self._running:
            return
        self.said.setText(sentence)
        self.progress.show_count(done, total)

    def finish(
        self, sentence: str, left_out: Sequence[LeftOut] = (), more: int = 0, offer: str = "", heading: str = ""
    ) -> None:
        """Show the result and the omitted items below a `heading`; `offer` is the label of the next action.

        Both are "" for none.
        """
        self._running = False
        self.said.setText(sentence)
        self.progress.hide()
        self.left_out.clear()
        self.left_out.addItems([f"{one.name}: {one.sentence}" for one in left_out])
        if more:
            self.left_out.addItem(f"and {more:,} more")
        self.heading.setText(heading)
        self.heading.setVisible(bool(heading and left_out))
        self.left_out.setVisible(bool(left_out))
        self.close_.setText("Close")
        self.close_.setEnabled(True)
        self.go.setText(offer)
        self.go.setAccessibleName(offer)
        self.go.setVisible(bool(offer))
        (self.go if offer else self.close_).setFocus()
        self.adjustSize()
        if left_out:
            self._fit_list()

    def _fit_list(self) -> None:
        """Make the list as high as its rows, up to _MOST_LINES lines; rows are wrapped at the width of the dialog."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.left_out.doItemsLayout()
        most = self.left_out.fontMetrics().lineSpacing() * _MOST_LINES
        height = 0
        for row in range(self.left_out.count()):
            # The hint for a row does not wrap.
            height += self.left_out.visualItemRect(self.left_out.item(row)).height()
            if height > most:
                break
        frame = 2 * self.left_out.frameWidth() + 8
        self.left_out.setMaximumHeight(height + frame)
        self.left_out.setMinimumHeight(min(height, most) + frame)
        self.adjustSize()

    def reject(self) -> None:
        if self._running:
            self.close_.setEnabled(False)
            self.said.setText("Stopping…")
            self.stop_wanted.emit()
            return
        super().reject()
