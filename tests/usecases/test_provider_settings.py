"""Provider settings that are part of addresses, and who may set them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.usecases.making import Drawer
from workbench.core.lanes import FIXED_ENDPOINTS, LITELLM, Endpoint
from workbench.core.runs import Failure
from workbench.host.errors import HostError
from workbench.host.keys import KeyStore
from workbench.host.provider_choices import FILE, ProviderChoices
from workbench.usecases.credentials import Credentials, credentials
from workbench.usecases.destinations import key_names
from workbench.usecases.endpoint_form import EndpointForm, check_form
from workbench.usecases.provider_access import save_settings

_LITELLM = next(endpoint for endpoint in FIXED_ENDPOINTS if endpoint.uid == LITELLM)
_BAD = ("evil.example/", "x#", "x?y=", "u@evil.example", "x\\y", "x y", "x%2f", "x\ny")


def keys(env: dict[str, str] | None = None, choices: ProviderChoices | None = None) -> KeyStore:
    env = env or {}
    return KeyStore(env, Drawer(), names=key_names(env), choices=choices)


def asked(store: KeyStore, endpoint: Endpoint, model: str) -> Credentials | Failure:
    return credentials(store, endpoint, model, lambda _: "")


@pytest.mark.parametrize("value", _BAD)
@pytest.mark.parametrize(
    ("provider", "name"),
    [
        *(("bedrock", "aws_region_name"), ("vertex_ai", "vertex_location"), ("vertex_ai", "vertex_project")),
        *(("snowflake", "account_id"), ("cloudflare", "account_id"), ("azure", "api_version"), ("oci", "oci_region")),
    ],
)
class TestWhatStandsInAnAddress:
    def test_invalid_address_part_is_refused_on_save(self, provider: str, name: str, value: str) -> None:
        store = keys()
        with pytest.raises(HostError, match="cannot be part of an address"):
            save_settings(store, provider, "https://mine.example", {name: value}, session=True)
        assert (store.choices.settings(provider), store.choices.address(provider)) == ({}, "")

    def test_invalid_stored_address_part_is_refused_on_use(
        self, tmp_path: Path, provider: str, name: str, value: str
    ) -> None:
        kept = {"settings": {provider: {name: value}}, "addresses": {"azure": "https://mine.example"}}
        (tmp_path / FILE).write_text(json.dumps(kept), "utf-8")
        store = keys(choices=ProviderChoices(tmp_path))
        store.set(provider, "sk-planted", session=True, origin="https://mine.example" if provider == "azure" else "")
        refused = asked(store, _LITELLM, f"{provider}/m")
        assert isinstance(refused, Failure)
        assert refused.code == "bad_setting", refused


def test_invalid_environment_setting_is_refused() -> None:
    env = {"SNOWFLAKE_JWT": "sk-planted", "SNOWFLAKE_ACCOUNT_ID": "evil.example/"}
    refused = asked(keys(env), _LITELLM, "snowflake/m")
    assert isinstance(refused, Failure)
    assert refused.code == "bad_setting"
    assert "SNOWFLAKE_ACCOUNT_ID" in refused.sentence


def test_valid_settings_are_stored() -> None:
    store = keys()
    save_settings(store, "vertex_ai", "", {"vertex_project": "example.com:my-project"}, session=True)
    save_settings(store, "bedrock", "", {"aws_role_name": "arn:aws:iam::123:role/x y"}, session=True)
    assert store.choices.settings("vertex_ai") == {"vertex_project": "example.com:my-project"}
    assert store.choices.settings("bedrock") == {"aws_role_name": "arn:aws:iam::123:role/x y"}


@pytest.mark.parametrize("value", _BAD)
def test_endpoint_form_checks_its_settings(value: str) -> None:
    form = EndpointForm("Mine", "https://mine.example", provider="azure", settings=(("api_version", value),))
    assert [wrong.where for wrong in check_form(form, ())] == ["settings"]


def test_stored_endpoint_with_an_invalid_setting_is_refused() -> None:
    endpoint = Endpoint(
        "e", "litellm", "Mine", "https://mine.example", provider="azure", settings=(("api_version", "1/x"),)
    )
    refused = asked(keys(), endpoint, "azure/m")
    assert isinstance(refused, Failure)
    assert refused.code == "bad_setting"


def test_history_may_set_an_account_but_no_sign_in() -> None:
    settings = (
        ("aws_role_name", "arn:aws:iam::1:role/theirs"),
        ("aws_profile_name", "work"),
        ("aws_region_name", "eu-1"),
    )
    endpoint = Endpoint("e", "litellm", "Mine", "https://mine.example", provider="bedrock", settings=settings)
    store = keys()
    question = asked(store, endpoint, "bedrock/m")
    assert isinstance(question, Failure)
    assert question.code == "address_not_confirmed"
    vertex = Endpoint(
        "v", "litellm", "V", "https://mine.example", provider="snowflake", settings=(("account_id", "a"),)
    )
    found = asked(store, vertex, "snowflake/m")
    assert isinstance(found, Credentials)
    assert found.settings == (("account_id", "a"),)
