"""Small buttons in the shape of pills: choices of which one holds, and filters with their counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from workbench.core.visible_text import visible_name
from workbench.ui.widgets.controls import opens_menu
from workbench.ui.widgets.theme import set_role


def literal(text: str) -> str:
    """Return a text as a button or menu shows it literally: they take "&" for the mark of a key."""
    return visible_name(text).replace("&", "&&")


def chip(text: str, parent: QWidget, *, name: str = "") -> QPushButton:
    """Return a chip that is on or off; `name` is its accessible name, by default the text."""
    made = QPushButton(text, parent)
    made.setCheckable(True)
    made.setAutoDefault(False)
    made.setAccessibleName(name or text)
    set_role(made, "chip")
    return made


def menu_chip(text: str, parent: QWidget, *, name: str = "") -> QPushButton:
    """Return a chip that opens a menu."""
    made = chip(text, parent, name=name)
    made.setCheckable(False)
    opens_menu(made)
    return made


def together(first: QPushButton, second: QPushButton, parent: QWidget) -> QWidget:
    """Return a widget of two chips that a line never breaks between."""
    made = QWidget(parent)
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(2)
    row.addWidget(first)
    row.addWidget(second)
    return made


def exclusive(chips: Sequence[QPushButton], chosen: Callable[[int], object], parent: QWidget) -> QButtonGroup:
    """Let exactly one of `chips` be on; `chosen` is called with its position when a person chooses it."""
    group = QButtonGroup(parent)
    group.setExclusive(True)
    for place, one in enumerate(chips):
        group.addButton(one, place)
        one.clicked.connect(lambda _=False, place=place: chosen(place))
    return group
