"""The settings: keys and appearance, and the dialog itself."""

from __future__ import annotations

from concurrent.futures import Future

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QRadioButton,
    QSlider,
)
from pytestqt.qtbot import QtBot

from tests.ui.dialog_support import OLLAMA, SentenceError, SettingsDouble, shown, theme
from tests.ui.looks import change_mode
from tests.ui.settings_support import KEY, Drive, drive, source
from workbench.app.settings.form_data import KeyInfo, tail_of
from workbench.app.settings.key_list import KeyListModel
from workbench.ui.widgets.theme import Theme

__all__ = ["drive", "shown", "source", "theme"]


@pytest.mark.parametrize(
    ("key", "tail"), [("", ""), ("short", "…"), ("sk-1234567890abcd", "…abcd"), ("12345678901", "…")]
)
def test_only_the_end_of_a_long_key_is_shown(key: str, tail: str) -> None:
    assert tail_of(key) == tail


def test_key_states_are_described_in_words() -> None:
    info = KeyInfo("openai", "OpenAI", variables=("OPENAI_API_KEY",))
    assert info.state == "no key"
    assert KeyInfo("o", "O", "environment", "…abcd", "OPENAI_API_KEY").state == "from OPENAI_API_KEY"
    assert KeyInfo("o", "O", "keyring", "…abcd").state == "in the keyring (…abcd)"
    assert KeyInfo("o", "O", "session", "…abcd").state == "for this session (…abcd)"


def test_provider_rows_keep_their_order_after_an_update(qtbot: QtBot, source: SettingsDouble) -> None:
    model = KeyListModel()
    model.set_keys(tuple(source.infos.values()))
    assert [model.info(i).name for i in range(3)] == ["Anthropic", "DeepSeek", "OpenAI"]
    model.update_key(KeyInfo("openai", "OpenAI", "session", "…"))
    assert [model.info(i).source for i in range(3)] == ["keyring", "environment", "session"]
    model.set_query("OPENAI_API")
    assert model.rowCount() == 0
    model.set_keys(tuple(source.infos.values()))
    assert [model.info(i).name for i in range(model.rowCount())] == ["OpenAI"]


def test_providers_with_a_key_come_first(drive: Drive) -> None:
    assert drive().rows("Providers") == ["Anthropic", "DeepSeek", "OpenAI"]


def test_search_finds_providers_by_name_or_variable(drive: Drive) -> None:
    driver = drive()
    driver.type("Search providers", "deepseek_api")
    assert driver.rows("Providers") == ["DeepSeek"]
    assert "Read from DEEPSEEK_API_KEY" in driver.texts()
    driver.type("Search providers", "zzz")
    assert "No provider matches" in driver.texts()


def test_pasted_key_is_trimmed_saved_and_cleared_from_the_field(drive: Drive, source: SettingsDouble) -> None:
    driver = drive()
    driver.choose("Providers", "OpenAI")
    QApplication.clipboard().setText(f"  {KEY} \n")
    field = driver.field("API key")
    field.setFocus()
    field.paste()
    assert field.text() == KEY
    assert field.echoMode() == QLineEdit.EchoMode.Password
    with driver.qtbot.waitSignal(driver.dialog.keys_changed):
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert source.calls == [("set_key", "openai", KEY, False)]
    assert field.text() == ""
    assert not field.isUndoAvailable()
    assert "key saved in the keyring (…wxyz)" in driver.texts()
    assert all(KEY not in text for text in (driver.texts(), repr(source.infos)))


def test_click_on_a_provider_puts_the_caret_into_its_key_field(drive: Drive) -> None:
    driver = drive()
    driver.choose("Providers", "OpenAI")
    assert driver.dialog.focusWidget() is driver.field("API key")
    providers = driver.list("Providers")
    providers.setFocus()
    QTest.keyClick(providers, Qt.Key.Key_Up)
    assert driver.dialog.focusWidget() is providers, "the arrow keys go on through the list"


def test_key_is_readable_only_after_show(drive: Drive) -> None:
    driver = drive()
    driver.choose("Providers", "OpenAI")
    QTest.keyClicks(driver.field("API key"), KEY)
    driver.click("Show")
    assert driver.field("API key").echoMode() == QLineEdit.EchoMode.Normal
    driver.click("Hide")
    assert driver.field("API key").echoMode() == QLineEdit.EchoMode.Password


