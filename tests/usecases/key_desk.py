"""Planted keys, a fake server that sees them, and provider addresses that lead to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.provider import FakeProvider
from tests.usecases.making import PATIENCE_S, Drawer, draft, new_prompt, opened
from workbench.core.lanes import ECHO, Lane
from workbench.core.runs import Failure, Result
from workbench.host.keys import KeyStore
from workbench.usecases.endpoint_form import EndpointForm
from workbench.usecases.workbench import Workbench

ENVIRONMENT, KEYRING, SESSION = "sk-planted-environment", "sk-planted-keyring", "sk-planted-session"
HEADER = "planted-header-value"
PLANTED = (ENVIRONMENT, KEYRING, SESSION, HEADER)
ENV = {
    "OPENAI_API_KEY": ENVIRONMENT,
    "ANTHROPIC_API_KEY": ENVIRONMENT,
    "GROQ_API_KEY": ENVIRONMENT,
    "PERPLEXITY_API_KEY": ENVIRONMENT,
}


@dataclass
class Desk:
    workbench: Workbench
    heard: object
    path: Path

    def run(self, lane: Lane) -> Result:
        """Run one lane and return its result."""
        uid = new_prompt(self.workbench, f"prompt {lane.model}")
        handle = self.workbench.runner.start_iteration(uid, draft(lane), based_on=None)
        assert handle.wait(4 * PATIENCE_S)
        assert handle.problem is None
        (transcript,) = handle.transcripts
        assert transcript.result is not None
        return transcript.result

    def change(self, sql: str, *values: object) -> None:
        """Change the history like another program."""
        connection = sqlite3.connect(self.path)
        with connection:
            connection.execute(sql, values)
        connection.close()

    def add(self, uid: str, kind: str, base_url: str, *, needs_key: bool, secret_headers: str = "[]") -> None:
        self.change(
            "INSERT INTO endpoints (uid, kind, name, base_url, needs_key, secret_headers, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?, '2026-01-01T00:00:00.000Z')",
            uid,
            kind,
            f"Crafted {uid}",
            base_url,
            int(needs_key),
            secret_headers,
        )

    def saved(self, base_url: str) -> str:
        """Save an endpoint with a key and a secret header in the keyring; return its uid."""
        form = EndpointForm("Mine", base_url, needs_key=True, key=KEYRING, headers=(("X-Auth", HEADER),))
        saved = self.workbench.endpoints.save(form)
        saved.done.result(PATIENCE_S)
        return saved.endpoint.uid


@contextmanager
def desk(tmp_path: Path, env: dict[str, str] | None = None) -> Iterator[Desk]:
    """Open a workbench with its real engine, and with keys of providers in keyring and session."""
    with opened(tmp_path, None, {**ENV, **(env or {})}) as (workbench, heard):
        with_drawer(workbench.keys)
        workbench.engine.start()
        for provider in ("mistral", "groq", "deepinfra"):
            workbench.keys.set(provider, KEYRING)
        for provider in ("together_ai", "cerebras"):
            workbench.keys.set(provider, SESSION, session=True)
        yield Desk(workbench, heard, tmp_path / "w.db")


@dataclass(frozen=True)
class Gateways:
    """A workbench whose environment sets an address for each of some providers, and the servers there."""

    desk: Desk
    openai: FakeProvider
    anthropic: FakeProvider
    azure: FakeProvider
    gemini: FakeProvider
    groq: FakeProvider


@pytest.fixture(scope="module")
def gateways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateways]:
    """Shared by tests that add only runs and endpoints, because its engine loads LiteLLM, which takes seconds."""
    folder = tmp_path_factory.mktemp("gateways")
    with ExitStack() as stack:
        openai, anthropic, azure, gemini, groq = (stack.enter_context(FakeProvider()) for _ in range(5))
        env = {
            **homes(folder),
            "OPENAI_BASE_URL": openai.base_url,
            "ANTHROPIC_BASE_URL": anthropic.url,
            "AZURE_API_KEY": ENVIRONMENT,
            "AZURE_API_VERSION": "2024-10-21",
            "AZURE_API_BASE": azure.url,
            "GEMINI_API_KEY": ENVIRONMENT,
            "GEMINI_API_BASE": gemini.url,
            "GROQ_API_BASE": groq.base_url,
        }
        at = stack.enter_context(desk(folder, env))
        at.run(Lane("a", ECHO, "echo"))
        yield Gateways(at, openai, anthropic, azure, gemini, groq)


def homes(folder: Path) -> dict[str, str]:
    """Return the environment of a workbench whose files are separate from those of a test."""
    return {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("DATA", "STATE", "CONFIG", "CACHE")}


def with_drawer(keys: KeyStore, drawer: Drawer | None = None) -> Drawer:
    """Give a key store a keyring in memory."""
    drawer = drawer or Drawer()
    keys._chosen = drawer
    return drawer


def leaked(fake: FakeProvider) -> list[str]:
    """Return the planted keys that the server has received, anywhere in a request."""
    seen = "\n".join(f"{r.path}\n{r.headers}\n{r.body}" for r in fake.requests)
    return [key for key in PLANTED if key in seen]


def failure(result: Result) -> Failure:
    assert result.failure is not None, result.text
    return result.failure
