"""Rendering templates in a process that can be killed: `python -m workbench.packs.jinja_process`.

Invariant: however a template loops or grows, the caller gets an answer or an error within its time limit and _START_S,
and the template gets at most MEMORY bytes (where the kernel enforces it).
"""

from __future__ import annotations

import importlib
import json
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.packs.jinja import TemplateMistakeError, render

MEMORY = 512 * 1024 * 1024
_START_S = 5.0
"""Additional time for the process to start."""
_ALARM = int(getattr(signal, "SIGALRM", 0))
_LOOK = "a loop or a repetition that grows"


def render_apart(texts: Sequence[tuple[str, str]], values: Mapping[str, Any], within: float) -> list[str]:
    """Return rendered texts like `jinja.render`. Raises TemplateMistakeError, also after `within` seconds."""
    order = json.dumps({"texts": [list(one) for one in texts], "values": dict(values), "within": within})
    with subprocess.Popen(
        [sys.executable, "-m", "workbench.packs.jinja_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="ascii",
    ) as child:
        try:
            said, _ = child.communicate(order, timeout=within + _START_S)
        except subprocess.TimeoutExpired as error:
            child.kill()
            raise _late(within) from error
    if _ALARM and child.returncode == -_ALARM:
        raise _late(within)
    try:
        answer = json.loads(said)
    except ValueError as error:
        raise TemplateMistakeError(
            f"The template needs more memory or time than is allowed. Look for {_LOOK}.",
            f"exit code {child.returncode}",
        ) from error
    if "mistake" in answer:
        raise TemplateMistakeError(answer["mistake"], answer["detail"])
    return [str(text) for text in answer["texts"]]


def _late(within: float) -> TemplateMistakeError:
    return TemplateMistakeError(f"The template did not finish within {within:g} s. Look for {_LOOK}.", "time-out")


def _limit(within: float) -> None:
    """Limit this process to `within` seconds and MEMORY bytes, where the kernel can do that."""
    if _ALARM:
        signal.setitimer(signal.ITIMER_REAL, within)
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def main() -> None:
    """Read one request from stdin and write the rendered texts to stdout."""
    order = json.loads(sys.stdin.read())
    # Before the limits, because the import should not count against the template.
    importlib.import_module("jinja2.sandbox")
    _limit(order["within"])
    answer: dict[str, object]
    try:
        answer = {"texts": render(order["texts"], order["values"])}
    except TemplateMistakeError as error:
        answer = {"mistake": str(error), "detail": error.detail}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
