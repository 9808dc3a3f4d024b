"""How children stay out of the way.

Invariant: on Linux no child outlives the process that started it, not even one that is stopped (SIGSTOP) or that lets
no other thread run while it loads a model. The kernel watches the *thread* that started the child, so that has to be
one that lasts as long as the child: the client's supervisor for the engine, the engine's main thread for its own.
Elsewhere the closing of stdin has to be enough.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_NICENESS = 5


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when `parent` dies, where it can; closing stdin does the same elsewhere."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        # It died before the kernel was asked.
        os._exit(0)


def step_back() -> None:
    """Lower the priority, so that a model that takes all cores does not make the window stutter."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
