"""Checks alone: how many a second, simple ones and JavaScript in the checking process, and the one that hangs.

What is counted for the checking process includes the wire to it, as tests use it.
"""

from __future__ import annotations

import os
import time
from typing import Any

from workbench.core.cases import Check
from workbench.core.checks.evaluator import evaluate
from workbench.core.checks.inputs import CheckedAnswer
from workbench.engine.checker.client import CheckerClient
from workbench.engine.checker.sandbox import QuickJsEngine
from workbench.engine.client import child_env
from workbench.host.processes import scrubbed_env

SIMPLE_A_SECOND, SCRIPTS_A_SECOND = 20_000, 3_000
HANG_S = 1.5
"""The limit of a check is 1 s; ending and starting the process comes on top."""
_SECONDS = 1.0
_BATCH = 200
ANSWER = CheckedAnswer(
    "Order 77AB12CD90 is in transit and should arrive on Friday. Anything else I can do? " * 3, {"order": "77AB12CD90"}
)
SIMPLE = (
    Check("contains", value='"{{order}}"'),
    Check("icontains", value='"FRIDAY"'),
    Check("starts-with", value='"Order"'),
    Check("word-count", value='{"max": 80}'),
    Check("equals", value='"Order"', negated=True),
)
SCRIPT = Check("javascript", value='"output.includes(context.vars.order)"')
HANGING = Check("regex", value='"(a+)+$"')


def run(full: bool) -> list[dict[str, Any]]:
    """Measure simple checks, JavaScript, and a pattern that never ends."""
    seconds = _SECONDS * (5 if full else 1)
    engine = QuickJsEngine()
    simple = _rate(lambda: [evaluate(check, ANSWER, engine) for check in SIMPLE], len(SIMPLE), seconds)
    with CheckerClient(child_env(scrubbed_env(os.environ))) as client:
        client.evaluate(ANSWER, (SCRIPT,))
        scripts = _rate(lambda: client.evaluate(ANSWER, (SCRIPT,) * _BATCH), _BATCH, seconds)
        began = time.perf_counter()
        results = client.evaluate(CheckedAnswer("a" * 40 + "b"), (HANGING, Check("contains", value='"a"')))
        hang = time.perf_counter() - began
    assert [one.state for one in results] == ["unscored", "pass"]
    return [
        _row("simple checks a second, one process", simple, SIMPLE_A_SECOND, "checks"),
        _row("JavaScript checks a second, in the checking process", scripts, SCRIPTS_A_SECOND, "checks"),
        {
            "name": "a check that never ends: stopped, and the next one evaluated",
            "measured": hang,
            "budget": HANG_S,
            "unit": "s",
            "ok": hang <= HANG_S,
        },
    ]


def _rate(work: Any, each: int, seconds: float) -> float:
    """Return how many checks a second `work` makes, `each` at a time; the best of five parts."""
    best = 0.0
    for _ in range(5):
        done, began = 0, time.perf_counter()
        while (took := time.perf_counter() - began) < seconds / 5:
            work()
            done += each
        best = max(best, done / took)
    return best


def _row(name: str, measured: float, budget: int, unit: str) -> dict[str, Any]:
    return {"name": name, "measured": measured, "budget": budget, "unit": unit, "ok": measured >= budget}
