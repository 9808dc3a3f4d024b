"""Suppression of core dumps, which would store the memory of a crashed process on disk."""

from __future__ import annotations

import sys

_MOST_BYTES = 1
"""Limit in bytes. Linux writes no core file smaller than a page, and pipes no core to a program such as
systemd-coredump or Apport at exactly this limit, whereas it ignores a limit of 0 there. Source: core(5) and
`do_coredump` in the kernel's fs/coredump.c."""


def forbid_core_dumps() -> None:
    """Disable core dumps of this process and its children, because their memory holds keys and prompts.

    PR_SET_DUMPABLE is not used: children do not inherit it, and it would block the user's own debuggers. Where the
    hard limit is already 0, a program that core dumps are piped to still receives one.
    """
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    most = 0 if hard == 0 or sys.platform != "linux" else _MOST_BYTES
    resource.setrlimit(resource.RLIMIT_CORE, (most, hard))
