"""The real main window, which imports a pack and undoes it, or exports all prompts, while a timer measures gaps.

BENCH_PACKS is `import` or `export`; BENCH_PACK is the pack to read or write.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PySide6.QtWidgets import QWidget

from tests.bench.walking import Steps, Walk, go

CALM_MS = 400


class Packer(Walk):
    """Imports or exports."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._pack = Path(os.environ["BENCH_PACK"])

    def steps(self) -> Steps:
        self.gaps.begin("nothing")
        for _ in range(3):
            yield self.calm(CALM_MS)
        yield from self._import() if os.environ["BENCH_PACKS"] == "import" else self._export()

    def _import(self) -> Steps:
        window = self.product
        count = window.prompts.model.rowCount()
        self.gaps.begin("import preview")
        imports = window.dialogs.pack_imports
        imports.look(self._pack)
        dialog = imports.dialog
        assert dialog is not None
        yield lambda: dialog.plan is not None and not dialog.progress.isVisible()
        yield self.calm(CALM_MS)
        self.gaps.begin("choose for all")
        dialog.rows.selectAll()
        dialog.choices["skip"].click()
        dialog.choices["add"].click()
        yield self.calm(CALM_MS)
        self.gaps.begin("import")
        dialog.go.click()
        yield lambda: window.prompts.model.rowCount() > count and window.notice.key == "offer"
        yield self.calm(CALM_MS)
        self.gaps.begin("undo")
        imports.undo()
        yield lambda: window.prompts.model.rowCount() == count and window.notice.key == "pack"
        yield self.calm(CALM_MS)

    def _export(self) -> Steps:
        window = self.product
        self.gaps.begin("choice")
        exports = window.dialogs.pack_exports
        exports.choose(
            {row.uid: "all" for row in map(window.prompts.model.row, range(window.prompts.model.rowCount()))}
        )
        dialog = exports.dialog
        assert dialog is not None
        yield lambda: dialog.choice.choosing.is_known and bool(dialog.choice.name.text())
        yield self.calm(CALM_MS)
        self.gaps.begin("export preview")
        dialog.choice.evidence.setChecked(True)
        dialog.choice.take_place(self._pack)
        dialog.go.click()
        yield lambda: not dialog.is_running
        yield self.calm(CALM_MS)
        page = dialog.preview
        assert dialog.pages.currentWidget() is page
        assert page.preview is not None
        self.gaps.begin("look through")
        page.findings.setCurrentRow(page.findings.count() - 1)
        yield self.calm(CALM_MS)
        page.rows.selectRow(page.files.rowCount() - 1)
        yield self.calm(CALM_MS)
        self.gaps.begin("write")
        page.agreed.setChecked(True)
        dialog.go.click()
        yield lambda: not dialog.is_running
        assert dialog.pages.currentWidget() is dialog.written
        yield self.calm(CALM_MS)
        self.gaps.begin("close")
        dialog.close()
        yield self.calm(CALM_MS)


if __name__ == "__main__":
    sys.exit(go(Packer))
