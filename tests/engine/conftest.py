"""Fixtures of the engine's tests: engines shared by several tests, and a fake provider."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.listening import PLANTED, Engine
from tests.fakes.provider import FakeProvider


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with FakeProvider() as provider:
        yield provider


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as running:
        yield running


@pytest.fixture(scope="module")
def shared_engine() -> Iterator[Engine]:
    """An engine for tests that do not harm it, shared because starting one takes a third of a second."""
    with Engine() as running:
        # Its processes and threads must exist before the leak check of the first test takes its snapshot.
        running.heard.wait_for(lambda: running.heard.notices("ready"))
        yield running


@pytest.fixture
def weights() -> Path:
    from workbench.host.weights import builtin_weights

    path = builtin_weights()
    if path is None:
        pytest.skip("the built-in model is not installed")
    return path


@pytest.fixture(scope="session")
def translating() -> Iterator[Engine]:
    """An engine with LiteLLM loaded, for tests that do not harm it, shared because loading takes seconds.

    Its environment has keys that no call of a test may use.
    """
    with Engine(env={**os.environ, **PLANTED}) as running:
        running.client.warm("litellm")
        running.heard.wait_for(lambda: running.heard.notices("ready"))
        yield running
