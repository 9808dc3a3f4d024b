"""Verdict keys on keyboards that type digits with Shift."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from workbench.app.verdict_keys import VerdictKey
from workbench.ui.shell.key_filters import VerdictKeys

Key, Held = Qt.Key, Qt.KeyboardModifier
SIX = 15
"""The code of the sixth key of the digit row on X11 and Wayland."""


@pytest.mark.parametrize(
    ("key", "held", "wanted"),
    [
        (Key.Key_6, Held.ControlModifier, VerdictKey(6)),
        (Key.Key_6, Held.ControlModifier | Held.ShiftModifier, VerdictKey(6)),
        (Key.Key_AsciiCircum, Held.ControlModifier | Held.ShiftModifier, None),
        (Key.Key_Minus, Held.NoModifier, VerdictKey(kind="all_bad")),
        (Key.Key_section, Held.NoModifier, VerdictKey(6)),
        (Key.Key_AsciiCircum, Held.ShiftModifier, None),
        (Key.Key_6, Held.ShiftModifier, VerdictKey(6)),
        (Key.Key_6, Held.AltModifier, None),
    ],
)
def test_verdict_keys_work_on_layouts_that_type_digits_with_shift(
    qtbot: QtBot, key: Qt.Key, held: Qt.KeyboardModifier, wanted: VerdictKey | None
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    taken: list[VerdictKey] = []
    VerdictKeys(window, lambda verdict: taken.append(verdict) is None, lambda: True)
    QApplication.sendEvent(window, QKeyEvent(QEvent.Type.KeyPress, key, held, SIX, 0, 0))
    assert taken == ([] if wanted is None else [wanted])
