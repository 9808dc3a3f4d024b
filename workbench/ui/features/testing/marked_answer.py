"""An answer with the places that checks found, and what is said about it.

Invariant: marks are visible by colour and underline; text is never interpreted as markup.
"""

from __future__ import annotations

import math

from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit

from workbench.core.cost_words import cost_words
from workbench.core.testing.answer_ages import age_in_days, days_ago
from workbench.core.testing.grid import CellDetail
from workbench.ui.widgets.reader.answer import AnswerView


class MarkedAnswer(AnswerView):
    """An answer in which the places are marked that checks found."""

    def mark(self, places: list[tuple[int, int, str]]) -> None:
        """Mark ranges of the answer, in code points, each with the result of its check."""
        selections = []
        for start, end, state in places:
            look = QTextCharFormat()
            ink, ground = ("green", "green_soft") if state == "pass" else ("red", "red_soft")
            look.setBackground(self._theme.color(ground))
            look.setForeground(self._theme.color(ink))
            look.setFontUnderline(True)
            selection = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.document())
            last = self.document().characterCount() - 1
            cursor.setPosition(min(last, self._shown.position(start)))
            cursor.setPosition(min(last, self._shown.position(end)), QTextCursor.MoveMode.KeepAnchor)
            selection.cursor, selection.format = cursor, look
            selections.append(selection)
        self.setExtraSelections(selections)


def places_of(detail: CellDetail) -> list[tuple[int, int, str]]:
    """Return what checks found in an answer: start, end and the result of the check."""
    return [(*one.place, one.state) for one in detail.results if one.place is not None and one.state != "unscored"]


def fit_height(view: AnswerView, lines: int) -> None:
    """Set the height of a text to its content, at most `lines` lines."""
    layout, block = view.document().documentLayout(), view.document().firstBlock()
    most = view.fontMetrics().lineSpacing() * 1.2 * lines
    height = 0.0
    while block.isValid() and height < most:
        height += layout.blockBoundingRect(block).height()
        block = block.next()
    view.setFixedHeight(math.ceil(min(height, most) + 2 * view.document().documentMargin()) + 4)


def about_answer(detail: CellDetail, now: str, *, reused: bool = False, running: bool = False) -> str:
    """Return where an answer comes from, and how old it is; `reused`: an earlier test made it."""
    result = detail.result
    if result is None:
        return "Asked; no answer yet." if running else "Not asked yet."
    parts = [result.model] if result.model else []
    if result.timing.duration is not None:
        parts.append(f"{result.timing.duration / 1000:.1f} s")
    if result.usage.output:
        parts.append(f"{result.usage.output:,} tokens")
    if result.state == "finished":
        parts.append(cost_words(result))
    ago = days_ago(age_in_days(detail.answered_at, now))
    if reused:
        parts.append(f"used again from test {detail.run_number}{', ' if ago else ''}{ago}")
    elif ago:
        parts.append(f"answered {ago}")
    return " · ".join(parts)
