"""Texts of a run with search matches marked, sized to their content up to a limit, and the cards of answers.

Invariant: matches are marked by colour and underline; gold is reserved for the winner. Copying yields the exact text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.app.history.detail import AnswerCardData
from workbench.core.search.match_marker import Mark, MatchMarker
from workbench.ui.editor.exact_text import encodable
from workbench.ui.features.history.marked_label import mark
from workbench.ui.shell.bars import ElidedText
from workbench.ui.widgets.diff.text import DiffRun, DiffView
from workbench.ui.widgets.reader.answer import AnswerView
from workbench.ui.widgets.reader.markdown import MarkdownView
from workbench.ui.widgets.reader.modes import RENDER_LIMIT
from workbench.ui.widgets.reader.sniff import FormatSniffer
from workbench.ui.widgets.small_controls import breakable, quiet_button
from workbench.ui.widgets.theme import Theme, set_role

_PROMPT_LINES, _ANSWER_LINES = 14, 11
_LOOKED_THROUGH = 200_000
_NARROWEST = 26
"""Minimum width of a card in characters; below it there is only one card per row."""
_TITLES = {"": "{}", "winner": "★ {}", "tie": "{} · tie", "bad": "{} · bad"}


def fit(view: AnswerView, lines: int) -> None:
    """Set the height of a text to its content, at most `lines` lines."""
    layout, block = view.document().documentLayout(), view.document().firstBlock()
    most = view.fontMetrics().lineSpacing() * 1.2 * lines
    height = 0.0
    while block.isValid() and height < most:
        height += layout.blockBoundingRect(block).height()
        block = block.next()
    # The last paragraph includes its bottom margin.
    view.setFixedHeight(math.ceil(min(height, most) + view.document().documentMargin()) + 2)


class FittedDiff(DiffView):
    """The changes of a prompt, sized to their content, with search matches marked."""

    # Class attributes, because the base constructor already fills the document.
    _marker: MatchMarker | None = None
    _marks: tuple[Mark, ...] = ()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, mono=True, parent=parent)
        self._pieces: tuple[DiffRun, ...] = ()
        self.document().setDocumentMargin(8)
        theme.changed.connect(self.fit)

    def show_marked(self, runs: Iterable[DiffRun], marker: MatchMarker | None, *, keep: bool = False) -> None:
        """Show runs with the matches of `marker` marked, scrolled to the first one.

        With `keep` unchanged content keeps its scroll position and selection.
        """
        pieces, self._marker = tuple(runs), marker
        if keep and pieces == self._pieces and self.is_complete and self._marked() == self._marks:
            return
        self._pieces = pieces
        self.show_runs(pieces)
        self.fit()
        if self._marks:
            self.set_place(self._marks[0][0])

    def _insert_slice(self) -> bool:
        more = super()._insert_slice()
        self._marks, place = self._marked(), self._shown.position
        mark(self, self._theme, ((place(start), place(end)) for start, end in self._marks))
        return more

    def _marked(self) -> tuple[Mark, ...]:
        return () if self._marker is None else tuple(self._marker.marks(self._shown.text[:_LOOKED_THROUGH]))

    def fit(self) -> None:
        """Adjust the height to the text."""
        fit(self, _PROMPT_LINES)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()


class MarkedText(AnswerView):
    """An answer with marked ranges."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent=parent)
        self.document().setDocumentMargin(2)
        self._marks: tuple[Mark, ...] = ()
        theme.changed.connect(self._mark)

    def show_marked(self, text: str, marks: tuple[Mark, ...], *, keep: bool = False) -> None:
        """Show a text with these ranges marked, scrolled to the first one.

        With `keep` unchanged content keeps its scroll position and selection.
        """
        if keep and (text, marks) == (self.exact_text, self._marks):
            return
        self.set_text("")
        self.set_text(text)
        self._marks = marks
        self._mark()
        if marks:
            self.set_place(marks[0][0])

    def _mark(self) -> None:
        place = self._shown.position
        mark(self, self._theme, ((place(start), place(end)) for start, end in self._marks))
        fit(self, _ANSWER_LINES)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            fit(self, _ANSWER_LINES)


