"""Google Vertex AI: a service account, a token server and a fake Vertex on the loopback address."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.listening import LITELLM, Engine
from tests.fakes.provider import JSON, FakeProvider, Reply, Request, Send, status
from workbench.core.content import Message
from workbench.core.install_hint import install_command
from workbench.core.lanes import Endpoint
from workbench.core.providers import PROVIDERS
from workbench.core.runs import Result
from workbench.engine.calls import Call
from workbench.engine.child.failures import CallError, FailureSubject
from workbench.engine.child.provider_needs import check_provider, no_package

pytest.importorskip("google.auth", reason="the extra “vertex” is not installed")

TOKEN = "ya29.planted-access-token"
MODEL = "vertex_ai/gemini-2.5-flash"


@pytest.fixture(scope="module")
def private_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@pytest.fixture
def account(fake: FakeProvider, private_key: str) -> str:
    """Return the JSON of a service account whose tokens come from the fake server."""
    return json.dumps(
        {
            "type": "service_account",
            "project_id": "from-the-file",
            "private_key_id": "1",
            "private_key": private_key,
            "client_email": "lane@from-the-file.iam.gserviceaccount.com",
            "token_uri": f"{fake.url}/token",
        }
    )


def vertex(request: Request) -> Reply:
    """Answer like Google's servers."""
    if request.path == "/token":
        body = {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}
        return Reply((Send(json.dumps(body).encode()),), headers=JSON)
    if request.headers.get("authorization") != f"Bearer {TOKEN}":
        return status(401, {"error": {"code": 401, "message": "no token", "status": "UNAUTHENTICATED"}})
    part = {
        "candidates": [
            {"content": {"role": "model", "parts": [{"text": "Hello from Vertex"}]}, "finishReason": "STOP"}
        ],
        "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 3, "totalTokenCount": 10},
        "modelVersion": "gemini-2.5-flash",
    }
    if "alt=sse" in request.path:
        return Reply((Send(f"data: {json.dumps(part)}\n\n".encode()),), headers={"content-type": "text/event-stream"})
    return Reply((Send(json.dumps(part).encode()),), headers=JSON)


@pytest.fixture
def ask(translating: Engine, fake: FakeProvider) -> Callable[..., Result]:
    fake.answer = vertex
    here = Endpoint("litellm", "litellm", "LiteLLM", fake.url)

    def run(*settings: tuple[str, str], stream: bool = True) -> Result:
        call_id = translating.run(here, [Message("user", "Hi")], model=MODEL, settings=settings, stream=stream)
        return translating.heard.result(call_id)

    return run


@pytest.mark.parametrize("stream", [True, False])
def test_service_account_given_as_text_signs_in_and_stays_hidden(
    ask: Callable[..., Result], fake: FakeProvider, account: str, private_key: str, *, stream: bool
) -> None:
    result = ask(
        ("vertex_credentials", account), ("vertex_project", "mine"), ("vertex_location", "europe-west4"), stream=stream
    )
    assert (result.state, result.text) == ("finished", "Hello from Vertex"), result.failure
    (called,) = [request for request in fake.requests if request.path != "/token"]
    assert "/projects/mine/locations/europe-west4/publishers/google/models/gemini-2.5-flash" in called.path
    assert (result.usage.input, result.usage.output) == (7, 3)
    told = json.dumps([result.request, result.response, str(result)])
    assert "PRIVATE KEY" not in told
    assert TOKEN not in told


def test_service_account_file_provides_the_project(
    ask: Callable[..., Result], fake: FakeProvider, account: str, tmp_path: Path
) -> None:
    file = tmp_path / "account.json"
    file.write_text(account, "utf-8")
    assert ask(("vertex_credentials", str(file))).text == "Hello from Vertex"
    assert "/projects/from-the-file/locations/" in fake.requests[-1].path


def test_refused_token_is_reported_as_bad_key(ask: Callable[..., Result], fake: FakeProvider, account: str) -> None:
    fake.answer = lambda request: (
        status(400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
        if request.path == "/token"
        else vertex(request)
    )
    failure = ask(("vertex_credentials", account)).failure
    assert failure is not None
    assert failure.code == "bad_key"
    assert "Settings → Keys" in failure.sentence


def test_missing_service_account_file_points_to_key_settings(ask: Callable[..., Result]) -> None:
    failure = ask(("vertex_credentials", "/not/there/account.json")).failure
    assert failure is not None
    assert failure.code in ("no_key", "bad_key"), failure.detail[:800]
    assert "Settings → Keys" in failure.sentence


def test_missing_google_auth_package_advises_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.engine.child.provider_needs.is_installed", lambda module: False)
    with pytest.raises(CallError, match=r"needs the package google-auth, which signs in to Google Cloud\. Install it"):
        check_provider(PROVIDERS["vertex_ai"], Call("c", LITELLM, MODEL, ()), FailureSubject("Google Vertex AI", MODEL))
    refused = no_package(PROVIDERS["vertex_ai"], PROVIDERS["vertex_ai"].packages[0]).failure
    assert refused.code == "no_package"


@pytest.mark.parametrize(
    ("prefix", "command"),
    [
        ("/home/a/.local/share/pipx/venvs/prompt-workbench", "pipx inject prompt-workbench google-auth"),
        (
            "/home/a/.local/share/uv/tools/prompt-workbench",
            "uv pip install --python /home/a/.local/share/uv/tools/prompt-workbench/bin/python google-auth",
        ),
        ("/home/a/prompt-workbench/.venv", "/home/a/prompt-workbench/.venv/bin/python -m pip install google-auth"),
    ],
)
def test_install_command_matches_how_the_app_was_installed(prefix: str, command: str) -> None:
    assert install_command("google-auth", prefix) == command
