"""The section of the output format in the editor.

Invariant: a schema is kept as typed, even while it is not valid JSON; a note reports the error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from workbench.core.blocks import OutputFormat, OutputKind
from workbench.core.json_parts import fault
from workbench.ui.editor.section import PartSection, bring
from workbench.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from workbench.formats.pasted_parts import PastedParts

FIRST_SCHEMA = """{
  "type": "object",
  "properties": {
    "answer": {"type": "string"}
  },
  "required": ["answer"],
  "additionalProperties": false
}"""
"""The text of a new schema: the smallest one that every provider accepts in strict mode."""
_HINTS: dict[OutputKind, str] = {"json": "· any JSON", "schema": "· JSON Schema"}


class OutputSection(PartSection):
    """The output format of the answers."""

    changed = Signal(object)
    """OutputFormat, after the user typed."""
    wanted = Signal(object)
    """OutputFormat or None, as chosen in the menu."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._kind: OutputKind = "json"
        self.title.setText("Output format")
        self.more.setToolTip("Change or remove the output format")
        self.more.setAccessibleName("Actions for the output format")
        self.name = self.add_row("name", "Name of the schema")
        self.name.setPlaceholderText("answer")
        self.schema = self.add_row("schema", "JSON Schema of the answer")
        self.schema.setPlaceholderText('{"type": "object", …}')
        for field in self.fields:
            field.edited.connect(lambda _edit, _kind: self._typed())

    def output(self) -> OutputFormat:
        """Return the output format from the fields."""
        return OutputFormat(self._kind, self.schema.exact(), self.name.exact())

    def show_output(self, output: OutputFormat) -> None:
        """Show an output format."""
        self._kind = output.kind
        self.set_hint(_HINTS[output.kind])
        bring(self.name, output.name)
        bring(self.schema, output.schema)
        for field in self.fields:
            self.set_row_shown(field, output.kind == "schema")
        self._judge()

    def gives_way_to(self, found: PastedParts) -> bool:
        untouched = (OutputFormat("schema"), OutputFormat("schema", FIRST_SCHEMA))
        return found.output is not None and self.output() in untouched

    def fill_menu(self, menu: QMenu) -> None:
        kinds: tuple[tuple[str, OutputKind], ...] = (("Any JSON", "json"), ("JSON Schema", "schema"))
        for text, kind in kinds:
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(kind == self._kind)
            action.triggered.connect(lambda _=False, kind=kind: self.wanted.emit(self.as_kind(kind)))
        menu.addSeparator()
        if self._kind == "schema":
            menu.addAction("Edit as a form…").triggered.connect(lambda: self.edit_as_form(self.schema, "Output format"))
        menu.addAction("Remove").triggered.connect(lambda: self.wanted.emit(None))

    def as_kind(self, kind: OutputKind) -> OutputFormat:
        """Return the format as another kind, including its schema, so that changing back restores it."""
        schema = self.schema.exact() or (FIRST_SCHEMA if kind == "schema" else "")
        return OutputFormat(kind, schema, self.name.exact())

    def _typed(self) -> None:
        self.changed.emit(self.output())
        self._judge()

    def _judge(self) -> None:
        schema = self.schema.exact()
        if self._kind != "schema":
            self.set_note("")
        elif not schema.strip():
            self.set_note("A schema is missing. Write one, or choose “Any JSON” in the menu.")
        else:
            self.set_note(fault(schema))
