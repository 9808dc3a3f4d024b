"""The settings: endpoints."""

from __future__ import annotations

from concurrent.futures import Future

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit

from tests.ui.dialog_support import GATEWAY, OLLAMA, SentenceError, SettingsDouble, ok, shown, theme
from tests.ui.settings_support import KEY, Drive, Driver, drive, source
from workbench.app.settings.form_data import EndpointInfo
from workbench.core.lanes import Endpoint
from workbench.engine.calls import ModelIds
from workbench.host.keys import Key
from workbench.usecases.credentials import AddressQuestion
from workbench.usecases.endpoint_form import EndpointForm, FieldMistake, free_name
from workbench.usecases.endpoints import AnsweringForm
from workbench.usecases.server_discovery import CANDIDATES, FoundServer

__all__ = ["drive", "shown", "source", "theme"]


def test_endpoint_form_shows_fields_without_secrets(drive: Drive) -> None:
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


def test_saving_a_change_keeps_the_other_fields(drive: Drive, source: SettingsDouble) -> None:
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


def test_new_endpoint_is_saved_with_key_and_headers(drive: Drive, source: SettingsDouble) -> None:
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


def test_errors_are_shown_at_their_fields_and_nothing_is_saved(drive: Drive, source: SettingsDouble) -> None:
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


def test_duplicate_endpoint_name_is_refused(drive: Drive, source: SettingsDouble) -> None:
    driver = drive("endpoints")
    driver.click("Add endpoint")
    driver.type("Name", "my ollama")
    driver.type("Base URL", "http://localhost:1/v1")
    driver.click("Save the endpoint")
    assert "An endpoint “my ollama” already exists." in driver.texts()


def test_errors_of_the_source_are_shown_at_their_field(drive: Drive, source: SettingsDouble) -> None:
    wrong = FieldMistake("base_url", "That address is refused. Take another.")
    source.answers["save_endpoint"] = Future()
    source.answers["save_endpoint"].set_exception(SentenceError("no", (wrong,)))
    driver = drive("endpoints")
    driver.choose("Endpoints", "My Ollama")
    driver.type("Name", "Mine")
    driver.click("Save the endpoint")
    driver.wait_for("That address is refused. Take another.")
    assert driver.field("Base URL").hasFocus()
    assert driver.button("Save the endpoint").isEnabled()


def test_load_models_shows_the_count_or_the_reason_for_failure(drive: Drive, source: SettingsDouble) -> None:
    driver = drive("endpoints")
    driver.choose("Endpoints", "My Ollama")
    driver.click("Load models")
    driver.wait_for("Works: 2 models. llama3.2:3b, phi4")
    source.answers["load_models"] = Future()
    source.answers["load_models"].set_exception(SentenceError("Nothing answers there. Start the server."))
    driver.click("Load models")
    driver.wait_for("Nothing answers there. Start the server.")
    source.answers["load_models"] = ok(AnsweringForm(EndpointForm("My Ollama", OLLAMA.base_url), ModelIds()))
    driver.click("Load models")
    driver.wait_for("has no models")


def test_loading_models_keeps_the_focus_and_sends_one_request(drive: Drive, source: SettingsDouble) -> None:
    driver = drive("endpoints")
    driver.choose("Endpoints", "My Ollama")
    button = driver.button("Load models")
    button.setFocus()
    answer: Future[AnsweringForm] = Future()
    source.answers["load_models"] = answer
    QTest.keyClick(button, Qt.Key.Key_Space)
    QTest.keyClick(button, Qt.Key.Key_Space)
    driver.wait_for("Loading models from")
    answer.set_result(AnsweringForm(EndpointForm("My Ollama", OLLAMA.base_url), ModelIds(("phi4",))))
    driver.wait_for("Works: 1 model. phi4")
    assert button.hasFocus()
    assert [call[0] for call in source.calls].count("load_models") == 1


