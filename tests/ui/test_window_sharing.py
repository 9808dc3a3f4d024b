"""Sharing the shown iteration from the real window: table, picture and page."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from tests.ui.desk import Desk
from tests.ui.history_support import chosen, entered

pytestmark = pytest.mark.window


def test_shown_iteration_is_copied_as_table_and_picture(desk: Desk) -> None:
    view = entered(desk)
    chosen(desk, view, "order-3")
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("before")
    desk.window.actions["share_table"].trigger()
    desk.until(lambda: clipboard.mimeData().hasHtml())
    assert clipboard.text().startswith("**Order status bot · \\#3**")
    desk.window.actions["share_picture"].trigger()
    desk.until(lambda: clipboard.mimeData().hasImage())
    assert clipboard.image().width() == 2400


def test_page_is_saved_without_a_dialog(desk: Desk, home: Path) -> None:
    view = entered(desk)
    chosen(desk, view, "order-3")
    desk.window.actions["share_page"].trigger()
    desk.until(lambda: bool(list(home.glob("**/order-status-bot-3.html"))))
    desk.until(lambda: any("Saved as" in line for line in desk.window.shown_notice.lines()))
