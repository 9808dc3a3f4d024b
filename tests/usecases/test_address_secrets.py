"""Secrets in an address, outside of scheme, host and path, are never shown, stored or sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes.provider import FakeProvider
from tests.usecases.making import PATIENCE_S, Drawer, draft, new_prompt, opened
from workbench.app.settings.source import WorkbenchSettingsSource
from workbench.cli.main import main
from workbench.core.lanes import FIXED_ENDPOINTS, LITELLM, Endpoint, Lane
from workbench.core.runs import Failure
from workbench.host.clock import utc_now
from workbench.host.errors import HostError
from workbench.host.keys import KeyStore
from workbench.usecases.code_writer import where_of
from workbench.usecases.credentials import credentials
from workbench.usecases.destinations import key_names
from workbench.usecases.provider_access import save_settings, state_of

_LITELLM = next(endpoint for endpoint in FIXED_ENDPOINTS if endpoint.uid == LITELLM)
HIDDEN = "hidden-0123"
ADDRESSES = (
    f"http://user:{HIDDEN}@127.0.0.1:1/v1",
    f"http://{HIDDEN}@127.0.0.1:1/v1",
    f"user:{HIDDEN}@127.0.0.1:1",
    f"http://user:a/{HIDDEN}@127.0.0.1:1/v1",
    f"http://user:a#{HIDDEN}@127.0.0.1:1/v1",
    f"http://127.0.0.1:1/v1?key={HIDDEN}",
    f"http://127.0.0.1:1/v1#{HIDDEN}",
)


@pytest.mark.parametrize("address", ADDRESSES)
class TestAnAddressOfTheEnvironment:
    def test_environment_address_with_a_secret_is_refused_and_hidden(self, tmp_path: Path, address: str) -> None:
        with opened(tmp_path, {}, {"OPENAI_BASE_URL": address, "OPENAI_API_KEY": "sk-planted-012345"}) as (bench, _):
            handle = bench.runner.start_iteration(
                new_prompt(bench), draft(Lane("a", LITELLM, "openai/gpt-5")), based_on=None
            )
            assert handle.wait(PATIENCE_S)
            (transcript,) = handle.transcripts
            assert transcript.result is not None
            assert transcript.result.failure is not None
            assert transcript.result.failure.code == "bad_address"
            assert "OPENAI_BASE_URL" in transcript.result.failure.sentence
        kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
        assert HIDDEN.encode() not in kept

    def test_secret_in_an_address_is_hidden_in_settings_and_code(self, tmp_path: Path, address: str) -> None:
        env = {"OPENAI_BASE_URL": address, "OPENAI_API_KEY": "sk-planted-012345"}
        keys = KeyStore(env, Drawer(), names=key_names(env))
        state = state_of(keys, "openai")
        assert HIDDEN not in f"{state.goes_to} {state.environment} {where_of(keys)('openai')}"
        assert "127.0.0.1:1" in state.goes_to
        with opened(tmp_path, {}, env) as (bench, _):
            assert HIDDEN not in str(WorkbenchSettingsSource(bench).keys().result(PATIENCE_S))


@pytest.mark.parametrize("address", [*ADDRESSES[:2], *ADDRESSES[-2:]])
def test_secret_in_an_address_of_a_crafted_history_is_hidden(
    tmp_path: Path, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(tmp_path, {}) as (bench, _):
        bench.store.save_endpoint(Endpoint("e", "openai", "Mine", "http://127.0.0.1:1/v1"), utc_now()).result(20)
    import sqlite3

    with sqlite3.connect(tmp_path / "w.db") as connection:
        connection.execute("UPDATE endpoints SET base_url = ?", (address,))
    connection.close()
    with opened(tmp_path, {}) as (bench, _):
        endpoint = bench.endpoints.find("e")
        assert endpoint is not None
        refused = credentials(bench.keys, endpoint, "m", lambda _: "")
        assert isinstance(refused, Failure)
        assert HIDDEN not in str(refused)
    for arguments in (["models"], ["models", "--json"], ["models", "--endpoint", "Mine"]):
        main([*arguments, "--db", str(tmp_path / "w.db")])
        said = capsys.readouterr()
        assert HIDDEN not in said.out + said.err


@pytest.mark.parametrize("address", ADDRESSES)
def test_address_with_a_secret_cannot_be_saved(address: str) -> None:
    keys = KeyStore({}, Drawer(), names=key_names({}))
    with pytest.raises(HostError) as raised:
        save_settings(keys, "openai", address, {}, session=True)
    assert HIDDEN not in str(raised.value)
    assert keys.choices.address("openai") == ""


def test_azure_address_with_an_api_version_is_refused() -> None:
    keys = KeyStore({}, Drawer(), names=key_names({}))
    with pytest.raises(HostError, match="API version"):
        save_settings(keys, "azure", "https://mine.openai.azure.com?api-version=2024-10-21", {}, session=True)


def test_nothing_is_sent_to_an_address_with_a_query(tmp_path: Path) -> None:
    with FakeProvider() as fake, opened(tmp_path, None, {"OPENAI_BASE_URL": f"{fake.base_url}?x=1"}) as (bench, _):
        bench.start_engine()
        bench.keys.set("openai", "sk-planted-012345", session=True, origin=fake.url)
        handle = bench.runner.start_iteration(
            new_prompt(bench), draft(Lane("a", LITELLM, "openai/gpt-5")), based_on=None
        )
        assert handle.wait(4 * PATIENCE_S)
        assert fake.requests == []
        assert json.dumps([str(one.result) for one in handle.transcripts]).count("bad_address")
