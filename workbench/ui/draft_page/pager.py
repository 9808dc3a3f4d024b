"""The pager above the lanes for the value sets of a run.

Invariant: all lanes show answers to the set named here; the row is hidden if the run has a single unnamed set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from workbench.ui.shell.bars import ElidedText
from workbench.ui.shell.key_names import KeyName, with_key
from workbench.ui.widgets.theme import set_role

if TYPE_CHECKING:
    from workbench.core.runs import RunSet

_MOST_TIP = 600


class SetPager(QFrame):
    """Shows the name of the shown set, buttons to its neighbours, and the number of finished sets."""

    wanted = Signal(int)
    """A step: 1 for the next set, -1 for the previous one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "sunken")
        self.older = self._button("‹", -1)
        self.newer = self._button("›", 1)
        self.name = ElidedText(parent=self)
        self.progress = ElidedText(role="small", parent=self)
        self.progress.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 2, 12, 2)
        layout.setSpacing(4)
        layout.addWidget(self.older)
        layout.addWidget(self.newer)
        layout.addSpacing(4)
        layout.addWidget(self.name, 3)
        layout.addWidget(self.progress, 2)
        self.setAccessibleName("Cases of the run")
        self.hide()

    def name_keys(self, name: KeyName) -> None:
        """Update the displayed keys."""
        for button, words, command in (
            (self.older, "Previous case, in all lanes", "previous_set"),
            (self.newer, "Next case, in all lanes", "next_set"),
        ):
            button.setAccessibleName(words)
            button.setToolTip(with_key(words, name(command)))

    def show_page(self, sets: tuple[RunSet, ...], at: int, progress: str) -> None:
        """Show the set at `at`; hidden if there is a single unnamed set."""
        name, values = (sets[at].name, sets[at].values) if sets else ("", ())
        several = len(sets) > 1
        place = f"Case {at + 1} of {len(sets)}" if several else "Values"
        self.name.set_full(f"{place} · {name}" if name else place)
        self.name.set_tip("\n".join(f"{variable}: {value}" for variable, value in values)[:_MOST_TIP])
        self.progress.set_full(progress)
        for button, possible in ((self.older, at > 0), (self.newer, at + 1 < len(sets))):
            button.setVisible(several)
            button.setEnabled(possible)
        # The same height with and without buttons, so that the lanes do not jump between runs of one set and of
        # several.
        self.name.setMinimumHeight(self.older.sizeHint().height())
        self.setVisible(several or bool(name))

    def _button(self, text: str, step: int) -> QPushButton:
        button = QPushButton(text, self)
        set_role(button, "quiet")
        button.clicked.connect(lambda: self.wanted.emit(step))
        return button
