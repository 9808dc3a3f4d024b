"""The dialog of the hand-over to training: choices, the checklist with files and commands, and writing them.

Invariant: the files written equal the preview; nothing can be written while a preview is being prepared.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QFileDialog, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from workbench.app.training.export import CHOSEN
from workbench.core.text import counted
from workbench.core.training_commands import training_commands
from workbench.ui.features.training.fields import WRONG_PRICE, choice, named, number, price_field, price_of
from workbench.ui.widgets import geometry
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.dialog_parts import DialogProgress, ToldLabel, field
from workbench.ui.widgets.paths import show_folder
from workbench.ui.widgets.theme import Theme
from workbench.usecases.handover import KINDS, HandOver, HandOverRequest

_PAUSE_MS = 300
_ABOUT = (
    "Files for a quarter, half and all rows with the same rows for validation, without cases of the hold-out and of "
    "guard sets, and HANDOVER.md with this checklist and the commands."
)


class HandOverDialog(Dialog):
    """`preview_wanted(HandOverRequest)` requests a preview, `write_wanted(HandOver, Path)` writes it."""

    preview_wanted = Signal(object)
    write_wanted = Signal(object, object)

    def __init__(self, theme: Theme, prompt: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Hand “{prompt}” over to training")
        self.made: HandOver | None = None
        self._folder = Path.home()
        self.files: QFileDialog | None = None
        self.kind = choice("Rows", [(words, kind) for kind, words in KINDS.items()])
        self.chosen = choice("Include", [(words, name) for name, words in CHOSEN.items()])
        self.chosen.setCurrentIndex(self.chosen.findData(HandOverRequest().chosen_by))
        self.base = QLineEdit()
        self.base.setAccessibleName("Base model")
        self.base.setPlaceholderText(training_commands().base_model)
        self.share = number("Per cent of the cases for validation", 0, 50, 10, " %")
        self.epochs = number("Epochs: passes over the rows", 1, 100, 3, "")
        self.price = price_field()
        self.about = label(_ABOUT, "small")
        self.counts = label("", "heading")
        self.checks = label("", "muted")
        self.document = field(theme, "Checklist, files and commands")
        self.told = ToldLabel(theme)
        self.progress = DialogProgress()
        self.open_folder = button("Open folder", self._open_folder)
        self.copy = button("Copy", self._copy, name="Copy the checklist and commands")
        self.close_ = button("Close", self.reject)
        self.go = button("Export…", self._choose_folder, "primary")
        self.go.setDefault(True)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.ask)
        self._lay_out(theme)
        for changed in (
            self.kind.currentIndexChanged,
            self.chosen.currentIndexChanged,
            self.base.textEdited,
            self.share.valueChanged,
            self.epochs.valueChanged,
            self.price.textEdited,
        ):
            changed.connect(lambda *_: self._change())

    def asked(self) -> HandOverRequest | None:
        """Return the choices, None if the price is invalid."""
        try:
            price = price_of(self.price.text())
        except ValueError:
            return None
        return HandOverRequest(
            self.kind.currentData(),
            self.chosen.currentData(),
            self.share.value() / 100,
            epochs=self.epochs.value(),
            per_million=price,
            base_model=self.base.text().strip(),
        )

    def ask(self) -> None:
        """Request a preview of the current choices."""
        asked = self.asked()
        if asked is None:
            self.refuse(WRONG_PRICE, "")
            return
        self.told.say("")
        self._begin()
        self.preview_wanted.emit(asked)

    def show_made(self, made: HandOver) -> None:
        """Show the preview."""
        self.made = made
        self._end()
        facts = made.facts
        parts = ", ".join(f"{part.name} {part.rows:,}" for part in facts.parts)
        self.counts.setText(f"Rows: {parts}; {facts.validation:,} for validation")
        todo = [check.title for check in facts.checks if check.state == "no"]
        open_ = [check.title for check in facts.checks if check.state == "unknown"]
        words = [f"To do: {', '.join(todo)}." if todo else "", f"To decide: {', '.join(open_)}." if open_ else ""]
        self.checks.setText(" ".join(filter(None, words)) or "Every point of the checklist is fulfilled.")
        self.document.setPlainText(made.document)
        self._enable()

    def refuse(self, sentence: str, detail: str) -> None:
        """Show why there is no preview, or why writing failed."""
        self._end()
        self.told.say(sentence, "error", detail)
        if self.made is None:
            self.counts.setText("")
            self.checks.setText("")
            self.document.setPlainText("")
        self._enable()

    def show_written(self, paths: Sequence[Path]) -> None:
        """Show where the files are."""
        self._end()
        self._enable()
        self.told.say(f"{counted(len(paths), 'file')} written; {paths[-1].name} is in {self._folder}.", "good")
        self.open_folder.show()

    def write_to(self, folder: Path) -> None:
        """Write the previewed hand-over into a folder."""
        if self.made is None:
            return
        self._folder = folder
        self.progress.show_count(0, 0)
        self.go.setEnabled(False)
        self.write_wanted.emit(self.made, folder)

    def _begin(self) -> None:
        self.made = None
        self.progress.show_count(0, 0)
        self._enable()

    def _end(self) -> None:
        self.progress.hide()
        self.told.say("")

    def _enable(self) -> None:
        for one in (self.go, self.copy):
            one.setEnabled(self.made is not None)

    def _change(self) -> None:
        self._begin()
        self._pause.start()

    def _copy(self) -> None:
        if self.made is not None:
            QApplication.clipboard().setText(self.made.document)
            self.told.say("Checklist and commands copied.", "good")

    def _open_folder(self) -> None:
        if sentence := show_folder(self._folder):
            self.told.say(sentence, "error")

    def _choose_folder(self) -> None:
        files = QFileDialog(self, "Folder for the hand-over", str(self._folder))
        files.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        files.setFileMode(QFileDialog.FileMode.Directory)
        files.setOption(QFileDialog.Option.ShowDirsOnly)
        files.filesSelected.connect(lambda names: self.write_to(Path(names[0])))
        files.finished.connect(self._files_closed)
        self.files = files
        files.open()

    def _files_closed(self) -> None:
        self.files = None

    def _lay_out(self, theme: Theme) -> None:
        form = QGridLayout()
        form.setHorizontalSpacing(8)
        form.setVerticalSpacing(6)
        rows: tuple[tuple[tuple[str, QWidget], ...], ...] = (
            (("Rows", self.kind),),
            (("Include", self.chosen),),
            (("Base model", self.base),),
            (("Validation", self.share), ("Epochs", self.epochs)),
            (("$ per million tokens", self.price),),
        )
        for row, fields in enumerate(rows):
            for at, (words, one) in enumerate(fields):
                form.addWidget(named(words, one), row, 2 * at)
                is_last = at == len(fields) - 1
                form.addWidget(one, row, 2 * at + 1, 1, 3 - 2 * at if is_last else 1)
        for column in (1, 3):
            form.setColumnStretch(column, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy)
        buttons.addWidget(self.open_folder)
        buttons.addStretch(1)
        buttons.addWidget(self.close_)
        buttons.addWidget(self.go)
        self.open_folder.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addLayout(form)
        for part in (self.about, self.counts, self.checks):
            layout.addWidget(part)
        layout.addWidget(self.document, 1)
        layout.addWidget(self.told)
        layout.addWidget(self.progress)
        layout.addLayout(buttons)
        self._enable()
        scale = min(theme.scale, 1.5)
        self.resize(QSize(int(820 * scale), int(640 * scale)).boundedTo(geometry.room(self)))
