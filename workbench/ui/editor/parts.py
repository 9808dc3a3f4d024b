"""Creates the sections of an editor, and turns actions in them into steps of its journal.

Invariant: sections show exactly the editor's `parts`; a part without a widget is content like the others. Widgets are
created a few at a time, so that no content blocks the UI thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

from workbench.core.content import Content
from workbench.ui.editor.column import MessageColumn
from workbench.ui.editor.field import ExactField
from workbench.ui.widgets.theme import Theme

# Imported lazily: most prompts have no such part, and every import delays the first paint.
if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData

    from workbench.core.blocks import Example, OutputFormat
    from workbench.formats.pasted_parts import PastedParts
    from workbench.ui.editor.examples import ExampleSection
    from workbench.ui.editor.menu_actions import Action
    from workbench.ui.editor.output_format import OutputSection
    from workbench.ui.editor.section import PartSection
    from workbench.ui.editor.tools import ToolSection

AT_ONCE = 3
S = TypeVar("S", bound="PartSection")
_STEPS = {"up": -1, "down": 1, "duplicate": 1}


class PartsOwner(Protocol):
    """Owns the parts that the sections show, and the journal."""

    @property
    def parts(self) -> Content:
        """Everything but the messages: a content without messages."""
        ...

    @property
    def can_edit(self) -> bool:
        """Whether anything can be changed."""
        ...

    def set_parts(self, parts: Content, mark: str = "") -> None:
        """Change the parts, as a step of the journal; quick changes with one `mark` are merged into one step."""
        ...

    def share_undo(self, field: ExactField) -> None:
        """Let a field undo and redo through the journal."""
        ...

    def focus_first(self) -> None:
        """Focus the first message."""
        ...


class ContentParts(QObject):
    """Keeps the sections of one editor in sync with its content; call `follow` after it changes."""

    def __init__(self, editor: PartsOwner, column: MessageColumn, theme: Theme) -> None:
        super().__init__(column)
        self._editor, self._column, self._theme = editor, column, theme
        self._examples: list[ExampleSection] = []
        self._tools: list[ToolSection] = []
        self._output: OutputSection | None = None
        self._then: Callable[[], None] | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._go_on)
        column.part_wanted.connect(self.add)

    @property
    def is_catching_up(self) -> bool:
        """Whether more sections have to be created."""
        return self._later.isActive()

    def add(self, kind: str) -> None:
        """Add a part (example, tool, output) and focus it, or switch the template language (template)."""
        from workbench.core.blocks import Example, OutputFormat, Tool

        parts = self._editor.parts
        match kind:
            case "example":
                self._then = lambda: self._focus(self._examples, len(parts.examples))
                self._editor.set_parts(replace(parts, examples=(*parts.examples, Example())))
            case "tool":
                from workbench.ui.editor.tools import FIRST_PARAMETERS

                self._then = lambda: self._focus(self._tools, len(parts.tools))
                self._editor.set_parts(replace(parts, tools=(*parts.tools, Tool("", parameters=FIRST_PARAMETERS))))
            case "output":
                from workbench.ui.editor.output_format import FIRST_SCHEMA

                self._then = self._focus_output
                self._editor.set_parts(replace(parts, output=OutputFormat("schema", FIRST_SCHEMA)))
            case "template":
                self._change(template="plain" if parts.template == "jinja" else "jinja")
            case _:
                raise ValueError(f"no part is called {kind}")

    def paste_examples(self) -> None:
        """Open the dialog that pastes pairs from a table or JSON Lines; they are appended."""
        if not self._editor.can_edit:
            return
        from workbench.ui.editor.paste_dialog import PasteExamples

        dialog = PasteExamples(self._theme, QGuiApplication.clipboard().text(), self._column)
        dialog.taken.connect(self.add_examples)
        dialog.open()

    def add_examples(self, examples: tuple[Example, ...]) -> None:
        """Append examples."""
        parts = self._editor.parts
        self._then = lambda: self._focus(self._examples, len(parts.examples))
        self._editor.set_parts(replace(parts, examples=(*parts.examples, *examples)))

    def add_parts(self, found: PastedParts, to: Content | None = None) -> None:
        """Append examples and tools, and set the output format, as one step; the first new part gets the focus.

        `to` is what they are added to, by default all present parts.
        """
        parts = self._editor.parts if to is None else to
        added = found.added_to(parts)
        self.focus_next(found, parts)
        if added == self._editor.parts:
            self.follow()
        self._editor.set_parts(added)

    def focus_next(self, found: PastedParts, parts: Content) -> None:
        """Focus the first part of `found` when it has been added to `parts`."""
        if found.examples:
            self._then = lambda: self._focus(self._examples, len(parts.examples))
        elif found.tools:
            self._then = lambda: self._focus(self._tools, len(parts.tools))
        else:
            self._then = self._focus_output

    def set_output(self, output: OutputFormat) -> bool:
        """Set and focus the output format; return whether it replaced another one."""
        before = self._editor.parts.output
        self._choose_output(output)
        return before is not None and before != output

    def set_editable(self, editable: bool) -> None:
        """Make the sections editable or read-only."""
        for section in self._sections():
            section.set_editable(editable)

    def follow(self) -> None:
        """Update the sections to the editor's parts."""
        self._later.stop()
        self._go_on()

    def reveal(self, field: ExactField) -> None:
        """Scroll to show the section of a field."""
        for section in self._sections():
            if field in section.fields:
                self._column.reveal_section(section)

    @property
    def example_sections(self) -> tuple[ExampleSection, ...]:
        """The example sections created so far, in order."""
        return tuple(self._examples)

    def judge_schemas(self, output: str, tools: Sequence[str]) -> None:
        """Show the errors of the schemas in their sections; "" for none."""
        if self._output is not None:
            self._output.judge_schema(output)
        for section, fault in zip(self._tools, tools, strict=False):
            section.judge_schema(fault)

    def _sections(self) -> tuple[PartSection, ...]:
        output = () if self._output is None else (self._output,)
        return (*self._examples, *self._tools, *output)

    def _go_on(self) -> None:
        parts = self._editor.parts
        room = AT_ONCE
        room -= self._fit(self._examples, len(parts.examples), self._make_example, room)
        self._fit(self._tools, len(parts.tools), self._make_tool, room)
        for index, section in enumerate(self._examples):
            section.show_example(parts.examples[index], index, len(parts.examples), parts.examples_in)
        for index, tool in enumerate(self._tools):
            for field in tool.show_tool(parts.tools[index], index, len(parts.tools), parts.tool_rounds):
                self._editor.share_undo(field)
        self._show_output(parts.output)
        self._column.set_state(parts.template, has_output=parts.output is not None)
        self._column.set_sections(self._examples, self._sections()[len(self._examples) :])
        if len(self._examples) < len(parts.examples) or len(self._tools) < len(parts.tools):
            self._later.start()
        elif self._then is not None:
            then, self._then = self._then, None
            then()

    def _fit(self, sections: list[S], wanted: int, make: Callable[[], S], room: int) -> int:
        """Drop surplus sections and create up to `room` missing ones; return how many were created."""
        while len(sections) > wanted:
            self._column.drop(sections.pop())
        made = max(0, min(room, wanted - len(sections)))
        sections += [make() for _ in range(made)]
        return made

    def _show_output(self, output: OutputFormat | None) -> None:
        if output is None:
            if self._output is not None:
                self._column.drop(self._output)
                self._output = None
            return
        if self._output is None:
            from workbench.ui.editor.output_format import OutputSection

            self._output = section = OutputSection(self._theme, self._column.page)
            section.changed.connect(lambda new: self._change("output", output=new))
            section.wanted.connect(self._choose_output)
            self._adopt(section)
        self._output.show_output(output)

    def _make_example(self) -> ExampleSection:
        from workbench.ui.editor.examples import ExampleSection

        section = ExampleSection(self._theme, self._column.page)
        section.changed.connect(self._example_typed)
        section.action_wanted.connect(self._act_on_example)
        section.home_wanted.connect(lambda home: self._change(examples_in=home))
        self._adopt(section)
        return section

    def _make_tool(self) -> ToolSection:
        from workbench.ui.editor.tools import ToolSection

        section = ToolSection(self._theme, self._column.page)
        section.changed.connect(self._tool_typed)
        section.action_wanted.connect(self._act_on_tool)
        section.row_gone.connect(self._remove_row)
        section.rounds_wanted.connect(lambda rounds: self._change(tool_rounds=rounds))
        self._adopt(section)
        return section

    def _adopt(self, section: PartSection) -> None:
        section.set_editable(self._editor.can_edit)
        section.height_changed.connect(self._column.arrange)
        for moved in (section.height_changed, section.caret_moved):
            moved.connect(lambda: self._column.reveal_caret(section))
        section.controls_changed.connect(self._column.reorder)
        for field in section.fields:
            self._editor.share_undo(field)
            field.takes = partial(self._takes, section, field)

    def _takes(self, section: PartSection, field: ExactField, data: QMimeData, act: bool) -> bool:
        """Replace an untouched section by what is pasted into it, unless it goes into the middle of a text."""
        is_inside = not {*field.selection()} <= {0, field.length}
        if is_inside or not self._editor.can_edit or not data.hasText():
            return False
        from workbench.formats.pasted_parts import recognised

        found = recognised(data.text())
        if not section.gives_way_to(found):
            return False
        if act:
            parts = self._editor.parts
            examples = [one for one, shown in zip(parts.examples, self._examples, strict=False) if shown is not section]
            tools = [one for one, shown in zip(parts.tools, self._tools, strict=False) if shown is not section]
            rest_of_examples, rest_of_tools = parts.examples[len(self._examples) :], parts.tools[len(self._tools) :]
            self.add_parts(
                found,
                replace(parts, examples=(*examples, *rest_of_examples), tools=(*tools, *rest_of_tools)),
            )
        return True

    def _change(self, mark: str = "", **parts: object) -> None:
        if mark:
            # Typing into another field begins a new step.
            mark += str(next((i for i, field in enumerate(self.fields()) if field.hasFocus()), -1))
        self._editor.set_parts(replace(self._editor.parts, **parts), mark)  # type: ignore[arg-type] # by their names

    def fields(self) -> Iterator[ExactField]:
        """Yield the fields of all sections, in the order of their texts."""
        return (field for section in self._sections() for field in section.fields)

    def _example_typed(self, section: ExampleSection) -> None:
        examples = list(self._editor.parts.examples)
        examples[self._examples.index(section)] = section.example()
        self._change("example", examples=tuple(examples))

    def _tool_typed(self, section: ToolSection) -> None:
        tools = list(self._editor.parts.tools)
        tools[self._tools.index(section)] = section.tool()
        self._change("tool", tools=tuple(tools))

    def _act_on_example(self, section: ExampleSection, action: Action | Literal["paste"]) -> None:
        from workbench.ui.editor.menu_actions import acted

        index = self._examples.index(section)
        if action == "paste":
            self.paste_examples()
            return
        self._then = lambda: self._focus(self._examples, index + _STEPS.get(action, 0))
        self._change(examples=acted(self._editor.parts.examples, index, action))

    def _act_on_tool(self, section: ToolSection, action: Action | Literal["row"]) -> None:
        from workbench.ui.editor.menu_actions import acted

        index, tools = self._tools.index(section), self._editor.parts.tools
        if action == "row":
            from workbench.core.blocks import ToolRow

            # The new row goes before the last field, which holds the answer to all other calls.
            row = len(section.fields) - 1
            self._then = lambda: self._focus(self._tools, index, row)
            longer = replace(tools[index], rows=(*tools[index].rows, ToolRow("", "")))
            self._change(tools=(*tools[:index], longer, *tools[index + 1 :]))
            return
        self._then = lambda: self._focus(self._tools, index + _STEPS.get(action, 0))
        self._change(tools=acted(tools, index, action))

    def _remove_row(self, section: ToolSection, number: int) -> None:
        index = self._tools.index(section)
        changed = list(self._editor.parts.tools)
        rows = changed[index].rows
        changed[index] = replace(changed[index], rows=(*rows[:number], *rows[number + 1 :]))
        self._change(tools=tuple(changed))

    def _choose_output(self, output: OutputFormat | None) -> None:
        self._then = self._focus_output if output is not None else self._editor.focus_first
        self._change(output=output)

    def _focus(self, sections: Sequence[PartSection], index: int, field: int = 0) -> None:
        if not sections:
            self._editor.focus_first()
            return
        section = sections[max(0, min(index, len(sections) - 1))]
        section.fields[min(field, len(section.fields) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)
        self._column.reveal_section(section)

    def _focus_output(self) -> None:
        if self._output is None:
            return
        field = self._output.schema
        (self._output.more if field.isHidden() else field).setFocus(Qt.FocusReason.OtherFocusReason)
        self._column.reveal_section(self._output)
