"""The row of buttons below the messages."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from workbench.ui.editor.add_buttons import AddButtons, AddOffer


def test_button_that_is_restyled_after_the_row_was_placed_gets_its_size(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    row = AddButtons(10, parent)
    row.offer(AddOffer(editable=True))
    parent.show()
    large = [button for button in row.buttons if not button.isHidden()]
    for button in large:
        button.setStyleSheet("font-size: 40px")
    row.place(0, 2000)
    for button in large:
        button.setStyleSheet("font-size: 12px")
    qtbot.waitUntil(lambda: all(button.size() == button.sizeHint() for button in large))
    assert len({button.y() for button in large}) == 1
