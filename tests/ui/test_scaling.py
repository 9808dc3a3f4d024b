"""At every size of text, from 80 to 200 per cent, what can be pressed shows all its words on a small screen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from tests.ui.desk import Desk

SMALL = (1024, 700)


def clipped(window: QWidget) -> list[str]:
    """Return the buttons that are smaller than their words, or that reach out of the window."""
    wrong = []
    for button in window.findChildren(QAbstractButton):
        if not button.isVisible() or not button.text() or button.window() is not window:
            continue
        words = button.fontMetrics().boundingRect(button.text())
        place = button.mapTo(window, button.rect().bottomRight())
        scrolls = any(p.inherits("QAbstractScrollArea") for p in _parents(button, window))
        if words.width() > button.width() or words.height() > button.height() + 4:
            wrong.append(f"“{button.text()}” has {button.size().toTuple()}, its words {words.size().toTuple()}")
        elif not scrolls and not window.rect().contains(place):
            wrong.append(f"“{button.text()}” reaches out of the window")
    return wrong


def _parents(widget: QWidget, end: QWidget) -> list[QWidget]:
    found = []
    while (parent := widget.parentWidget()) is not None and parent is not end:
        found.append(parent)
        widget = parent
    return found


@pytest.mark.parametrize("scale", [0.8, 1.5, 2.0])
def test_buttons_show_their_words(desk: Desk, scale: float) -> None:
    desk.theme.set_scale(scale)
    window = desk.open(size=SMALL)
    desk.run()
    # A button that was given other words is laid out in the next turn of the event loop.
    desk.until(lambda: clipped(window.frame) == [])
    window.overlays.open_sheet()
    sheet = window.overlays.sheet
    assert sheet is not None
    QApplication.processEvents()
    desk.until(lambda: clipped(sheet) == [])
    sheet.reject()
    window.overlays.open_palette("run")
    palette = window.overlays.palette
    assert palette is not None
    QApplication.processEvents()
    assert window.frame.width() >= palette.width()
    assert palette.list.height() > 3 * palette.fontMetrics().height()
    palette.reject()
    window.dialogs.settings("appearance")
    settings = window.dialogs.open_settings
    assert settings is not None
    QApplication.processEvents()
    desk.until(lambda: clipped(settings) == [])
    desk.press(Qt.Key.Key_Escape)
    settings.close()
