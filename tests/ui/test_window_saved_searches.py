"""Saved searches in the real window: save under a name, use, rename, delete and restore."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.ui.desk import Desk
from tests.ui.history_support import dialogs, entered, searched, uids
from tests.ui.test_accessibility import complaints
from workbench.ui.features.history.saved_searches import SavedSearchesDialog, SearchNameDialog
from workbench.ui.features.history.view import HistoryView
from workbench.ui.features.palette.dialog import PaletteDialog

pytestmark = pytest.mark.window


def stored(desk: Desk) -> list[tuple[str, str]]:
    return [(name, query) for name, query in desk.rows("SELECT name, query FROM saved_searches ORDER BY name")]


def save(desk: Desk, view: HistoryView, query: str, name: str) -> None:
    """Type a search, then save it by its shortcut under a name."""
    searched(desk, view, query)
    view.bar.field.choices.hide()
    desk.ctrl(Qt.Key.Key_S)
    desk.until(lambda: dialogs(SearchNameDialog) and dialogs(SearchNameDialog)[0].field.hasFocus())
    desk.type(name)
    desk.press(Qt.Key.Key_Return)
    saving = desk.window.history.saving
    assert saving is not None
    desk.until(lambda: (name, query) in [(one.name, one.query) for one in saving.searches])
    desk.until(desk.window.frame.isActiveWindow)


def rename(desk: Desk, dialog: SavedSearchesDialog, name: str) -> None:
    """Type another name for the current search."""
    desk.until(dialog.isActiveWindow)
    dialog.rename.click()
    desk.until(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    desk.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    desk.type(name)
    desk.press(Qt.Key.Key_Return)


def test_saved_search_can_be_used_again(desk: Desk) -> None:
    view = entered(desk)
    assert not desk.window.actions["save_search"].isEnabled()
    save(desk, view, "track* winner:yes", "Good ones")
    assert stored(desk) == [("Good ones", "track* winner:yes")]
    assert searched(desk, view, "sql") != ["order-3"]
    menu = view.bar.saved.menu()
    menu.aboutToShow.emit()
    (entry,) = [action for action in menu.actions() if action.text() == "Good ones"]
    entry.trigger()
    desk.until(lambda: uids(view) == ["order-3"])
    assert view.bar.field.text() == "track* winner:yes"
    assert complaints() == []


def test_saving_under_an_existing_name_replaces_with_a_warning(desk: Desk) -> None:
    view = entered(desk)
    save(desk, view, "track*", "Mine")
    searched(desk, view, "sql")
    desk.window.actions["save_search"].trigger()
    desk.until(lambda: dialogs(SearchNameDialog))
    (dialog,) = dialogs(SearchNameDialog)
    desk.until(dialog.field.hasFocus)
    assert dialog.field.text() == "sql"
    assert (dialog.save.text(), dialog.hint.text()) == ("Save", "")
    dialog.field.setText("mine")
    assert (dialog.save.text(), dialog.hint.text()) == ("Replace", "A search with this name already exists.")
    dialog.reject()
    desk.until(desk.window.frame.isActiveWindow)
    assert stored(desk) == [("Mine", "track*")]
    save(desk, view, "sql", "Mine")
    assert stored(desk) == [("Mine", "sql")]


def test_saved_search_can_be_renamed_deleted_and_restored(desk: Desk) -> None:
    view = entered(desk)
    save(desk, view, "track*", "Mine")
    save(desk, view, "sql", "Other")
    desk.window.actions["saved_searches"].trigger()
    desk.until(lambda: dialogs(SavedSearchesDialog))
    (dialog,) = dialogs(SavedSearchesDialog)
    assert complaints() == []
    assert dialog.query.text() == "track*"
    rename(desk, dialog, "Other")
    desk.until(lambda: "A search “Other” already exists" in desk.notice())
    desk.until(lambda: dialog.list.item(0).text() == "Mine")
    rename(desk, dialog, "Tracking")
    desk.until(lambda: [name for name, _ in stored(desk)] == ["Other", "Tracking"])
    desk.until(lambda: [dialog.list.item(at).text() for at in range(dialog.list.count())] == ["Other", "Tracking"])
    dialog.list.setCurrentRow(1)
    dialog.list.setFocus()
    desk.press(Qt.Key.Key_Delete)
    desk.until(lambda: stored(desk) == [("Other", "sql")])
    desk.until(lambda: desk.notice() == "The search “Tracking” is deleted.")
    desk.until(lambda: [dialog.list.item(at).text() for at in range(dialog.list.count())] == ["Other"])
    dialog.search.click()
    desk.until(lambda: view.bar.field.text() == "sql")
    desk.until(desk.window.frame.isActiveWindow)
    desk.window.notice.focus_action()
    desk.press(Qt.Key.Key_Space)
    desk.until(lambda: stored(desk) == [("Other", "sql"), ("Tracking", "track*")])


def test_palette_finds_saved_searches_from_other_views(desk: Desk) -> None:
    view = entered(desk)
    save(desk, view, "track* winner:yes", "Good ones")
    searched(desk, view, "sql")
    desk.window.views.show("compose")
    desk.window.actions["palette"].trigger()
    desk.until(lambda: dialogs(PaletteDialog))
    (palette,) = dialogs(PaletteDialog)
    desk.until(palette.field.hasFocus)
    desk.type("?good")
    desk.until(lambda: (found := palette.current()) is not None and found.title == "Good ones")
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: desk.window.views.shown == "history" and uids(view) == ["order-3"])
