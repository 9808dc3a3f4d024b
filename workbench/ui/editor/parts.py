"""The sections of an editor: which there are, and what becomes of what is done in them.

Invariant: sections show the editor's `parts` and nothing else; a part that has no widgets yet is content like all
others. Widgets are made a few at a time, so that no content holds up the window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer

from workbench.core.blocks import Example
from workbench.ui.editor.column import Column
from workbench.ui.editor.examples import ExampleSection, acted
from workbench.ui.editor.field import ExactField
from workbench.ui.editor.paste_examples import PasteExamples
from workbench.ui.theme import Theme

if TYPE_CHECKING:
    from workbench.ui.editor.editor import ContentEditor

AT_ONCE = 3


class Parts(QObject):
    """Keeps the sections of one editor in step with its content."""

    def __init__(self, editor: ContentEditor, column: Column, theme: Theme) -> None:
        super().__init__(editor)
        self._editor, self._column, self._theme = editor, column, theme
        self._examples: list[ExampleSection] = []
        self._then: Callable[[], None] | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._go_on)
        column.part_wanted.connect(self.add)
        editor.parts_changed.connect(self.follow)

    @property
    def is_catching_up(self) -> bool:
        """Whether sections are still to be made."""
        return self._later.isActive()

    def add(self, kind: str) -> None:
        """Add a part of a kind ("example") and put the caret there."""
        parts = self._editor.parts
        if kind == "example":
            self._then = lambda: self._focus_example(len(self._editor.parts.examples) - 1)
            self._editor.set_parts(replace(parts, examples=(*parts.examples, Example())))

    def paste_examples(self) -> None:
        """Let the person paste pairs from a table or JSON Lines; they come behind those that are there."""
        if self._editor.is_read_only:
            return
        dialog = PasteExamples(self._editor)
        dialog.taken.connect(self.add_examples)
        dialog.open()

    def add_examples(self, examples: tuple[Example, ...]) -> None:
        """Add examples behind those that are there."""
        parts = self._editor.parts
        self._then = lambda: self._focus_example(len(parts.examples))
        self._editor.set_parts(replace(parts, examples=(*parts.examples, *examples)))

    def set_editable(self, editable: bool) -> None:
        """Let the person change the parts, or only read."""
        for section in self._examples:
            section.set_editable(editable)

    def follow(self) -> None:
        """Show the editor's parts as they are now."""
        self._later.stop()
        self._go_on()

    def _go_on(self) -> None:
        parts = self._editor.parts
        wanted = len(parts.examples)
        while len(self._examples) > wanted:
            gone = self._examples.pop()
            self._column.drop(gone)
        for _ in range(min(AT_ONCE, wanted - len(self._examples))):
            self._examples.append(self._make_example())
        for index, section in enumerate(self._examples):
            section.show_example(parts.examples[index], index, wanted, parts.examples_in)
        self._column.set_sections(self._examples)
        if len(self._examples) < wanted:
            self._later.start()
        elif self._then is not None:
            then, self._then = self._then, None
            then()

    def _make_example(self) -> ExampleSection:
        section = ExampleSection(self._theme, self._column.page)
        section.set_editable(not self._editor.is_read_only)
        section.changed.connect(self._typed)
        section.action_wanted.connect(self._act)
        section.home_wanted.connect(self._move_home)
        section.height_changed.connect(self._column.arrange)
        for field in section.fields:
            self._journal(field)
        return section

    def _journal(self, field: ExactField) -> None:
        editor = self._editor
        field.history = lambda: (editor.can_undo, editor.can_redo)
        field.undo_wanted.connect(editor.undo)
        field.redo_wanted.connect(editor.redo)

    def _typed(self, section: ExampleSection) -> None:
        index = self._examples.index(section)
        parts = self._editor.parts
        changed = (*parts.examples[:index], section.example(), *parts.examples[index + 1 :])
        self._editor.set_parts(replace(parts, examples=changed), f"example {index} {section.assistant.hasFocus()}")

    def _act(self, section: ExampleSection, action: str) -> None:
        index = self._examples.index(section)
        if action == "paste":
            self.paste_examples()
            return
        self._editor.set_parts(acted(self._editor.parts, index, action))  # type: ignore[arg-type] # names are Actions
        step = {"up": -1, "down": 1, "duplicate": 1}.get(action, 0)
        self._focus_example(index + step)

    def _move_home(self, home: str) -> None:
        self._editor.set_parts(replace(self._editor.parts, examples_in=home))  # type: ignore[arg-type] # an ExamplesIn

    def _focus_example(self, index: int) -> None:
        if not self._examples:
            self._editor.focus_first()
            return
        section = self._examples[max(0, min(index, len(self._examples) - 1))]
        section.user.setFocus(Qt.FocusReason.OtherFocusReason)
        self._column.reveal_section(section)