def test_key_can_be_kept_for_this_session_only(drive: Drive, source: SettingsDouble) -> None:
    driver = drive()
    driver.choose("Providers", "OpenAI")
    QTest.keyClicks(driver.field("API key"), KEY)
    assert driver.has_button("Save key")
    QTest.keyClick(driver.button("Only for this session"), Qt.Key.Key_Space)
    driver.click("Keep for this session")
    driver.wait_for("for this session (…wxyz)")
    assert source.calls == [("set_key", "openai", KEY, True)]


def test_missing_keyring_is_reported_and_keys_last_for_the_session(qtbot: QtBot, drive: Drive) -> None:
    source = SettingsDouble(keyring=False)
    driver = drive(source=source)
    assert "There is no keyring on this machine." in driver.texts()
    driver.choose("Providers", "OpenAI")
    assert not driver.has_button("Only for this session")
    QTest.keyClicks(driver.field("API key"), KEY)
    driver.click("Keep for this session")
    driver.wait_for("for this session")
    assert source.calls == [("set_key", "openai", KEY, True)]


def test_testing_a_key_reports_the_result(drive: Drive, source: SettingsDouble) -> None:
    waiting: Future[str] = Future()
    source.answers["test_key"] = waiting
    driver = drive()
    driver.choose("Providers", "Anthropic")
    driver.click("Test the key")
    assert "Testing the key with Anthropic…" in driver.texts()
    waiting.set_result("Works: 63 models.")
    driver.wait_for("Works: 63 models.")
    source.answers["test_key"] = Future()
    source.answers["test_key"].set_exception(SentenceError("Anthropic refused the key. Make a new one."))
    driver.click("Test the key")
    driver.wait_for("Anthropic refused the key. Make a new one.")
    assert "sk-never-shown" not in driver.texts()


def test_test_result_of_another_provider_is_not_shown(drive: Drive, source: SettingsDouble) -> None:
    waiting: Future[str] = Future()
    source.answers["test_key"] = waiting
    driver = drive()
    driver.choose("Providers", "Anthropic")
    driver.click("Test the key")
    driver.choose("Providers", "DeepSeek")
    waiting.set_result("Works.")
    QApplication.processEvents()
    assert "Works." not in driver.texts()


def test_removing_a_key_asks_first_and_focuses_keep(drive: Drive, source: SettingsDouble) -> None:
    driver = drive()
    driver.choose("Providers", "Anthropic")
    driver.click("Remove the key")
    assert "Remove the key of Anthropic from the keyring?" in driver.texts()
    keep = driver.button("Keep")
    assert keep.hasFocus()
    QTest.keyClick(keep, Qt.Key.Key_Space)
    assert source.calls == []
    driver.click("Remove the key")
    driver.click("Remove key")
    driver.wait_for("removed. Now no key.")
    assert source.calls == [("remove_key", "anthropic")]


def test_environment_key_cannot_be_removed(drive: Drive) -> None:
    driver = drive()
    driver.choose("Providers", "DeepSeek")
    assert not driver.button("Remove the key").isEnabled()
    assert "DEEPSEEK_API_KEY" in driver.texts()


def test_locked_keyring_is_reported_and_the_typed_key_is_kept(drive: Drive, source: SettingsDouble) -> None:
    source.answers["set_key"] = Future()
    source.answers["set_key"].set_exception(SentenceError("The keyring is locked. Unlock it."))
    driver = drive()
    driver.choose("Providers", "OpenAI")
    QTest.keyClicks(driver.field("API key"), KEY)
    driver.click("Save key")
    driver.wait_for("The keyring is locked. Unlock it.")
    assert driver.field("API key").text() == KEY


def test_typed_key_is_kept_while_another_provider_is_shown(drive: Drive) -> None:
    driver = drive()
    driver.choose("Providers", "OpenAI")
    QTest.keyClicks(driver.field("API key"), KEY)
    driver.choose("Providers", "Anthropic")
    assert driver.field("API key").text() == ""
    driver.choose("Providers", "OpenAI")
    assert driver.field("API key").text() == KEY


def test_escape_closes_without_a_question_when_nothing_is_unsaved(drive: Drive) -> None:
    driver = drive()
    with driver.qtbot.waitSignal(driver.dialog.finished):
        QTest.keyClick(driver.list("Pages of the settings"), Qt.Key.Key_Escape)


