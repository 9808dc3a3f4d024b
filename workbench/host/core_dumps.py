"""Core dumps: the memory of a process that crashed, written to a disk by the system."""

from __future__ import annotations

import sys


def forbid_core_dumps() -> None:
    """Let no crash of this process or its children write their memory, with keys and prompts in it, to a disk.

    Not by PR_SET_DUMPABLE, which would also keep debuggers and profilers of the same person out.
    """
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
