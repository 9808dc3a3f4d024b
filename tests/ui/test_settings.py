from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QLabel,
    QLineEdit,
    QListView,
    QListWidget,
    QPushButton,
    QRadioButton,
    QSlider,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.dialog_support import GATEWAY, OLLAMA, SentenceError, SettingsDouble, ok, shown, theme
from workbench.app.key_list import KeyListModel
from workbench.app.settings_types import EndpointInfo, KeyInfo, tail_of
from workbench.ui.settings import SettingsDialog
from workbench.ui.settings.found import free_name
from workbench.ui.theme import Theme
from workbench.usecases.addresses import EndpointForm, Wrong
from workbench.usecases.discovery import CANDIDATES, Found

__all__ = ["shown", "theme"]

KEY = "sk-test-0123456789-wxyz"
Show = Callable[[Any], Any]


class Driver:
    """Settings on the screen, driven by keys and mouse."""

    def __init__(self, qtbot: QtBot, dialog: SettingsDialog) -> None:
        self.qtbot = qtbot
        self.dialog = dialog

    def _visible(self, kind: type[Any]) -> list[Any]:
        return [w for w in self.dialog.findChildren(kind) if w.isVisible()]

    def field(self, name: str) -> QLineEdit:
        return next(f for f in self._visible(QLineEdit) if name in f.accessibleName())

    def button(self, name: str) -> QAbstractButton:
        return next(
            b for b in self._visible(QAbstractButton) if name in (b.text(), b.accessibleName()) or b.text() == name
        )

    def click(self, name: str) -> None:
        QTest.mouseClick(self.button(name), Qt.MouseButton.LeftButton)

    def has_button(self, name: str) -> bool:
        return any(name == b.text() for b in self._visible(QAbstractButton))

    def texts(self) -> str:
        return "\n".join(label.text() for label in self._visible(QLabel))

    def wait_for(self, words: str) -> None:
        self.qtbot.waitUntil(lambda: words in self.texts())

    def list(self, name: str) -> QListView:
        return next(view for view in self._visible(QListView) if view.accessibleName() == name)

    def rows(self, name: str) -> list[str]:
        model = self.list(name).model()
        return [model.index(i, 0).data() for i in range(model.rowCount())]

    def choose(self, name: str, title: str) -> None:
        view = self.list(name)
        index = view.model().index(self.rows(name).index(title), 0)
        view.scrollTo(index)
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(index).center())

    def type(self, name: str, text: str) -> None:
        self.field(name).clear()
        QTest.keyClicks(self.field(name), text)


@pytest.fixture
def source() -> SettingsDouble:
    return SettingsDouble()


@pytest.fixture
def drive(qtbot: QtBot, theme: Theme, shown: Show, source: SettingsDouble) -> Callable[..., Driver]:
    def make(page: Any = "keys", source: SettingsDouble = source) -> Driver:
        driver = Driver(qtbot, shown(SettingsDialog(theme, source, None, page)))
        if page == "keys" and "keys" not in source.answers:
            qtbot.waitUntil(lambda: "Anthropic" in driver.rows("Providers"))
        if page == "endpoints" and "endpoints" not in source.answers:
            qtbot.waitUntil(lambda: len(driver.rows("Endpoints")) == len(source.own))
        return driver

    return make


Drive = Callable[..., Driver]


@pytest.mark.parametrize(
    ("key", "tail"), [("", ""), ("short", "…"), ("sk-1234567890abcd", "…abcd"), ("12345678901", "…")]
)
def test_only_the_end_of_a_long_key_is_shown(key: str, tail: str) -> None:
    assert tail_of(key) == tail


def test_states_are_words() -> None:
    info = KeyInfo("openai", "OpenAI", variables=("OPENAI_API_KEY",))
    assert info.state == "no key"
    assert KeyInfo("o", "O", "environment", "…abcd", "OPENAI_API_KEY").state == "from the environment (OPENAI_API_KEY)"
    assert KeyInfo("o", "O", "keyring", "…abcd").state == "in the keyring (…abcd)"
    assert KeyInfo("o", "O", "session", "…abcd").state == "for this session (…abcd)"


def test_rows_do_not_move_while_one_works(qtbot: QtBot, source: SettingsDouble) -> None:
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


def test_search_by_name_or_variable(drive: Drive) -> None:
    driver = drive()
    driver.type("Search providers", "deepseek_api")
    assert driver.rows("Providers") == ["DeepSeek"]
    assert "from the environment (DEEPSEEK_API_KEY)" in driver.texts()
    driver.type("Search providers", "zzz")
    assert "No provider matches" in driver.texts()


