"""A page filled by one view, and the one that shows an answer as plain text.

Invariant: the page has no behaviour of its own; it delegates to its view. `TextPage` shows every answer, of any size,
exactly; all other modes fall back to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.ui.widgets.reader.answer import AnswerView
from workbench.ui.widgets.reader.page import ReadingPage
from workbench.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from workbench.ui.widgets.reader.markdown import MarkdownView


def share_menu(view: AnswerView | MarkdownView) -> None:
    """Let the lane's context menu open over a text without a selection; with one, the text's own menu opens."""

    def choose(marked: bool) -> None:
        policy = Qt.ContextMenuPolicy
        view.setContextMenuPolicy(policy.DefaultContextMenu if marked else policy.NoContextMenu)

    view.copyAvailable.connect(choose)
    choose(False)


class AnswerViewPage(ReadingPage):
    """Delegates everything to `view`."""

    def __init__(self, view: AnswerView | MarkdownView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        share_menu(view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.view.following_changed.connect(self.following_changed)

    def set_text(self, text: str) -> None:
        self.view.set_text(text)

    def append(self, piece: str) -> None:
        self.view.append(piece)

    def set_streaming(self, streaming: bool) -> None:
        self.view.set_streaming(streaming)

    def set_wash(self, wash: tuple[float, float] | None) -> None:
        self.view.set_wash(wash)

    def set_placeholder(self, text: str) -> None:
        self.view.setPlaceholderText(text)

    def tab_stops(self) -> list[QWidget]:
        return [self.view]

    def set_name(self, name: str) -> None:
        self.view.setAccessibleName(name)

    @property
    def is_following(self) -> bool:
        return self.view.is_following

    def go_to_end(self) -> None:
        self.view.go_to_end()

    def place(self) -> int:
        return self.view.place()

    def set_place(self, offset: int) -> None:
        self.view.set_place(offset)

    def has_selection(self) -> bool:
        return self.view.textCursor().hasSelection()


class TextPage(AnswerViewPage):
    """The exact text."""

    view: AnswerView

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(AnswerView(theme), parent)
