"""Reporting of the engine's unexpected exceptions to its parent, which logs them.

Invariant: a report is that of `core.faults`, without exception messages; the engine writes no file.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from workbench.core.faults import install_hooks, report_of
from workbench.engine.pipes import ChildPipe

_FLUSH_S = 1.0


def watch(pipe: ChildPipe) -> None:
    """Report uncaught exceptions from now on; a crash of a native library dumps its stacks to stderr."""
    install_hooks(lambda error: pipe.send("notice", kind="fault", text=report_of(error)), print_too=True)
    noted = sys.excepthook

    def last(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        noted(kind, error, trace)
        pipe.flush(_FLUSH_S)  # the process exits after this hook

    sys.excepthook = last
    with contextlib.suppress(OSError, RuntimeError):  # stderr may have no file descriptor
        faulthandler.enable()


def watch_loop(pipe: ChildPipe, loop: asyncio.AbstractEventLoop) -> None:
    """Report exceptions of an event loop's callbacks and of tasks that are never awaited."""

    def handle(_: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, Exception):
            pipe.send("notice", kind="fault", text=report_of(error))

    loop.set_exception_handler(handle)
