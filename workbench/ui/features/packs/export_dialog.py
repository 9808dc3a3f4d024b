"""The dialog for exporting prompts as a pack, in three pages: choice, preview, result.

Invariant: nothing is written before the preview was shown; during an operation Esc and Stop cancel it, and then nothing
has changed.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from workbench.app.packs.export_table import ExportTable
from workbench.app.packs.pack_exports import PackExportPreview
from workbench.core.text import plural
from workbench.ui.features.packs.export_choice import PackChoicePage
from workbench.ui.features.packs.export_done import PackDonePage
from workbench.ui.features.packs.export_preview import PackPreviewPage
from workbench.ui.widgets import geometry
from workbench.ui.widgets.controls import button
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.dialog_parts import DialogProgress, ToldLabel, lay_out
from workbench.ui.widgets.theme import Theme


class ExportPackDialog(Dialog):
    """`prepare_wanted` requests a preview, `write_wanted` writes it, `stop_wanted` cancels."""

    prepare_wanted = Signal()
    write_wanted = Signal(object)
    stop_wanted = Signal()

    def __init__(self, theme: Theme, table: ExportTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Export prompts as a pack")
        self.is_running = False
        self.choice = PackChoicePage(theme, table)
        self.preview = PackPreviewPage(theme)
        self.written = PackDonePage()
        self.pages = QStackedWidget()
        for page in (self.choice, self.preview, self.written):
            self.pages.addWidget(page)
        self.told = ToldLabel(theme)
        self.progress = DialogProgress()
        self.back = button("Back", self._back)
        self.close_ = button("Cancel", self.reject)
        self.go = button("Preview…", self._go, "primary")
        # Enter presses the focused button; from any other widget it continues to the next page.
        self.go.setDefault(True)
        self.close_.setAutoDefault(True)
        buttons = QHBoxLayout()
        buttons.addWidget(self.back)
        buttons.addStretch(1)
        buttons.addWidget(self.close_)
        buttons.addWidget(self.go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(10)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.told)
        layout.addWidget(self.progress)
        layout.addLayout(buttons)
        self.preview.changed.connect(self._show_buttons)
        # The missing input may have been added.
        for changed in (table.changed, self.choice.name.textEdited, self.choice.path.textEdited):
            changed.connect(lambda *_: self._forget_complaint())
        scale = min(theme.scale, 1.5)
        self.resize(QSize(int(880 * scale), int(600 * scale)).boundedTo(geometry.room(self)))
        self._show_page(self.choice)

    def show_preview(self, preview: PackExportPreview) -> None:
        """Show what would be written, or why it is refused."""
        if preview.target.is_refused:
            self.refuse(preview.target.words, "")
            return
        self.preview.show_preview(preview)
        self._turn_to(self.preview, self.close_ if preview.findings else self.go)

    def show_written(self, path: Path) -> None:
        """Show the result page."""
        count = 0 if self.preview.preview is None else len(self.preview.preview.export.pack.prompts)
        self.written.show_written(path, f"{count} {plural(count, 'prompt')} exported.")
        self._turn_to(self.written, self.close_)

    def refuse(self, sentence: str, detail: str) -> None:
        """Show an error on the current page."""
        self._end()
        self.told.say(sentence, "error", detail)

    def show_stopped(self) -> None:
        """Show that the operation was cancelled."""
        self._end()
        self.told.say("Stopped; nothing was written.")

    def show_progress(self, words: str, done: int, of: int) -> None:
        """Show the progress."""
        if self.is_running:
            self.told.say(words)
            self.progress.show_count(done, of)

    def reject(self) -> None:
        if self.is_running:
            self.close_.setEnabled(False)
            self.told.say("Stopping…")
            self.stop_wanted.emit()
            return
        super().reject()

    def _turn_to(self, page: QWidget, keyboard: QWidget) -> None:
        """Lay out a page while it is hidden, and show it after pending key events were handled."""
        lay_out(page, self.pages.size())

        def turn() -> None:
            self._end()
            self._show_page(page)
            keyboard.setFocus()

        QTimer.singleShot(0, self, turn)

    def _go(self) -> None:
        if self.pages.currentWidget() is self.choice:
            if lacks := self.choice.lacks():
                self.told.say(lacks, "error")
                return
            self._begin("Preparing…")
            self.prepare_wanted.emit()
        elif self.preview.preview is not None and self.preview.may_be_written:
            self._begin("Writing…")
            self.write_wanted.emit(self.preview.preview)

    def _forget_complaint(self) -> None:
        if not self.is_running:
            self.told.say("")

    def _back(self) -> None:
        self.told.say("")
        self._show_page(self.choice)

    def _begin(self, words: str) -> None:
        self.is_running = True
        self.pages.setEnabled(False)
        self.told.say(words)
        self.progress.show_count(0, 0)
        self._show_buttons()
        self.close_.setFocus()

    def _end(self) -> None:
        self.is_running = False
        self.pages.setEnabled(True)
        self.told.say("")
        self.progress.hide()
        self.close_.setEnabled(True)
        self._show_buttons()

    def _show_page(self, page: QWidget) -> None:
        self.pages.setCurrentWidget(page)
        self._show_buttons()

    def _show_buttons(self) -> None:
        page = self.pages.currentWidget()
        self.back.setVisible(page is self.preview and not self.is_running)
        self.go.setVisible(page is not self.written and not self.is_running)
        words = "Preview…"
        if page is self.preview:
            shown = self.preview.preview
            words = "Replace" if shown is not None and shown.target.is_replaced else "Export"
        self.go.setText(words)
        self.go.setAccessibleName(words)
        self.go.setEnabled(page is self.choice or self.preview.may_be_written)
        self.close_.setText("Stop" if self.is_running else "Close" if page is self.written else "Cancel")