def test_a_pasted_key_is_trimmed_kept_and_gone_from_the_field(drive: Drive, source: SettingsDouble) -> None:
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
    assert "the key is kept in the keyring (…wxyz)" in driver.texts()
    assert all(KEY not in text for text in (driver.texts(), repr(source.infos)))


def test_a_key_is_shown_only_while_asked(drive: Drive) -> None:
    driver = drive()
    driver.choose("Providers", "OpenAI")
    QTest.keyClicks(driver.field("API key"), KEY)
    driver.click("Show")
    assert driver.field("API key").echoMode() == QLineEdit.EchoMode.Normal
    driver.click("Hide")
    assert driver.field("API key").echoMode() == QLineEdit.EchoMode.Password


def test_only_for_this_session(drive: Drive, source: SettingsDouble) -> None:
    driver = drive()
    driver.choose("Providers", "OpenAI")
    QTest.keyClicks(driver.field("API key"), KEY)
    assert driver.has_button("Save key")
    QTest.keyClick(driver.button("Only for this session"), Qt.Key.Key_Space)
    driver.click("Keep for this session")
    driver.wait_for("for this session (…wxyz)")
    assert source.calls == [("set_key", "openai", KEY, True)]


def test_without_a_keyring_it_says_so_and_keeps_for_the_session(qtbot: QtBot, drive: Drive) -> None:
    source = SettingsDouble(keyring=False)
    driver = drive(source=source)
    assert "There is no keyring on this machine." in driver.texts()
    driver.choose("Providers", "OpenAI")
    assert not driver.has_button("Only for this session")
    QTest.keyClicks(driver.field("API key"), KEY)
    driver.click("Keep for this session")
    driver.wait_for("for this session")
    assert source.calls == [("set_key", "openai", KEY, True)]


def test_testing_a_key_says_how_it_went(drive: Drive, source: SettingsDouble) -> None:
    waiting: Future[str] = Future()
    source.answers["test_key"] = waiting
    driver = drive()
    driver.choose("Providers", "Anthropic")
    driver.click("Test the key")
    assert "Asking Anthropic…" in driver.texts()
    waiting.set_result("Works: 63 models.")
    driver.wait_for("Works: 63 models.")
    source.answers["test_key"] = Future()
    source.answers["test_key"].set_exception(SentenceError("Anthropic refused the key. Make a new one."))
    driver.click("Test the key")
    driver.wait_for("Anthropic refused the key. Make a new one.")
    assert "sk-never-shown" not in driver.texts()


def test_an_answer_for_another_provider_is_not_shown_here(drive: Drive, source: SettingsDouble) -> None:
    waiting: Future[str] = Future()
    source.answers["test_key"] = waiting
    driver = drive()
    driver.choose("Providers", "Anthropic")
    driver.click("Test the key")
    driver.choose("Providers", "DeepSeek")
    waiting.set_result("Works.")
    QApplication.processEvents()
    assert "Works." not in driver.texts()


def test_removing_asks_first_with_the_safe_answer_focused(drive: Drive, source: SettingsDouble) -> None:
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


def test_an_environment_key_cannot_be_removed_here(drive: Drive) -> None:
    driver = drive()
    driver.choose("Providers", "DeepSeek")
    assert not driver.button("Remove the key").isEnabled()
    assert "DEEPSEEK_API_KEY" in driver.texts()


def test_a_keyring_that_refuses_is_a_sentence_and_the_key_stays_typed(drive: Drive, source: SettingsDouble) -> None:
    source.answers["set_key"] = Future()
    source.answers["set_key"].set_exception(SentenceError("The keyring is locked. Unlock it."))
    driver = drive()
    driver.choose("Providers", "OpenAI")
    QTest.keyClicks(driver.field("API key"), KEY)
    driver.click("Save key")
    driver.wait_for("The keyring is locked. Unlock it.")
    assert driver.field("API key").text() == KEY


def test_a_typed_key_survives_looking_elsewhere(drive: Drive) -> None:
    driver = drive()
    driver.choose("Providers", "OpenAI")
    QTest.keyClicks(driver.field("API key"), KEY)
    driver.choose("Providers", "Anthropic")
    assert driver.field("API key").text() == ""
    driver.choose("Providers", "OpenAI")
    assert driver.field("API key").text() == KEY


