"""The bar of the chosen cases above the values.

Invariant: the height is constant. A case is shown by its name, its inclusion in runs by a tick, and the displayed one
by a frame and in words. With very many cases, only those around the displayed one have chips.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QToolButton, QWidget

from workbench.ui.shell.bars import ElidedText
from workbench.ui.widgets.controls import opens_menu
from workbench.ui.widgets.theme import set_role

if TYPE_CHECKING:
    from workbench.core.drafts import ValueSet
    from workbench.ui.draft_page.set_strip import SetChip, SetStrip

AROUND = 20
"""Maximum number of chips."""
_STRIP_AT = 2


class SetBar(QFrame):
    """The sets with their ticks, and buttons to change them."""

    chosen = Signal(str)
    ticked = Signal(str, bool)
    renamed = Signal(str, str)
    add_clicked = Signal()
    menu_wanted = Signal(str, QPoint)
    """The uid of a set, "" for the shown one, and the position for the menu."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "sunken")
        self._sets: tuple[ValueSet, ...] = ()
        self._shown = ""
        self._chips: list[SetChip] = []
        self._field: QLineEdit | None = None
        self.about = ElidedText("VALUES", "section", self)
        self.about.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._strip: SetStrip | None = None
        self.add = QPushButton(self)
        self.add.setText("+ Case")  # the constructor with a text would load QIcon and its theme
        self.add.setAccessibleName("Add a case")
        self.add.setToolTip("Add a copy of the shown case; each run uses every ticked case")
        self.menu = QToolButton(self)
        self.menu.setText("⋯")
        self.menu.setAccessibleName("Menu of the cases in Compose")
        self.menu.setToolTip("Choose cases, paste rows, rename, duplicate, move, remove")
        for button in (self.add, self.menu):
            set_role(button, "quiet")
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        opens_menu(self.menu)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 4, 10, 0)
        layout.setSpacing(4)
        layout.addWidget(self.about)
        layout.addSpacing(4)
        layout.addStretch(1)
        layout.addWidget(self.add)
        layout.addWidget(self.menu)
        self._layout = layout
        self.add.clicked.connect(self.add_clicked)
        self.menu.clicked.connect(lambda: self.menu_wanted.emit("", self._below(self.menu)))
        self._fit_height()

    def show_sets(self, sets: Sequence[ValueSet], shown: str) -> None:
        """Show these sets; `shown` is the uid of the one whose values are displayed."""
        from workbench.core.drafts import distinction  # not before the first paint

        moved = shown != self._shown
        self._sets, self._shown = tuple(sets), shown
        at = next((i for i, one in enumerate(sets) if one.uid == shown), 0)
        first = max(0, min(at - AROUND // 2, len(sets) - AROUND))
        part = sets[first : first + AROUND]
        while len(self._chips) < len(part):
            self._chips.append(self._make())
        while len(self._chips) > len(part):
            chip = self._chips.pop()
            chip.hide()
            chip.deleteLater()
        for chip, one in zip(self._chips, part, strict=True):
            chip.show_set(one, distinction(one, part), shown=one.uid == shown)
        ticked = sum(one.ticked for one in sets)
        self.about.set_full(f"{ticked} OF {len(sets)}" if sets else "VALUES")
        self.about.setAccessibleName(f"{ticked} of {len(sets)} cases are run" if sets else "Values")
        stops = [*itertools.chain.from_iterable((c.tick, c.name) for c in self._chips), self.add, self.menu]
        for before, after in itertools.pairwise(stops):
            QWidget.setTabOrder(before, after)
        if moved:
            self._reveal_shown()

    def chip(self, uid: str) -> SetChip | None:
        """Return the chip of a set, None if it has none."""
        return next((chip for chip in self._chips if chip.uid == uid), None)

    def chips(self) -> tuple[SetChip, ...]:
        """Return the chips from left to right."""
        return tuple(self._chips)

    def edit_name(self, uid: str) -> QLineEdit | None:
        """Edit a set's name in the bar; return None if it has no chip."""
        from workbench.ui.widgets.small_controls import NameField  # not before the first paint

        chip = self.chip(uid)
        one = next((one for one in self._sets if one.uid == uid), None)
        if chip is None or one is None or self._field is not None:
            return None
        self._sets_strip().reveal(chip)
        field = NameField(one.name, self)
        field.setAccessibleName("Name of the case")
        corner = chip.name.mapTo(self, QPoint(0, 0))
        width = max(chip.name.width(), 160)
        field.setGeometry(min(corner.x(), self.width() - width - 8), 2, width, self.height() - 4)
        field.done.connect(lambda text: self._named(uid, text))
        field.cancelled.connect(self._close_field)
        self._field = field
        field.selectAll()
        field.show()
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        return field

    def _named(self, uid: str, name: str) -> None:
        if self._field is not None:
            self._close_field()
            self.renamed.emit(uid, name)

    def _close_field(self) -> None:
        field, self._field = self._field, None
        if field is not None:
            if field.hasFocus() and (chip := self.chip(self._shown)) is not None:
                chip.name.setFocus(Qt.FocusReason.OtherFocusReason)
            field.hide()
            field.deleteLater()

    def _reveal_shown(self) -> None:
        if (chip := self.chip(self._shown)) is not None:
            self._sets_strip().reveal(chip)

    def _make(self) -> SetChip:
        chip = self._sets_strip().add()
        chip.chosen.connect(self.chosen)
        chip.ticked.connect(self.ticked)
        chip.menu_wanted.connect(self.menu_wanted)
        return chip

    def _sets_strip(self) -> SetStrip:
        """Return the strip of the chips, created in its reserved room if necessary."""
        if self._strip is None:
            from workbench.ui.draft_page.set_strip import SetStrip

            self._strip = SetStrip(self)
            self._strip.resized.connect(self._reveal_shown)
            # The strip takes the room in place of the blank there.
            self._layout.setStretch(_STRIP_AT, 0)
            self._layout.insertWidget(_STRIP_AT, self._strip, 1)
        return self._strip

    @staticmethod
    def _below(widget: QWidget) -> QPoint:
        return widget.mapToGlobal(QPoint(0, widget.height()))

    def changeEvent(self, event: object) -> None:
        super().changeEvent(event)  # type: ignore[arg-type] # Qt hands in its event
        self._fit_height()

    def _fit_height(self) -> None:
        self.setFixedHeight(self.fontMetrics().height() + 16)