def test_name_is_filled_in_from_the_host_until_one_is_typed(drive: Drive, source: SettingsDouble) -> None:
    source.own.append(EndpointInfo(Endpoint("e-3", "openai", "gateway.example", "https://gateway.example/v1")))
    driver = drive("endpoints")
    driver.click("Add endpoint")
    driver.type("Base URL", "http://10.0.0.5:8000")
    assert driver.field("Name").text() == "10.0.0.5:8000"
    driver.type("Base URL", "https://api.gateway.example/v1")
    assert driver.field("Name").text() == "My gateway.example", "the other name is taken"
    driver.type("Base URL", "https://")
    assert driver.field("Name").text() == ""
    driver.type("Name", "Mine")
    driver.type("Base URL", "http://10.0.0.5:8000")
    assert driver.field("Name").text() == "Mine"
    driver.choose("Endpoints", "My Ollama")
    driver.type("Base URL", "http://10.0.0.6:8000/v1")
    assert driver.field("Name").text() == "My Ollama"


def test_loaded_models_complete_the_address(drive: Drive, source: SettingsDouble) -> None:
    driver = drive("endpoints")
    driver.choose("Endpoints", "My Ollama")
    driver.type("Base URL", "http://localhost:11434/")
    form = EndpointForm("My Ollama", "http://localhost:11434/v1")
    source.answers["load_models"] = ok(AnsweringForm(form, ModelIds(("phi4",))))
    driver.click("Load models")
    driver.wait_for("Works: 1 model. phi4 The address needed /v1.")
    assert driver.field("Base URL").text() == form.base_url
    assert driver.button("Save the endpoint").isEnabled()


def test_typed_fields_are_kept_while_another_endpoint_is_shown(drive: Drive) -> None:
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


def test_header_can_be_removed(drive: Drive, source: SettingsDouble) -> None:
    driver = drive("endpoints")
    driver.choose("Endpoints", "Gateway")
    driver.click("Remove this header")
    driver.click("Save the endpoint")
    driver.wait_for("Saved Gateway.")
    assert source.calls[-1][1].headers == (("X-Auth-Token", None),)


def test_server_scan_lists_running_servers_and_adds_one(drive: Drive, source: SettingsDouble) -> None:
    source.own = []
    source.answers["look"] = Future()
    driver = drive("endpoints")
    driver.click("Look for Ollama and LM Studio")
    assert "Checking the ports" in driver.texts()
    source.answers["look"].set_result(
        (
            FoundServer(CANDIDATES[0], True, ("a", "b"), "Ollama is running with 2 models."),
            FoundServer(CANDIDATES[1], False, (), "LM Studio is not running. Start it, then look again."),
        )
    )
    driver.wait_for("Ollama is running with 2 models.")
    driver.wait_for("LM Studio is not running.")
    with driver.qtbot.waitSignal(driver.dialog.endpoints_changed):
        driver.click("Add Ollama")
    assert source.calls[-1] == ("save_endpoint", EndpointForm("My Ollama", CANDIDATES[0].base_url), False)
    assert driver.rows("Endpoints") == ["My Ollama"]
    driver.wait_for("already added")


def test_server_scan_without_results_shows_a_message(drive: Drive, source: SettingsDouble) -> None:
    source.answers["look"] = ok((FoundServer(CANDIDATES[0], False, (), "Ollama is not running. Start it."),))
    driver = drive("endpoints")
    driver.click("Look for Ollama and LM Studio")
    driver.wait_for("No servers found.")
    driver.wait_for(CANDIDATES[0].base_url)
    driver.click("Look again")
    assert source.calls == [("look",), ("look",)]


def test_free_name_is_derived_from_existing_names() -> None:
    mine = [EndpointInfo(OLLAMA).endpoint]
    assert free_name("LM Studio", mine) == "LM Studio"
    assert free_name("Ollama", []) == "My Ollama"
    assert free_name("Ollama", mine) == "My Ollama 2"


