"""Unexpected exceptions of the engine, told to its parent, which logs them.

Invariant: what is told is a report of `core.faults`, without messages; the engine writes no file.
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
    """Tell every exception that nobody catches from now on; a crash of a library leaves its places on stderr."""
    install_hooks(lambda error: pipe.send("notice", kind="fault", text=report_of(error)), print_too=True)
    noted = sys.excepthook

    def last(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        noted(kind, error, trace)
        pipe.flush(_FLUSH_S)  # the process ends now

    sys.excepthook = last
    with contextlib.suppress(OSError, RuntimeError):  # stderr may be no file
        faulthandler.enable()


def watch_loop(pipe: ChildPipe, loop: asyncio.AbstractEventLoop) -> None:
    """Tell what fails in callbacks and forgotten tasks of an event loop."""

    def handle(_: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, Exception):
            pipe.send("notice", kind="fault", text=report_of(error))

    loop.set_exception_handler(handle)
