"""The dialog for choosing, previewing and writing training files.

Invariant: the files written equal the preview; nothing can be written while a preview is being prepared.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QListWidget, QVBoxLayout, QWidget

from workbench.app.training.export import CHOSEN, TrainingRequest, about, formats
from workbench.core.text import counted, first_line
from workbench.core.visible_text import visible_name
from workbench.ui.features.training.fields import WRONG_PRICE, choice, named, number, price_field, price_of
from workbench.ui.widgets import geometry
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.dialog_parts import DialogProgress, ToldLabel, as_high_as_rows, field
from workbench.ui.widgets.paths import show_folder
from workbench.ui.widgets.theme import Theme
from workbench.usecases.training import TrainingSet

_PAUSE_MS = 300
_ROWS, _CHARACTERS = 20, 40_000
"""Maximum rows and characters of a preview."""
_MOST_CONTRADICTIONS = 200


class TrainingDialog(Dialog):
    """`preview_wanted(Asked)` requests a preview, `write_wanted(TrainingSet, Path)` writes the files.

    `hand_over_wanted` requests the hand-over instead.
    """

    preview_wanted = Signal(object)
    write_wanted = Signal(object, object)
    hand_over_wanted = Signal()

    def __init__(self, theme: Theme, prompt: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Training files of “{prompt}”")
        self.made: TrainingSet | None = None
        self._folder = Path.home()
        self.files: QFileDialog | None = None
        self.format = choice("Format", [(one.title, one.name) for one in formats()])
        self.chosen = choice("Include", [(words, name) for name, words in CHOSEN.items()])
        self.share = number("Per cent of the cases for validation", 0, 50, 10, " %")
        self.epochs = number("Epochs: passes over the rows", 1, 100, 3, "")
        self.price = price_field()
        self.kind = label("", "small")
        self.counts = label("", "heading")
        self.cost = label("", "muted")
        self.left_out = label("", "muted")
        self.against = label("", "section")
        self.contradictions = QListWidget()
        self.contradictions.setAccessibleName("Contradictory answers, left out")
        self.contradictions.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.contradictions.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.rows = field(theme, "The first rows")
        self.told = ToldLabel(theme)
        self.progress = DialogProgress()
        self.open_folder = button("Open folder", self._open_folder)
        self.hand_over = button("Hand over to training…", self.hand_over_wanted.emit)
        self.close_ = button("Close", self.reject)
        self.go = button("Export…", self._choose_folder, "primary")
        self.go.setDefault(True)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.ask)
        self._lay_out(theme)
        for changed in (
            self.format.currentIndexChanged,
            self.chosen.currentIndexChanged,
            self.share.valueChanged,
            self.epochs.valueChanged,
            self.price.textEdited,
        ):
            changed.connect(lambda *_: self._change())

    def _open_folder(self) -> None:
        if sentence := show_folder(self._folder):
            self.told.say(sentence, "error")

    def asked(self) -> TrainingRequest | None:
        """Return the export options, None if the price is invalid."""
        try:
            price = price_of(self.price.text())
        except ValueError:
            return None
        return TrainingRequest(
            self.format.currentData(), self.chosen.currentData(), self.share.value() / 100, self.epochs.value(), price
        )

    def begin(self) -> None:
        """Show that a preview is being prepared."""
        self.made = None
        self.progress.show_count(0, 0)
        self.go.setEnabled(False)

    def show_made(self, made: TrainingSet) -> None:
        """Show the preview."""
        self.made = made
        self._end()
        train, validation = len(made.train), len(made.validation)
        self.counts.setText(f"{_rows(train)} to train with, {_rows(validation)} for validation")
        self.cost.setText(made.cost.sentence)
        self.left_out.setText("\n".join(note for note in made.notes if note != made.cost.sentence))
        self.left_out.setVisible(bool(self.left_out.text()))
        self._show_contradictions(made)
        self.rows.setPlainText("\n".join(made.train[:_ROWS])[:_CHARACTERS])
        self.go.setEnabled(True)

    def refuse(self, sentence: str, detail: str) -> None:
        """Show why there is no preview, or why writing failed."""
        self._end()
        self.told.say(sentence, "error", detail)
        if self.made is None:
            for text in (self.counts, self.cost, self.left_out):
                text.setText("")
            self.left_out.hide()
            self.against.hide()
            self.contradictions.hide()
            self.rows.setPlainText("")
        self.go.setEnabled(self.made is not None)

    def show_written(self, paths: Sequence[Path]) -> None:
        """Show the names of the written files."""
        self._end()
        self.go.setEnabled(self.made is not None)
        names = " and ".join(path.name for path in paths)
        self.told.say(f"{names} {'is' if len(paths) == 1 else 'are'} in {self._folder}.", "good")
        self.open_folder.show()

    def write_to(self, folder: Path) -> None:
        """Write the previewed files into a folder."""
        if self.made is None:
            return
        self._folder = folder
        self.progress.show_count(0, 0)
        self.go.setEnabled(False)
        self.write_wanted.emit(self.made, folder)

    def _lay_out(self, theme: Theme) -> None:
        form = QGridLayout()
        form.setHorizontalSpacing(8)
        form.setVerticalSpacing(6)
        for row, (words, box) in enumerate((("Format", self.format), ("Include", self.chosen))):
            form.addWidget(named(words, box), row, 0)
            form.addWidget(box, row, 1, 1, 5)
        numbers: tuple[tuple[str, QWidget], ...] = (
            ("Validation", self.share),
            ("Epochs", self.epochs),
            ("$ per million tokens", self.price),
        )
        for at, (words, one) in enumerate(numbers):
            form.addWidget(named(words, one), 2, 2 * at)
            form.addWidget(one, 2, 2 * at + 1)
        form.setColumnStretch(1, 1)
        form.setColumnStretch(3, 1)
        form.setColumnStretch(5, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.hand_over)
        buttons.addWidget(self.open_folder)
        buttons.addStretch(1)
        buttons.addWidget(self.close_)
        buttons.addWidget(self.go)
        self.open_folder.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addLayout(form)
        for part in (self.kind, self.counts, self.cost, self.left_out, self.against, self.contradictions):
            layout.addWidget(part)
        layout.addWidget(self.rows, 1)
        layout.addWidget(self.told)
        layout.addWidget(self.progress)
        layout.addLayout(buttons)
        self.against.hide()
        self.contradictions.hide()
        scale = min(theme.scale, 1.5)
        self.resize(QSize(int(760 * scale), int(580 * scale)).boundedTo(geometry.room(self)))

    def _change(self) -> None:
        self.begin()
        self._pause.start()

    def ask(self) -> None:
        """Request a preview of the current options."""
        self.kind.setText(about(self.format.currentData()))
        asked = self.asked()
        if asked is None:
            self.refuse(WRONG_PRICE, "")
            return
        self.told.say("")
        self.begin()
        self.preview_wanted.emit(asked)

    def _end(self) -> None:
        self.progress.hide()
        self.told.say("")

    def _show_contradictions(self, made: TrainingSet) -> None:
        found = made.contradictions
        self.against.setText(f"CONTRADICTIONS, LEFT OUT · {len(found)}")
        self.contradictions.clear()
        for one in found[:_MOST_CONTRADICTIONS]:
            answer = visible_name(first_line(one.answer.partition(": ")[2], 120))
            self.contradictions.addItem(f"“{answer}” to {visible_name(first_line(one.about, 120)) or 'no values'}")
        if len(found) > _MOST_CONTRADICTIONS:
            self.contradictions.addItem(f"and {len(found) - _MOST_CONTRADICTIONS:,} more")
        as_high_as_rows(self.contradictions, 5)
        for part in (self.against, self.contradictions):
            part.setVisible(bool(found))

    def _choose_folder(self) -> None:
        files = QFileDialog(self, "Folder for the training files", str(self._folder))
        files.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        files.setFileMode(QFileDialog.FileMode.Directory)
        files.setOption(QFileDialog.Option.ShowDirsOnly)
        files.filesSelected.connect(lambda names: self.write_to(Path(names[0])))
        files.finished.connect(self._files_closed)
        self.files = files
        files.open()

    def _files_closed(self) -> None:
        self.files = None


def _rows(count: int) -> str:
    return counted(count, "row")
