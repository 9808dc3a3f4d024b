"""Process setup of the children: parent death signal and priority.

Invariant: on Linux no child outlives the process that started it, not even one that is stopped (SIGSTOP) or that holds
the GIL while it loads a model. The kernel watches the *thread* that started the child, so that thread must live as
long as the child: the client's supervisor for the engine, the engine's main thread for the engine's own children.
On other systems children rely on the closing of stdin.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_NICENESS = 5


def die_with_parent(parent: int) -> None:
    """On Linux, have the kernel kill this process when `parent` dies; on other systems do nothing."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        # The parent died before the call of prctl.
        os._exit(0)


def step_back() -> None:
    """Lower the priority of this process, so that a model that uses all cores does not make the window stutter."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
