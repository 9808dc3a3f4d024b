"""The row above the table: search field, number of hits, order, and below it the parts of the query not understood.

Invariant: every input is searched; parts that were not understood are listed, together with the effective query.
"""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.core.search.parser import as_typed
from workbench.core.search.results import Order
from workbench.ui.features.history.field import Complete, SearchField
from workbench.ui.widgets.controls import opens_menu
from workbench.ui.widgets.small_controls import breakable, quiet_button
from workbench.ui.widgets.theme import Theme, set_role
from workbench.usecases.searcher import SearchPage

_NARROW = 84
"""Width in characters below which the field and the count are stacked."""
_TELL_AFTER_MS = 300
"""Delay before a running search is announced."""

_MOST_SAID = 3
"""Maximum number of complaints shown, to leave room for the table."""
_MOST_CHARACTERS = 200
"""Maximum length of the effective query shown, in characters."""


class SearchBar(QWidget):
    """Search field with its controls. `changed(query, order)` is emitted when the query or the order changes.

    The last word of the field matches as a beginning, so that results appear while it is typed.
    """

    changed = Signal(str, str)

    def __init__(self, theme: Theme, complete: Complete, over: QWidget) -> None:
        super().__init__(over)
        self.field = SearchField(theme, complete, over)
        self.count = QLabel(self)
        set_role(self.count, "pill")
        self.order = QComboBox(self)
        self.order.setAccessibleName("Order")
        self.order.addItem("Newest first", "newest")
        self.order.addItem("Oldest first", "oldest")
        self.order.addItem("Best match", "best")
        self.order.setToolTip("Best match lists runs first in which the words appear often and close together")
        self.saved = quiet_button("Saved ▾", "Save this search, or open a saved one", self)
        opens_menu(self.saved)
        self._said = QLabel(self)
        self._said.setTextFormat(Qt.TextFormat.PlainText)
        self._said.setWordWrap(True)
        set_role(self._said, "small")
        self._said.hide()
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(_TELL_AFTER_MS)
        self._late.timeout.connect(lambda: self.count.setText("Searching…"))
        self._rows = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._rows.setSpacing(8)
        beside = QHBoxLayout()
        beside.setSpacing(8)
        beside.addWidget(self.count)
        beside.addStretch(1)
        beside.addWidget(self.saved)
        beside.addWidget(self.order)
        self._rows.addWidget(self.field, 1)
        self._rows.addLayout(beside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 8)
        layout.setSpacing(6)
        layout.addLayout(self._rows)
        layout.addWidget(self._said)
        self.field.textChanged.connect(lambda _: self._changed())
        self.order.currentIndexChanged.connect(lambda _: self._changed())

    def chosen_order(self) -> Order:
        """Return the selected order."""
        return cast(Order, self.order.currentData())

    def said(self) -> str:
        """Return the text below the field, "" for none."""
        return "" if self._said.isHidden() else self._said.text()

    def show_found(self, found: SearchPage) -> None:
        """Show the number of hits, and the parts that were not understood."""
        self._late.stop()
        total = found.page.total
        self.count.setText(f"{total.words} · {found.took_ms} ms" if total is not None else "")
        self.count.setVisible(total is not None)
        sentences = [complaint.sentence for complaint in found.complaints]
        if len(sentences) > _MOST_SAID:
            sentences[_MOST_SAID:] = [f"{len(sentences) - _MOST_SAID:,} more places like these."]
        if found.complaints:
            cut = found.text if len(found.text) <= _MOST_CHARACTERS else f"{found.text[:_MOST_CHARACTERS]}…"
            sentences.append(f"Searched: {cut}" if cut else "All runs are shown.")
        self._say([*sentences, *found.remarks])

    def show_refusal(self, sentence: str) -> None:
        """Show why the search failed."""
        self._late.stop()
        self.count.hide()
        self._say([sentence])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # In a narrow view the field gets a row of its own, so that the query stays readable.
        narrow = event.size().width() < _NARROW * self.fontMetrics().averageCharWidth()
        direction = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if direction != self._rows.direction():
            self._rows.setDirection(direction)

    def _say(self, sentences: list[str]) -> None:
        self._said.setText(breakable("\n".join(sentences)))
        self._said.setVisible(bool(sentences))

    def _changed(self) -> None:
        self._late.start()
        self.changed.emit(as_typed(self.field.text()), self.chosen_order())
