"""Core dumps: the memory of a process that crashed, kept by the system."""

from __future__ import annotations

import sys

_MOST_BYTES = 1
"""Linux writes no file that is smaller than a page, and to a program that takes core dumps in a pipe, such as
systemd-coredump or Apport, it gives none at exactly this limit, while 0 counts for nothing there. Source: core(5) and
`do_coredump` in the kernel's fs/coredump.c."""


def forbid_core_dumps() -> None:
    """Let no crash of this process or its children leave their memory, with keys and prompts in it, on the machine.

    Not by PR_SET_DUMPABLE, which children lose and which would keep debuggers of the same person out. Where the hard
    limit is 0 already, a program at the end of a pipe still gets a dump.
    """
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    most = 0 if hard == 0 or sys.platform != "linux" else _MOST_BYTES
    resource.setrlimit(resource.RLIMIT_CORE, (most, hard))
