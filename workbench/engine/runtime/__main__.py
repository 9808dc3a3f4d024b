"""The runtime process: `python -m workbench.engine.runtime`.

Invariant: the first message on stdin names the model to load; the only reply is `loaded` with the address, or `failed`.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Mapping
from typing import Any

from workbench.engine.child_setup import die_with_parent, step_back
from workbench.engine.pipes import ChildPipe


def main() -> None:
    """Load the model that the parent names and serve it until stdin closes."""
    parent = os.getppid()
    pipe = ChildPipe()
    die_with_parent(parent)
    step_back()
    orders: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
    pipe.listen(orders.put)
    order = orders.get()
    from workbench.engine.runtime.llama import LoadError, load

    try:
        server = load(order)
    except LoadError as error:
        pipe.send("failed", detail=str(error))
        pipe.flush(1.0)
        os._exit(1)
    pipe.send("loaded", address=server.listening_address)
    threading.Event().wait()


if __name__ == "__main__":
    main()
