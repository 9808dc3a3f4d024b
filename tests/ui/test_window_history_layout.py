"""The layout of the History view in the real window: columns, headings, shares, and what a screen reader gets."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFontMetrics, QImage
from PySide6.QtWidgets import QApplication

from tests.ui.desk import Desk
from tests.ui.history_support import ALT, entered, searched, shown
from tests.ui.looks import change_scale
from tests.ui.pasts import FIRST, ORDER, Past, answer
from tests.ui.test_accessibility import complaints
from workbench.core.history_columns import COLUMNS, COST, NUMBER, WHEN
from workbench.store.sqlite import sqlite3
from workbench.ui.features.history.table import GAP, MARGIN
from workbench.ui.features.history.view import HistoryView

pytestmark = pytest.mark.window


@pytest.mark.parametrize(
    ("number", "kind"), [pytest.param(12715, "iteration", marks=pytest.mark.deep(only=True)), (1234567, "improve")]
)
def test_long_numbers_and_dates_are_not_elided(desk: Desk, number: int, kind: str) -> None:
    store = desk.open().workbench.store
    past = Past(store, datetime(2022, 11, 20, 20, tzinfo=UTC))
    past.run("old", ORDER, FIRST, answer("It is on its way.", 1234.5678))
    desk.until(lambda: not desk.window.workbench.searcher.behind())
    with sqlite3.connect(desk.db) as connection:
        connection.execute("UPDATE runs SET number = ?, kind = ? WHERE uid = 'old'", (number, kind))
    connection.close()
    desk.press(Qt.Key.Key_3, ALT)
    view = desk.window.views.here()
    assert isinstance(view, HistoryView)
    desk.until(lambda: view.model.rowCount() == 1)
    metrics = QFontMetrics(desk.theme.font(tabular=True))
    for column in (WHEN, NUMBER, COST):
        shown = str(view.model.index(0, column).data())
        room = view.table.columnWidth(column) - GAP - (MARGIN if column == WHEN else 0)
        assert metrics.elidedText(shown, Qt.TextElideMode.ElideRight, room) == shown


@pytest.mark.parametrize("scale", [0.8, 1.0, 2.0])
def test_a_narrow_table_hides_columns_in_their_order_and_cuts_no_title(desk: Desk, scale: float) -> None:
    table, normal = entered(desk).table, desk.theme.font().pointSizeF()
    change_scale(desk.theme, scale)
    desk.until(lambda: desk.theme.font().pointSizeF() == pytest.approx(normal * scale))
    metrics, seen = QFontMetrics(desk.theme.font(-1)), []
    for width in range(2400, 200, -20):
        table.resize(width, 300)
        shown = [place for place in range(len(COLUMNS)) if not table.isColumnHidden(place)]
        hidden = tuple(column.title for place, column in enumerate(COLUMNS) if place not in shown)
        if hidden not in seen:
            seen.append(hidden)
        for place in shown:
            if isinstance(COLUMNS[place].width, str):
                room = table.columnWidth(place) - (MARGIN if place == WHEN else 0)
                assert metrics.horizontalAdvance(COLUMNS[place].title) <= room
    assert seen == [(), ("Change", "Lanes", "Cost")]


def test_f6_and_tab_visit_the_visible_parts(desk: Desk) -> None:
    view = entered(desk)
    header = desk.window.header
    shown(desk, view, "order-4")
    for entry in (view.table, view.detail.restore, None, view.bar.field):
        desk.press(Qt.Key.Key_F6)
        focused = QApplication.focusWidget()
        assert focused is entry if entry is not None else header.isAncestorOf(focused)
    seen = []
    while (stop := QApplication.focusWidget()) not in seen:
        seen.append(stop)
        desk.press(Qt.Key.Key_Tab)
    own = [stop for stop in seen if view.isAncestorOf(stop)]
    assert own[:4] == [view.bar.field, view.bar.saved, view.bar.order, view.table]
    assert all(stop.isVisible() for stop in seen)


@pytest.mark.parametrize(
    "scale",
    [pytest.param(0.8, marks=pytest.mark.deep(only=True)), pytest.param(1.0, marks=pytest.mark.deep(only=True)), 2.0],
)
def test_table_and_detail_keep_their_shares_at_every_text_size(desk: Desk, scale: float) -> None:
    view = entered(desk)
    window = desk.window
    window.frame.resize(1024, 700)
    change_scale(window.theme, scale)
    shown(desk, view, "order-4")
    desk.until(lambda: view.width() == 1024 and abs(view.detail.width() - 1024 * 0.47) < 8)
    detail = view.detail
    buttons = (detail.restore, detail.open, detail.compare)
    desk.until(lambda: all(button.width() >= button.sizeHint().width() for button in buttons))
    for button in buttons:
        assert detail.rect().contains(button.rect().translated(button.mapTo(detail, QPoint())))


def test_column_headings_follow_the_text_size(desk: Desk) -> None:
    view = entered(desk)
    header = view.table.horizontalHeader()

    def height() -> int:
        QApplication.processEvents()
        image = header.grab().toImage()
        paper = image.pixelColor(image.width() - 1, 2)
        inked = [
            y for y in range(image.height() - 3) if any(image.pixelColor(x, y) != paper for x in range(image.width()))
        ]
        return inked[-1] - inked[0] + 1

    before = height()
    change_scale(desk.window.theme, 0.8)
    change_scale(desk.window.theme, 2.0)
    desk.until(lambda: height() > 1.7 * before)
    change_scale(desk.window.theme, 1.0)
    desk.until(lambda: height() == before)


def _ink(image: QImage) -> tuple[int, int]:
    """Return the first and the last column of pixels with a colour other than the paper's."""
    paper = image.pixelColor(image.width() - 1, 0)
    inked = [x for x in range(image.width()) if any(image.pixelColor(x, y) != paper for y in range(image.height()))]
    return inked[0], inked[-1]


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_numbers_end_and_other_texts_begin_below_their_titles(desk: Desk, scale: float) -> None:
    view = entered(desk)
    change_scale(desk.window.theme, scale)
    desk.rest()
    table, header = view.table, view.table.horizontalHeader()
    grabbed = table.viewport().grab().toImage(), header.viewport().grab().toImage()
    for place, column in enumerate(COLUMNS):
        cell = table.visualRect(table.model().index(1, place)).adjusted(0, 2, 0, -2)
        title = QRect(cell.x(), 2, cell.width(), header.height() - 5)
        # Letters have bearings of up to two pixels.
        (text_from, text_to), (from_, to) = (
            _ink(image.copy(at)) for image, at in zip(grabbed, (cell, title), strict=True)
        )
        if column.is_number:
            assert text_to == pytest.approx(to, abs=2)
            assert text_to == pytest.approx(cell.width() - GAP, abs=3)
        else:
            assert text_from == pytest.approx(from_, abs=2)


def test_every_widget_has_an_accessible_name_and_role(desk: Desk) -> None:
    view = entered(desk)
    assert complaints() == []
    desk.type("wi")
    desk.until(lambda: view.bar.field.choices.isVisible())
    assert complaints() == []
    searched(desk, view, "nothing says this")
    assert complaints() == []
