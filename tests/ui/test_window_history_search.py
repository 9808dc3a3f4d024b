"""Searching in the History view of the real window: queries, suggestions, and what is said about them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.desk import Desk
from tests.ui.history_support import ALT, entered, searched, uids
from tests.ui.pasts import fill
from workbench.store.search.search_index import Indexer
from workbench.ui.features.history.empty_page import EXAMPLES, NOTHING_FOUND, NOTHING_RUN

pytestmark = pytest.mark.window


def test_typing_searches_and_esc_returns_to_compose(desk: Desk) -> None:
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


def test_last_word_is_a_beginning_until_a_space_ends_it(desk: Desk) -> None:
    view = entered(desk)
    assert searched(desk, view, "tracki") == ["order-4", "order-3", "order-1"]
    assert searched(desk, view, "tracki ") == []
    assert searched(desk, view, "order trac") == ["order-4", "order-3", "order-2", "order-1"]
    assert searched(desk, view, "trac order") == []


def test_messages_about_a_long_query_leave_room_for_the_table(desk: Desk) -> None:
    view = entered(desk)
    view.bar.field.setText(" ".join(f"model:nobody{number}" for number in range(90)))
    desk.until(lambda: not view.model.is_searching and "more places like these" in view.bar.said())
    assert len(view.bar.said().splitlines()) == 5
    view.bar.field.setText("(" * 5000)
    desk.until(lambda: not view.model.is_searching and "All runs are shown." in view.bar.said())
    assert len(view.bar.said()) < 300
    assert view.table.height() > view.height() / 2


def test_invalid_filter_is_reported_with_the_query_searched_instead(desk: Desk) -> None:
    view = entered(desk)
    assert searched(desk, view, "tracking cost:abc") == []
    assert "“cost:abc” is not understood" in view.bar.said()
    assert 'Searched: tracking "cost:abc"' in view.bar.said()
    assert searched(desk, view, "tracking") == ["order-4", "order-3", "order-1"]
    assert view.bar.said() == ""


def test_suggestion_is_accepted_by_keys(desk: Desk) -> None:
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


def test_esc_closes_the_suggestions_before_clearing_the_query(desk: Desk) -> None:
    view = entered(desk)
    desk.type("mo")
    desk.until(lambda: view.bar.field.choices.isVisible())
    desk.press(Qt.Key.Key_Escape)
    assert not view.bar.field.choices.isVisible()
    assert view.bar.field.text() == "mo"
    desk.press(Qt.Key.Key_Escape)
    assert view.bar.field.text() == ""


def test_clicked_suggestion_is_taken_and_typing_goes_on(desk: Desk) -> None:
    view = entered(desk)
    field = view.bar.field
    desk.type("wi")
    desk.until(lambda: field.choices.isVisible())
    shown = field.choices.list
    QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=shown.visualItemRect(shown.item(0)).center())
    assert field.text() == "winner:"
    assert QApplication.focusWidget() is field
    desk.type("tie")
    assert field.text() == "winner:tie"


def test_suggestions_open_on_request_and_work_after_emoji(desk: Desk) -> None:
    view = entered(desk)
    field = view.bar.field
    field.setText("😀😀 wi")
    field.ask()
    desk.until(lambda: field.choices.isVisible())
    desk.press(Qt.Key.Key_Tab)
    assert field.text() == "😀😀 winner:"
    field.clear()
    desk.until(lambda: not field.choices.isVisible())
    desk.press(Qt.Key.Key_Down, ALT)
    desk.until(lambda: field.choices.isVisible())
    assert {"prompt:", "model:", "winner:", "cost:", "is:"} <= set(field.choices.texts())


def test_empty_history_and_no_matches_are_explained(desk: Desk) -> None:
    view = entered(desk, filled=False)
    desk.until(lambda: view.empty.isVisible())
    assert view.empty.words().startswith(NOTHING_RUN)
    assert not view.empty.buttons[0].isVisible()
    fill(desk.window.store)
    desk.until(lambda: not desk.window.workbench.searcher.behind())
    assert searched(desk, view, "nothing says this") == []
    assert view.empty.words().startswith(NOTHING_FOUND)
    view.empty.buttons[2].click()
    assert view.bar.field.text() == EXAMPLES[2][0] == "track*"
    desk.until(lambda: len(uids(view)) == 4)
    assert view.table.isVisible()


def test_search_is_repeated_until_the_index_is_up_to_date(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.ui.features.history.view._LATE_MS", 10)
    view = entered(desk)
    store = desk.window.store
    with monkeypatch.context() as busy:
        busy.setattr(Indexer, "work", lambda *_: False)
        store.searches.rebuild().result(60)
        assert searched(desk, view, "track* winner:yes") == []
        assert view.bar.said() == "8 runs cannot be found by their words until indexed."
    # Any change wakes the indexer.
    store.set_note("sql-1", "").result(60)
    desk.until(lambda: uids(view) == ["order-3"])
    assert view.bar.said() == ""
