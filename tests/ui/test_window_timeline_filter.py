"""The filter of the timeline in the real window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.ui.desk import Desk
from tests.ui.pasts import ORDER, TRIAGE, fill
from workbench.ui.shell.list_filter import FilterField

pytestmark = pytest.mark.window
ALT = Qt.KeyboardModifier.AltModifier


def uids(desk: Desk) -> list[str]:
    return [row.uid for row in desk.shown_rows()]


def opened(desk: Desk) -> FilterField:
    """Open a prompt with a past, and the filter of its timeline by key."""
    window = desk.open(size=(1440, 900))
    fill(window.store)
    desk.until(lambda: not window.workbench.searcher.behind())
    window.choose_prompt(ORDER)
    desk.until(lambda: uids(desk) == ["order-4", "order-3", "order-2", "order-1"])
    desk.press(Qt.Key.Key_F, ALT)
    field = window.sidebar.iteration_filter.field
    desk.until(lambda: QApplication.focusWidget() is field)
    return field


def test_word_filters_as_it_is_typed_and_esc_shows_all_again(desk: Desk) -> None:
    field = opened(desk)
    desk.type("idea")
    desk.until(lambda: uids(desk) == ["order-2"])
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: desk.window.shown_run() == "order-2")
    field.setFocus()
    desk.press(Qt.Key.Key_Escape)
    desk.until(lambda: len(uids(desk)) == 4)
    assert not field.isVisible()
    assert QApplication.focusWidget() is desk.window.sidebar.iteration_list
    assert desk.window.shown_run() == "order-2"


def test_menu_writes_the_filters_of_winners_and_failures(desk: Desk) -> None:
    field = opened(desk)
    row = desk.window.sidebar.iteration_filter
    choices = {action.text(): action for action in row.menu().actions()}
    choices["Winners"].trigger()
    assert field.text() == "winner:yes "
    desk.until(lambda: uids(desk) == ["order-3"])
    assert next(action for action in row.menu().actions() if action.text() == "Winners").isChecked()
    choices["Ties"].trigger()
    assert field.text() == "winner:tie "
    desk.until(lambda: uids(desk) == ["order-2"])
    choices["Ties"].trigger()
    assert field.text() == ""
    desk.until(lambda: len(uids(desk)) == 4)


def test_tags_are_offered_and_filter(desk: Desk) -> None:
    field = opened(desk)
    store = desk.window.store
    store.curation.tag({"order-1": ("keep",)}).result(60)
    desk.until(lambda: not desk.window.workbench.searcher.behind())
    row = desk.window.sidebar.iteration_filter
    row.open()
    desk.until(lambda: "Tag keep" in [action.text() for action in row.menu().actions()])
    next(action for action in row.menu().actions() if action.text() == "Tag keep").trigger()
    assert field.text() == "tag:keep "
    desk.until(lambda: uids(desk) == ["order-1"])


def test_nothing_found_and_mistakes_are_explained(desk: Desk) -> None:
    opened(desk)
    side = desk.window.sidebar
    desk.type("zebra")
    desk.until(lambda: uids(desk) == [])
    desk.until(lambda: side.empty_text().startswith("No iteration matches."))
    side.iteration_filter.field.setText("cost:abc")
    desk.until(lambda: "is not understood" in side.iteration_filter.said())


def test_changed_row_appears_once_it_is_indexed_and_matches(desk: Desk) -> None:
    field = opened(desk)
    first = desk.shown_rows()[-1]
    field.setText("zebra")
    desk.until(lambda: uids(desk) == [])
    desk.window.session.rows.set_note(first, "A zebra")
    desk.until(lambda: uids(desk) == ["order-1"])


def test_another_prompt_is_shown_without_the_filter(desk: Desk) -> None:
    field = opened(desk)
    desk.type("idea")
    desk.until(lambda: uids(desk) == ["order-2"])
    desk.window.choose_prompt(TRIAGE)
    desk.until(lambda: uids(desk) == ["triage-2", "triage-1"])
    desk.until(lambda: field.text() == "")
    assert not field.isVisible()
