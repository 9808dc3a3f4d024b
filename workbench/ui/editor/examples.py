"""The section of one few-shot example in the editor.

Invariant: an example is one value of the content; every change to it is one step of the editor's journal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from workbench.core.blocks import Example
from workbench.core.content import ROLE_NAMES, ExamplesIn
from workbench.ui.editor.menu_actions import fill_actions
from workbench.ui.editor.section import PartSection, bring
from workbench.ui.widgets.theme import Theme, set_role

if TYPE_CHECKING:
    from workbench.formats.pasted_parts import PastedParts


class ExampleSection(PartSection):
    """One pair: a user message and the expected answer."""

    changed = Signal(object)
    """The section, after the user typed into it."""
    action_wanted = Signal(object, str)
    """The section, and an `Action` or "paste"."""
    home_wanted = Signal(str)
    """Where all examples are sent: "messages" or "system"."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._place = (0, 1)
        self._home: ExamplesIn = "messages"
        self._enabled = True
        self.title.setText("Example")
        self.user = self.add_row("user", "User of the example")
        self.assistant = self.add_row("assistant", "Assistant of the example")
        self.user.setPlaceholderText("What a user might say")
        self.assistant.setPlaceholderText("The answer that you want")
        for field in (self.user, self.assistant):
            field.edited.connect(lambda _edit, _kind: self.changed.emit(self))
        self.user.cross = lambda direction, x: direction > 0 and self._enter(1, x)
        self.assistant.cross = lambda direction, x: direction < 0 and self._enter(-1, x)

    def _enter(self, direction: int, x: int | None) -> bool:
        (self.assistant if direction > 0 else self.user).enter(direction, x)
        return True

    def example(self) -> Example:
        """Return the example from the fields."""
        return Example(self.user.exact(), self.assistant.exact(), self._enabled)

    def show_example(self, example: Example, index: int, count: int, home: ExamplesIn) -> None:
        """Show an example, its position among the others, and where examples are sent."""
        bring(self.user, example.user)
        bring(self.assistant, example.assistant)
        self._place, self._home, self._enabled = (index, count), home, example.enabled
        place = "in the system message" if home == "system" else "user → assistant"
        state = "" if example.enabled else " · off, not sent"
        self.set_hint(f"{state} · {place} ({index + 1} of {count})".strip())
        set_role(self.title, "heading" if example.enabled else "muted")
        for field in self.fields:
            set_role(field, "" if example.enabled else "off")
        self.more.setToolTip("Move, switch off, duplicate or remove this example")
        self.more.setAccessibleName(f"Actions for example {index + 1}")
        for field, who in ((self.user, ROLE_NAMES["user"]), (self.assistant, ROLE_NAMES["assistant"])):
            field.setAccessibleName(f"{who} of example {index + 1} of {count}{state}")

    def gives_way_to(self, found: PastedParts) -> bool:
        return bool(found.examples) and not self.user.length and not self.assistant.length

    def fill_menu(self, menu: QMenu) -> None:
        fill_actions(menu, self._place, is_on=self._enabled, act=lambda name: self.action_wanted.emit(self, name))
        menu.addSeparator()
        homes: tuple[tuple[str, ExamplesIn], ...] = (
            ("Send all examples as messages", "messages"),
            ("Put all examples into the system message", "system"),
        )
        for text, home in homes:
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(home == self._home)
            action.triggered.connect(lambda _=False, home=home: self.home_wanted.emit(home))
        menu.addSeparator()
        paste = menu.addAction("Paste examples…")
        paste.triggered.connect(lambda: self.action_wanted.emit(self, "paste"))
