"""The environment that child processes get."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from workbench.host.processes import scrubbed_env

SECRET_NAMES = [
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "AZURE_API_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_BEARER_TOKEN_BEDROCK",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "HF_TOKEN",
    "HUGGING_FACE_HUB_TOKEN",
    "GITHUB_TOKEN",
    "GITHUB_PAT",
    "DB_PASSWORD",
    "PGPASSWORD",
    "MYAPITOKEN",
    "MYSQL_PWD",
    "SENTRY_DSN",
    "openai_api_key",
    "WATSONX_APIKEY",
    "LITELLM_MASTER_KEY",
    "LITELLM_LOG",
    "SSH_AUTH_SOCK",
    "OPENAIKEY",
    "MYKEY",
    "TOKENX",
    "LLM_ACCESS",
    "SSH_KEYFILE",
    "OPENAI_HEADERS",
    "LC_SMUGGLED",
    "XDG_SOMETHING",
    "PYTHONSTARTUP",
    "DISPLAY",
    "MONKEY",
    "OPENAI_BASE_URL",
    "OPENAI_API_BASE",
    "ANTHROPIC_BASE_URL",
]
HARMLESS = {
    "PATH": "/usr/bin",
    "HOME": "/home/a",
    "LANG": "de_DE.UTF-8",
    "LC_ALL": "C",
    "PYTHONPATH": "/x",
    "LD_LIBRARY_PATH": "/opt/cuda/lib",
    "CUDA_VISIBLE_DEVICES": "0",
    "OMP_NUM_THREADS": "4",
    "AWS_PROFILE": "work",
    "AWS_SHARED_CREDENTIALS_FILE": "/home/a/.aws/other",
    "AWS_REGION": "eu-central-1",
    "HTTPS_PROXY": "http://me:word@proxy.example:8080",
    "no_proxy": "localhost",
    "SSL_CERT_FILE": "/etc/ssl/certs/ca.crt",
    "XDG_CACHE_HOME": "/home/a/.cache",
}


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_secret_variables_are_removed(name: str) -> None:
    assert name not in scrubbed_env({name: "planted"})


@pytest.mark.parametrize(
    "value",
    ["sk-proj-abc", "ghp_abc", "hf_abc", "AKIAABC", "Bearer abc", "postgresql://me:word@db.example/x", "gsk_abc"],
)
def test_secret_values_are_removed_under_any_name(value: str) -> None:
    assert "MY_THING" not in scrubbed_env({"MY_THING": value})
    assert "AWS_PROFILE" not in scrubbed_env({"AWS_PROFILE": value})


def test_provider_addresses_and_settings_are_removed() -> None:
    given = {
        "VERTEXAI_PROJECT": "mine",
        "AZURE_API_BASE": "https://mine.example",
        "OPENAI_BASE_URL": "https://gateway.example",
        "OLLAMA_API_BASE": "http://127.0.0.1:11434",
    }
    assert given.keys().isdisjoint(scrubbed_env(given))


def test_harmless_variables_are_kept() -> None:
    child = scrubbed_env(HARMLESS)
    assert {name: child.get(name) for name in HARMLESS} == HARMLESS


def test_offline_settings_are_enforced() -> None:
    child = scrubbed_env({"HF_HUB_OFFLINE": "0", "LITELLM_MODE": "DEV", "LITELLM_LOCAL_MODEL_COST_MAP": "False"})
    assert child["HF_HUB_OFFLINE"] == child["TRANSFORMERS_OFFLINE"] == "1"
    assert child["LITELLM_LOCAL_MODEL_COST_MAP"] == "True"
    assert child["LITELLM_MODE"] == "PRODUCTION"


def test_child_process_sees_no_key() -> None:
    env = scrubbed_env({**os.environ, "OPENAI_API_KEY": "planted", "SOME_SECRET": "planted"})
    seen = subprocess.run(
        [sys.executable, "-c", "import os; print(dict(os.environ))"],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "planted" not in seen.stdout
