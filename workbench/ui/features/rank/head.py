"""The head of Rank: the heading, what the ranking stands on, the grouping, and the button to judge a pair.

Invariant: nothing is clipped; the buttons go below the heading, and get shorter, where the page is narrow.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QMenu, QPushButton, QWidget

from workbench.app.rank.table_model import GROUPED
from workbench.ui.shell.key_names import KeyName, KeyNameButton
from workbench.ui.widgets.controls import opens_menu
from workbench.ui.widgets.theme import set_role
from workbench.usecases.ranking_result import Grouping

_HEADING, _SHORT_HEADING = "Who wins, and how sure are we?", "Who wins?"


class RankHead(QGridLayout):
    """`lay` must be called when the width or a text changed."""

    grouping_chosen = Signal(str)

    def __init__(self, page: QWidget, groupings: Mapping[Grouping, str]) -> None:
        super().__init__()
        self._grouping: Grouping = "both"
        self._groupings: list[tuple[Grouping, str, QAction]] = []
        """The groupings, each with its title and its menu action."""
        self.setHorizontalSpacing(8)
        self.setColumnStretch(2, 1)
        self.heading = QLabel(_HEADING, page)
        self.heading.setMinimumWidth(1)
        self.pill = QLabel(page)
        set_role(self.pill, "pill")
        self.pill.hide()
        self._buttons = QWidget(page)
        self.group = QPushButton(self._buttons)
        set_role(self.group, "choice")
        self.group.setToolTip("Who is ranked")
        menu = QMenu(self.group)
        for grouping, title in groupings.items():
            action = menu.addAction(title)
            action.triggered.connect(lambda _=False, name=grouping: self.grouping_chosen.emit(name))
            self._groupings.append((grouping, title, action))
        self.group.setMenu(menu)
        opens_menu(self.group)
        self.judge = KeyNameButton("Judge next pair blind", "", parent=self._buttons)
        self.judge.set_label("Judge next pair blind", "Judge")
        self.addWidget(self.heading, 0, 0)
        self.addWidget(self.pill, 0, 1, Qt.AlignmentFlag.AlignVCenter)
        buttons = QHBoxLayout(self._buttons)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(8)
        buttons.addWidget(self.group)
        buttons.addWidget(self.judge)
        self.addWidget(self._buttons, 0, 3)

    def name_keys(self, name: KeyName) -> None:
        """Set the function that names shortcuts."""
        self.judge.set_key(name("judge"))
        for grouping, title, action in self._groupings:
            key = name(f"group_{grouping}")
            # A menu shows the text after a tab as the shortcut.
            action.setText(f"{title}\t{key}" if key else title)

    def set_grouping(self, grouping: Grouping) -> None:
        """Show the current grouping."""
        self._grouping = grouping
        self.group.setAccessibleName(f"Group by {GROUPED[grouping]}; choose another grouping")

    def lay(self, room: int) -> None:
        """Place the buttons beside the heading, else below it; shorten them there if needed. `room` is in pixels."""
        pill = self.pill.sizeHint().width() if self.pill.text() else 0
        self.heading.setText(_HEADING)
        if self.heading.sizeHint().width() + pill + 24 > room:
            self.heading.setText(_SHORT_HEADING)
        title = self.heading.sizeHint().width() + pill + 24
        self.judge.say(0)
        self.group.setText(f"Group by {GROUPED[self._grouping]} ▾")
        is_below = title + self._buttons_width() > room
        if is_below and self._buttons_width() > room:
            self.judge.say(2)
            self.group.setText(f"{GROUPED[self._grouping].capitalize()} ▾")
        self.removeWidget(self._buttons)
        if is_below:
            self.addWidget(self._buttons, 1, 0, 1, 4, Qt.AlignmentFlag.AlignLeft)
        else:
            self.addWidget(self._buttons, 0, 3)

    def _buttons_width(self) -> int:
        group = 0 if self.group.isHidden() else self.group.sizeHint().width() + 8
        return group + self.judge.sizeHint().width()
