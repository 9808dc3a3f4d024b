"""The front door: the window, or the sample in the terminal where no window can open.

Invariant: nothing of Qt is imported before it is known that a window can open, and nothing of the terminal's side when
it can.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable

from workbench.host.display import display_problem


def main() -> int:
    """Open the window and return the exit code of the process."""
    problem = display_problem(os.environ)
    if not problem:
        return load_window()()
    from workbench.host.arguments import database

    chosen = database(sys.argv[1:])
    from workbench.host.terminal import tell

    tell(f"{problem} Running the sample in this terminal instead.")
    from workbench.cli.main import main as terminal

    return terminal(["run", *(["--db", str(chosen)] if chosen is not None else [])])


def load_window() -> Callable[..., int]:
    """Import the window's program and return its `main`."""
    # While the program is loaded everything that is made stays; looking for garbage in it delays the first paint.
    gc.disable()
    from workbench.ui.main import main as run_window

    return run_window


if __name__ == "__main__":
    sys.exit(main())
