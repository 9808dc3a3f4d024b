"""An answer as the text that it is.

Invariant: this page shows every answer, of any size, to the byte; it is what all other modes fall back to.
"""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.ui.lanes.answer import AnswerView
from workbench.ui.lanes.reading.page import Page
from workbench.ui.theme import Theme


class TextPage(Page):
    """The exact text."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = AnswerView(theme, parent=self)
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
