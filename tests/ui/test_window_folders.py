"""Folders, tags and the filter of the prompts in the real window."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.ui.desk import Desk
from tests.ui.pasts import ORDER, SQL, TRIAGE, fill
from workbench.ui.features.prompts.dialog import PlaceDialog

pytestmark = pytest.mark.window
ALT = Qt.KeyboardModifier.AltModifier


def listed(desk: Desk) -> list[str]:
    model = desk.window.prompts.model
    return [model.row(position).name for position in range(model.rowCount())]


def filled(desk: Desk) -> None:
    """Open a window with three prompts, two of them in a folder."""
    window = desk.open(size=(1440, 900))
    fill(window.store)
    for uid in (ORDER, TRIAGE):
        window.prompts.organise(uid, "Support")
    window.prompts.organise(TRIAGE, tags=("json", "live"))
    desk.until(lambda: listed(desk)[-3:] == ["Support", "Order status bot", "Ticket triage → JSON"])


def place(desk: Desk, uid: str) -> QPoint:
    view, index = desk.window.sidebar.prompt_list, QModelIndex()
    index = view.model().index(desk.window.prompts.model.position(uid), 0)
    view.scrollTo(index)
    return view.visualRect(index).center()


def click(desk: Desk, uid: str) -> None:
    view = desk.window.sidebar.prompt_list
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place(desk, uid))


def test_folder_and_tags_are_edited_in_a_dialog(desk: Desk) -> None:
    filled(desk)
    window = desk.window
    window.choose_prompt(SQL)
    desk.until(lambda: window.prompt_uid == SQL)
    window.actions["organise_prompt"].trigger()
    dialog = window.frame.findChild(PlaceDialog)
    assert dialog is not None
    desk.until(lambda: QApplication.focusWidget() is dialog.field)
    desk.type("Learning")
    dialog.tag_field.setFocus()
    desk.type("sql, #basics")
    desk.press(Qt.Key.Key_Return)
    desk.until_rows([("Learning", json.dumps(["sql", "basics"], separators=(",", ":")))], _PLACE, SQL)
    desk.until(lambda: "Learning" in listed(desk))


_PLACE = "SELECT folder, tags FROM prompts WHERE uid = ?"


def test_click_and_enter_close_and_open_a_folder_and_open_no_prompt(desk: Desk) -> None:
    filled(desk)
    window = desk.window
    window.choose_prompt(ORDER)
    desk.until(lambda: window.prompt_uid == ORDER)
    desk.until(lambda: window.sidebar.prompt_list.currentIndex().data() == "Order status bot")
    click(desk, "folder:Support")
    assert listed(desk)[-1] == "Support"
    assert window.prompt_uid == ORDER
    desk.until_rows([(json.dumps(["Support"]),)], "SELECT value FROM meta WHERE key = 'closed_folders'")
    desk.press(Qt.Key.Key_Return, on=window.sidebar.prompt_list)
    assert listed(desk)[-1] == "Ticket triage → JSON"
    assert window.prompt_uid == ORDER
    click(desk, TRIAGE)
    desk.until(lambda: window.prompt_uid == TRIAGE)


def test_opened_prompt_opens_its_folder(desk: Desk) -> None:
    filled(desk)
    click(desk, "folder:Support")
    assert listed(desk)[-1] == "Support"
    desk.window.choose_prompt(TRIAGE)
    desk.until(lambda: listed(desk)[-1] == "Ticket triage → JSON")
    desk.until(lambda: desk.window.sidebar.prompt_list.currentIndex().data() == "Ticket triage → JSON")


def test_prompts_are_filtered_by_name_folder_and_tag(desk: Desk) -> None:
    filled(desk)
    window = desk.window
    before = window.prompt_uid
    desk.press(Qt.Key.Key_P, ALT)
    field = window.sidebar.prompt_filter.field
    desk.until(lambda: QApplication.focusWidget() is field)
    desk.type("live")
    assert listed(desk) == ["Support", "Ticket triage → JSON"]
    assert window.prompt_uid == before
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: window.prompt_uid == TRIAGE)
    field.setText("zebra")
    assert listed(desk) == []
    field.setFocus()
    desk.press(Qt.Key.Key_Escape)
    assert len(listed(desk)) > 3
    assert window.prompt_uid == TRIAGE
    assert not field.isVisible()


def test_filters_and_the_list_unfold_the_side_bar(desk: Desk) -> None:
    filled(desk)
    window = desk.window
    for command, focused in (
        ("search_prompts", window.sidebar.prompt_filter.field),
        ("filter_iterations", window.sidebar.iteration_filter.field),
        ("switch_prompt", window.sidebar.prompt_list),
    ):
        window.actions["fold_side"].trigger()
        assert window.sidebar.isHidden()
        window.actions[command].trigger()
        desk.until(lambda focused=focused: QApplication.focusWidget() is focused)


def test_folder_is_renamed_in_the_list_and_dissolved_by_its_menu(desk: Desk) -> None:
    filled(desk)
    window = desk.window
    window.sidebar.edit_prompt_name("folder:Support")
    editing = window.sidebar.prompt_list.findChild(QLineEdit)
    assert editing is not None
    desk.type("Desk")
    desk.press(Qt.Key.Key_Return)
    desk.until_rows([("Desk",), ("Desk",)], "SELECT folder FROM prompts WHERE folder <> ''")
    desk.until(lambda: "Desk" in listed(desk))
    window.prompts.rename_folder("Desk", "")
    desk.until(lambda: "Desk" not in listed(desk))
    desk.until_rows([], "SELECT folder FROM prompts WHERE folder <> ''")


def test_new_prompt_is_listed_despite_the_filter(desk: Desk) -> None:
    filled(desk)
    window = desk.window
    window.sidebar.prompt_filter.open()
    window.sidebar.prompt_filter.field.setText("live")
    window.new_prompt()
    desk.until(lambda: window.sidebar.prompt_list.findChild(QLineEdit))
    assert "Untitled prompt" in listed(desk)


def test_closed_folders_stay_closed_after_a_restart(desk: Desk) -> None:
    filled(desk)
    click(desk, "folder:Support")
    desk.until_rows([(json.dumps(["Support"]),)], "SELECT value FROM meta WHERE key = 'closed_folders'")
    desk.close()
    desk.open()
    desk.until(lambda: desk.window.prompts.model.closed == {"Support"})
