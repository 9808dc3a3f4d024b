"""Paths on the screen: an elided label, the file manager, and the dialog that chooses a model file.

Invariant: an elided path never replaces the full one, which `path` and the tooltip give.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, QStandardPaths, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QLabel, QSizePolicy, QWidget

from workbench.core.techniques import file_name

ChooseFile = Callable[[QWidget, str], str]
"""Asks for a file under a title; returns "" if cancelled."""


def choose_file(parent: QWidget, title: str) -> str:
    """Ask with the system's file dialog."""
    from workbench.formats.imports.gguf import FORMAT

    path, _ = QFileDialog.getOpenFileName(parent, title, "", FORMAT.filter)
    return path


def show_folder(folder: Path) -> str:
    """Open a folder in the desktop's file manager. Return "", or the sentence to show if no program opened it."""
    if QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
        return ""
    return f"No file manager answered. The folder is {folder}"


def free_download(title: str, suffix: str) -> Path:
    """Return a path in the folder of downloads, or at home, that does not exist. It reads the folder."""
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation))
    folder = folder if folder.is_dir() else Path.home()
    taken = frozenset(path.stem for path in folder.glob(f"*{suffix}"))
    return folder / f"{file_name(title, taken)}{suffix}"


class PathLabel(QLabel):
    """A path on one line, elided in the middle; the tooltip shows all of it."""

    def __init__(self) -> None:
        super().__init__()
        self._path = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def path(self) -> str:
        """Return the full path."""
        return self._path

    def set_path(self, path: str) -> None:
        """Show a path."""
        self._path = path
        self.setAccessibleName(path)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(60, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = QFontMetrics(self.font()).elidedText(self._path, Qt.TextElideMode.ElideMiddle, max(40, self.width()))
        self.setText(shown)
        self.setToolTip(self._path if shown != self._path else "")
