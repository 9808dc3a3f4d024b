"""A diff of two versions of a prompt.

Invariant: every change is contained in the diff; nothing is read or compared on the UI thread, and results that arrive
after the selection changed are dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.app.tasks import BackgroundTasks
from workbench.core.content_diff import PartDiff
from workbench.ui.widgets import geometry
from workbench.ui.widgets.choice_box import ChoiceBox
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.diff.text import DiffRun, DiffView, part_runs
from workbench.ui.widgets.diff.wording import changes
from workbench.ui.widgets.small_controls import quiet_button
from workbench.ui.widgets.theme import Theme, set_role
from workbench.usecases.comparison import ComparisonSide, compare_prompts

_WIDE = 1080
DRAFT = ""
"""The entry of the draft, which has no row in the timeline."""

Entry = tuple[str, str]
"""Entry key (uid of a timeline row, `DRAFT`, or a version) and title."""


def side_by_side(runs: Sequence[DiffRun]) -> tuple[tuple[DiffRun, ...], tuple[DiffRun, ...]]:
    """Return the runs of the older and the newer side, padded with filler lines to the same number of lines."""
    sides: tuple[list[DiffRun], list[DiffRun]] = ([], [])
    lines = [0, 0]
    for at, run in enumerate(runs):
        for side, hidden in zip((0, 1), ("added", "removed"), strict=True):
            if run.kind != hidden:
                sides[side].append(run)
                lines[side] += run.text.count("\n")
        ends = at + 1 == len(runs) or runs[at + 1].change != run.change
        if ends and lines[0] != lines[1]:
            short = 0 if lines[0] < lines[1] else 1
            missing = abs(lines[0] - lines[1])
            sides[short].append(DiffRun("filler", "\n" * missing))
            lines[short] += missing
    return tuple(sides[0]), tuple(sides[1])


def _scroll_together(one: DiffView, other: DiffView) -> None:
    """Synchronise the first visible paragraph of two views."""
    for source, target in ((one, other), (other, one)):

        def follow(_: int, source: DiffView = source, target: DiffView = target) -> None:
            if target.isHidden():
                return
            block = target.document().findBlockByNumber(source.firstVisibleBlock().blockNumber())
            bar = target.verticalScrollBar()
            if block.isValid() and target.firstVisibleBlock() != block:
                bar.setValue(block.firstLineNumber())

        source.verticalScrollBar().valueChanged.connect(follow)


class CompareDialog(Dialog):
    """Selectors for both sides, and their diff. `read` returns one side; it blocks and is called on a worker thread."""

    def __init__(
        self,
        theme: Theme,
        tasks: BackgroundTasks,
        entries: Sequence[Entry],
        read: Callable[[str], ComparisonSide],
        chosen: tuple[str, str],
        parent: QWidget | None = None,
        *,
        guessed: bool = False,
    ) -> None:
        """`guessed`: the older side is a default; if it equals the newer side, the next entry is selected instead."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Compare versions of the prompt")
        self._tasks, self._read = tasks, read
        self._ticket = 0
        self._guessed = guessed
        self._parts: tuple[PartDiff, ...] = ()
        self.old, self.new = (self._picker(entries, uid) for uid in chosen)
        self.old.setAccessibleName("Older side")
        self.new.setAccessibleName("Newer side")
        self.unchanged = QCheckBox("Show unchanged parts")
        self.beside = QCheckBox("Side by side")
        self.count = QLabel()
        set_role(self.count, "small")
        self.previous = quiet_button("↑", "Previous change (Shift+F7)")
        self.next = quiet_button("↓", "Next change (F7)")
        self.swap = quiet_button("⇄", "Swap sides")
        for button in (self.previous, self.next, self.swap):
            # Otherwise Enter anywhere in the dialog would press the first of these buttons.
            button.setAutoDefault(False)
        self.view = DiffView(theme, mono=True, parent=self)
        self.before = DiffView(theme, mono=True, old=True, parent=self)
        self.before.setAccessibleName("Changes, older side")
        self.before.hide()
        for view in (self.before, self.view):
            # Align the text with the selectors.
            view.document().setDocumentMargin(2)
        _scroll_together(self.before, self.view)
        pickers = QHBoxLayout()
        pickers.addWidget(self.old, 1)
        pickers.addWidget(self.swap)
        pickers.addWidget(self.new, 1)
        bar = QHBoxLayout()
        bar.addWidget(self.count, 1)
        for widget in (self.beside, self.unchanged, self.previous, self.next):
            bar.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.setSpacing(8)
        layout.addLayout(pickers)
        layout.addLayout(bar)
        views = QHBoxLayout()
        views.setSpacing(12)
        views.addWidget(self.before, 1)
        views.addWidget(self.view, 1)
        layout.addLayout(views, 1)
        self.resize((QSize(760, 620) * min(theme.scale, 1.5)).boundedTo(geometry.room(self)))
        self.old.currentIndexChanged.connect(self.compare)
        self.new.currentIndexChanged.connect(self.compare)
        self.unchanged.toggled.connect(self._show)
        self.beside.toggled.connect(self._show)
        self.swap.clicked.connect(self._swap)
        self.next.clicked.connect(lambda: self.view.next_change(1))
        self.previous.clicked.connect(lambda: self.view.next_change(-1))
        QShortcut(QKeySequence("F7"), self, lambda: self.view.next_change(1))
        QShortcut(QKeySequence("Shift+F7"), self, lambda: self.view.next_change(-1))
        self.view.current_changed.connect(self._went)
        self.view.setFocus()
        self.compare()

    def compare(self) -> None:
        """Compare the selected sides."""
        self._ticket += 1
        old, new, read = self.old.currentData(), self.new.currentData(), self._read
        self.count.setText("Comparing…")
        self._tasks.run_large(lambda: compare_prompts(read(old), read(new)), partial(self._compared, self._ticket))

    def _compared(self, ticket: int, parts: tuple[PartDiff, ...]) -> None:
        if ticket == self._ticket:
            self._parts = parts
            guessed, self._guessed = self._guessed, False
            if (
                guessed
                and all(part.state == "same" for part in parts)
                and self.old.itemData(self.old.currentIndex() + 1)
            ):
                self.old.setCurrentIndex(self.old.currentIndex() + 1)
            else:
                self._show()

    def add_entries(self, entries: Sequence[Entry]) -> None:
        """Append entries to both selectors; keeps the selection."""
        for picker in (self.old, self.new):
            if entries:
                picker.insertSeparator(picker.count())
            for entry, title in entries:
                picker.addItem(title, entry)

    def done(self, result: int) -> None:
        self._ticket = 0
        super().done(result)

    def _picker(self, entries: Sequence[Entry], uid: str) -> ChoiceBox:
        made = ChoiceBox()
        made.setMinimumContentsLength(16)
        for entry, title in entries:
            made.addItem(title, entry)
        made.setCurrentIndex(max(0, made.findData(uid)))
        return made

    def _went(self, change: int) -> None:
        if self.before.isVisible():
            self.before.go_to(change)
        self._say()

    def _swap(self) -> None:
        old, new = self.old.currentIndex(), self.new.currentIndex()
        self.old.blockSignals(True)
        self.old.setCurrentIndex(new)
        self.old.blockSignals(False)
        self.new.setCurrentIndex(old)

    def _show(self) -> None:
        runs = tuple(part_runs(self._parts, unchanged=self.unchanged.isChecked()))
        beside = self.beside.isChecked()
        old, new = side_by_side(runs) if beside else ((), runs)
        count = 1 + max((run.change for run in runs), default=-1)
        self.before.show_runs(old, count)
        self.before.setVisible(beside)
        self.view.show_runs(new, count)
        if beside and self.width() < _WIDE:
            self.resize(geometry.room(self).boundedTo(QSize(_WIDE, self.height())))
        same = all(part.state == "same" for part in self._parts)
        self.view.setPlaceholderText("Both texts are identical. Choose another version above." if same else "")
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
