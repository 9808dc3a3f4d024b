"""What leads to packs, cases and training files: commands, and packs that are dropped on the window.

Invariant: what does the work is imported when it is first asked for; whatever goes on ends with the window.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent

from workbench.ui.dropped import pack_in

if TYPE_CHECKING:
    from workbench.ui.cases.opening import CaseActions
    from workbench.ui.features.packs.exporting import ExportActions
    from workbench.ui.features.packs.importing import ImportActions
    from workbench.ui.training.opening import TrainingActions
    from workbench.ui.window import MainWindow


class Packing(QObject):
    """Serves the commands and the frame of one window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._imports: ImportActions | None = None
        self._exports: ExportActions | None = None
        self._cases: CaseActions | None = None
        self._training: TrainingActions | None = None
        window.frame.setAcceptDrops(True)
        window.frame.installEventFilter(self)

    @property
    def imports(self) -> ImportActions:
        """What brings packs in; made when it is first asked for."""
        if self._imports is None:
            from workbench.ui.features.packs.importing import ImportActions

            self._imports = ImportActions(self._window)
        return self._imports

    @property
    def exports(self) -> ExportActions:
        """What takes prompts out as packs; made when it is first asked for."""
        if self._exports is None:
            from workbench.ui.features.packs.exporting import ExportActions

            self._exports = ExportActions(self._window)
        return self._exports

    @property
    def cases(self) -> CaseActions:
        """What shows and changes cases; made when it is first asked for."""
        if self._cases is None:
            from workbench.ui.cases.opening import CaseActions

            self._cases = CaseActions(self._window)
        return self._cases

    @property
    def training(self) -> TrainingActions:
        """What makes training files; made when it is first asked for."""
        if self._training is None:
            from workbench.ui.training.opening import TrainingActions

            self._training = TrainingActions(self._window)
        return self._training

    def stop(self) -> None:
        """Let what goes on end, because the window closes."""
        if self._exports is not None:
            self._exports.stop()
        if self._training is not None:
            self._training.stop()
        if self._cases is not None:
            self._cases.stop()

    def table(self) -> dict[str, Callable[[], object]]:
        """Return a handler for every command about packs."""
        return {
            "cases": lambda: self.cases.open(),
            "keep_case": lambda: self.cases.keep(),
            "export_pack": lambda: self.exports.open(),
            "training": lambda: self.training.open(),
            "import_pack": lambda: self.imports.choose(),
            "undo_import": lambda: self.imports.undo(),
        }

    def takes(self, data: QMimeData, *, act: bool) -> bool:
        """Take a pack that is dropped; with `act` False only say whether it is one."""
        path = pack_in(data)
        if path is not None and act:
            self.imports.look(path)
        return path is not None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take a pack that is dropped where nothing else takes it."""
        # All three are drop events; what is asked is whether it would be taken, again and again.
        if isinstance(event, QDragEnterEvent | QDragMoveEvent | QDropEvent):
            dropped = event.type() == QEvent.Type.Drop
            if self.takes(event.mimeData(), act=dropped):
                event.setDropAction(Qt.DropAction.CopyAction)
                event.accept()
                return True
        return super().eventFilter(watched, event)
