"""What a person does to the way an answer is read, and what its pages ask for.

Invariant: a choice that does not apply to an answer now is kept, and takes effect when it does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, get_args

from PySide6.QtWidgets import QApplication

from workbench.ui.widgets.reader.copying import Form, copied
from workbench.ui.widgets.reader.modes import MODES

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow

_REMEMBERED = 200


class ReadingHandlers:
    """Acts on the lanes of a window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._lanes = window.view.lanes
        self._lanes.readings.load(dict(window.frame.reading))
        self._lanes.readings.changed.connect(self._remember)

    def table(self) -> dict[str, Callable[[], object]]:
        """Return a handler for every command about reading and copying."""
        choices = self._lanes.readings
        modes = {f"read_{mode}": self._read(mode) for mode in ("text", "markdown", "json", "steps", "raw")}
        return {
            "copy_answer": lambda: self.copy_as(self._lanes.focused_slot(), "markdown"),
            "copy_text": lambda: self.copy_as(self._lanes.focused_slot(), "text"),
            "copy_json": lambda: self.copy_as(self._lanes.focused_slot(), "json"),
            "read_next": self.read_next,
            "read_automatic": lambda: choices.choose_for_all(""),
            **modes,
        }

    def copy_as(self, slot: str, form: str) -> None:
        """Put a lane's answer on the clipboard as "text", "markdown" or "json"."""
        wanted: Form = next(known for known in get_args(Form) if known == form)
        text = copied(self._lanes.text(slot), wanted)
        if text is None:
            self._window.notices.problem("There is no valid JSON in this answer. Copy it as text instead.")
        else:
            QApplication.clipboard().setText(text)

    def read_next(self) -> None:
        """Read the focused lane in the next mode that applies."""
        column = self._lanes.column(self._lanes.focused_slot())
        if column is None:
            return
        usable = [row.id for row in MODES if row.applies(column.reading.subject)]
        at = usable.index(column.reading.mode) if column.reading.mode in usable else -1
        self._lanes.readings.choose(column.slot, usable[(at + 1) % len(usable)])

    def give(self, slot: str, mode: str) -> None:
        """Give a page what it asked for."""
        shown = self._window.compose.board.shown(slot)
        if mode == "steps" and shown is not None:
            self._lanes.set_reading_data(slot, mode, shown.steps)
        if mode == "raw" and shown is not None:
            from workbench.ui.widgets.wire_dialog import raw_text

            response = shown.result.response if shown.result else None
            self._lanes.set_reading_data(slot, mode, raw_text(shown.wire, shown.marks, response))

    def _remember(self) -> None:
        # The newest choices: lanes come and go.
        self._window.frame.reading = tuple(self._lanes.readings.stored().items())[-_REMEMBERED:]

    def _read(self, mode: str) -> Callable[[], None]:
        return lambda: self._lanes.readings.choose(self._lanes.focused_slot(), mode)
