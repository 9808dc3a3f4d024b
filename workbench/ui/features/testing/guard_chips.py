"""Chips behind those of the sets of cases: guards, and what sets more of them up.

Invariant: they stand in the row of the sets, which is shown while one of them is.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from workbench.ui.features.testing.chips import chip, menu_chip
from workbench.ui.features.testing.guard_page import guard_title
from workbench.ui.features.testing.head import SuiteHead
from workbench.ui.widgets.small_controls import safe_tip
from workbench.usecases.testing.guards import GuardEntry

_MOST_LETTERS = 24
_ASIDE_TIP = "Keep a third of the cases for the end: a total that you did not tune for says how good the prompt is"
_GUARD_TIP = "A guard set is a small prompt with cases of its own, tested on the same models"


class GuardChips(QObject):
    """`guard_chosen` carries the uid of a guard's prompt."""

    guard_chosen = Signal(str)
    guards_wanted = Signal()
    """The menu of guards is wanted."""
    aside_wanted = Signal()
    """A hold-out is to be set aside."""

    def __init__(self, head: SuiteHead) -> None:
        super().__init__(head)
        self._head = head
        self.guards: dict[str, QPushButton] = {}
        self.aside = chip("Set a hold-out aside…", head.set_row)
        self.aside.setCheckable(False)
        self.aside.setToolTip(_ASIDE_TIP)
        self.aside.clicked.connect(self.aside_wanted)
        self.add_guard = menu_chip("Add guard set ▾", head.set_row, name="Add guard set")
        self.add_guard.setToolTip(_GUARD_TIP)
        self.add_guard.clicked.connect(self.guards_wanted)
        for one in (self.aside, self.add_guard):
            one.hide()

    def show_aside(self, *, shown: bool) -> None:
        """Offer to set a hold-out aside."""
        self.aside.setVisible(shown)
        self._place()

    def show_guards(self, entries: Sequence[GuardEntry], chosen: str, *, can_add: bool) -> None:
        """Show the guards of the prompt; `chosen` is the one whose totals are shown, "" for none."""
        there = {one.uid for one in entries}
        for uid in [uid for uid in self.guards if uid not in there]:
            gone = self.guards.pop(uid)
            gone.hide()
            gone.deleteLater()
        for one in entries:
            if one.uid not in self.guards:
                made = self.guards[one.uid] = chip("", self._head.set_row)
                made.setAutoExclusive(True)
                made.clicked.connect(lambda _=False, uid=one.uid: self.guard_chosen.emit(uid))
            made = self.guards[one.uid]
            name = guard_title(one)
            short = name if len(name) <= _MOST_LETTERS else f"{name[: _MOST_LETTERS - 1]}…"
            made.setText(short.replace("&", "&&"))
            made.setAccessibleName(name)
            made.setToolTip(safe_tip(f"{name}: {one.cases:,} cases, tested on the models of the columns"))
            if one.uid == chosen:
                made.setChecked(True)
        self.add_guard.setVisible(can_add)
        self._place()

    def stops(self) -> list[QWidget]:
        """Return the chips in Tab order."""
        return [*self.guards.values(), self.aside, self.add_guard]

    def _place(self) -> None:
        shown = [one for one in (*self.guards.values(), self.aside, self.add_guard) if not one.isHidden()]
        self._head.place_chips([*self.guards.values(), self.aside, self.add_guard], shown=bool(shown))
