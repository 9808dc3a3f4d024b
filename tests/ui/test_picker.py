"""The model picker on the screen: keys, mouse, and its next steps."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.dialog_support import (
    OLLAMA,
    PickerDouble,
    SentenceError,
    an_offer,
    shown,
    theme,
)
from tests.ui.looks import change_mode, change_scale
from tests.ui.picker_support import Drive, drive
from workbench.app.models.model_index import UNCHANGED, ModelChoice
from workbench.core.lanes import Lane
from workbench.ui.widgets.theme import Theme

__all__ = ["drive", "shown", "theme"]


Key = Qt.Key


def test_typing_a_name_and_enter_chooses_that_model(qtbot: QtBot, drive: Drive) -> None:
    driver = drive().ready()
    qtbot.waitUntil(lambda: "Load models of My Ollama again" in driver.titles())  # its server has answered
    assert driver.search.hasFocus()
    driver.type("haiku")
    driver.press(Key.Key_Return)
    assert driver.choices == [ModelChoice("litellm", "claude-haiku-4-5", UNCHANGED)]


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter])
def test_ctrl_enter_uses_the_model_and_asks_for_a_run(qtbot: QtBot, drive: Drive, key: Qt.Key) -> None:
    driver = drive().ready()
    qtbot.waitUntil(lambda: "Load models of My Ollama again" in driver.titles())
    runs = QSignalSpy(driver.picker.run_requested)
    driver.type("haiku")
    QTest.keyClick(driver.search, key, Qt.KeyboardModifier.ControlModifier)
    assert driver.choices == [ModelChoice("litellm", "claude-haiku-4-5", UNCHANGED)]
    assert runs.count() == 1


def test_keys_do_nothing_without_a_match(drive: Drive) -> None:
    driver = drive().ready()
    runs = QSignalSpy(driver.picker.run_requested)
    driver.type("no such model")
    driver.press(Key.Key_Down)
    QTest.keyClick(driver.search, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert (driver.choices, runs.count(), driver.picker.isVisible()) == ([], 0, True)


def test_arrow_keys_move_the_list_while_the_search_field_keeps_focus(drive: Drive) -> None:
    driver = drive().ready()
    driver.type("gpt-5-mini")
    first = driver.current().title
    driver.press(Key.Key_Down)
    assert driver.current().title != first
    assert driver.search.hasFocus()
    driver.press(Key.Key_Up)
    assert driver.current().title == first
    driver.press(Key.Key_Enter)
    assert driver.choices[0].model == first


@pytest.mark.parametrize("where", ["search", "list"])
def test_arrow_keys_visit_every_selectable_row(qtbot: QtBot, drive: Drive, where: str) -> None:
    driver = drive().ready()
    qtbot.waitUntil(lambda: "Load models of My Ollama again" in driver.titles())
    widget = driver.search if where == "search" else driver.list
    rows = [driver.picker._model.row(i) for i in range(len(driver.titles()))]
    wanted = [row.title for row in rows if row.kind not in ("header", "remark")]
    seen = [driver.current().title]
    for _ in wanted[1:]:
        driver.press(Key.Key_Down, widget)
        seen.append(driver.current().title)
    assert seen == wanted
    driver.press(Key.Key_Down, widget)
    assert driver.current().title == wanted[-1]
    for _ in wanted:
        driver.press(Key.Key_Up, widget)
    assert driver.current().title == wanted[0]


def test_page_keys_scroll_by_screen_and_stop_at_both_ends(drive: Drive) -> None:
    driver = drive().ready()
    driver.press(Key.Key_PageDown)
    assert driver.current().title != driver.titles()[1]
    for _ in range(5):
        driver.press(Key.Key_PageDown)
    assert driver.current().title == driver.titles()[-1]
    for _ in range(5):
        driver.press(Key.Key_PageUp)
    assert driver.current().title == driver.titles()[1]


def test_escape_closes_without_a_choice(qtbot: QtBot, drive: Drive) -> None:
    driver = drive(PickerDouble())
    with qtbot.waitSignal(driver.picker.rejected):
        driver.press(Key.Key_Escape)
    assert driver.choices == []


def test_any_model_id_can_be_used_as_typed(drive: Drive) -> None:
    driver = drive().ready()
    driver.type("openai/gpt-99-preview")
    assert driver.current().kind == "typed"
    driver.press(Key.Key_Return)
    assert driver.choices == [ModelChoice("litellm", "openai/gpt-99-preview", UNCHANGED)]


def test_local_models_can_be_chosen_before_the_catalogue_has_loaded(drive: Drive) -> None:
    driver = drive(PickerDouble())
    assert "Reading the catalogue…" in driver.titles()
    driver.type("echo")
    driver.press(Key.Key_Return)
    assert driver.choices == [ModelChoice("echo", "echo", UNCHANGED)]


def test_click_shows_details_and_double_click_chooses(drive: Drive) -> None:
    driver = drive().ready()
    driver.click("claude-haiku-4-5")
    assert driver.choices == []
    assert "200,000 tokens of context" in driver.texts()
    driver.click("claude-haiku-4-5", twice=True)
    assert [choice.model for choice in driver.choices] == ["claude-haiku-4-5"]


def test_model_of_the_lane_is_selected_once_listed(qtbot: QtBot, drive: Drive) -> None:
    source = PickerDouble(an_offer(), models=None)
    driver = drive(source, Lane("a", OLLAMA.uid, "phi4")).ready()
    source.fetches[0][1].set_result(("llama3", "phi4"))
    qtbot.waitUntil(lambda: driver.current().title == "phi4")


def test_late_model_list_keeps_the_selected_row(qtbot: QtBot, drive: Drive) -> None:
    source = PickerDouble(an_offer(), models=None)
    driver = drive(source).ready()
    driver.type("gpt")
    driver.press(Key.Key_Down)
    current = driver.current().title
    source.fetches[0][1].set_result(("gpt-oss-20b",))
    qtbot.waitUntil(lambda: "gpt-oss-20b" in driver.titles())
    assert driver.current().title == current


def test_typing_in_the_list_edits_the_search_field(drive: Drive) -> None:
    driver = drive().ready()
    driver.list.setFocus()
    driver.press(Key.Key_H, driver.list)
    assert driver.search.text() == "h"
    assert driver.search.hasFocus()
    driver.list.setFocus()
    driver.press(Key.Key_Backspace, driver.list)
    assert driver.search.text() == ""


def test_missing_key_shows_a_message_and_an_add_key_button(qtbot: QtBot, drive: Drive) -> None:
    driver = drive().ready()
    driver.click("gpt-5")
    assert "OpenAI needs an API key" in driver.texts()
    with qtbot.waitSignal(driver.picker.keys_requested) as asked:
        driver.button("Add a key…").click()
    assert asked.args == ["openai"]
    assert driver.picker.isVisible()


def test_refresh_after_adding_a_key_marks_the_model_as_usable(qtbot: QtBot, drive: Drive) -> None:
    source = PickerDouble(an_offer())
    driver = drive(source).ready()
    driver.type("gpt-5-mini")
    driver.press(Key.Key_Down)
    assert driver.current().no_key
    source._offer = an_offer(providers={})
    driver.picker.refresh()
    qtbot.waitUntil(lambda: not driver.current().no_key)
    assert driver.current().title == "gpt-5-mini"


def test_failed_endpoint_can_be_reloaded(qtbot: QtBot, drive: Drive) -> None:
    source = PickerDouble(an_offer(), models=SentenceError("Nothing answers on that address. Start the server."))
    driver = drive(source).ready()
    qtbot.waitUntil(lambda: "Load models of My Ollama again" in driver.titles())
    source._models = ("llama3",)
    driver.click("Load models of My Ollama again")
    qtbot.waitUntil(lambda: "llama3" in driver.titles())
    assert len(source.fetches) == 2


def test_unreadable_catalogue_shows_a_message_and_keeps_local_models(qtbot: QtBot, drive: Drive) -> None:
    source = PickerDouble()
    driver = drive(source)
    source.offers[0].set_exception(SentenceError("The list of models is missing. Reinstall LiteLLM."))
    qtbot.waitUntil(lambda: "The list of models is missing. Reinstall LiteLLM." in driver.titles())
    assert "SmolLM2-135M-Instruct" in driver.titles()


def test_closing_cancels_pending_requests(qtbot: QtBot, drive: Drive) -> None:
    source = PickerDouble(an_offer(), models=None)
    driver = drive(source).ready()
    driver.picker.refresh()
    driver.picker.reject()
    assert source.fetches[0][1].cancelled()
    QApplication.processEvents()


def test_gguf_file_becomes_a_new_endpoint(drive: Drive, tmp_path: Path) -> None:
    path = tmp_path / "order-bot.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 0))
    driver = drive(choose=lambda parent, title: str(path)).ready()
    driver.type("gguf")
    driver.press(Key.Key_Return)
    assert driver.field("model file").text() == str(path)
    driver.press(Key.Key_Space, driver.button("Use model"))
    choice = driver.choices[0]
    assert choice.new_endpoint is not None
    assert choice.new_endpoint.path == str(path)
    assert (choice.endpoint_uid, choice.model) == (choice.new_endpoint.uid, "order-bot")


def test_file_that_is_not_gguf_is_refused_at_its_field(drive: Drive, tmp_path: Path) -> None:
    path = tmp_path / "notes.gguf"
    path.write_text("hello")
    driver = drive(choose=lambda parent, title: str(path)).ready()
    driver.type("gguf")
    driver.press(Key.Key_Return)
    driver.button("Use model").click()
    assert driver.choices == []
    assert "notes.gguf is not a GGUF file" in driver.texts()
    assert driver.field("model file").hasFocus()


def test_cancelled_file_dialog_changes_nothing(drive: Drive) -> None:
    driver = drive(choose=lambda parent, title: "").ready()
    driver.type("lora")
    driver.press(Key.Key_Return)
    assert driver.picker.isVisible()
    assert driver.field("model file").text() == ""


def test_enter_in_the_path_field_uses_the_typed_path(drive: Drive, tmp_path: Path) -> None:
    path = tmp_path / "typed.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 0))

    def refuse(parent: QWidget, title: str) -> str:
        raise AssertionError("asked for a file")

    driver = drive(choose=refuse).ready()
    driver.type("gguf")
    QTest.keyClicks(driver.field("model file"), str(path))
    driver.press(Key.Key_Return, driver.field("model file"))
    assert driver.choices[0].model == "typed"


def test_open_picker_follows_the_text_size(drive: Drive, theme: Theme) -> None:
    driver = drive().ready()
    before = driver.list.visualRect(driver.list.currentIndex()).height()
    change_mode(theme, "dark")
    change_scale(theme, 2.0)
    QApplication.processEvents()
    driver.list.doItemsLayout()
    assert driver.list.visualRect(driver.list.currentIndex()).height() > before
    driver.picker.grab()


@pytest.mark.parametrize(
    ("lane", "where"),
    [
        (Lane("a", OLLAMA.uid, "my-finetune:3b"), f"At {OLLAMA.name}"),
        (Lane("a", "litellm", "openai/ft:gpt-5:me"), "With LiteLLM"),
    ],
)
def test_unlisted_model_of_the_lane_is_listed_under_this_lane(drive: Drive, lane: Lane, where: str) -> None:
    driver = drive(PickerDouble(an_offer(), models=("phi4",)), lane).ready()
    assert driver.titles()[:2] == ["Current model", lane.model]
    assert driver.current().title == lane.model
    assert driver.current().note == where
    driver.type("phi")
    assert "Current model" not in driver.titles()
    driver.search.clear()
    assert driver.titles()[:2] == ["Current model", lane.model]
    driver.press(Key.Key_Return)
    assert driver.choices == [ModelChoice(lane.endpoint, lane.model, UNCHANGED)]


def test_listed_or_removed_model_has_no_this_lane_group(qtbot: QtBot, drive: Drive) -> None:
    for lane in (Lane("a", OLLAMA.uid, "phi4"), Lane("a", "litellm", "gpt-5"), Lane("a", "e-gone", "x")):
        driver = drive(PickerDouble(an_offer(), models=("phi4",)), lane).ready()
        qtbot.waitUntil(lambda driver=driver: "phi4" in driver.titles() and "Current model" not in driver.titles())
