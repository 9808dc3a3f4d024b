"""The source of the settings over a real workbench: real database and engine, keyring in memory, loopback provider."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.provider import FakeProvider, status
from tests.patience import PATIENCE_S
from tests.usecases.making import Drawer, opened
from workbench.app.future_results import sentence_of
from workbench.app.settings.form_data import FileForm
from workbench.app.settings.source import WorkbenchSettingsSource
from workbench.core.lanes import Endpoint
from workbench.host.keys import KeyStore
from workbench.usecases.endpoint_form import EndpointForm
from workbench.usecases.endpoints import WrongFormError
from workbench.usecases.workbench import Workbench

KEY = "sk-planted-0123456789-tail"


@pytest.fixture
def workbench(tmp_path: Path) -> Iterator[Workbench]:
    with opened(tmp_path, env={"DEEPSEEK_API_KEY": "sk-from-the-environment"}) as (made, _):
        # The test's own keyring, before any key is read.
        made.keys._chosen = Drawer()
        made.engine.start()
        yield made


@pytest.fixture
def source(workbench: Workbench) -> WorkbenchSettingsSource:
    return WorkbenchSettingsSource(workbench)


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with FakeProvider() as made:
        yield made


def test_keys_are_stored_shown_by_their_end_and_removed(source: WorkbenchSettingsSource, workbench: Workbench) -> None:
    kept = source.set_key("openai", f" {KEY}\n", session=False).result(PATIENCE_S)
    assert (kept.source, kept.tail) == ("keyring", "…tail")
    page = source.keys().result(PATIENCE_S)
    by_id = {info.provider: info for info in page.keys}
    assert page.keyring
    assert by_id["openai"] == kept
    assert by_id["deepseek"].source == "environment"
    assert by_id["deepseek"].variable == "DEEPSEEK_API_KEY"
    assert by_id["anthropic"].source == ""
    assert KEY not in repr(page)
    assert source.remove_key("openai").result(PATIENCE_S).source == ""


def test_session_key_overrides_the_environment_key(source: WorkbenchSettingsSource) -> None:
    kept = source.set_key("deepseek", KEY, session=True).result(PATIENCE_S)
    assert (kept.source, kept.variable) == ("session", "DEEPSEEK_API_KEY")
    assert source.remove_key("deepseek").result(PATIENCE_S).source == "environment"


def test_providers_that_share_a_key_are_listed_once(source: WorkbenchSettingsSource) -> None:
    ids = [info.provider for info in source.keys().result(PATIENCE_S).keys]
    assert len(set(ids)) == len(ids)
    assert len({"cohere", "cohere_chat"} & set(ids)) == 1
    assert len({"ollama", "ollama_chat"} & set(ids)) == 1


class LockedDrawer(Drawer):
    """A keyring that refuses access and counts the attempts."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        raise RuntimeError(f"locked, and {KEY} is in my words")


def test_locked_keyring_is_queried_once_and_reported(source: WorkbenchSettingsSource, workbench: Workbench) -> None:
    drawer = LockedDrawer()
    workbench.keys._chosen = drawer
    page = source.keys().result(PATIENCE_S)
    assert not page.keyring
    assert "Unlock" in page.sentence
    assert KEY not in page.sentence
    assert drawer.asked == 1
    assert {info.provider for info in page.keys if info.source} == {"deepseek"}


def test_missing_keyring_is_reported_and_only_session_keys_are_accepted(
    source: WorkbenchSettingsSource, workbench: Workbench
) -> None:
    from keyring.backends.fail import Keyring

    workbench.keys._chosen = Keyring()
    page = source.keys().result(PATIENCE_S)
    assert not page.keyring
    assert "There is no keyring" in page.sentence
    refused = source.set_key("openai", KEY, session=False).exception(PATIENCE_S)
    assert refused is not None
    assert KEY not in sentence_of(refused, "no")
    assert source.set_key("openai", KEY, session=True).result(PATIENCE_S).source == "session"


def test_testing_a_missing_key_is_refused(source: WorkbenchSettingsSource) -> None:
    error = source.test_key("openai").exception(PATIENCE_S)
    assert error is not None
    assert "OpenAI needs an API key" in sentence_of(error, "no")


def test_endpoint_secrets_are_not_written_to_disk(
    source: WorkbenchSettingsSource, workbench: Workbench, tmp_path: Path
) -> None:
    form = EndpointForm(
        "Gateway",
        "https://llm.example.com/v1/",
        needs_key=True,
        key=KEY,
        headers=(("X-Team", "prompts"), ("X-Auth-Token", "header-secret-1234")),
    )
    saved = source.save_endpoint(form, session=False).result(PATIENCE_S)
    assert saved.info.key_tail == "…tail"
    endpoint = saved.info.endpoint
    assert (endpoint.base_url, endpoint.headers) == ("https://llm.example.com/v1", (("X-Team", "prompts"),))
    assert endpoint.secret_headers == ("X-Auth-Token",)
    assert source.endpoints().result(PATIENCE_S) == (saved.info,)
    workbench.store.set_meta("flushed", "yes").result(PATIENCE_S)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert KEY.encode() not in written
    assert b"header-secret-1234" not in written
    source.remove_endpoint(endpoint.uid).result(PATIENCE_S)
    assert source.endpoints().result(PATIENCE_S) == ()
    assert not workbench.keys._chosen.kept  # type: ignore[union-attr]


