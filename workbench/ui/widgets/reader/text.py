"""An answer as plain text.

Invariant: this page shows every answer, of any size, exactly; all other modes fall back to it.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from workbench.ui.widgets.reader.answer import AnswerView
from workbench.ui.widgets.reader.page import AnswerViewPage
from workbench.ui.widgets.theme import Theme


class TextPage(AnswerViewPage):
    """The exact text."""

    view: AnswerView

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(AnswerView(theme), parent)
