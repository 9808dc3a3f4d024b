"""The request and response of an answer, as text.

Invariant: only stored data is shown, from which keys and secret headers were removed before storing.
"""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.ui.widgets.reader.answer import AnswerView
from workbench.ui.widgets.reader.page import ReadingPage
from workbench.ui.widgets.theme import Theme


class RawPage(ReadingPage):
    """Shows request, marks and response, which the window provides on request as one text."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = AnswerView(theme, mono=True, delta=-0.5, parent=self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)

    def set_text(self, text: str) -> None:
        """Do nothing: the response contains the text."""

    def append(self, piece: str) -> None:
        """Do nothing, as above."""

    def refresh(self) -> None:
        self.data_wanted.emit()

    def set_data(self, data: object) -> None:
        self.view.set_text(str(data))

    def set_wash(self, wash: tuple[float, float] | None) -> None:
        self.view.set_wash(wash)

    def set_name(self, name: str) -> None:
        self.view.setAccessibleName(f"Request and response. {name}")

    def tab_stops(self) -> list[QWidget]:
        return [self.view]

    def has_selection(self) -> bool:
        return self.view.textCursor().hasSelection()
