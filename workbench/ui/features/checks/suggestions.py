"""Suggested checks below the list, each with a button that adds it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from workbench.core.check_words import lines
from workbench.core.checks.suggestions import CheckSuggestion
from workbench.core.visible_text import visible_note
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.small_controls import breakable


class SuggestionList(QWidget):
    """At most five suggestions; hidden while there are none."""

    add_wanted = Signal(object)
    """Check"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._suggestions: tuple[CheckSuggestion, ...] = ()
        self._rows = QWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addWidget(label("SUGGESTED BY THE SHOWN ANSWERS", "section"))
        column.addWidget(self._rows)
        self.hide()

    def show_suggestions(self, suggestions: Sequence[CheckSuggestion], *, can_add: bool) -> None:
        """Show suggestions, best first."""
        if tuple(suggestions) == self._suggestions:
            return
        self._suggestions = tuple(suggestions)
        rows, column = QWidget(), self.layout()
        assert column is not None
        grid = QGridLayout(rows)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setColumnStretch(0, 1)
        for at, one in enumerate(self._suggestions):
            words = lines(one.check)[0].text
            told = label(breakable(visible_note(one.sentence)), "small")
            adds = button("Add", partial(self.add_wanted.emit, one.check), "quiet", f"Add the check: {words}")
            adds.setToolTip(f"Adds “{one.check.type}”")
            adds.setEnabled(can_add)
            grid.addWidget(told, at, 0)
            grid.addWidget(adds, at, 1)
        old, self._rows = self._rows, rows
        column.replaceWidget(old, rows)
        old.hide()
        old.deleteLater()
        self.setVisible(bool(suggestions))

    def sentences(self) -> list[str]:
        """Return the shown sentences."""
        return [one.sentence for one in self._suggestions]
