"""An answer as the text that it is.

Invariant: this page shows every answer, of any size, to the byte; it is what all other modes fall back to.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from workbench.ui.theme import Theme
from workbench.ui.widgets.reader.answer import AnswerView
from workbench.ui.widgets.reader.view_page import ViewPage


class TextPage(ViewPage):
    """The exact text."""

    view: AnswerView

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(AnswerView(theme), parent)
