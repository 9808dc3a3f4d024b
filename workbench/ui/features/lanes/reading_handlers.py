"""Copying answers, choosing view modes, and loading data for their pages.

Invariant: a mode that does not apply to the current answer is remembered and takes effect when it applies.
"""

from __future__ import annotations

from typing import get_args

from PySide6.QtWidgets import QApplication

from workbench.app.lanes.lane_presenter import LanePresenter
from workbench.ui.features.lanes.view import LanesView
from workbench.ui.shell.rooms import RemembersSettings
from workbench.ui.shell.services import Services
from workbench.ui.widgets.reader.answer_kind import Form, copied
from workbench.ui.widgets.reader.modes import MODES

_REMEMBERED = 200
_FORMS: dict[Form, str] = {"text": "plain text", "markdown": "answer", "json": "JSON"}
"""What people call the forms in which an answer is copied."""


class ReadingHandlers:
    """Acts on the lanes of one view. Chosen modes are restored at the next start."""

    def __init__(
        self, services: Services, view: LanesView, board: LanePresenter, remembered: RemembersSettings
    ) -> None:
        self._notices, self._lanes, self._board, self._remembered = services.notices, view, board, remembered
        self._lanes.readings.load(dict(remembered.settings.reading))
        self._lanes.readings.changed.connect(self._remember)

    def copy(self, form: str) -> None:
        """Copy the focused lane's answer to the clipboard as "text", "markdown" or "json"."""
        self.copy_as(self._lanes.focused_slot(), form)

    def copy_exact(self, slot: str) -> None:
        """Copy a lane's answer to the clipboard, byte for byte."""
        if (shown := self._board.shown(slot)) is not None:
            self._copy(slot, shown.text, "answer")

    def copy_as(self, slot: str, form: str) -> None:
        """Copy a lane's answer to the clipboard as "text", "markdown" or "json"."""
        wanted: Form = next(known for known in get_args(Form) if known == form)
        text = copied(self._lanes.text(slot), wanted)
        if text is None:
            self._notices.problem("There is no valid JSON in this answer. Copy it as text instead.")
        else:
            self._copy(slot, text, _FORMS[wanted])

    def _copy(self, slot: str, text: str, what: str) -> None:
        QApplication.clipboard().setText(text)
        self._notices.brief("copied", f"{self._lanes.name_of(slot)}: {what} copied.")

    def read(self, mode: str) -> None:
        """Show the focused lane in a mode."""
        self._lanes.readings.choose(self._lanes.focused_slot(), mode)

    def read_automatic(self) -> None:
        """Show every lane in the mode that suits its text."""
        self._lanes.readings.choose_for_all("")

    def read_next(self) -> None:
        """Switch the focused lane to its next applicable mode."""
        column = self._lanes.column(self._lanes.focused_slot())
        if column is None:
            return
        usable = [row.id for row in MODES if row.applies(column.reading.subject)]
        at = usable.index(column.reading.mode) if column.reading.mode in usable else -1
        self._lanes.readings.choose(column.slot, usable[(at + 1) % len(usable)])

    def give(self, slot: str, mode: str) -> None:
        """Provide the data that a page requested."""
        shown = self._board.shown(slot)
        if mode == "steps" and shown is not None:
            self._lanes.set_reading_data(slot, mode, shown.steps)
        if mode == "raw" and shown is not None:
            from workbench.ui.widgets.wire_dialog import raw_text

            response = shown.result.response if shown.result else None
            self._lanes.set_reading_data(slot, mode, raw_text(shown.wire, shown.marks, response))

    def _remember(self) -> None:
        # Only the newest choices, because lanes come and go.
        newest = tuple(self._lanes.readings.stored().items())[-_REMEMBERED:]
        self._remembered.settings = self._remembered.settings._replace(reading=newest)
