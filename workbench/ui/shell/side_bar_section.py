"""What both halves of the side bar have in common."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListView, QSizePolicy, QVBoxLayout, QWidget

from workbench.ui.shell.bars import ElidedText
from workbench.ui.shell.side_bar_delegates import MARGIN
from workbench.ui.widgets.theme import QUIET_PADDING


def section(
    box: QWidget, title: str, buttons: Sequence[QWidget], above: Sequence[QWidget], body: QWidget
) -> QHBoxLayout:
    """Lay out a box: a title with buttons, what is `above` the list, and the list; return the title's layout."""
    head = QHBoxLayout()
    # The text of a flat button is aligned with the content below.
    head.setContentsMargins(MARGIN, 10, MARGIN - QUIET_PADDING, 4)
    head.addWidget(ElidedText(title, role="section"), 1)
    for button in buttons:
        head.addWidget(button)
    layout = QVBoxLayout(box)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addLayout(head)
    for part in above:
        is_text = isinstance(part, QLabel)
        layout.addWidget(part, 0, Qt.AlignmentFlag.AlignTop if is_text else Qt.AlignmentFlag(0))
    layout.addStretch(0)
    body.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
    layout.addWidget(body, 1)
    return head


def make_current(view: QListView, position: int) -> None:
    """Make a row current and scroll to it; -1 makes none current."""
    if position < 0:
        view.clearSelection()
        view.setCurrentIndex(QModelIndex())
        return
    index = view.model().index(position, 0)
    view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
    view.scrollTo(index)
