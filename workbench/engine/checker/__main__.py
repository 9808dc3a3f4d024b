"""The process that evaluates checks: `python -m workbench.engine.checker`.

It reads the pieces of an answer's text, the answer, and its checks, and replies to each check in order. Nothing here
limits the time of a check: the parent kills this process.
"""

from __future__ import annotations

import importlib
import os
import queue
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workbench.core.cases import check_from_json
from workbench.core.checks.check_result import unscored
from workbench.core.checks.evaluator import evaluate
from workbench.core.checks.inputs import CheckedAnswer
from workbench.engine import protocol
from workbench.engine.checker.sandbox import QuickJsEngine
from workbench.engine.checker.wire import answer_from_json, result_to_json
from workbench.engine.child_setup import die_with_parent
from workbench.engine.pipes import ChildPipe

MEMORY = 1024 * 1024 * 1024
_PRELOADED = ("jsonschema", "referencing", "yaml", "workbench.core.checks.json_schema")
_TOO_MUCH_MEMORY = "The check needed too much memory."


def main() -> None:
    """Answer requests until stdin closes."""
    parent = os.getppid()
    pipe = ChildPipe()
    die_with_parent(parent)
    orders: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
    pipe.listen(orders.put)
    # Before the first check, so that imports do not count against it.
    for name in _PRELOADED:
        importlib.import_module(name)
    _limit_memory()
    pipe.send("ready")
    pieces: list[str] = []
    answer, engine = CheckedAnswer(""), QuickJsEngine()
    while True:
        order = orders.get()
        if order["type"] == "text":
            pieces.append(order["piece"])
        elif order["type"] == "answer":
            answer = answer_from_json(order, "".join(pieces))
            pieces.clear()
            pipe.send("read")
        elif order["type"] == "check":
            pipe.send_raw(_reply(order["check"], answer, engine))


def _reply(check: Any, answer: CheckedAnswer, engine: QuickJsEngine) -> bytes:
    """Return the line with the result of a check."""
    try:
        result = evaluate(check_from_json(check), answer, engine)
    except MemoryError:
        result = unscored(_TOO_MUCH_MEMORY)
    try:
        return protocol.encode("checked", 0, {"result": result_to_json(result, answer.text)})
    except protocol.ProtocolError:
        short = replace(result, expected=None, found=None, reason=result.reason[:1000], parts=(), metrics=())
        return protocol.encode("checked", 0, {"result": result_to_json(short, answer.text)})


def _limit_memory() -> None:
    """Limit the address space of this process, where the system supports it."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    main()
