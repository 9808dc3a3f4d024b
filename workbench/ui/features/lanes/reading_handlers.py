"""What a person does to the way an answer is read, and what its pages ask for.

Invariant: a choice that does not apply to an answer now is kept, and takes effect when it does.
"""

from __future__ import annotations

from typing import get_args

from PySide6.QtWidgets import QApplication

from workbench.app.lanes.board import Board
from workbench.ui.features.lanes.view import LanesView
from workbench.ui.shell.rooms import RemembersSettings
from workbench.ui.shell.services import Services
from workbench.ui.widgets.reader.copying import Form, copied
from workbench.ui.widgets.reader.modes import MODES

_REMEMBERED = 200


class ReadingHandlers:
    """Acts on the lanes of one view. What a person chose is kept for the next start."""

    def __init__(self, services: Services, view: LanesView, board: Board, remembered: RemembersSettings) -> None:
        self._notices, self._lanes, self._board, self._remembered = services.notices, view, board, remembered
        self._lanes.readings.load(dict(remembered.settings.reading))
        self._lanes.readings.changed.connect(self._remember)

    def copy(self, form: str) -> None:
        """Put the focused lane's answer on the clipboard as "text", "markdown" or "json"."""
        self.copy_as(self._lanes.focused_slot(), form)

    def copy_exact(self, slot: str) -> None:
        """Put a lane's answer on the clipboard, to the byte."""
        if (shown := self._board.shown(slot)) is not None:
            QApplication.clipboard().setText(shown.text)

    def copy_as(self, slot: str, form: str) -> None:
        """Put a lane's answer on the clipboard as "text", "markdown" or "json"."""
        wanted: Form = next(known for known in get_args(Form) if known == form)
        text = copied(self._lanes.text(slot), wanted)
        if text is None:
            self._notices.problem("There is no valid JSON in this answer. Copy it as text instead.")
        else:
            QApplication.clipboard().setText(text)

    def read(self, mode: str) -> None:
        """Read the focused lane in a mode."""
        self._lanes.readings.choose(self._lanes.focused_slot(), mode)

    def read_automatic(self) -> None:
        """Read all lanes as their text suggests."""
        self._lanes.readings.choose_for_all("")

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
        shown = self._board.shown(slot)
        if mode == "steps" and shown is not None:
            self._lanes.set_reading_data(slot, mode, shown.steps)
        if mode == "raw" and shown is not None:
            from workbench.ui.widgets.wire_dialog import raw_text

            response = shown.result.response if shown.result else None
            self._lanes.set_reading_data(slot, mode, raw_text(shown.wire, shown.marks, response))

    def _remember(self) -> None:
        # The newest choices: lanes come and go.
        newest = tuple(self._lanes.readings.stored().items())[-_REMEMBERED:]
        self._remembered.settings = self._remembered.settings._replace(reading=newest)
