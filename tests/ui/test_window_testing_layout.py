"""Where the parts of the Test view stand: nothing moves while tests run, and texts have room in small windows."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from tests.app.testing.standin_source import StandInSuites
from tests.ui import desk as desks
from tests.ui.desk import Desk
from tests.ui.looks import change_scale
from tests.ui.test_window_testing import opened
from workbench.app.testing.grid_model import FIRST, TAG
from workbench.app.testing.row_filters import FILTER_TITLES
from workbench.core.testing.grid import GridCounts, GridQuery, RowFilter
from workbench.ui.composition import FEATURES
from workbench.ui.features.testing import feature
from workbench.ui.features.testing.view import TestView
from workbench.ui.shell.feature import FeatureSet

pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("does not support", extend=True)]
WIDE, SMALL = (1440, 900), (1024, 700)
TAGS = (("delay", 8), ("order", 12))


def stand_in(monkeypatch: pytest.MonkeyPatch, made: StandInSuites) -> StandInSuites:
    rest = [one for one in FEATURES if one.id != "testing"]
    monkeypatch.setattr(desks, "FEATURES", FeatureSet((*rest, feature(lambda _: made))))
    return made


def counts(**rows: int) -> GridCounts:
    numbers = {kind: rows.get(kind, 0) for kind in FILTER_TITLES}
    return GridCounts(numbers, TAGS)


def shown_filters(view: TestView) -> list[RowFilter]:
    return [kind for kind, made in view.filters.filters.items() if made.isVisible()]


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_grid_stays_where_it_is_when_a_run_starts_and_ends(
    monkeypatch: pytest.MonkeyPatch, desk: Desk, size: tuple[int, int]
) -> None:
    stand_in(monkeypatch, StandInSuites(48))
    view, places = opened(desk, size), []
    few, all_ = counts(all=48), counts(**dict.fromkeys(FILTER_TITLES, 48))
    for shown, live in ((few, False), (few, True), (all_, True), (all_, False), (counts(all=48, failed=3), False)):
        view.filters.show_counts(shown, GridQuery(), live=live)
        desk.rest()
        places.append(view.grid.mapTo(view, QPoint(0, 0)).y())
        in_menu = [action.text() for action in view.filters.overflow.actions()]
        known = [*shown_filters(view), *(kind for kind, title in FILTER_TITLES.items() if f"{title} 48" in in_menu)]
        wanted = list(FILTER_TITLES) if shown is all_ else ["all", "failed"] if not live else known
        assert sorted(known) == sorted(wanted), "every filter is shown or in the menu"
        for made in (*view.filters.filters.values(), view.filters.more, view.filters.tag, view.filters.probe):
            right = made.mapTo(view.filters, QPoint(made.width(), 0)).x()
            assert not made.isVisible() or right <= view.filters.width()
    assert len(set(places)) == 1


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_sentence_leaves_the_grid_in_place_from_the_start_of_a_run_to_its_report(
    monkeypatch: pytest.MonkeyPatch, desk: Desk, size: tuple[int, int]
) -> None:
    source = stand_in(monkeypatch, StandInSuites(48, held_out=0, answered=0))
    view, tops = opened(desk, size), set[int]()
    suites = view.suites

    def look() -> None:
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        tops.add(view.grid.mapTo(view, QPoint(0, 0)).y())

    desk.rest()
    look()
    suites.act("start")
    desk.until(lambda: suites.is_running)
    assert view.card.words() == "So far: nothing to compare yet."
    suites.figures.report = None
    look()
    for changed in (suites.changed, suites.figures.reported, suites.figures.counted):
        changed.connect(look)
    source.advance(source.total)
    desk.until(lambda: not suites.is_running and suites.figures.report is not None)
    desk.until(lambda: not view.card.words().startswith("So far"))
    desk.rest()
    look()
    assert len(tops) == 1


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_heads_show_further_figures_on_request(monkeypatch: pytest.MonkeyPatch, desk: Desk, scale: float) -> None:
    stand_in(monkeypatch, StandInSuites(48))
    change_scale(desk.theme, scale)
    view = opened(desk)
    heads, line = view.grid.answers.heads, QFontMetrics(desk.theme.font(-1)).height()
    desk.rest()
    calm = heads.height()
    assert [head.measures[0].startswith("score 0.") for head in view.suites.heads()] == [True] * 3
    assert view.suites.heads()[0].measures[1].startswith("quartiles ")
    assert [head.measures[2].endswith(" % unscored") for head in view.suites.heads()] == [True] * 3
    painted: dict[str, int] = {}
    paint = heads._text

    def note(painter: QPainter, room: QRect, text: str, *rest: Any, **more: Any) -> int:
        painted[text] = room.bottom()
        return paint(painter, room, text, *rest, **more)

    monkeypatch.setattr(heads, "_text", note)
    desk.window.command("head_figures")
    desk.until(lambda: heads.height() == calm + 3 * line == view.grid.names.heads.height())
    painted.clear()
    heads.viewport().repaint()
    assert set(view.suites.heads()[0].measures) <= set(painted)
    assert max(painted.values()) < heads.height()
    assert view.filters.detailed.isChecked()
    desk.window.command("head_figures")
    desk.until(lambda: heads.height() == calm)
    painted.clear()
    heads.viewport().repaint()
    assert not set(view.suites.heads()[0].measures) & set(painted)


def test_filters_in_the_menu_can_be_chosen_and_are_shown_then(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    stand_in(monkeypatch, StandInSuites(48))
    view, chosen = opened(desk), []
    view.filters.rows_chosen.connect(chosen.append)
    several = counts(**dict.fromkeys(FILTER_TITLES, 48))
    view.filters.show_counts(several, GridQuery(), live=False)
    desk.rest()
    assert "overruled" not in shown_filters(view)
    (entry,) = (action for action in view.filters.overflow.actions() if action.text() == "Overruled 48")
    entry.trigger()
    assert chosen == ["overruled"]
    desk.until(lambda: view.suites.query.rows == "overruled")
    view.filters.show_counts(several, GridQuery("overruled"), live=False)
    desk.rest()
    assert view.filters.filters["overruled"].isVisible()
    assert view.filters.filters["overruled"].isChecked()


def test_long_names_take_two_lines_and_short_ones_one(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    source = stand_in(monkeypatch, StandInSuites(48))
    view = opened(desk)
    metrics = QFontMetrics(view.grid._of_names.body)
    assert view.grid._of_names.lines == view.grid._of_cells.lines == 2
    assert view.grid._of_names.row_height >= 2 * metrics.lineSpacing()
    assert view.grid.answers.rowHeight(0) == view.grid.names.rowHeight(0) == view.grid._of_names.row_height
    tall = view.grid._of_names.row_height
    monkeypatch.setattr("tests.app.testing.standin_source.NAMES", (("short", "x"),))
    source.cases = 12
    view.suites.choose_rows("failed")
    desk.until(lambda: view.suites.model.is_complete)
    desk.until(lambda: view.grid._of_names.lines == 1)
    assert view.grid.answers.rowHeight(0) == view.grid._of_names.row_height < tall


def whole_columns(view: TestView) -> int:
    """Return how many columns of answers are completely visible; none may be visible in part."""
    table = view.grid.answers
    columns = range(FIRST, view.suites.pivot.columnCount())
    lefts = [table.columnViewportPosition(column) for column in columns]
    widths = [table.columnWidth(column) for column in columns]
    inside = [left + width <= table.viewport().width() for left, width in zip(lefts, widths, strict=True)]
    # The remainder of the division of the width.
    begun = [left < table.viewport().width() - sum(inside) for left in lefts]
    assert begun == inside, "a column is cut"
    return sum(inside)


def test_two_columns_fit_usefully_beside_the_pane_in_a_small_window(
    monkeypatch: pytest.MonkeyPatch, desk: Desk
) -> None:
    stand_in(monkeypatch, StandInSuites(48))
    view = opened(desk, SMALL)
    view.open_pane()
    desk.until(lambda: view.pane.shown is not None)
    desk.rest()
    assert view.grid.names.isColumnHidden(TAG), "tags give way"
    assert whole_columns(view) == 2
    assert view.grid.answers.columnWidth(FIRST) >= 195


@pytest.mark.parametrize(("size", "scale"), [(WIDE, 1.0), (SMALL, 1.0), (WIDE, 2.0)])
def test_thirty_columns_are_shown_whole(
    monkeypatch: pytest.MonkeyPatch, desk: Desk, size: tuple[int, int], scale: float
) -> None:
    stand_in(monkeypatch, StandInSuites(48, columns=30))
    change_scale(desk.theme, scale)
    view = opened(desk, size)
    desk.rest()
    assert whole_columns(view) >= 1
    assert view.grid.answers.columnWidth(FIRST) >= round(150 * scale)


def parts_outside(parent: QWidget) -> list[str]:
    """Return the visible children of a widget that are not inside it."""
    found = []
    for child in parent.findChildren(QWidget):
        if child.isVisible() and child.parentWidget() is parent and not parent.rect().contains(child.geometry()):
            found.append(f"{type(child).__name__} {child.accessibleName()}")
    return found


@pytest.mark.parametrize(("size", "scale"), [(WIDE, 1.0), (SMALL, 1.0), (WIDE, 2.0)])
def test_nothing_of_the_head_and_the_pane_is_cut(
    monkeypatch: pytest.MonkeyPatch, desk: Desk, size: tuple[int, int], scale: float
) -> None:
    stand_in(monkeypatch, StandInSuites(48))
    change_scale(desk.theme, scale)
    view = opened(desk, size)
    view.open_pane()
    desk.until(lambda: view.pane.shown is not None)
    desk.rest()
    for parent in (view.head, view.filters, view.filters._left, view.filters._right, view.pane._switch, view.card):
        assert parts_outside(parent) == []
    pair = view.pane.against.parentWidget()
    assert pair is view.pane.other.parentWidget(), "the menu stays beside what it is of"
    assert view.pane.other.y() == view.pane.against.y()


def rows_in_sight(view: TestView) -> float:
    table = view.grid.answers
    return table.viewport().height() / table.rowHeight(0)


@pytest.mark.parametrize("scale", [1.5, 2.0])
@pytest.mark.parametrize("is_open", [True, False])
def test_rows_are_in_sight_in_a_small_window_with_large_text(
    monkeypatch: pytest.MonkeyPatch, desk: Desk, scale: float, is_open: bool
) -> None:
    stand_in(monkeypatch, StandInSuites(48))
    change_scale(desk.theme, scale)
    view = opened(desk, SMALL)
    (view.open_pane if is_open else view.close_pane)()
    desk.until(lambda: not is_open or view.pane.shown is not None)
    desk.rest()
    assert rows_in_sight(view) >= 3
    for parent in (view.head, view.filters, view.filters._left, view.pane._switch, view.pane._body, view.card):
        assert parts_outside(parent) == []
    assert view.pane._body.width() <= view.pane.area.viewport().width() or not is_open
    # All that is left out is behind a chip, in a menu or in a tooltip.
    line = view.card.text.fontMetrics().lineSpacing()
    assert not view.filters.view.isHidden() or not is_open
    view.card.text.linkActivated.emit("more")
    desk.rest()
    assert view.card.text.height() > 2 * line
    assert "fixed 20 cases" in view.card.text.text()


def test_menu_of_a_low_view_has_what_the_bar_has(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    stand_in(monkeypatch, StandInSuites(48))
    change_scale(desk.theme, 2.0)
    view = opened(desk, SMALL)
    filters = view.filters
    assert not filters._right.isVisible()
    menu = filters.view.menu()
    menu.aboutToShow.emit()
    entries = {action.text(): action for action in menu.actions()}
    assert entries["Answers"].isChecked()
    entries["Results"].trigger()
    assert view.suites.model.shows_results
    inner = {title: entry.menu() for title, entry in entries.items() if entry.menu() is not None}
    assert list(inner) == ["Tag", "Sort", "Layout", "Probe"]
    inner["Tag"].actions()[2].trigger()
    desk.until(lambda: view.suites.query.tag != "")
    desk.until(filters.tag.isVisible)
    change_scale(desk.theme, 1.0)
    desk.rest()
    assert filters.answers.isVisible()
    assert filters.results.isChecked()
    assert not filters.view.isVisible()
    assert view.head.heading.isVisible()


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_settings_are_as_wide_as_their_words_where_nothing_stands_beside_them(
    monkeypatch: pytest.MonkeyPatch, desk: Desk, size: tuple[int, int]
) -> None:
    stand_in(monkeypatch, StandInSuites(48))
    view = opened(desk, size)
    view.head.progress.hide()
    view.head.round.hide()
    view.head.show_settings("1 sample")
    desk.rest()
    assert view.head.settings.isVisible()
    assert view.head.settings.width() == view.head.settings.sizeHint().width()
    assert view.head.settings.geometry().right() == view.head.rect().right()
