"""Marking of search matches in texts.

Invariant: marks are visible by colour and underline; text is never interpreted as HTML.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QLabel, QTextEdit, QWidget

from workbench.core.search.match_marker import Mark
from workbench.ui.widgets.reader.answer import AnswerView
from workbench.ui.widgets.small_controls import breakable
from workbench.ui.widgets.theme import Theme


def mark(view: AnswerView, theme: Theme, places: Iterable[tuple[int, int]]) -> None:
    """Mark ranges of the document by colour and underline."""
    look = QTextCharFormat()
    look.setBackground(theme.color("warn_soft"))
    look.setForeground(theme.color("warn"))
    look.setFontUnderline(True)
    selections = []
    for start, end in places:
        selection = QTextEdit.ExtraSelection()
        cursor = QTextCursor(view.document())
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        selection.cursor, selection.format = cursor, look
        selections.append(selection)
    view.setExtraSelections(selections)


def marked(view: AnswerView) -> list[str]:
    """Return the marked texts of a view."""
    return [selection.cursor.selectedText() for selection in view.extraSelections()]


class MarkedLabel(QLabel):
    """A label of several lines with marked ranges."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = ""
        self._marks: tuple[Mark, ...] = ()
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        theme.changed.connect(self._show)

    def show_marked(self, text: str, marks: Sequence[Mark] = ()) -> None:
        """Show a text with these ranges marked."""
        self._text, self._marks = text, tuple(marks)
        self._show()

    def words(self) -> str:
        """Return the text."""
        return self._text

    def marked(self) -> list[str]:
        """Return the marked texts."""
        return [self._text[start:end] for start, end in self._marks]

    def _show(self) -> None:
        self.setAccessibleName(self._text)
        if not self._marks:
            self.setTextFormat(Qt.TextFormat.PlainText)
            self.setText(breakable(self._text))
            return
        color = self._theme.color
        look = f"background:{color('warn_soft').name()};color:{color('warn').name()}"
        parts, at = [], 0
        for start, end in self._marks:
            parts += [_escaped(self._text[at:start]), f'<u style="{look}">{_escaped(self._text[start:end])}</u>']
            at = end
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setText("".join([*parts, _escaped(self._text[at:])]))


def _escaped(text: str) -> str:
    return html.escape(breakable(text)).replace("\n", "<br>")
