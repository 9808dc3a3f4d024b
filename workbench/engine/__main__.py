"""The engine process: `python -m workbench.engine`.

Invariant: the pipe is taken and the environment cleaned before anything else is imported that could print or read keys.
"""

from __future__ import annotations

import os

from workbench.engine.child_setup import die_with_parent
from workbench.engine.pipes import ChildPipe


def main() -> None:
    """Serve until stdin closes."""
    parent = os.getppid()
    pipe = ChildPipe()
    die_with_parent(parent)
    from workbench.engine.child.environment import clean
    from workbench.engine.child.faults import watch
    from workbench.engine.child.server import serve

    watch(pipe)
    clean()
    serve(pipe)


if __name__ == "__main__":
    main()