def test_other_protocol_shows_and_saves_its_own_settings(drive: Drive, source: SettingsDouble) -> None:
    driver = drive("endpoints")
    driver.click("Add endpoint")
    choices = (box for box in driver.dialog.findChildren(QComboBox) if box.isVisible())
    choice = next(box for box in choices if box.accessibleName() == "Protocol")
    choice.setCurrentIndex(choice.findData("azure"))
    assert "Use the name of a deployment as the model." in driver.texts()
    assert driver.field("Base URL").placeholderText() == "https://NAME.openai.azure.com"
    driver.type("Name", "Our Azure")
    driver.type("Base URL", "https://ours.openai.azure.com")
    driver.qtbot.waitUntil(lambda: any(f.isVisible() for f in driver.dialog.findChildren(QLineEdit, "api_version")))
    driver.type("API version", "2024-10-21")
    driver.click("Save")
    driver.wait_for("Saved Our Azure.")
    form = next(call[1] for call in source.calls if call[0] == "save_endpoint")
    assert (form.provider, form.settings) == ("azure", (("api_version", "2024-10-21"),))


def test_stored_key_must_be_confirmed_for_a_changed_address(drive: Drive, source: SettingsDouble) -> None:
    keys = (("endpoint:g", Key("sk-planted-0123456789", "keyring", origin="https://old.example")),)
    question = AddressQuestion(
        "“Gateway”", "key", ("https://old.example",), "https://new.example/v1", "https://new.example", keys, "this form"
    )
    source.answers["question_of"] = ok(question)
    driver = drive("endpoints")
    driver.choose("Endpoints", source.own[0].endpoint.name)
    driver.type("Base URL", "https://new.example/v1")
    driver.click("Save")
    driver.wait_for("was entered for https://old.example")
    assert "save_endpoint" not in [call[0] for call in source.calls]
    driver.click("Send the key there")
    driver.wait_for("Saved ")
    assert ("confirm_address", question) in source.calls


def protocol(driver: Driver) -> QComboBox:
    return next(
        box for box in driver.dialog.findChildren(QComboBox) if box.isVisible() and box.accessibleName() == "Protocol"
    )


def test_stored_endpoint_opens_unchanged_and_keeps_unknown_settings(drive: Drive, source: SettingsDouble) -> None:
    """Also with settings that this release has no field for, in any order."""
    long = "A gateway with a name that no field has room for " * 4
    settings = (("newer", "kept"), ("api_version", "2024-10-21"))
    azure = Endpoint("z", "litellm", long.strip(), "https://ours.example", provider="azure", settings=settings)
    source.own.append(EndpointInfo(azure))
    driver = drive("endpoints")
    driver.choose("Endpoints", azure.name)
    assert driver.field("API version").text() == "2024-10-21"
    assert not driver.button("Save").isEnabled()
    assert driver.field("Name").cursorPosition() == 0, "the beginning of the text is visible"
    driver.type("API version", "2025-01-01")
    driver.click("Save")
    driver.wait_for("Saved")
    form = next(call[1] for call in source.calls if call[0] == "save_endpoint")
    assert form.settings == (("api_version", "2025-01-01"), ("newer", "kept"))


def test_protocol_settings_are_kept_while_another_protocol_is_shown(drive: Drive) -> None:
    driver = drive("endpoints")
    driver.click("Add endpoint")
    choice = protocol(driver)
    choice.setCurrentIndex(choice.findData("azure"))
    driver.qtbot.waitUntil(lambda: any(f.isVisible() for f in driver.dialog.findChildren(QLineEdit, "api_version")))
    driver.type("API version", "2024-10-21")
    choice.setCurrentIndex(choice.findData("anthropic"))
    choice.setCurrentIndex(choice.findData("azure"))
    assert driver.dialog.findChildren(QLineEdit, "api_version")[-1].text() == "2024-10-21"
