"""Rendering a template in a process that can be ended: `python -m workbench.packs.jinja_process` is that process.

Invariant: however a template loops or grows, the caller has an answer or an error after the time it gave, and the
template never has more than MEMORY bytes (where the kernel sees to that).
"""

from __future__ import annotations

import importlib
import json
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence

from workbench.packs.jinja import TemplateMistakeError, render

MEMORY = 512 * 1024 * 1024
_START_S = 5.0
"""What the process itself may take until it begins."""
_ALARM = int(getattr(signal, "SIGALRM", 0))
_LOOK = "the template, and whether a loop or a repetition in it grows"


def render_apart(texts: Sequence[tuple[str, str]], values: Mapping[str, str], within: float) -> list[str]:
    """Return rendered texts as `jinja.render` does. Raises TemplateMistakeError, after `within` seconds too."""
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
            f"The template needs more memory or time than is allowed. Look at {_LOOK}.", f"exit code {child.returncode}"
        ) from error
    if "mistake" in answer:
        raise TemplateMistakeError(answer["mistake"], answer["detail"])
    return [str(text) for text in answer["texts"]]


def _late(within: float) -> TemplateMistakeError:
    return TemplateMistakeError(f"The template did not finish within {within:g} s. Look at {_LOOK}.", "time-out")


def _limit(within: float) -> None:
    """Let the kernel end this process after `within` seconds, and refuse it more than MEMORY bytes, where it can."""
    if _ALARM:
        signal.setitimer(signal.ITIMER_REAL, within)
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def main() -> None:
    """Render what stdin asks for, once."""
    order = json.loads(sys.stdin.read())
    # Before the limits: importing is not a template's doing.
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
