"""The undo history of a stand-alone field.

Invariant: the journal records the text without soft breaks, so that undo is exact whatever the layout of the field.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import SignalInstance

from workbench.ui.editor.exact_text import units
from workbench.ui.editor.journal import EditJournal, Kind, Step, TextStep, inverse
from workbench.ui.editor.text_mirror import TextChange


class RecordedField(Protocol):
    """A text field whose edits are recorded, without its soft breaks."""

    @property
    def edited(self) -> SignalInstance:
        """Emitted with an `TextChange` by the user and its `Kind`."""
        ...

    @property
    def cursorPositionChanged(self) -> SignalInstance: ...

    @property
    def undo_wanted(self) -> SignalInstance: ...

    @property
    def redo_wanted(self) -> SignalInstance: ...

    def caret(self) -> int:
        """Return the caret position, in UTF-16 units of the text."""
        ...

    def replace(self, position: int, removed: int, inserted: str, *, quiet: bool = True) -> None:
        """Replace `removed` units at `position` by document text; if quiet, `edited` is not emitted."""
        ...


class FieldHistory:
    """Records the edits of one field, and undoes or redoes them at its request."""

    def __init__(self, field: RecordedField, clock: Callable[[], int] | None = None) -> None:
        """`clock` returns ms of any monotonic clock."""
        self._field = field
        self._clock = clock or (lambda: time.monotonic_ns() // 1_000_000)
        self.journal = EditJournal()
        self._replaying = False
        field.edited.connect(self._record)
        field.cursorPositionChanged.connect(lambda: self.journal.caret(0, field.caret()))
        field.undo_wanted.connect(self.undo)
        field.redo_wanted.connect(self.redo)

    def state(self) -> tuple[bool, bool]:
        """Return whether undo and redo are enabled."""
        return self.journal.can_undo, self.journal.can_redo

    def clear(self) -> None:
        """Drop all steps, after the text was replaced."""
        self.journal.clear()

    def undo(self) -> None:
        """Undo the last step."""
        if (step := self.journal.undo()) is not None:
            self._apply(inverse(step))

    def redo(self) -> None:
        """Redo the step that was undone last."""
        if (step := self.journal.redo()) is not None:
            self._apply(step)

    def _record(self, edit: TextChange, kind: Kind) -> None:
        if not self._replaying:
            self.journal.record(TextStep(0, edit.position, edit.removed, edit.inserted, kind), self._clock())

    def _apply(self, step: Step) -> None:
        assert isinstance(step, TextStep)
        self._replaying = True
        try:
            self._field.replace(step.position, units(step.removed), step.inserted, quiet=False)
        finally:
            self._replaying = False