def test_escape_closes_at_once_when_nothing_is_unsaved(drive: Drive) -> None:
    driver = drive()
    with driver.qtbot.waitSignal(driver.dialog.finished):
        QTest.keyClick(driver.list("Pages of the settings"), Qt.Key.Key_Escape)


def test_escape_asks_when_a_key_was_typed_and_not_saved(drive: Drive) -> None:
    driver = drive()
    driver.choose("Providers", "OpenAI")
    driver.field("API key").setFocus()
    QTest.keyClicks(driver.field("API key"), KEY)
    QTest.keyClick(driver.field("API key"), Qt.Key.Key_Escape)
    assert driver.dialog.isVisible()
    assert "Close without saving the key that you typed for OpenAI?" in driver.texts()
    assert KEY not in driver.texts()
    QTest.keyClick(driver.button("Keep editing"), Qt.Key.Key_Escape)
    assert not driver.has_button("Keep editing")
    assert driver.field("API key").hasFocus()
    QTest.keyClick(driver.field("API key"), Qt.Key.Key_Escape)
    with driver.qtbot.waitSignal(driver.dialog.finished):
        driver.click("Close anyway")


def test_it_opens_at_the_provider_that_lacks_a_key(drive: Drive) -> None:
    driver = drive("appearance")
    driver.dialog.show_key("openai")
    driver.wait_for("No key yet.")
    assert driver.field("API key").hasFocus()


def test_it_opens_at_the_endpoint_that_lacks_a_key(drive: Drive) -> None:
    driver = drive()
    driver.dialog.show_key(OLLAMA.uid)
    driver.qtbot.waitUntil(lambda: OLLAMA.base_url in [f.text() for f in driver._visible(QLineEdit)])


def test_keys_that_cannot_be_read_are_a_sentence(drive: Drive, source: SettingsDouble) -> None:
    source.answers["keys"] = Future()
    driver = drive()
    assert "Reading the keys…" in driver.texts()
    source.answers["keys"].set_exception(SentenceError("The keyring did not answer. Start it."))
    driver.wait_for("The keyring did not answer. Start it.")


def test_closing_while_everything_is_under_way_leaves_nothing(drive: Drive, source: SettingsDouble) -> None:
    for name in ("keys", "endpoints", "look"):
        source.answers[name] = Future()
    driver = drive()
    driver.dialog.show_page("endpoints")
    driver.click("Look for Ollama and LM Studio")
    driver.dialog.reject()
    assert all(future.cancelled() for future in source.answers.values())


def test_an_endpoint_shows_its_fields_and_no_secret(drive: Drive) -> None:
    driver = drive("endpoints")
    driver.choose("Endpoints", "Gateway")
    assert driver.field("Name").text() == "Gateway"
    assert driver.field("API key").text() == ""
    assert "…7f3a" in driver.field("API key").placeholderText()
    value = driver.field("Value of the header X-Auth-Token")
    assert (value.text(), value.echoMode()) == ("", QLineEdit.EchoMode.Password)
    assert "kept in the keyring" in value.placeholderText()
    assert driver.field("Value of the header X-Team").text() == "prompts"
    assert not driver.button("Save the endpoint").isEnabled()


def test_saving_a_change_keeps_what_was_not_touched(drive: Drive, source: SettingsDouble) -> None:
    driver = drive("endpoints")
    driver.choose("Endpoints", "Gateway")
    driver.type("Name", "Company")
    with driver.qtbot.waitSignal(driver.dialog.endpoints_changed):
        driver.click("Save the endpoint")
    _, form, session = source.calls[-1]
    assert form == EndpointForm(
        "Company", GATEWAY.base_url, GATEWAY.uid, True, None, (("X-Team", "prompts"), ("X-Auth-Token", None))
    )
    assert session is False
    assert "Saved Company. It travels unencrypted." in driver.texts()
    assert driver.rows("Endpoints")[0] == "Company"


def test_a_new_endpoint_with_key_and_headers(drive: Drive, source: SettingsDouble) -> None:
    driver = drive("endpoints")
    driver.click("Add endpoint")
    assert driver.field("Name").hasFocus()
    driver.type("Name", "vLLM")
    driver.type("Base URL", "http://10.0.0.5:8000/v1")
    QTest.keyClick(driver.button("Needs a key"), Qt.Key.Key_Space)
    QTest.keyClicks(driver.field("API key"), KEY)
    driver.click("Add header")
    assert driver.field("Name of the header").hasFocus()
    driver.type("Name of the header", "X-Api-Key")
    value = driver.field("Value of the header")
    assert value.echoMode() == QLineEdit.EchoMode.Password
    QTest.keyClicks(value, "hidden-value")
    driver.click("Save the endpoint")
    driver.wait_for("Saved vLLM.")
    _, form, _ = source.calls[-1]
    assert (form.key, form.headers) == (KEY, (("X-Api-Key", "hidden-value"),))
    assert KEY not in repr(form)
    assert "hidden-value" not in repr(form)
    assert KEY not in driver.texts()


