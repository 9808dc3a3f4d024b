"""Blind runs in the real window: making them, and finding what would identify a model."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QMenu, QPlainTextEdit, QWidget

from tests.ui.desk import Desk
from workbench.core.lanes import ECHO as ECHO_ENDPOINT
from workbench.core.lanes import Lane, Params
from workbench.core.timeline import describe
from workbench.ui.widgets.small_controls import SmallLine

CTRL = Qt.KeyboardModifier.ControlModifier
NAMES = ("zephyr-one", "zephyr-two", "zephyr-three")
SECRETS = (*NAMES, "zephyr", "tok/s", " tok ·", "free", "temp 0.")
ANSWERS = {
    "default": [
        {"text": "An answer."},
        {"usage": {"input": 12, "output": 40}},
        {"finish": "stop"},
    ]
}


def shown_texts(root: QWidget) -> Iterator[tuple[QObject, str]]:
    """Yield every text of a widget and its descendants: shown, tool tips, names and descriptions for screen readers."""
    for widget in (root, *root.findChildren(QWidget)):
        if isinstance(widget, QPlainTextEdit) and not widget.isReadOnly():
            continue
        found = [widget.toolTip(), widget.statusTip(), widget.accessibleName(), widget.accessibleDescription()]
        if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
            found.append(widget.text())
        if isinstance(widget, QPlainTextEdit):
            found.append(widget.toPlainText())
        if isinstance(widget, SmallLine):
            found.extend(widget.candidates())
        if isinstance(widget, QComboBox | QMenu):
            found.extend(action.text() for action in widget.actions())
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is not None:
            found.extend(interface.text(kind) for kind in (QAccessible.Text.Name, QAccessible.Text.Description))
        for text in found:
            yield widget, text


def leaks(desk: Desk) -> list[str]:
    window = desk.window
    said = [text for _, text in shown_texts(window.frame)]
    said += [describe(row) for row in desk.timeline()]
    said += [window.header.session(), *window.status.forecast(), window.status.engine(), desk.notice()]
    said += [window.notice.detail.toPlainText()]
    return [f"{secret!r} in {text!r}" for text, secret in itertools.product(said, SECRETS) if secret in text]


def named_lanes(desk: Desk) -> None:
    """Set three lanes with names that the test can search for, one of them with parameters."""
    lanes = tuple(
        Lane(f"s{i}", ECHO_ENDPOINT, name, Params(temperature=0.5) if i == 1 else Params())
        for i, name in enumerate(NAMES)
    )
    desk.window.lane_list.replace_all(lanes)


def blind_run(desk: Desk) -> None:
    named_lanes(desk)
    assert leaks(desk), "the names are found when nothing hides them"
    desk.press(Qt.Key.Key_B, CTRL)
    assert desk.window.header.blind() == "Blind on"
    assert leaks(desk), "an answer that is already shown is not hidden"
    desk.run()