def test_escape_asks_before_discarding_a_typed_key(drive: Drive) -> None:
    driver = drive()
    driver.choose("Providers", "OpenAI")
    driver.field("API key").setFocus()
    QTest.keyClicks(driver.field("API key"), KEY)
    QTest.keyClick(driver.field("API key"), Qt.Key.Key_Escape)
    assert driver.dialog.isVisible()
    assert "Close without saving what you typed for OpenAI?" in driver.texts()
    assert KEY not in driver.texts()
    QTest.keyClick(driver.button("Keep editing"), Qt.Key.Key_Escape)
    assert not driver.has_button("Keep editing")
    assert driver.field("API key").hasFocus()
    QTest.keyClick(driver.field("API key"), Qt.Key.Key_Escape)
    with driver.qtbot.waitSignal(driver.dialog.finished):
        driver.click("Close anyway")


def test_dialog_opens_at_the_provider_without_a_key(drive: Drive) -> None:
    driver = drive("appearance")
    driver.dialog.show_item("keys", "openai")
    driver.wait_for("No key yet.")
    assert driver.field("API key").hasFocus()


def test_dialog_opens_at_the_endpoint_without_a_key(drive: Drive) -> None:
    driver = drive()
    driver.dialog.show_item("keys", OLLAMA.uid)
    driver.qtbot.waitUntil(lambda: OLLAMA.base_url in [f.text() for f in driver._visible(QLineEdit)])


def test_unreadable_keys_show_a_message(drive: Drive, source: SettingsDouble) -> None:
    source.answers["keys"] = Future()
    driver = drive()
    assert "Reading the keys…" in driver.texts()
    source.answers["keys"].set_exception(SentenceError("The keyring did not answer. Start it."))
    driver.wait_for("The keyring did not answer. Start it.")


def test_closing_cancels_pending_requests(drive: Drive, source: SettingsDouble) -> None:
    for name in ("keys", "endpoints", "look"):
        source.answers[name] = Future()
    driver = drive()
    driver.dialog.show_page("endpoints")
    driver.click("Look for Ollama and LM Studio")
    driver.dialog.reject()
    assert all(future.cancelled() for future in source.answers.values())


def test_appearance_is_applied_and_saved_at_once(drive: Drive, theme: Theme, source: SettingsDouble) -> None:
    driver = drive("appearance")
    QTest.mouseClick(driver.button("Dark"), Qt.MouseButton.LeftButton)
    assert theme.mode == "dark"
    slider = next(s for s in driver.dialog.findChildren(QSlider))
    assert slider.value() == 100
    for _ in range(3):
        QTest.keyClick(slider, Qt.Key.Key_PageUp)
    driver.qtbot.waitUntil(lambda: theme.scale == 1.3)
    assert "130 %" in driver.texts()
    assert source.calls == [("appearance", "dark", 1.0), ("appearance", "dark", 1.3)]
    driver.click("Reset")
    driver.qtbot.waitUntil(lambda: theme.scale == 1.0)


def test_text_size_chosen_just_before_closing_is_applied(drive: Drive, theme: Theme) -> None:
    driver = drive("appearance")
    QTest.keyClick(driver.dialog.findChild(QSlider), Qt.Key.Key_End)
    driver.dialog.reject()
    assert theme.scale == 2.0


def test_appearance_page_follows_changes_made_elsewhere(drive: Drive, theme: Theme) -> None:
    driver = drive("appearance")
    change_mode(theme, "dark")
    assert next(b for b in driver.dialog.findChildren(QRadioButton) if b.text() == "Dark").isChecked()


def test_appearance_that_cannot_be_saved_shows_a_message(drive: Drive, source: SettingsDouble) -> None:
    source.answers["appearance"] = Future()
    source.answers["appearance"].set_exception(SentenceError("The settings cannot be written. Make room."))
    driver = drive("appearance")
    QTest.mouseClick(driver.button("Dark"), Qt.MouseButton.LeftButton)
    driver.wait_for("The settings cannot be written. Make room.")


def test_pages_can_be_reached_by_keyboard(drive: Drive) -> None:
    driver = drive()
    pages = driver.list("Pages of the settings")
    assert pages.hasFocus()
    QTest.keyClick(pages, Qt.Key.Key_Down)
    assert driver.list("Endpoints").isVisible()
    QTest.keyClick(pages, Qt.Key.Key_Down)
    assert driver.button("Dark").isVisible()


def test_enter_in_the_search_goes_to_the_key_of_the_first_match(drive: Drive) -> None:
    driver = drive()
    driver.type("Search providers", "anthr")
    QTest.keyClick(driver.field("Search providers"), Qt.Key.Key_Return)
    assert driver.field("API key").hasFocus()
    assert "Anthropic" in driver.texts()