def test_invalid_form_names_the_wrong_fields(source: WorkbenchSettingsSource) -> None:
    error = source.save_endpoint(EndpointForm("openai", "ftp://x"), session=False).exception(PATIENCE_S)
    assert {wrong.where for wrong in getattr(error, "wrongs", ())} == {"name", "base_url"}


def test_models_are_requested_with_typed_secrets_before_saving(
    source: WorkbenchSettingsSource, fake: FakeProvider
) -> None:
    form = EndpointForm(
        "New", fake.base_url, needs_key=True, key=KEY, headers=(("X-Team", "a"), ("X-Api-Key", "typed-secret"))
    )
    assert source.load_models(form).result(PATIENCE_S)
    headers = fake.requests[0].headers
    assert headers["authorization"] == f"Bearer {KEY}"
    assert (headers["x-team"], headers["x-api-key"]) == ("a", "typed-secret")


def test_models_are_requested_with_stored_secrets_when_none_are_typed(
    source: WorkbenchSettingsSource, fake: FakeProvider
) -> None:
    form = EndpointForm("Kept", fake.base_url, needs_key=True, key=KEY, headers=(("X-Auth-Token", "kept-secret"),))
    uid = source.save_endpoint(form, session=True).result(PATIENCE_S).info.endpoint.uid
    again = EndpointForm("Kept", fake.base_url, uid, True, None, (("X-Auth-Token", None),))
    source.load_models(again).result(PATIENCE_S)
    assert fake.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert fake.requests[0].headers["x-auth-token"] == "kept-secret"


def test_no_key_is_sent_to_an_endpoint_that_needs_none(source: WorkbenchSettingsSource, fake: FakeProvider) -> None:
    source.set_key("openai", KEY, session=True).result(PATIENCE_S)
    source.load_models(EndpointForm("Open", fake.base_url)).result(PATIENCE_S)
    assert KEY not in json.dumps(fake.requests[0].headers)


def test_rejection_by_a_server_is_reported_without_the_key(source: WorkbenchSettingsSource, fake: FakeProvider) -> None:
    fake.script(status(401, {"error": {"message": f"bad key {KEY}"}}))
    form = EndpointForm("Strict", fake.base_url, needs_key=True, key=KEY)
    error = source.load_models(form).exception(PATIENCE_S)
    assert error is not None
    sentence = sentence_of(error, "fallback")
    assert "fallback" not in sentence
    assert KEY not in sentence


def test_saving_appearance_keeps_other_settings(source: WorkbenchSettingsSource, workbench: Workbench) -> None:
    config = workbench.places.config
    config.mkdir(parents=True, exist_ok=True)
    (config / "settings.json").write_text('{"theme": "light", "geometry": "AAAA", "unknown": 1}')
    source.save_appearance("dark", 1.3, "reduced").result(PATIENCE_S)
    assert json.loads((config / "settings.json").read_text()) == {
        "theme": "dark",
        "font_scale": 1.3,
        "motion": "reduced",
        "geometry": "AAAA",
        "unknown": 1,
    }


def test_endpoint_without_a_key_never_queries_the_keyring(
    source: WorkbenchSettingsSource, workbench: Workbench
) -> None:
    drawer = LockedDrawer()
    workbench.keys._chosen = drawer
    source.save_endpoint(EndpointForm("Open", "http://127.0.0.1:1/v1"), session=False).result(PATIENCE_S)
    assert source.endpoints().result(PATIENCE_S)[0].endpoint.name == "Open"
    assert drawer.asked == 0
    assert isinstance(workbench.keys, KeyStore)
    assert isinstance(source.endpoints().result(PATIENCE_S)[0].endpoint, Endpoint)


def test_model_file_is_listed_renamed_and_reported_when_missing(
    source: WorkbenchSettingsSource, workbench: Workbench, tmp_path: Path
) -> None:
    file = tmp_path / "tuned.gguf"
    file.write_bytes(b"GGUF")
    uid = workbench.endpoints.save_file("Tuned", file).endpoint.uid
    renamed = source.save_file(FileForm(uid, "Better", str(file))).result(PATIENCE_S).info
    assert (renamed.endpoint.name, renamed.troubles) == ("Better", ())
    file.unlink()
    (info,) = source.endpoints().result(PATIENCE_S)
    assert info.endpoint == renamed.endpoint
    assert [trouble.where for trouble in info.troubles] == ["path"]
    assert "no longer exists" in info.troubles[0].sentence
    error = source.save_file(FileForm(uid, "Best", str(file))).exception(PATIENCE_S)
    assert isinstance(error, WrongFormError)
    source.remove_endpoint(uid).result(PATIENCE_S)
    assert source.endpoints().result(PATIENCE_S) == ()
