"""The page shown after a pack was written, with ways to pass it on.

Invariant: dragging or copying yields the written pack, as a file or folder and as its path.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDrag, QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget

from workbench.ui.widgets.controls import StatusLabel, button, label
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.paths import PathLabel, show_folder

_USES = (
    "Others import it with “Import a pack…”, or drop it on their window. Nothing is overwritten.",
    "Programs load it: from workbench.packs import load.",
    "promptfoo runs the promptfooconfig.yaml in it. Export a folder for git and review.",
)


class DragTile(QPushButton):
    """A button that can be dragged to another program, and copies the pack on a click."""

    def __init__(self) -> None:
        super().__init__()
        self.pack = Path()
        self._pressed: QPoint | None = None
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def show_pack(self, path: Path) -> None:
        """Set the pack."""
        self.pack = path
        self.setText(f"⠿  {path.name}".replace("&", "&&"))
        self.setAccessibleName(f"Drag {path.name} to another program, or copy it")

    def data(self) -> QMimeData:
        """Return the data for drag and drop or the clipboard."""
        made = QMimeData()
        made.setUrls([QUrl.fromLocalFile(str(self.pack))])
        made.setText(str(self.pack))
        return made

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position().toPoint() if event.button() == Qt.MouseButton.LeftButton else None
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        far = QApplication.startDragDistance()
        if self._pressed is None or (event.position().toPoint() - self._pressed).manhattanLength() < far:
            super().mouseMoveEvent(event)
            return
        self._pressed = None
        self.setDown(False)
        drag = QDrag(self)
        drag.setMimeData(self.data())
        drag.setPixmap(self.grab())
        drag.exec(Qt.DropAction.CopyAction)


class PackDonePage(QWidget):
    """Shows the path of the pack, and actions on it."""

    def __init__(self) -> None:
        super().__init__()
        self.said = label("", "good")
        self.path = PathLabel()
        self.tile = DragTile()
        self.open_folder = button("Open folder", self._open_folder)
        self.copy_path = button("Copy path", self._copy_path)
        self.copied = StatusLabel()
        row = FlowLayout()
        for one in (self.tile, self.open_folder, self.copy_path):
            row.addWidget(one)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.said)
        layout.addWidget(self.path)
        layout.addLayout(row)
        layout.addWidget(label("Drag it from here to another program, or click it to copy it.", "small"))
        layout.addWidget(self.copied)
        layout.addSpacing(12)
        layout.addWidget(label("How to use it", "heading"))
        for words in _USES:
            layout.addWidget(label(words, "muted"))
        layout.addStretch(1)
        self.tile.clicked.connect(self._copy)

    def show_written(self, path: Path, sentence: str) -> None:
        """Show the result of an export."""
        self.said.setText(sentence)
        self.path.set_path(str(path))
        self.tile.show_pack(path)
        self.copied.say("")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setMimeData(self.tile.data())
        self.copied.say("Copied. Paste it in a file manager or a message.", "good")

    def _copy_path(self) -> None:
        QGuiApplication.clipboard().setText(str(self.tile.pack))
        self.copied.say("Path copied.", "good")

    def _open_folder(self) -> None:
        pack = self.tile.pack
        self.copied.say(show_folder(pack if pack.is_dir() else pack.parent), "error")
