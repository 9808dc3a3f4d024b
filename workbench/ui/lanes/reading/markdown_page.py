"""The page of rendered Markdown.

Invariant: an answer that cannot be rendered in time is given up and read as text.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from workbench.ui.lanes.reading.markdown import MarkdownView
from workbench.ui.lanes.reading.view_page import ViewPage
from workbench.ui.theme import Theme


class MarkdownPage(ViewPage):
    """Rendered Markdown."""

    view: MarkdownView

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        view = MarkdownView(theme)
        super().__init__(view, parent)
        view.too_much.connect(self.gave_up)
