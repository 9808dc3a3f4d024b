"""Short builders for tests: ids, times, runs, results."""

from __future__ import annotations

import functools
import itertools
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from workbench.core.content import Content, Message
from workbench.core.lanes import ECHO, Lane
from workbench.core.money import Rates, Usage
from workbench.core.runs import AnswerStep, BesideLane, Failure, Mark, Result, RunSet, Timing
from workbench.store import LaneStart, OutputStart, RunStart, Store, open_store

NOW = "2026-11-24T13:20:05.123Z"
LATER = "2026-11-24T13:20:09.456Z"


def uids(prefix: str = "uid") -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"{prefix}-{next(numbers)}"


def opened(path: Path, *, busy_ms: int = 5000) -> Store:
    """Open a history; a new one is a copy of a cached one, because making it takes long."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(empty())
    return made_here(path, busy_ms=busy_ms)


def made_here(path: Path, *, busy_ms: int = 5000) -> Store:
    """Open a history, or make it."""
    return open_store(path, now=NOW, uid=uids("store"), busy_ms=busy_ms)


@functools.cache
def empty() -> bytes:
    """Return the bytes of an empty history."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "empty.db")
        made_here(path).close()
        return path.read_bytes()


def text(user: str, system: str = "") -> Content:
    messages = (Message("system", system),) if system else ()
    return Content((*messages, Message("user", user)))


def lane(slot: str = "A", model: str = "echo", pinned: int | None = None) -> Lane:
    return Lane(slot, ECHO, model, pinned=pinned)


def run(
    name: str,
    content: Content | None,
    *,
    lanes: Sequence[Lane] = (lane(),),
    prompt: str = "p",
    based_on: int | None = None,
    values: tuple[tuple[str, str], ...] = (("order", "123ABCDEFG"),),
    samples: int = 1,
    owner: str = "owner",
    kind: str = "iteration",
    at: str = NOW,
    note: str = "",
    beside: Sequence[BesideLane] = (),
) -> RunStart:
    """Return a run whose outputs are named `<name>.<position>.<sample>`."""
    return RunStart(
        uid=name,
        kind=kind,  # type: ignore[arg-type]
        prompt_uid=prompt,
        owner_uid=owner,
        started_at=at,
        based_on=based_on,
        content=content,
        version_uid=f"{name}.version",
        sets=(RunSet("", "", values),),
        lanes=tuple(
            LaneStart(
                f"{name}.{position}",
                lane,
                position,
                tuple(OutputStart(f"{name}.{position}.{sample}", sample) for sample in range(samples)),
            )
            for position, lane in enumerate(lanes)
        ),
        note=note,
        beside=tuple(beside),
    )


FULL_RESULT = Result(
    state="finished",
    text="Your order\u00a0123 is on its way.\n\n",
    reasoning="First look it up.\r",
    model="vendor/model-2026",
    finish_reason="stop",
    usage=Usage(120, 30, 100, 12, "estimate"),
    rates=Rates(1e-6, 4e-6, 2.5e-7, "user"),
    cost_usd=0.000165,
    timing=Timing(0, 3, 250, 900),
    request={"model": "vendor/model", "messages": [{"role": "user", "content": "Hi"}], "temperature": 0.25},
    marks=(Mark("refused", "seed", "the provider takes none"), Mark("added", "stream", "true")),
    response={"id": "x", "choices": [{"delta": {"content": "…"}}], "nothing": None},
    steps=(
        AnswerStep("reasoning", "Look it up.", opaque='{"signature":"ab"}'),
        AnswerStep("tool_call", '{"order": "123"}', "lookup_order", "call-1"),
        AnswerStep("tool_result", "in transit", "lookup_order", "call-1"),
        AnswerStep("text", "Your order\u00a0123 is on its way.\n\n"),
    ),
)
FAILED = Result(
    state="failed",
    text="half an ans",
    failure=Failure("rate_limit", "The provider asks to wait. Try again in a minute.", "HTTP 429"),
    timing=Timing(0, 2),
)


def done(words: str) -> Result:
    return Result("finished", words)
