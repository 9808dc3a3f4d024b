"""An engine client with waits for its events."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from tests.patience import PATIENCE_S
from workbench.core.content import Message
from workbench.core.lanes import FIXED_ENDPOINTS, Endpoint
from workbench.core.runs import Result
from workbench.engine.calls import Call, CallDelta, CallEnded, CallRetrying, EngineNotice, Event, RequestSent, Timeouts
from workbench.engine.client import EngineClient

BUILTIN, ECHO, LITELLM = FIXED_ENDPOINTS
ENVIRONMENT_KEY = "sk-from-the-environment-0123456789"
PLANTED = {
    "OPENAI_API_KEY": ENVIRONMENT_KEY,
    "ANTHROPIC_API_KEY": ENVIRONMENT_KEY,
    "PERPLEXITYAI_API_KEY": ENVIRONMENT_KEY,
    "HOSTED_VLLM_API_KEY": ENVIRONMENT_KEY,
    "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
}
E = TypeVar("E")


class Listener:
    """Collects events; every wait has a deadline."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._texts: dict[tuple[str, str], str] = {}
        self._changed = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            if isinstance(event, CallDelta):
                before = self._texts.get((event.id, event.kind), "")
                # A wrong offset leaves a marker that makes the text differ from the result.
                text = event.text if event.offset == len(before) else f"<hole at {event.offset}>"
                self._texts[event.id, event.kind] = before + text
            self._changed.notify_all()

    def wait_for(self, condition: Callable[[], E], timeout: float = PATIENCE_S) -> E:
        with self._changed:
            if not self._changed.wait_for(condition, timeout):
                raise TimeoutError(f"not within {timeout} s; last events: {self.events[-5:]}")
            return condition()

    def of(self, kind: type[E], call_id: str = "") -> list[E]:
        return [
            e for e in list(self.events) if isinstance(e, kind) and (not call_id or getattr(e, "id", "") == call_id)
        ]

    def result(self, call_id: str, timeout: float = PATIENCE_S) -> Result:
        ended = self.wait_for(lambda: self.of(CallEnded, call_id), timeout)
        assert len(ended) == 1
        return ended[0].result

    def text(self, call_id: str, kind: str = "text") -> str:
        """Return the deltas so far, joined."""
        return self._texts.get((call_id, kind), "")

    def notices(self, kind: str) -> list[EngineNotice]:
        return [n for n in self.of(EngineNotice) if n.kind == kind]


class Engine:
    """A client and its listener."""

    def __init__(self, command: Sequence[str] | None = None, **options: Any) -> None:
        env = options.pop("env", None)
        self.heard = Listener()
        self.client = EngineClient(command, dict(os.environ) if env is None else env, self.heard, **options)
        self.client.start()
        self._numbers = itertools.count(1)

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *exc: object) -> None:
        self.client.close()

    def run(
        self,
        endpoint: Endpoint = ECHO,
        text: str | Iterable[Message] = "Hello",
        *,
        model: str = "m",
        params: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> str:
        messages = (Message("user", text),) if isinstance(text, str) else tuple(text)
        call_id = f"c{next(self._numbers)}"
        self.client.run(Call(call_id, endpoint, model, messages, dict(params or {}), **more))
        return call_id

    def ask(self, *args: Any, **more: Any) -> Result:
        return self.heard.result(self.run(*args, **more))

    def wait_text(self, call_id: str, length: int = 1) -> None:
        self.heard.wait_for(lambda: len(self.heard.text(call_id)) >= length)

    def sent(self, call_id: str) -> list[RequestSent]:
        return self.heard.of(RequestSent, call_id)

    def retries(self, call_id: str) -> list[CallRetrying]:
        return self.heard.of(CallRetrying, call_id)


def quick(**seconds: float) -> Timeouts:
    return Timeouts(**{"connect": 5.0, "first": 20.0, "silence": 20.0, **seconds})


def address(base_url: str, **more: Any) -> Endpoint:
    return Endpoint("mine", "openai", "My server", base_url, **more)


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except OSError:
        return False


def descendants(pid: int) -> list[int]:
    found = []
    try:
        children = [c for t in Path(f"/proc/{pid}/task").iterdir() for c in (t / "children").read_text().split()]
    except OSError:
        return []
    for child in map(int, children):
        found += [child, *descendants(child)]
    return found


def eventually(condition: Callable[[], bool], timeout: float = 10.0) -> None:
    deadline, pause = time.monotonic() + timeout, 0.002
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the condition did not come true")
        time.sleep(pause)
        pause = min(pause * 2, 0.05)


def kinds(marks: Iterable[Any]) -> set[tuple[str, str]]:
    return {(mark.kind, mark.name) for mark in marks}