def test_what_is_wrong_stands_at_its_field_and_nothing_is_saved(drive: Drive, source: SettingsDouble) -> None:
    driver = drive("endpoints")
    driver.click("Add endpoint")
    driver.type("Base URL", "ftp://x")
    QTest.keyClick(driver.button("Needs a key"), Qt.Key.Key_Space)
    driver.click("Add header")
    driver.type("Name of the header", "X-Team")
    driver.click("Save the endpoint")
    texts = driver.texts()
    assert "An endpoint needs a name." in texts
    assert "must begin with http://" in texts
    assert "Paste the key" in texts
    assert "The header X-Team has no value." in texts
    assert driver.field("Name").hasFocus()
    assert source.calls == []


def test_names_are_not_given_twice(drive: Drive, source: SettingsDouble) -> None:
    driver = drive("endpoints")
    driver.click("Add endpoint")
    driver.type("Name", "my ollama")
    driver.type("Base URL", "http://localhost:1/v1")
    driver.click("Save the endpoint")
    assert "There is an endpoint “my ollama” already." in driver.texts()


def test_what_the_source_finds_wrong_stands_at_its_field_too(drive: Drive, source: SettingsDouble) -> None:
    wrong = Wrong("base_url", "That address is refused. Take another.")
    source.answers["save_endpoint"] = Future()
    source.answers["save_endpoint"].set_exception(SentenceError("no", (wrong,)))
    driver = drive("endpoints")
    driver.choose("Endpoints", "My Ollama")
    driver.type("Name", "Mine")
    driver.click("Save the endpoint")
    driver.wait_for("That address is refused. Take another.")
    assert driver.field("Base URL").hasFocus()
    assert driver.button("Save the endpoint").isEnabled()


def test_load_models_counts_or_says_why_not(drive: Drive, source: SettingsDouble) -> None:
    driver = drive("endpoints")
    driver.choose("Endpoints", "My Ollama")
    driver.click("Load models")
    driver.wait_for("Works: 2 models. llama3.2:3b, phi4")
    source.answers["load_models"] = Future()
    source.answers["load_models"].set_exception(SentenceError("Nothing answers there. Start the server."))
    driver.click("Load models")
    driver.wait_for("Nothing answers there. Start the server.")
    source.answers["load_models"] = ok(())
    driver.click("Load models")
    driver.wait_for("has no models")


def test_loading_models_keeps_the_focus_and_asks_once(drive: Drive, source: SettingsDouble) -> None:
    driver = drive("endpoints")
    driver.choose("Endpoints", "My Ollama")
    button = driver.button("Load models")
    button.setFocus()
    answer: Future[tuple[str, ...]] = Future()
    source.answers["load_models"] = answer
    QTest.keyClick(button, Qt.Key.Key_Space)
    QTest.keyClick(button, Qt.Key.Key_Space)
    driver.wait_for("for its models…")
    answer.set_result(("phi4",))
    driver.wait_for("Works: 1 model. phi4")
    assert button.hasFocus()
    assert [call[0] for call in source.calls].count("load_models") == 1


def test_what_is_typed_for_one_endpoint_survives_looking_at_another(drive: Drive) -> None:
    driver = drive("endpoints")
    driver.choose("Endpoints", "My Ollama")
    driver.type("Base URL", "http://127.0.0.1:9999/v1")
    driver.choose("Endpoints", "Gateway")
    driver.choose("Endpoints", "My Ollama")
    assert driver.field("Base URL").text() == "http://127.0.0.1:9999/v1"
    driver.dialog.reject()
    assert "Close without saving what you typed for My Ollama?" in driver.texts()


def test_removing_an_endpoint_asks_first(drive: Drive, source: SettingsDouble) -> None:
    driver = drive("endpoints")
    driver.choose("Endpoints", "My Ollama")
    driver.click("Remove the endpoint")
    assert "Past runs keep their answers" in driver.texts()
    with driver.qtbot.waitSignal(driver.dialog.endpoints_changed):
        driver.click("Remove endpoint")
    assert source.calls == [("remove_endpoint", OLLAMA.uid)]
    assert driver.rows("Endpoints") == ["Gateway"]


