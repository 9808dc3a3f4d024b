"""The Jinja rendering process: `python -m workbench.engine.renderer`.

Invariant: a template can access only its values, cannot use more than MEMORY bytes or CPU_S seconds of processor time
(enforced by the kernel), and cannot fail silently: an unknown variable is an error with its line.
"""

from __future__ import annotations

import importlib
import os
import queue
from collections.abc import Mapping
from typing import Any

from workbench.engine import protocol
from workbench.engine.child_setup import die_with_parent
from workbench.engine.pipes import ChildPipe
from workbench.packs.jinja import TemplateMistakeError, render

MEMORY = 512 * 1024 * 1024
CPU_S = 4


def limit_memory() -> None:
    """Limit the address space of this process to MEMORY bytes, where the system supports it."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def limit_time() -> None:
    """Have the kernel end this process after CPU_S more seconds of CPU time, where the system supports it."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + CPU_S, hard))


def main() -> None:
    """Answer requests until stdin closes."""
    parent = os.getppid()
    pipe = ChildPipe()
    die_with_parent(parent)
    orders: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
    pipe.listen(orders.put)
    # Before the limits, so that the import does not count against a template.
    importlib.import_module("jinja2.sandbox")
    limit_memory()
    while True:
        order = orders.get()
        if order["type"] != "render":
            pipe.send("pong")
            continue
        limit_time()
        try:
            pipe.send("rendered", texts=render(order["texts"], order["values"]))
        except TemplateMistakeError as error:
            pipe.send("failed", sentence=str(error), detail=error.detail)
        except protocol.ProtocolError:
            pipe.send(
                "failed", sentence="The rendered prompt is larger than 8 MB. Shorten it or its values.", detail=""
            )


if __name__ == "__main__":
    main()
