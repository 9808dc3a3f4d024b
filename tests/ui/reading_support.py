"""Pages of formatted answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QWidget

from workbench.ui.widgets.reader.markdown import MarkdownView
from workbench.ui.widgets.theme import Theme


@pytest.fixture
def page(theme: Theme, screen: Callable[[QWidget], QWidget]) -> MarkdownView:
    made = MarkdownView(theme)
    made.resize(320, 400)
    screen(made)
    return made


def copied_text(page: MarkdownView) -> str:
    page.selectAll()
    return page.createMimeDataFromSelection().text()
