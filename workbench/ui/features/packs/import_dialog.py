"""The dialog that previews a pack before its import.

Invariant: nothing is imported without preview and confirmation; every prompt has its own choice, and an unreadable pack
is reported with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from workbench.app.packs.plan_table import PlanTable, possible, text_of, words_of
from workbench.ui.widgets import geometry
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.dialog_parts import DialogProgress, LineList, ToldLabel, field, noted
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.theme import Theme, set_role
from workbench.usecases.packs.importer import ACTIONS, Action, PackImportPlan

_WIDE = 2


class ImportPackDialog(Dialog):
    """`wanted` requests the import of what is chosen in `table`."""

    wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Import a pack")
        self.plan: PackImportPlan | None = None
        self.table = PlanTable(self)
        self.name = label("", "heading")
        self.origin = label("", "small")
        self.what = label("", "")
        self.notes = label("", "")
        self.rows = LineList(self.table, "Prompts of the pack", _WIDE)
        self.rows.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.text = field(theme, "Text of the selected prompt")
        self.one = label("", "")
        self.choices: dict[Action, QRadioButton] = {action: QRadioButton() for action in ACTIONS}
        self.told = ToldLabel(theme)
        self.progress = DialogProgress()
        self.go = button("Import", self.wanted.emit, "primary")
        self.close_ = button("Cancel", self.reject)
        # Enter presses the focused button; from any other widget it starts the import.
        self.go.setDefault(True)
        self.close_.setAutoDefault(True)
        self._chooser = self._make_chooser()
        self._lay_out()
        self.rows.selectionModel().selectionChanged.connect(lambda *_: self._show_one())
        self.table.chosen.connect(self._show_choice)
        scale = min(theme.scale, 1.5)
        self._size = QSize(int(780 * scale), int(520 * scale)).boundedTo(geometry.room(self))
        self.setMinimumWidth(min(self._size.width(), 460))

    def begin(self, name: str, sentence: str) -> None:
        """Show that an operation starts."""
        self.name.setText(name)
        self._show_parts(plan=self.plan is not None)
        self.told.say(sentence)
        self.progress.show_count(0, 0)
        self.rows.setEnabled(False)
        self._chooser.setEnabled(False)
        self.go.hide()
        self.close_.setText("Close")
        self.close_.setFocus()

    def show_progress(self, words: str, done: int, of: int) -> None:
        """Show the progress."""
        if self.progress.isVisible():
            self.told.say(words)
            self.progress.show_count(done, of)

    def refuse(self, sentence: str, detail: str) -> None:
        """Show why the pack cannot be read, or was not imported."""
        self._end()
        self.told.say(sentence, "error", detail)
        self._show_choice()
        self.close_.setFocus()

    def show_plan(self, plan: PackImportPlan) -> None:
        """Show the preview."""
        self.plan = plan
        about = plan.read.pack.about
        self.name.setText(" ".join(about.name.split()) or "A pack without a name")
        told = (plan.source, about.author and f"by {about.author}", about.licence)
        self.origin.setText(" · ".join(" ".join(text.split()) for text in told if text))
        self.what.setText(about.description.strip()[:600])
        self.notes.setText(noted(plan.notes))
        self.told.say("")
        self._end()
        self._show_parts(plan=True)
        self.table.show_plan(plan)
        geometry.enlarge(self, self._size)
        first = next((row for row, one in enumerate(plan.prompts) if one.state != "identical"), 0)
        self.select([first])
        (self.go if self.table.brings else self.close_).setFocus()

    def chosen_rows(self) -> list[int]:
        """Return the selected rows."""
        return sorted(index.row() for index in self.rows.selectionModel().selectedRows())

    def select(self, rows: Sequence[int]) -> None:
        """Select exactly these rows, whatever keys are held: `selectRow` of the table adds a row if Ctrl is."""
        flags, selection = QItemSelectionModel.SelectionFlag, self.rows.selectionModel()
        selection.setCurrentIndex(self.table.index(rows[0], 0), flags.NoUpdate)
        selection.clearSelection()
        for row in rows:
            selection.select(self.table.index(row, 0), flags.Select | flags.Rows)

    def _make_chooser(self) -> QFrame:
        frame = QFrame()
        set_role(frame, "card")
        group = QButtonGroup(frame)
        buttons = FlowLayout(16)
        for action, choice in self.choices.items():
            group.addButton(choice)
            buttons.addWidget(choice)
            choice.clicked.connect(lambda _=False, action=action: self.table.choose(self.chosen_rows(), action))
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(8)
        layout.addWidget(self.one)
        layout.addLayout(buttons)
        return frame

    def _lay_out(self) -> None:
        set_role(self.notes, "pill-warn")
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.close_)
        buttons.addWidget(self.go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        for part in (self.name, self.origin, self.what, self.notes):
            layout.addWidget(part)
        layout.addWidget(self.rows, 1)
        layout.addWidget(self.text, 1)
        layout.addWidget(self._chooser)
        layout.addWidget(self.told)
        layout.addWidget(self.progress)
        layout.addLayout(buttons)
        self._show_parts(plan=False)

    def _show_parts(self, *, plan: bool) -> None:
        for part in (self.rows, self.text, self._chooser):
            part.setVisible(plan)
        for text in (self.origin, self.what, self.notes):
            text.setVisible(plan and bool(text.text()))
        if not plan:
            self.go.hide()

    def _end(self) -> None:
        self.progress.hide()
        self.rows.setEnabled(True)
        self._chooser.setEnabled(True)

    def _show_one(self) -> None:
        """Show the state of the selected prompts, and the possible actions."""
        rows = self.chosen_rows()
        prompts = [one for row in rows if (one := self.table.prompt(row)) is not None]
        self._chooser.setVisible(bool(prompts))
        self.text.setPlainText(text_of(prompts[0].prompt) if len(prompts) == 1 else "")
        if not prompts:
            return
        if len(prompts) == 1:
            one = prompts[0]
            name = " ".join(one.prompt.name.split()) or one.prompt.slug
            # The words about an existing prompt already contain its name.
            self.one.setText(f"{name}. {one.words}" if one.state == "new" else one.words)
        else:
            self.one.setText(f"{len(prompts)} prompts are selected. Your choice applies to each that allows it.")
        can = {action for one in prompts for action in possible(one)}
        does = {self.table.action(row) for row in rows}
        for action, choice in self.choices.items():
            words = words_of(prompts[0], action)
            choice.setText(words)
            choice.setAccessibleName(f"{words}: {self.one.text()}")
            choice.setVisible(action in can)
            group = choice.group()
            if does == {action}:
                choice.setChecked(True)
            elif choice.isChecked():
                # An exclusive group cannot be unchecked, which is needed when the rows have different actions.
                group.setExclusive(False)
                choice.setChecked(False)
                group.setExclusive(True)

    def _show_choice(self) -> None:
        """Show what the import would do with the current choices."""
        self._show_one()
        if self.plan is None:
            return
        if self.told.sentence.property("role") != "error":
            self.told.say(self.table.summary)
        self.go.setVisible(self.table.brings)
        self.close_.setText("Cancel" if self.table.brings else "Close")
