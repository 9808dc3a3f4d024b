"""The engine imports slow libraries in threads, so that its event loop always answers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.listening import Engine, address
from tests.fakes.provider import FakeProvider, models
from tests.patience import PATIENCE_S
from workbench.core.content import Message

CODE = """
import asyncio, sys, threading, time
from pathlib import Path
from workbench.engine import __main__ as engine
from workbench.engine.child.provider_registry import ProviderRegistry

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name in ("httpx", "tokenizers") and threading.current_thread() is threading.main_thread():
            raise ImportError(f"{name} is imported on the event loop")
        while name == "httpx" and not Path(sys.argv[1]).exists():
            time.sleep(0.005)

sys.meta_path.insert(0, Finder())
# As when something is asked before it has ended.
ProviderRegistry.prepare = lambda *_: asyncio.sleep(0)
engine.main()
"""


def run(engine: Engine, url: str) -> object:
    return engine.ask(address(url)).state


def list_models(engine: Engine, url: str) -> object:
    return engine.client.list_models(address(url), "").result(PATIENCE_S)


def count(engine: Engine, url: str) -> object:
    return engine.client.count(address(url), "o200k_base", [Message("user", "Hello")]).result(PATIENCE_S).counts


@pytest.mark.parametrize(
    ("ask", "expected"), [(run, "finished"), (list_models, ("m",)), (count, (1,))], ids=["run", "models", "count"]
)
def test_first_request_imports_its_libraries_in_a_thread(
    fake: FakeProvider, tmp_path: Path, ask: Callable[[Engine, str], object], expected: object
) -> None:
    if ask is list_models:
        fake.answer = lambda _: models("m")
    (may_import := tmp_path / "go").touch()
    with Engine([sys.executable, "-c", CODE, str(may_import)]) as engine:
        assert ask(engine, fake.base_url) == expected


def test_engine_answers_and_cancels_calls_during_a_slow_import(fake: FakeProvider, tmp_path: Path) -> None:
    may_import = tmp_path / "go"
    with Engine([sys.executable, "-c", CODE, str(may_import)]) as engine:
        first, cancelled, last = (engine.run(address(fake.base_url), text) for text in ("first", "cancelled", "last"))
        assert engine.ask().state == "finished"
        engine.client.cancel(cancelled)
        assert engine.heard.result(cancelled).state == "stopped"
        may_import.touch()
        assert [engine.heard.result(call).state for call in (first, last)] == ["finished", "finished"]
    assert sorted(request.body["messages"][0]["content"] for request in fake.requests) == ["first", "last"]
