"""The controls right of the last column.

Invariant: while lanes are hidden, or one lane has the full width, a button shows the number of the other lanes and
brings them back.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workbench.ui.shell.key_names import with_key
from workbench.ui.widgets.small_controls import quiet_button, safe_tip
from workbench.ui.widgets.theme import set_role

_ADD = "+ Lane"


class HiddenMark(QPushButton):
    """Shows the number of hidden lanes; itself hidden if there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "quiet")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.hide()

    def count(self, hidden: int) -> None:
        """Set the number of hidden lanes."""
        name = "Show the hidden lane" if hidden == 1 else f"Show the {hidden} hidden lanes"
        self.setText(f"{hidden} hidden")
        self.setAccessibleName(name)
        self.setToolTip(safe_tip(f"{name}; hidden lanes are not run"))
        self.setVisible(hidden > 0)


class RowEnd(QWidget):
    """Buttons to add a lane and to show lanes that are hidden or covered by the full-width lane."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.add = quiet_button(_ADD, "Add a lane", self)
        self.behind = quiet_button("", "", self)
        self.behind.hide()
        self.hidden = HiddenMark(self)
        self._layout = QVBoxLayout(self)
        self._layout.setSpacing(4)
        for button in (self.add, self.behind, self.hidden):
            self._layout.addWidget(button)
        self._layout.addStretch(1)
        self._layout.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.say_less(False)

    def count_behind(self, count: int, key: str) -> None:
        """Set the number of lanes covered by the full-width lane; `key` is the shortcut that shows them."""
        self.behind.setText(f"{count} more")
        name = f"Show {'the other lane' if count == 1 else f'the other {count} lanes'} again"
        self.behind.setAccessibleName(name)
        self.behind.setToolTip(safe_tip(with_key(name, key)))
        self.behind.setVisible(count > 0)

    def say_less(self, less: bool) -> None:
        """Switch to the narrowest layout, so that one more lane fits into the view."""
        side = 1 if less else 6
        self.add.setText("+" if less else _ADD)
        self._layout.setContentsMargins(side, 8, side, 6)

    def room_for(self, *, less: bool) -> int:
        """Return the width in pixels of the narrow or the normal layout."""
        before = self.add.text() != _ADD
        self.say_less(less)
        room = self.room
        self.say_less(before)
        return room

    @property
    def room(self) -> int:
        """The current width in pixels; 0 while hidden."""
        return 0 if self.isHidden() else self.sizeHint().width()
