"""The History view in the real window: search, walk, open, leave, with what is shown and what the database holds."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.ui.desk import Desk
from tests.ui.pasts import fill
from tests.ui.test_accessibility import complaints
from workbench.app.history_table import WINNER
from workbench.core.runs import IterationDetail
from workbench.ui.history.empty import EXAMPLES, NOTHING_FOUND, NOTHING_RUN
from workbench.ui.history.view import HistoryView

pytestmark = pytest.mark.window
ALT = Qt.KeyboardModifier.AltModifier


def entered(desk: Desk, *, filled: bool = True) -> HistoryView:
    """Open the window, go to History by its key and return the view."""
    window = desk.open()
    if filled:
        fill(window.workbench.store)
        desk.until(lambda: not window.workbench.searcher.behind())
    desk.press(Qt.Key.Key_3, ALT)
    view = window.views.here()
    assert isinstance(view, HistoryView)
    desk.until(lambda: not view.model.is_searching)
    return view


def searched(desk: Desk, view: HistoryView, text: str) -> list[str]:
    """Type a search and return the uids of the runs that are shown then."""
    view.bar.field.setFocus()
    view.bar.field.clear()
    desk.type(text)
    desk.until(lambda: not view.model.is_searching and view.model.text == text)
    return uids(view)


def uids(view: HistoryView) -> list[str]:
    return [row.row.run_uid for at in range(view.model.rowCount()) if (row := view.model.row(at)) is not None]


def test_the_newest_runs_are_shown_at_once(desk: Desk) -> None:
    view = entered(desk)
    assert uids(view) == [
        "order-4", "order-3", "order-2", "order-1", "triage-2", "triage-1", "sql-2", "sql-1",
    ]  # fmt: skip
    assert view.bar.count.text().startswith("8 runs · ")
    assert QApplication.focusWidget() is view.bar.field
    assert desk.window.sidebar.isHidden()
    assert view.model.index(1, WINNER).data() == "★ gpt-5-mini"


def test_typing_searches_and_esc_leads_back(desk: Desk) -> None:
    view = entered(desk)
    assert searched(desk, view, "track* winner:yes") == ["order-3"]
    view.bar.field.choices.hide()
    desk.press(Qt.Key.Key_Escape)
    desk.until(lambda: len(uids(view)) == 8)
    assert desk.window.views.shown == "history"
    assert view.bar.field.text() == ""
    desk.press(Qt.Key.Key_Escape)
    assert desk.window.views.shown == "compose"
    assert not desk.window.sidebar.isHidden()


def test_what_is_not_understood_is_said_with_what_was_searched(desk: Desk) -> None:
    view = entered(desk)
    assert searched(desk, view, "tracking cost:abc") == []
    assert "“cost:abc” is not understood" in view.bar.said()
    assert 'Searched: tracking "cost:abc"' in view.bar.said()
    assert searched(desk, view, "tracking") == ["order-4", "order-3", "order-1"]
    assert view.bar.said() == ""


def test_a_choice_is_taken_by_keys(desk: Desk) -> None:
    view = entered(desk)
    field = view.bar.field
    desk.type("wi")
    desk.until(lambda: field.choices.isVisible())
    assert field.choices.texts() == ["winner:"]
    desk.press(Qt.Key.Key_Tab)
    assert field.text() == "winner:"
    desk.until(lambda: "tie" in field.choices.texts())
    while (current := field.choices.current()) is None or current.text != "tie":
        desk.press(Qt.Key.Key_Down)
    desk.press(Qt.Key.Key_Return)
    assert field.text() == "winner:tie "
    desk.until(lambda: uids(view) == ["order-2"])
    field.undo()
    assert field.text() == "wi"


def test_esc_closes_the_choices_first(desk: Desk) -> None:
    view = entered(desk)
    desk.type("mo")
    desk.until(lambda: view.bar.field.choices.isVisible())
    desk.press(Qt.Key.Key_Escape)
    assert not view.bar.field.choices.isVisible()
    assert view.bar.field.text() == "mo"
    desk.press(Qt.Key.Key_Escape)
    assert view.bar.field.text() == ""


def test_a_choice_finds_its_place_behind_characters_of_two_units(desk: Desk) -> None:
    view = entered(desk)
    field = view.bar.field
    field.setText("😀😀 wi")
    field.ask()
    desk.until(lambda: field.choices.isVisible())
    desk.press(Qt.Key.Key_Tab)
    assert field.text() == "😀😀 winner:"


def test_all_filters_are_offered_when_asked_for(desk: Desk) -> None:
    view = entered(desk)
    desk.press(Qt.Key.Key_Down, ALT)
    desk.until(lambda: view.bar.field.choices.isVisible())
    assert {"prompt:", "model:", "winner:", "cost:", "is:"} <= set(view.bar.field.choices.texts())


def test_arrows_walk_from_the_search_through_the_runs_and_enter_opens(desk: Desk) -> None:
    view = entered(desk)
    desk.press(Qt.Key.Key_Down)
    assert QApplication.focusWidget() is view.table
    desk.press(Qt.Key.Key_Down)
    assert [row.row.run_uid for row in view.selected()] == ["order-3"]
    desk.press(Qt.Key.Key_Return)
    window = desk.window
    desk.until(lambda: window.compose.viewing is not None)
    assert window.views.shown == "compose"
    assert window.compose.prompt_uid == "past-order"
    viewing = window.compose.viewing
    assert isinstance(viewing, IterationDetail)
    assert viewing.row.run_uid == "order-3"
    assert desk.text(1) == "Your order 123ABCDEFG is in transit. Tracking link…"
    desk.press(Qt.Key.Key_3, ALT)
    assert [row.row.run_uid for row in view.selected()] == ["order-3"]
    assert QApplication.focusWidget() is view.table
    desk.press(Qt.Key.Key_Up)
    desk.press(Qt.Key.Key_Up)
    assert QApplication.focusWidget() is view.bar.field


def test_best_match_is_another_order_of_the_same_runs(desk: Desk) -> None:
    view = entered(desk)
    newest = searched(desk, view, "track*")
    view.bar.order.setCurrentIndex(1)
    desk.until(lambda: not view.model.is_searching)
    assert sorted(uids(view)) == sorted(newest)
    assert view.bar.chosen_order() == "best"


def test_no_run_and_no_match_are_explained(desk: Desk) -> None:
    view = entered(desk, filled=False)
    desk.until(lambda: view.empty.isVisible())
    assert view.empty.words().startswith(NOTHING_RUN)
    assert not view.empty.buttons[0].isVisible()
    fill(desk.window.workbench.store)
    desk.until(lambda: not desk.window.workbench.searcher.behind())
    assert searched(desk, view, "nothing says this") == []
    assert view.empty.words().startswith(NOTHING_FOUND)
    view.empty.buttons[2].click()
    assert view.bar.field.text() == EXAMPLES[2][0] == "track*"
    desk.until(lambda: len(uids(view)) == 4)
    assert view.table.isVisible()


def test_a_new_run_appears_where_the_newest_are_looked_at(desk: Desk) -> None:
    view = entered(desk)
    view.table.select(2)
    desk.window.run()
    assert desk.window.views.shown == "compose"
    desk.settle()
    desk.press(Qt.Key.Key_3, ALT)
    desk.until(lambda: len(uids(view)) == 9)
    (newest,) = desk.rows("SELECT uid FROM runs ORDER BY id DESC LIMIT 1")
    assert uids(view)[0] == newest[0]
    assert [row.row.run_uid for row in view.selected()] == ["order-2"]


def test_f6_and_tab_go_through_what_is_shown(desk: Desk) -> None:
    view = entered(desk)
    header = desk.window.header
    for entry in (view.table, None, view.bar.field):
        desk.press(Qt.Key.Key_F6)
        focused = QApplication.focusWidget()
        assert focused is entry if entry is not None else header.isAncestorOf(focused)
    seen = []
    while (stop := QApplication.focusWidget()) not in seen:
        seen.append(stop)
        desk.press(Qt.Key.Key_Tab)
    own = [stop for stop in seen if view.isAncestorOf(stop)]
    assert own[:3] == [view.bar.field, view.bar.order, view.table]
    assert all(stop.isVisible() for stop in seen)


def test_everything_has_a_name_and_a_role(desk: Desk) -> None:
    view = entered(desk)
    assert complaints() == []
    desk.type("wi")
    desk.until(lambda: view.bar.field.choices.isVisible())
    assert complaints() == []
    searched(desk, view, "nothing says this")
    assert complaints() == []
