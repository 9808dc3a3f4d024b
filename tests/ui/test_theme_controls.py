"""Controls and their states can be recognised without colour."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox, QPushButton, QSpinBox, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.dialog_support import theme
from tests.ui.looks import change_mode, change_scale
from workbench.ui.widgets.theme import Mode, Theme, set_role

__all__ = ["theme"]


def _inked(image: QImage, left: int, right: int) -> int:
    """Count the pixels between two columns that differ from the first one, without the edges."""
    ground = image.pixel(left, image.height() // 2)
    return sum(image.pixel(x, y) != ground for x in range(left, right) for y in range(4, image.height() - 4))


@pytest.mark.parametrize("scale", [0.8, 2.0])
@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("kind", [QComboBox, QSpinBox])
def test_drop_down_shows_its_arrow(qtbot: QtBot, theme: Theme, mode: Mode, scale: float, kind: type[QWidget]) -> None:
    change_mode(theme, mode)
    change_scale(theme, scale)
    choice = kind()
    qtbot.addWidget(choice)
    choice.resize(300, choice.sizeHint().height())
    choice.show()
    image = choice.grab().toImage()
    width = image.width()
    assert _inked(image, width - round(18 * scale) - 8, width - 6) > 10 * scale


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_checked_toggle_has_a_border_and_an_underline(qtbot: QtBot, theme: Theme, mode: Mode) -> None:
    change_mode(theme, mode)
    toggle = QToolButton()
    qtbot.addWidget(toggle)
    toggle.setText("Aa")
    toggle.setCheckable(True)
    set_role(toggle, "toggle")
    toggle.show()
    off = toggle.grab().toImage()
    toggle.setChecked(True)
    on = toggle.grab().toImage()
    middle, right = on.height() // 2, on.width() - 1
    assert off.pixel(0, middle) == off.pixel(2, middle)
    assert on.pixel(0, middle) != on.pixel(2, middle) != on.pixel(right, middle)
    assert toggle.font().underline() or _inked(on, 4, right - 4) > _inked(off, 4, right - 4)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_focused_button_has_a_single_border(qtbot: QtBot, theme: Theme, mode: Mode) -> None:
    change_mode(theme, mode)
    button = QPushButton()
    qtbot.addWidget(button)
    button.resize(120, 40)
    button.show()
    assert button.grab().toImage().pixel(60, 0) == theme.color("border").rgba()
    with qtbot.waitActive(button):
        button.activateWindow()
    button.setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    image = button.grab().toImage()
    assert image.pixel(60, 0) == theme.color("accent").rgba()
    assert _inked(image, 5, 115) == 0
