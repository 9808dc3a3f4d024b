"""Which parameters of an untrusted lane reach LiteLLM."""

from __future__ import annotations

import pytest

from workbench.core.model_settings import is_of_the_model
from workbench.core.provider_table import ROWS

_MAY_TRAVEL = {"api_version", "aws_region_name", "vertex_location", "oci_region"}


def test_only_regions_and_versions_of_provider_settings_are_model_parameters() -> None:
    names = {setting.name for provider in ROWS for setting in provider.settings if setting.name}
    assert {name for name in names if is_of_the_model(name, "abc")} == _MAY_TRAVEL


@pytest.mark.parametrize(
    "name",
    [
        *("aws_role_name", "aws_profile_name", "aws_session_name", "aws_external_id", "AWS_ROLE_NAME"),
        *("vertex_project", "vertex_ai_project", "vertex_ai_credentials", "azure_scope", "account_id", "organization"),
        *("api_base", "base_url", "azure_ad_token", "custom_llm_provider", "extra_headers", "litellm_params"),
        *(
            "proxy",
            "http_client",
            "ssl_verify",
            "deployment_id",
            "use_xai_oauth",
            "watsonx_project",
            "token_exchange_audience",
            "aws_sts_endpoint",
            "api_key",
            "oci_signer",
        ),
    ],
)
def test_settings_that_control_litellm_are_not_model_parameters(name: str) -> None:
    assert not is_of_the_model(name, "x")


@pytest.mark.parametrize("name", ["temperature", "prompt_cache_key", "top_k", "user", "thinking", "region_name"])
def test_settings_that_control_the_model_are_model_parameters(name: str) -> None:
    assert is_of_the_model(name, "x")


def test_nested_extra_body_is_checked() -> None:
    assert is_of_the_model("extra_body", {"top_k": 5, "reasoning": {"effort": "low"}})
    assert not is_of_the_model("extra_body", {"top_k": 5, "api_base": "https://evil.example"})
    assert not is_of_the_model("extra_body", {"extra_body": {"aws_role_name": "arn:x"}})


@pytest.mark.parametrize(
    "value", ["x/", "x\\y", "x?y", "x#y", "u@h", "x%2fy", "x y", "x\n", 5, ["x"], {"a": "b"}, None]
)
@pytest.mark.parametrize("name", [*sorted(_MAY_TRAVEL), "region_name"])
def test_region_or_version_cannot_change_the_server(name: str, value: object) -> None:
    assert not is_of_the_model(name, value)
