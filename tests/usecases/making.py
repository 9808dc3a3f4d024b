"""A workbench on a real database with a scripted engine child, and waits that do not sleep blindly."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from keyring.backend import KeyringBackend

from tests.fakes import played, seeded
from tests.patience import PATIENCE_S
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import ECHO, FIXED_ENDPOINTS, LITELLM, Endpoint, Lane
from workbench.core.runs import IterationDetail, Judged
from workbench.engine import scripted_engine
from workbench.engine.calls import Event
from workbench.engine.client import EngineClient
from workbench.host.dirs import places
from workbench.store import RunBegun
from workbench.usecases.run_listeners import RunListener
from workbench.usecases.workbench import ClientFactory, Workbench


class Drawer(KeyringBackend):
    """A keyring in memory. Not viable, so that the keyring library does not discover it by itself."""

    viable = False  # type: ignore[assignment]

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


def scripted(script: Mapping[str, Any], directory: Path) -> ClientFactory:
    """Return a client factory whose child plays `script`, for processes that are killed."""

    def make(env: dict[str, str], weights: Path | None, on_event: Callable[[Event], None]) -> EngineClient:
        return EngineClient(scripted_engine.command(script, directory), env, on_event, builtin_model=weights)

    return make


class Heard(RunListener):
    """A listener that records its events and can be waited for."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.all: list[tuple[str, Any]] = []

    def _note(self, kind: str, what: Any) -> None:
        with self._changed:
            self.all.append((kind, what))
            self._changed.notify_all()

    def on_run_started(self, begun: RunBegun) -> None:
        self._note("started", begun)

    def on_output_ended(self, output_uid: str) -> None:
        self._note("output", output_uid)

    def on_run_ended(self, run_uid: str) -> None:
        self._note("ended", run_uid)

    def on_problem(self, sentence: str, detail: str) -> None:
        self._note("problem", sentence)

    def on_engine(self, kind: str, text: str) -> None:
        self._note("engine", kind)

    def of(self, kind: str) -> list[Any]:
        with self._changed:
            return [what for name, what in self.all if name == kind]

    def wait(self, kind: str, count: int = 1) -> list[Any]:
        with self._changed:
            assert self._changed.wait_for(lambda: sum(name == kind for name, _ in self.all) >= count, PATIENCE_S)
        return self.of(kind)


@contextmanager
def opened(
    directory: Path,
    script: Mapping[str, Any] | None = None,
    env: Mapping[str, str] | None = None,
    *,
    made_here: bool = False,
) -> Iterator[tuple[Workbench, Heard]]:
    """Open a workbench on `directory`/w.db, with the scripted engine unless `script` is None, and close it.

    With `made_here` a missing history is made by this very opening, otherwise it is a copy of a cached one.
    """
    if not made_here:
        seeded.put(directory / "w.db")
    environment = dict(os.environ) | dict(env or {})
    factory = {} if script is None else {"client_factory": played.factory(script, directory)}
    workbench = Workbench.open(directory / "w.db", places(environment), environment, **factory)
    heard = Heard()
    workbench.add_listener(heard)
    try:
        yield workbench, heard
    finally:
        workbench.close()


def draft(*lanes: Lane, text: str = "Hello {{name}}", values: Mapping[str, str] | None = None) -> Draft:
    given = {"name": "Ada"} if values is None else values
    return Draft(Content((Message("user", text),)), tuple(given.items()), lanes or (echo(),))


def echo(slot: str = "a", model: str = "echo", pinned: int | None = None) -> Lane:
    return Lane(slot, ECHO, model, pinned=pinned)


def cloud(model: str = "gpt-5-mini", slot: str = "c") -> Lane:
    return Lane(slot, LITELLM, model)


def new_prompt(workbench: Workbench, name: str = "Greeting") -> str:
    uid, made = workbench.prompts.create(name)
    made.result(PATIENCE_S)
    return uid


def wait_for(look: Callable[[], bool]) -> None:
    """Wait until `look` returns true, polling at short intervals up to a deadline."""
    pause = threading.Event()
    for _ in range(int(PATIENCE_S / 0.01)):
        if look():
            return
        pause.wait(0.01)
    raise AssertionError("the condition did not hold in time")


def judged(detail: IterationDetail) -> tuple[Judged, ...]:
    """Return the newest attempt of every lane, as verdicts compare them."""
    newest = {output.position: output for output in detail.outputs}
    return tuple(Judged(one.uid, position, one.result.state) for position, one in sorted(newest.items()))


LOCAL = Endpoint("e1", "openai", "My server", "http://127.0.0.1:8000/v1")
FILE = Endpoint("e2", "gguf", "Tiny", path="/models/tiny.gguf")
ALL = [*FIXED_ENDPOINTS, LOCAL, FILE]


STEPS = {
    "reasons": [{"reasoning": "hm"}, {"text": "Hel"}, {"text": "lo"}, {"mark": ["refused", "seed", "not here"]}],
    "priced": [{"text": "x"}, {"usage": {"input": 1000, "output": 10, "cached": 500}}],
    "dies": [{"text": "half"}, {"exit": 3}],
    "fails": [{"text": "some"}, {"fail": ["rate_limited", "Too many requests. Wait a minute.", "429"]}],
    "steps": [
        {"reasoning": "hm"},
        {"text": "One moment."},
        {"steps": [["tool_call", '{"a": 1}', "look", "c1", ""], ["tool_result", "found", "look", "c1", ""]]},
        {"text": "Found."},
    ],
    "waits": [{"text": "so far"}, {"wait_ms": 60_000}, {"text": " never"}],
}
SCRIPT = {"models": STEPS}
