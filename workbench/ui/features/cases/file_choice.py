"""The dialog in which a file is chosen as a value of a case.

Invariant: one file is chosen; it is read elsewhere, off the UI thread.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from workbench.core.attachments import EXTENSIONS

_FILTER = f"Pictures and text ({' '.join(f'*{extension}' for extension in EXTENSIONS)});;All files (*)"


def choose_file(parent: QWidget, take: Callable[[Path], object]) -> QFileDialog:
    """Open the dialog, and call `take` with the chosen file."""
    dialog = QFileDialog(parent, "Choose a file", "", _FILTER)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda name: take(Path(name)))
    dialog.open()
    return dialog
