"""The engine process: `python -m workbench.engine`.

Invariant: stdout is moved and the environment cleaned before the import of any module that could print or read keys.
"""

from __future__ import annotations

import os

from workbench.engine.child_setup import die_with_parent
from workbench.engine.pipes import ChildPipe


def main() -> None:
    """Run the engine until stdin closes."""
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