class RenderedText(MarkdownView):
    """An answer as rendered Markdown, sized to its content."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.textChanged.connect(self.fit)
        theme.changed.connect(self.fit)

    def fit(self) -> None:
        """Set the height to the content, at most that of the lines of an answer."""
        most = self.fontMetrics().lineSpacing() * 1.2 * _ANSWER_LINES
        self.setFixedHeight(math.ceil(min(self.document().size().height(), most)) + 2)

    def showEvent(self, event: QShowEvent) -> None:
        place = self.verticalScrollBar().value()
        super().showEvent(event)
        self.following.go_to(place)  # Qt scrolls to the caret, which is at the end, when the view is first shown

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()


class AnswerCard(QFrame):
    """Title, answer, and costs. `request_wanted(OutputRecord)` is emitted to show its request and response.

    Markdown is rendered, unless matches of a search are to be marked in its text.
    """

    request_wanted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.card = AnswerCardData("", "")
        self.title = ElidedText(role="heading", parent=self)
        self._theme = theme
        self.text = MarkedText(theme, self)
        self.rendered: RenderedText | None = None
        self.said = QLabel(self)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        self.facts = ElidedText(role="small", parent=self)
        self.request = quiet_button("Request", "Request and response", self)
        self.copy = quiet_button("Copy", "Copy the whole answer", self)
        foot = QHBoxLayout()
        foot.addWidget(self.facts, 1)
        foot.addWidget(self.copy)
        foot.addWidget(self.request)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 4)
        layout.setSpacing(4)
        layout.addWidget(self.title)
        layout.addWidget(self.text)
        self._layout = layout
        layout.addWidget(self.said)
        layout.addStretch(1)
        layout.addLayout(foot)
        self.request.clicked.connect(lambda: self.request_wanted.emit(self.card.record))
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(encodable(self.card.whole)))

    def show_card(self, card: AnswerCardData, *, keep: bool = False) -> None:
        """Show an answer; with `keep` an unchanged one keeps its scroll position."""
        self.card = card
        set_role(self.title, "gold" if card.standing == "winner" else "heading")
        self.title.set_full(_TITLES[card.standing].format(card.title))
        text = f"{'…' if card.cut_start else ''}{card.text}{'…' if card.cut_end else ''}"
        shift = int(card.cut_start)
        self.text.setAccessibleName(f"Answer of {card.title}")
        self.text.show_marked(text, tuple((start + shift, end + shift) for start, end in card.marks), keep=keep)
        renders = _is_rendered(card)
        if renders:
            self._render(text)
        if self.rendered is not None:
            self.rendered.setVisible(renders)
        self.text.setVisible(bool(card.text) and not renders)
        set_role(self.said, "error" if card.record is not None and card.record.result.failure else "small")
        self.said.setText(breakable(card.said))
        self.said.setVisible(bool(card.said))
        self.facts.set_full(card.facts, card.brief)
        self.copy.setVisible(bool(card.whole))
        self.copy.setAccessibleName(f"Copy the answer of {card.title}")
        self.request.setVisible(card.record is not None)
        self.request.setAccessibleName(f"Request and response of {card.title}")

    def _render(self, text: str) -> None:
        """Render Markdown; the text is shown instead if that takes too long."""
        if self.rendered is None:
            self.rendered = RenderedText(self._theme, self)
            self.rendered.too_much.connect(self._show_text)
            self._layout.insertWidget(self._layout.indexOf(self.text), self.rendered)
        self.rendered.setAccessibleName(self.text.accessibleName())
        self.rendered.set_text(text)

    def _show_text(self) -> None:
        if self.rendered is not None:
            self.rendered.hide()
            self.text.show()


def _is_rendered(card: AnswerCardData) -> bool:
    if card.marks or len(card.text) > RENDER_LIMIT:
        return False
    sniffer = FormatSniffer()
    sniffer.take(card.text)
    return sniffer.markdown


class AnswerCards(QWidget):
    """Answers side by side if they fit, else stacked."""

    request_wanted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._cards: list[AnswerCard] = []
        self._count = self._shown = self._placed = self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(10)
        self._grid.setColumnStretch(0, 1)
        theme.changed.connect(self._arrange)

    def show_cards(self, cards: tuple[AnswerCardData, ...], *, keep: bool) -> Iterator[None]:
        """Show these answers, one per iteration step, reusing widgets.

        With `keep` old content stays until it is replaced, otherwise it is hidden at once.
        """
        self._count = len(cards)
        self._shown = kept = min(self._shown, self._count) if keep else 0
        for number, card in enumerate(cards):
            if number == len(self._cards):
                made = AnswerCard(self._theme, self)
                made.request_wanted.connect(self.request_wanted)
                self._cards.append(made)
            self._cards[number].show_card(card, keep=number < kept)
            self._shown = max(self._shown, number + 1)
            self._arrange()
            yield

    def shown(self) -> list[AnswerCard]:
        """Return the visible cards in order."""
        return self._cards[: self._shown]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        room = self.width() // max(1, self.fontMetrics().averageCharWidth() * _NARROWEST)
        columns = 2 if room >= 2 and self._count > 1 else 1
        if columns != self._columns:
            for card in self._cards:
                self._grid.removeWidget(card)
            self._columns, self._placed = columns, 0
            self._grid.setColumnStretch(1, 1 if columns == 2 else 0)
        for number in range(self._placed, self._shown):
            self._grid.addWidget(self._cards[number], number // columns, number % columns)
        self._placed = max(self._placed, self._shown)
        for number, card in enumerate(self._cards):
            card.setVisible(number < self._shown)
