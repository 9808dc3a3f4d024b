"""The real main window that imports a pack, takes it out again, or exports all prompts, while a timer looks for gaps.

Invariant: everything is done as a person does it, by the same dialogs; the next step comes once what the one before
asked for is on the screen. Prints one JSON line: for each step the worst gap of the UI thread in ms with the processor
time in it, and the most processor time of that thread in a gap. WORKBENCH_BENCH_PACKS is `import` or `export`,
WORKBENCH_BENCH_PACK the pack that is read or written.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from tests.bench.gaps import Gaps
from workbench.ui import bench_hook
from workbench.ui.main import main
from workbench.ui.window import MainWindow

CALM_MS = 400
Steps = Iterator[Callable[[], object]]


class Packer(QObject):
    """Goes through the steps, each a generator's turn: it yields what has to hold before it goes on."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        found = window.findChild(MainWindow)
        assert isinstance(found, MainWindow)
        self._product = found
        self._pack = Path(os.environ["WORKBENCH_BENCH_PACK"])
        self._gaps = Gaps(self)
        self._steps = self._import() if os.environ["WORKBENCH_BENCH_PACKS"] == "import" else self._export()
        self._holds: Callable[[], object] = lambda: True
        self._timer = QTimer(self, interval=2)
        self._timer.timeout.connect(self._look)

    def begin(self) -> None:
        """Start once the window is calm."""
        QTimer.singleShot(1000, self._timer.start)

    def _look(self) -> None:
        if self._holds():
            self._holds = next(self._steps, self._report)

    def _import(self) -> Steps:
        window = self._product
        count = window.prompts.model.rowCount()
        yield from self._nothing()
        self._gaps.begin("import preview")
        imports = window.dialogs.packing.imports
        imports.look(self._pack)
        dialog = imports.dialog
        assert dialog is not None
        yield lambda: dialog.plan is not None and not dialog.progress.isVisible()
        yield self._calm()
        self._gaps.begin("choose for all")
        dialog.rows.selectAll()
        dialog.choices["skip"].click()
        dialog.choices["add"].click()
        yield self._calm()
        self._gaps.begin("import")
        dialog.go.click()
        yield lambda: window.prompts.model.rowCount() > count and window.notice.key == "offer"
        yield self._calm()
        self._gaps.begin("undo")
        imports.undo()
        yield lambda: window.prompts.model.rowCount() == count and window.notice.key == "pack"
        yield self._calm()

    def _export(self) -> Steps:
        window = self._product
        yield from self._nothing()
        self._gaps.begin("choice")
        exports = window.dialogs.packing.exports
        exports.choose(
            {row.uid: "all" for row in map(window.prompts.model.row, range(window.prompts.model.rowCount()))}
        )
        dialog = exports.dialog
        assert dialog is not None
        yield lambda: dialog.choice.choosing.is_known and dialog.choice.name.text()
        yield self._calm()
        self._gaps.begin("export preview")
        dialog.choice.evidence.setChecked(True)
        dialog.choice.take_place(self._pack)
        dialog.go.click()
        yield lambda: not dialog.is_running
        yield self._calm()
        page = dialog.preview
        assert dialog.pages.currentWidget() is page
        assert page.preview is not None
        self._gaps.begin("look through")
        page.findings.setCurrentRow(page.findings.count() - 1)
        yield self._calm()
        page.rows.selectRow(page.files.rowCount() - 1)
        yield self._calm()
        self._gaps.begin("write")
        page.agreed.setChecked(True)
        dialog.go.click()
        yield lambda: not dialog.is_running
        assert dialog.pages.currentWidget() is dialog.written
        yield self._calm()
        self._gaps.begin("close")
        dialog.close()
        yield self._calm()

    def _nothing(self) -> Steps:
        self._gaps.begin("nothing")
        for _ in range(3):
            yield self._calm()

    def _calm(self) -> Callable[[], bool]:
        until = time.monotonic_ns() + CALM_MS * 1_000_000
        return lambda: time.monotonic_ns() > until

    def _report(self) -> bool:
        self._timer.stop()
        sys.stdout.write(json.dumps({"gaps": self._gaps.worst, "busiest": self._gaps.busiest}) + "\n")
        sys.stdout.flush()
        self._window.close()
        return False


def install(window: QWidget, editor_viewport: QWidget, focus: object) -> None:
    """Stand in for the product's own hook."""
    assert isinstance(editor_viewport.parentWidget(), QPlainTextEdit)

    def begin() -> None:
        bench_hook.Painted(editor_viewport, Packer(window).begin)

    bench_hook.when_complete(window, begin)


if __name__ == "__main__":
    bench_hook.install = install
    sys.exit(main([]))