def test_a_header_can_be_removed(drive: Drive, source: SettingsDouble) -> None:
    driver = drive("endpoints")
    driver.choose("Endpoints", "Gateway")
    driver.click("Remove this header")
    driver.click("Save the endpoint")
    driver.wait_for("Saved Gateway.")
    assert source.calls[-1][1].headers == (("X-Auth-Token", None),)


def test_looking_for_servers_lists_what_answers(drive: Drive, source: SettingsDouble) -> None:
    source.own = []
    source.answers["look"] = Future()
    driver = drive("endpoints")
    driver.click("Look for Ollama and LM Studio")
    assert "Looking at the ports" in driver.texts()
    source.answers["look"].set_result(
        (
            Found(CANDIDATES[0], True, ("a", "b"), "Ollama is running with 2 models."),
            Found(CANDIDATES[1], False, (), "LM Studio is not running. Start it, then look again."),
        )
    )
    driver.wait_for("Ollama is running with 2 models.")
    driver.wait_for("LM Studio is not running.")
    with driver.qtbot.waitSignal(driver.dialog.endpoints_changed):
        driver.click("Add Ollama")
    assert source.calls[-1] == ("save_endpoint", EndpointForm("My Ollama", CANDIDATES[0].base_url), False)
    assert driver.rows("Endpoints") == ["My Ollama"]
    driver.wait_for("already added")


def test_nothing_found_is_a_sentence(drive: Drive, source: SettingsDouble) -> None:
    source.answers["look"] = ok((Found(CANDIDATES[0], False, (), "Ollama is not running. Start it."),))
    driver = drive("endpoints")
    driver.click("Look for Ollama and LM Studio")
    driver.wait_for("Nothing answered.")
    driver.wait_for(CANDIDATES[0].base_url)
    driver.click("Look again")
    assert source.calls == [("look",), ("look",)]


def test_a_free_name_is_found() -> None:
    mine = [EndpointInfo(OLLAMA).endpoint]
    assert free_name("LM Studio", mine) == "LM Studio"
    assert free_name("Ollama", []) == "My Ollama"
    assert free_name("Ollama", mine) == "My Ollama 2"


def test_appearance_is_applied_and_remembered_at_once(drive: Drive, theme: Theme, source: SettingsDouble) -> None:
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


def test_a_size_chosen_just_before_closing_counts(drive: Drive, theme: Theme) -> None:
    driver = drive("appearance")
    QTest.keyClick(driver.dialog.findChild(QSlider), Qt.Key.Key_End)
    driver.dialog.reject()
    assert theme.scale == 2.0


def test_appearance_follows_what_is_changed_elsewhere(drive: Drive, theme: Theme) -> None:
    driver = drive("appearance")
    theme.set_mode("dark")
    assert next(b for b in driver.dialog.findChildren(QRadioButton) if b.text() == "Dark").isChecked()


def test_an_appearance_that_cannot_be_kept_is_a_sentence(drive: Drive, source: SettingsDouble) -> None:
    source.answers["appearance"] = Future()
    source.answers["appearance"].set_exception(SentenceError("The settings cannot be written. Make room."))
    driver = drive("appearance")
    QTest.mouseClick(driver.button("Dark"), Qt.MouseButton.LeftButton)
    driver.wait_for("The settings cannot be written. Make room.")


def test_pages_are_reached_by_keys(drive: Drive) -> None:
    driver = drive()
    pages = driver.list("Pages of the settings")
    assert pages.hasFocus()
    QTest.keyClick(pages, Qt.Key.Key_Down)
    assert driver.list("Endpoints").isVisible()
    QTest.keyClick(pages, Qt.Key.Key_Down)
    assert driver.button("Dark").isVisible()


@pytest.mark.parametrize("page", ["keys", "endpoints", "appearance"])
def test_every_control_has_a_name(drive: Drive, page: str) -> None:
    driver = drive(page)
    kinds = (QLineEdit, QListWidget, QListView, QPushButton, QToolButton, QCheckBox, QRadioButton, QSlider)
    for kind in kinds:
        for control in driver.dialog.findChildren(kind):
            named: QWidget = control
            if named.isVisible():
                assert named.accessibleName() or getattr(named, "text", str)(), named
