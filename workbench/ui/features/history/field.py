"""The search field.

Invariant: positions in the text count Python characters, not Qt's UTF-16 units. Completions that arrive late, for
another text, are dropped.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from workbench.core.search.completion import QueryCompletion, QueryCompletionItem
from workbench.ui.editor.exact_text import units
from workbench.ui.features.history.suggestions import SearchSuggestions
from workbench.ui.widgets.small_controls import clearable
from workbench.ui.widgets.theme import Theme

Complete = Callable[[str, int, Callable[[QueryCompletion], None]], None]
"""(text, caret, then): compute the completions at the caret in the background and pass them to `then`."""
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
PLACEHOLDER = "Words, “phrases”, begin*, model:…, winner:yes, cost:>0.01"


class SearchField(QLineEdit):
    """Searches on every edit; Down moves the focus to the results."""

    left_downwards = Signal()
    entered = Signal()

    def __init__(self, theme: Theme, complete: Complete, over: QWidget) -> None:
        """The completion popup floats over the widget `over`."""
        super().__init__()
        self._theme, self._complete = theme, complete
        self._completion = QueryCompletion(0, 0)
        self.choices = SearchSuggestions(theme, over)
        self.choices.taken.connect(self.take)
        self.setAccessibleName("Search the history")
        self.setPlaceholderText(PLACEHOLDER)
        clearable(self)
        self.textEdited.connect(lambda _: self.ask())
        theme.changed.connect(self._restyle)
        self._restyle()

    def caret(self) -> int:
        """Return the position of the caret in Python characters."""
        raw = self.text().encode("utf-16-le", "surrogatepass")[: 2 * self.cursorPosition()]
        return len(raw.decode("utf-16-le", "surrogatepass"))

    def ask(self, *, wanted: bool = False) -> None:
        """Request completions at the caret; with no word begun they are offered only if explicitly `wanted`."""
        text, caret = self.text(), self.caret()

        def show(completion: QueryCompletion) -> None:
            if (text, caret) != (self.text(), self.caret()) or not self.hasFocus():
                return
            begun = text[completion.start : caret]
            has_begun = bool(begun) or text[:caret].endswith(":")
            choices = [choice for choice in completion.choices if choice.text != begun]
            self._completion = completion
            self.choices.offer(choices if has_begun or wanted else (), self._place(completion.start))

        self._complete(text, caret, show)

    def take(self, choice: QueryCompletionItem) -> None:
        """Insert a completion as an undoable edit, and request the next ones."""
        text, found = self.text(), self._completion
        start, end = units(text[: found.start]), units(text[: found.end])
        self.setSelection(start, end - start) if end > start else self.setCursorPosition(start)
        closed = not choice.text.endswith(":")
        at_end = found.end >= len(text)
        self.insert(choice.text + (" " if closed and at_end else ""))
        self.choices.hide()
        if not closed:
            self.ask()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        down = event.key() == Qt.Key.Key_Down
        if down and held == Qt.KeyboardModifier.AltModifier:
            self.ask(wanted=True)
        elif held or event.key() not in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Escape, *_ENTER):
            super().keyPressEvent(event)
        elif self.choices.isVisible():
            self._in_choices(event)
        elif down:
            self.left_downwards.emit()
        elif event.key() in _ENTER:
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and self.choices.isVisible():
            if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
                # Otherwise the window's own Esc would leave the view.
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab and not event.modifiers():
                self.take(self.choices.first())
                return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.choices.hide()

    def _in_choices(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.choices.step(1 if event.key() == Qt.Key.Key_Down else -1)
            return
        chosen = self.choices.current()
        self.choices.hide()
        if event.key() in _ENTER:
            if chosen is None:
                self.entered.emit()
            else:
                self.take(chosen)

    def _place(self, start: int) -> QPoint:
        """Return the position of a popup for the text from `start` on."""
        over = self.choices.parentWidget()
        assert over is not None
        before = self.fontMetrics().horizontalAdvance(self.text()[:start])
        caret = self.cursorRect().right()
        left = min(before + 8, caret) if self.text() else 0
        return self.mapTo(over, QPoint(left, self.height() + 2))

    def _restyle(self) -> None:
        self.setFont(self._theme.mono(-0.5))
