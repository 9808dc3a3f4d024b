"""The section of one tool in the editor: a function that a model may call, and its simulated answers.

Invariant: a tool is one value of the content; every change to it is one step of the editor's journal.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from workbench.core.blocks import Tool, ToolRow
from workbench.core.content import MOST_TOOL_ROUNDS
from workbench.core.json_parts import fault
from workbench.ui.editor.field import ExactField
from workbench.ui.editor.menu_actions import fill_actions
from workbench.ui.editor.section import PartSection, bring
from workbench.ui.widgets.theme import Theme, set_role

if TYPE_CHECKING:
    from workbench.formats.pasted_parts import PastedParts

FIRST_PARAMETERS = """{
  "type": "object",
  "properties": {
    "order_number": {"type": "string"}
  },
  "required": ["order_number"]
}"""
"""The parameters of a new tool."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""The names that all providers accept."""


class ToolSection(PartSection):
    """One function: name, description, parameters, and simulated answers."""

    changed = Signal(object)
    """The section, after the user typed into it."""
    action_wanted = Signal(object, str)
    row_gone = Signal(object, int)
    rounds_wanted = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._place = (0, 1)
        self._rounds = 1
        self._enabled = True
        self.title.setText("Tool")
        self.name = self.add_row("name", "Name of the tool")
        self.name.setPlaceholderText("lookup_order")
        self.description = self.add_row("description", "Description of the tool", mono=False)
        self.description.setPlaceholderText("When to call it, and what it returns")
        self.parameters = self.add_row("parameters", "JSON Schema of the parameters")
        self.parameters.setPlaceholderText("No parameters")
        self.answer = self.add_row("answers", "Simulated answer of the tool")
        self.answer.setPlaceholderText("What the tool returns, whatever its arguments")
        self.pairs: list[tuple[ExactField, ExactField]] = []
        for field in self.fields:
            self._listen(field)

    def _listen(self, field: ExactField) -> None:
        field.edited.connect(lambda _edit, _kind: self._typed())

    def tool(self) -> Tool:
        """Return the tool from the fields."""
        rows = tuple(ToolRow(arguments.exact(), answer.exact()) for arguments, answer in self.pairs)
        return Tool(
            self.name.exact(),
            self.description.exact(),
            self.parameters.exact(),
            self.answer.exact(),
            rows,
            self._enabled,
        )

    def show_tool(self, tool: Tool, index: int, count: int, rounds: int) -> list[ExactField]:
        """Show a tool and its position among the others; return the fields that were added."""
        self._place, self._rounds, self._enabled = (index, count), rounds, tool.enabled
        texts = (tool.name, tool.description, tool.parameters, tool.answer)
        for field, text in zip((self.name, self.description, self.parameters, self.answer), texts, strict=True):
            bring(field, text)
        fresh = self._show_rows(tool.rows)
        state = "" if tool.enabled else " · off, not sent"
        self.set_hint(f"· {index + 1} of {count}, simulated{state}")
        set_role(self.title, "heading" if tool.enabled else "muted")
        self.more.setToolTip("Simulated answers, rounds, order; switch off or remove this tool")
        self.more.setAccessibleName(f"Actions for tool {index + 1}")
        self.name.setAccessibleName(f"Name of tool {index + 1} of {count}{state}")
        self._judge()
        return fresh

    def _show_rows(self, rows: tuple[ToolRow, ...]) -> list[ExactField]:
        while len(self.pairs) > len(rows):
            for field in self.pairs.pop():
                self.remove_row(field)
        fresh: list[ExactField] = []
        for number in range(len(self.pairs) + 1, len(rows) + 1):
            pair = (
                self.add_row("if called with", f"Arguments of simulated answer {number}"),
                self.add_row("it answers", f"Simulated answer {number}"),
            )
            pair[0].setPlaceholderText('{"order_number": "123ABCDEFG"}')
            for field in pair:
                self._listen(field)
                field.set_editable(self.editable)
                field.show()
            self.pairs.append(pair)
            fresh += pair
        for (arguments, answer), row in zip(self.pairs, rows, strict=True):
            bring(arguments, row.arguments)
            bring(answer, row.answer)
        self.set_label(self.answer, "else" if rows else "answers")
        self.put_last(self.answer)
        return fresh

    def gives_way_to(self, found: PastedParts) -> bool:
        return bool(found.tools) and self.tool() in (Tool(""), Tool("", parameters=FIRST_PARAMETERS))

    def fill_menu(self, menu: QMenu) -> None:
        menu.addAction("Edit parameters as a form…").triggered.connect(
            lambda: self.edit_as_form(self.parameters, f"Parameters of {self.name.exact() or 'the tool'}")
        )
        menu.addAction("Add an answer for certain arguments").triggered.connect(
            lambda: self.action_wanted.emit(self, "row")
        )
        if self.pairs:
            rows = menu.addMenu("Remove an answer")
            for number, (arguments, _) in enumerate(self.pairs):
                text = arguments.exact()[:40] or f"Answer {number + 1}"
                action = rows.addAction(text.replace("&", "&&"))
                action.triggered.connect(lambda _=False, number=number: self.row_gone.emit(self, number))
        rounds = menu.addMenu("Maximum rounds of tool calls")
        for number in (1, 2, 3, 5, 10, MOST_TOOL_ROUNDS):
            action = rounds.addAction(str(number))
            action.setCheckable(True)
            action.setChecked(number == self._rounds)
            action.triggered.connect(lambda _=False, number=number: self.rounds_wanted.emit(number))
        menu.addSeparator()
        fill_actions(menu, self._place, is_on=self._enabled, act=lambda name: self.action_wanted.emit(self, name))

    def _typed(self) -> None:
        self.changed.emit(self)
        self._judge()

    def _judge(self) -> None:
        self.set_note(tool_fault(self.tool()))


def tool_fault(tool: Tool) -> str:
    """Return a sentence about the first error of a tool, "" for none."""
    if not tool.name:
        return "The tool needs a name, such as lookup_order."
    if not _NAME.fullmatch(tool.name):
        return "A tool name has at most 64 characters: unaccented letters, digits, _ and -."
    if wrong := fault(tool.parameters):
        return f"Parameters: {wrong}"
    for number, row in enumerate(tool.rows, start=1):
        if wrong := fault(row.arguments):
            return f"Arguments of answer {number}: {wrong}"
    return ""
