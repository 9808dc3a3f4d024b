"""Address and options of providers in the settings, with a real workbench and in the window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S
from tests.ui.dialog_support import SettingsDouble
from tests.ui.settings_support import Drive, Driver, drive, shown, source, theme
from tests.usecases.making import Drawer, opened
from workbench.app.future_results import sentence_of
from workbench.app.settings.form_data import KeyInfo
from workbench.app.settings.source import WorkbenchSettingsSource
from workbench.core.providers import PROVIDERS
from workbench.host.keys import Key
from workbench.usecases.credentials import AddressQuestion
from workbench.usecases.destinations import KeyDestination
from workbench.usecases.provider_access import ProviderState, SettingState

__all__ = ["drive", "shown", "source", "theme"]

KEY = "sk-planted-0123456789-tail"
GATEWAY = "https://gateway.example/v1"
ENV = {
    "OPENAI_API_KEY": KEY,
    "OPENAI_BASE_URL": GATEWAY,
    "GROQ_API_BASE": GATEWAY,
    "CLOUDFLARE_ACCOUNT_ID": "acc-1",
} | {
    "ANTHROPIC_API_KEY": KEY,
    "ANTHROPIC_BASE_URL": "https://user:secret@gateway.example",
}


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[WorkbenchSettingsSource]:
    with opened(tmp_path, {}, ENV) as (workbench, _):
        workbench.keys._chosen = Drawer()
        yield WorkbenchSettingsSource(workbench)


def info(source: WorkbenchSettingsSource, provider: str) -> KeyInfo:
    return next(one for one in source.keys().result(PATIENCE_S).keys if one.provider == provider)


def test_every_configurable_provider_is_listed(kept: WorkbenchSettingsSource) -> None:
    listed = [one.provider for one in kept.keys().result(PATIENCE_S).keys]
    assert len(listed) == len(set(listed)) >= 106
    assert {"scaleway", "vertex_ai", "oci", "bedrock", "azure"} <= set(listed)


def test_address_from_the_environment_is_shown_with_its_key(kept: WorkbenchSettingsSource) -> None:
    assert info(kept, "openai").state == f"from OPENAI_API_KEY, to {GATEWAY}"
    state = kept.provider("openai").result(PATIENCE_S)
    assert state.goes_to == f"Requests go to {GATEWAY}, as OPENAI_BASE_URL says."
    assert state.question is None
    assert state.documentation == PROVIDERS["openai"].documentation


def test_unusable_address_is_reported_and_gets_no_requests(kept: WorkbenchSettingsSource) -> None:
    assert info(kept, "anthropic").state == "unusable address: https://•••@gateway.example"
    assert kept.provider("anthropic").result(PATIENCE_S).goes_to == (
        "ANTHROPIC_BASE_URL names https://•••@gateway.example, which cannot be used, so nothing is sent. Leave user "
        "and password out of the address; use a key or a secret header instead."
    )


def test_key_is_bound_to_the_shown_address_until_confirmed_for_another(kept: WorkbenchSettingsSource) -> None:
    assert kept.set_key("groq", KEY, session=False).result(PATIENCE_S).state == f"in the keyring (…tail), to {GATEWAY}"
    assert kept.provider("groq").result(PATIENCE_S).question is None
    # An address entered later has to be confirmed.
    moved = kept.save_provider("groq", "https://other.example", {}, session=False).result(PATIENCE_S)
    assert moved.state == "key not confirmed for https://other.example"
    question = kept.provider("groq").result(PATIENCE_S).question
    assert question is not None
    assert question.known == ("https://gateway.example",)
    kept.confirm_address(question).result(PATIENCE_S)
    assert info(kept, "groq").state == "in the keyring (…tail), to https://other.example"


def test_key_is_refused_while_its_provider_has_no_address(kept: WorkbenchSettingsSource) -> None:
    error = kept.set_key("azure", KEY, session=True).exception(PATIENCE_S)
    assert error is not None
    assert "Enter the address of Azure OpenAI first" in sentence_of(error, "")
    saved = kept.save_provider("azure", "https://mine.openai.azure.com/", {"api_version": "2024-10-21"}, session=True)
    saved.result(PATIENCE_S)
    assert kept.set_key("azure", KEY, session=True).result(PATIENCE_S).source == "session"
    state = kept.provider("azure").result(PATIENCE_S)
    assert state.entered == "https://mine.openai.azure.com"
    assert next(one.value for one in state.settings if one.setting.name == "api_version") == "2024-10-21"


def test_environment_settings_are_named_and_secrets_show_only_their_end(kept: WorkbenchSettingsSource) -> None:
    (account,) = kept.provider("cloudflare").result(PATIENCE_S).settings
    assert (account.variable, account.found, account.value) == ("CLOUDFLARE_ACCOUNT_ID", "acc-1", "")
    kept.save_provider("bedrock", "", {"aws_secret_access_key": KEY}, session=True).result(PATIENCE_S)
    secret = next(
        one
        for one in kept.provider("bedrock").result(PATIENCE_S).settings
        if one.setting.name == "aws_secret_access_key"
    )
    assert (secret.value, secret.tail) == ("", "…tail")
    assert KEY not in repr(kept.provider("bedrock").result(PATIENCE_S))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("gateway.example", "must begin with"),
        ("ftp://x", "must begin with"),
        ("https://u:p@gateway.example", "Leave user and password out"),
        ("https://gateway.example?x=1", "Leave out everything from"),
        ("https://faß.example/v1", "begins with xn--"),
    ],
)
def test_invalid_address_is_refused(kept: WorkbenchSettingsSource, address: str, words: str) -> None:
    error = kept.save_provider("openai", address, {}, session=True).exception(PATIENCE_S)
    assert error is not None
    assert words in sentence_of(error, "")


def wait_for(driver: Driver, words: str) -> None:
    """Wait for a text in which an address may contain break opportunities."""
    driver.qtbot.waitUntil(lambda: words in driver.texts().replace("\u200b", ""))


def _state(**more: object) -> ProviderState:
    where = KeyDestination(GATEWAY, "environment", "https://gateway.example", "OPENAI_BASE_URL")
    settings = tuple(SettingState(one) for one in PROVIDERS["azure"].settings[:2])
    return ProviderState("openai", "OpenAI", where, public="https://api.openai.com/v1", settings=settings, **more)  # type: ignore[arg-type]


def test_form_saves_typed_settings(drive: Drive, source: SettingsDouble) -> None:
    source.states["openai"] = _state()
    driver = drive()
    driver.choose("Providers", "OpenAI")
    wait_for(driver, f"Requests go to {GATEWAY}, as OPENAI_BASE_URL says.")
    driver.type("Address", "https://mine.example")
    driver.type("API version", "2024-10-21")
    driver.type("Entra ID token", "hush")
    driver.click("Save settings")
    driver.wait_for("the settings are saved")
    assert ("save_provider", "openai", "https://mine.example", _typed(), False) in source.calls


def _typed() -> dict[str, str | None]:
    return {"api_version": "2024-10-21", "azure_ad_token": "hush"}


def test_new_address_can_be_confirmed_in_the_form(drive: Drive, source: SettingsDouble) -> None:
    keys = (("openai", Key(KEY, "keyring", origin="https://api.openai.com")),)
    question = AddressQuestion(
        "OpenAI", "key", ("https://api.openai.com",), GATEWAY, "https://gateway.example", keys, "OPENAI_BASE_URL"
    )
    source.states["openai"] = _state(question=question)
    driver = drive()
    driver.choose("Providers", "OpenAI")
    wait_for(driver, f"was entered for https://api.openai.com, and OPENAI_BASE_URL names {GATEWAY}")
    driver.click("Send the key there")
    wait_for(driver, f"the key may be sent to {GATEWAY}")
    assert ("confirm_address", question) in source.calls
    assert KEY not in driver.texts()


def test_typed_settings_are_kept_while_another_provider_is_shown(drive: Drive, source: SettingsDouble) -> None:
    source.states["openai"] = _state()
    driver = drive()
    driver.choose("Providers", "OpenAI")
    driver.wait_for("API version")
    driver.type("Address", "https://mine.example")
    driver.type("Entra ID token", "hush")
    driver.choose("Providers", "Anthropic")
    driver.wait_for("Requests go to")
    assert driver.field("Address").text() == ""
    driver.choose("Providers", "OpenAI")
    driver.wait_for("API version")
    assert driver.field("Address").text() == "https://mine.example"
    assert driver.field("Entra ID token").text() == "hush"
    driver.choose("Providers", "Anthropic")
    driver.dialog.reject()
    assert "Close without saving what you typed for OpenAI?" in driver.texts()


def test_typed_settings_are_kept_when_the_key_is_removed(drive: Drive, source: SettingsDouble) -> None:
    driver = drive()
    driver.choose("Providers", "Anthropic")
    driver.wait_for("Address")
    driver.type("Address", "https://mine.example")
    where = KeyDestination("https://api.example.com/v1", "public", "https://api.example.com")
    source.states["anthropic"] = ProviderState("anthropic", "Anthropic", where, public="x", missing="Read anew.")
    driver.click("Remove the key")
    driver.click("Remove key")
    driver.wait_for("Read anew.")
    assert driver.field("Address").text() == "https://mine.example"
