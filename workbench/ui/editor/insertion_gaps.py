"""The gaps of an inserted text, and the keys that move between them.

Invariant: while gaps are open, Tab, Shift+Tab and Esc act only on them. They close when the caret reaches the last one,
the focus leaves the message, or the message is changed other than by typing. Gaps never change the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent

from workbench.ui.editor.block import MessageBlock
from workbench.ui.editor.exact_text import from_document, to_document, units
from workbench.ui.editor.field import ExactField
from workbench.ui.editor.journal import TextStep
from workbench.ui.editor.text_mirror import TextChange

if TYPE_CHECKING:
    from workbench.core.techniques import CaretPlace, Insertion


class InsertionGaps(QObject):
    """The open gaps of at most one message."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._block: MessageBlock | None = None
        self._spans: list[tuple[int, int]] = []
        self._at = 0

    def open(self, block: MessageBlock, found: Insertion) -> None:
        """Open the gaps of the text inserted into `block`, and select the first."""
        self.close()
        text = block.field.exact()
        self._spans = [(_units(text, gap.start), _units(text, gap.end)) for gap in found.gaps]
        if not self._spans:
            return
        self._block, self._at = block, 0
        field = block.field
        field.installEventFilter(self)
        field.edited.connect(self._edited)
        field.focus_changed.connect(self._focus_changed)
        block.destroyed.connect(self._gone)
        self._show()

    def close(self) -> None:
        """Close the gaps and release the keys."""
        block, self._block = self._block, None
        if block is None:
            return
        block.field.removeEventFilter(self)
        block.field.edited.disconnect(self._edited)
        block.field.focus_changed.disconnect(self._focus_changed)
        block.destroyed.disconnect(self._gone)
        block.hint("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or self._block is None:
            return False
        step = _step(event)
        if step is None:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() != QEvent.Type.KeyPress:
            return False
        if step:
            self._at = max(0, self._at + step)
            self._show()
        else:
            self.close()
        return True

    def _show(self) -> None:
        block = self._block
        if block is None:
            return
        start, end = self._spans[self._at]
        block.field.select(start, end - start)
        count = len(self._spans)
        if self._at == count - 1:
            self.close()
        else:
            block.hint(f"Gap {self._at + 1} of {count}: type. Tab: next, Shift+Tab: previous, Esc: done.")

    def _edited(self, edit: TextChange, _: str) -> None:
        start, removed = edit.position, units(edit.removed)
        end, by = start + removed, units(edit.inserted) - removed
        own_start, own_end = self._spans[self._at]
        inside = own_start <= start and end <= own_end
        spans = []
        for index, (first, last) in enumerate(self._spans):
            if index == self._at and inside:
                spans.append((first, last + by))
            elif first >= end and not (first == start == end and index < self._at):
                spans.append((first + by, last + by))
            elif last <= start:
                spans.append((first, last))
            else:
                self.close()
                return
        self._spans = spans

    def _focus_changed(self) -> None:
        block = self._block
        if block is not None and block.window().focusWidget() is not block.field:
            self.close()

    def _gone(self) -> None:
        self._block = None


def text_step(block: MessageBlock, found: Insertion) -> TextStep:
    """Return the step that inserts `found` into the message of `block`."""
    position = _units(block.field.exact(), found.offset)
    return TextStep(block.key, position, to_document(found.removed), to_document(found.text))


def caret_of(field: ExactField, index: int) -> CaretPlace:
    """Return caret and selection of message `index` in code points."""
    from workbench.core.techniques import CaretPlace  # lazy: not needed before the first paint

    raw = field.document_text()
    start, end = field.selection()
    return CaretPlace(index, len(from_document(_part(raw, 0, start))), len(from_document(_part(raw, 0, end))))


def selected(field: ExactField) -> str:
    """Return the selected text, exact; "" for none."""
    return from_document(_part(field.document_text(), *field.selection()))


def _part(raw: str, start: int, end: int) -> str:
    """Return the text between two positions in UTF-16 units."""
    if raw.isascii():
        return raw[start:end]
    return raw.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le", "ignore")


def _units(text: str, at: int) -> int:
    return units(to_document(text[:at]))


def _step(event: QKeyEvent) -> int | None:
    """Return by how many gaps a key moves, 0 to close them, None for other keys."""
    held = event.modifiers()
    if event.key() == Qt.Key.Key_Backtab or (
        event.key() == Qt.Key.Key_Tab and held == Qt.KeyboardModifier.ShiftModifier
    ):
        return -1
    if held != Qt.KeyboardModifier.NoModifier:
        return None
    return {Qt.Key.Key_Tab: 1, Qt.Key.Key_Escape: 0}.get(Qt.Key(event.key()))
