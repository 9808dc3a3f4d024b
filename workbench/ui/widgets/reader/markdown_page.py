"""The page of rendered Markdown.

Invariant: an answer that cannot be rendered in time is shown as text instead.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from workbench.ui.widgets.reader.markdown import MarkdownView
from workbench.ui.widgets.reader.page import AnswerViewPage
from workbench.ui.widgets.theme import Theme


class MarkdownPage(AnswerViewPage):
    """Rendered Markdown."""

    view: MarkdownView

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        view = MarkdownView(theme)
        super().__init__(view, parent)
        view.too_much.connect(self.gave_up)
