"""Two versions of a prompt as one text in which the changes are marked.

Invariant: no changed part of either version is left out; nothing is read or compared on the UI thread, and what comes
late for another choice is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.app.tasks import Tasks
from workbench.core.compare import PartDiff
from workbench.ui.diff.text import DiffView, Run, runs_of
from workbench.ui.diff.wording import changes
from workbench.ui.lanes.widgets import quiet_button
from workbench.ui.theme import Theme, set_role
from workbench.usecases.comparing import Side, compare_prompts

DRAFT = ""
"""The entry of the draft, which has no row in the timeline."""
_STATES = {"same": "unchanged", "changed": "changed", "added": "added", "removed": "removed", "moved": "moved"}

Entry = tuple[str, str]
"""The uid of a row of the timeline, or `DRAFT`, and what is shown of it."""


def part_runs(parts: Sequence[PartDiff], *, unchanged: bool) -> Iterator[Run]:
    """Yield the parts as they are read, each under its title."""
    first = 0
    for part in parts:
        if part.state == "same" and not unchanged:
            continue
        yield Run("heading", f"{part.title} · {_STATES[part.state]}\n")
        yield from runs_of(part.diff, first)
        first += len(part.diff.hunks)
        yield Run("same", "\n\n")


class CompareDialog(QDialog):
    """Pickers for both sides, and the changes. `read` returns one side; it blocks and is called on a worker."""

    def __init__(
        self,
        theme: Theme,
        tasks: Tasks,
        entries: Sequence[Entry],
        read: Callable[[str], Side],
        chosen: tuple[str, str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Compare versions of the prompt")
        self._tasks, self._read = tasks, read
        self._ticket = 0
        self._parts: tuple[PartDiff, ...] = ()
        self.old, self.new = (self._picker(entries, uid) for uid in chosen)
        self.old.setAccessibleName("Older side")
        self.new.setAccessibleName("Newer side")
        self.unchanged = QCheckBox("Show &unchanged parts")
        self.count = QLabel()
        set_role(self.count, "small")
        self.previous = quiet_button("↑", "Previous change (Shift+F7)")
        self.next = quiet_button("↓", "Next change (F7)")
        self.swap = quiet_button("⇄", "Exchange both sides")
        self.view = DiffView(theme, mono=True, parent=self)
        pickers = QHBoxLayout()
        pickers.addWidget(self.old, 1)
        pickers.addWidget(self.swap)
        pickers.addWidget(self.new, 1)
        bar = QHBoxLayout()
        bar.addWidget(self.count, 1)
        for widget in (self.unchanged, self.previous, self.next):
            bar.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.addLayout(pickers)
        layout.addLayout(bar)
        layout.addWidget(self.view, 1)
        self.resize(760, 620)
        self.old.currentIndexChanged.connect(self.compare)
        self.new.currentIndexChanged.connect(self.compare)
        self.unchanged.toggled.connect(self._show)
        self.swap.clicked.connect(self._swap)
        self.next.clicked.connect(lambda: self.view.next_change(1))
        self.previous.clicked.connect(lambda: self.view.next_change(-1))
        QShortcut(QKeySequence("F7"), self, lambda: self.view.next_change(1))
        QShortcut(QKeySequence("Shift+F7"), self, lambda: self.view.next_change(-1))
        self.view.current_changed.connect(lambda *_: self._say())
        self.view.setFocus()
        self.compare()

    def compare(self) -> None:
        """Compare what is chosen."""
        self._ticket += 1
        old, new, read = self.old.currentData(), self.new.currentData(), self._read
        self.count.setText("Comparing…")
        self._tasks.run(lambda: compare_prompts(read(old), read(new)), partial(self._compared, self._ticket))

    def _compared(self, ticket: int, parts: tuple[PartDiff, ...]) -> None:
        if ticket == self._ticket:
            self._parts = parts
            self._show()

    def done(self, result: int) -> None:
        self._ticket = 0
        super().done(result)

    def _picker(self, entries: Sequence[Entry], uid: str) -> QComboBox:
        made = QComboBox()
        made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        made.setMinimumContentsLength(16)
        for entry, title in entries:
            made.addItem(title, entry)
        made.setCurrentIndex(max(0, made.findData(uid)))
        return made

    def _swap(self) -> None:
        old, new = self.old.currentIndex(), self.new.currentIndex()
        self.old.blockSignals(True)
        self.old.setCurrentIndex(new)
        self.old.blockSignals(False)
        self.new.setCurrentIndex(old)

    def _show(self) -> None:
        self.view.show_runs(part_runs(self._parts, unchanged=self.unchanged.isChecked()))
        same = all(part.state == "same" for part in self._parts)
        self.view.setPlaceholderText("Both are the same, to the letter. Choose another version above." if same else "")
        self._say()

    def _say(self) -> None:
        for button in (self.next, self.previous):
            button.setEnabled(self.view.count > 0)
        added, removed = (sum(getattr(part.diff, side) for part in self._parts) for side in ("added", "removed"))
        if not self._parts or all(part.state == "same" for part in self._parts):
            self.count.setText("no difference")
            return
        at = f"{self.view.current + 1} of " if self.view.current >= 0 else ""
        self.count.setText(f"+{added:,} −{removed:,} words · {at}{changes(self.view.count)}")
