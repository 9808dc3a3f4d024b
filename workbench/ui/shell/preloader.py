"""Preloads the other views of the window and the modules of its dialogs.

Invariant: nothing is done until the window has been complete for a while, and then one step per turn of the event loop,
so that neither the start nor the first opening of a view or a dialog blocks the window. A step imports little: features
list large dependencies before the module that needs them. A step that is due while the window was busy waits once, so
that it does not prolong what the window was busy with.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterator
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer

from workbench.ui.shell.feature import FeatureSet
from workbench.ui.shell.views import Views


class PreloadDelays(NamedTuple):
    """Delays in ms after the window is complete: before views are made, and before everything else is imported, which
    takes ten times as long.
    """

    first: int = 500
    rest: int = 1000


WAITS = PreloadDelays()

_BUSY_S = 0.01
"""A step that is later than this waits, because the event loop was busy."""
_BREAK_MS = 10
"""Delay of such a step in ms."""

_MODULES = ("workbench.app.future_results",)


class Preloader(QObject):
    """Starts by itself, `waits.first` after it was made, and ends when everything is loaded."""

    def __init__(
        self, parent: QObject, features: FeatureSet, views: Views | None = None, waits: PreloadDelays = WAITS
    ) -> None:
        super().__init__(parent)
        self._steps = _steps(features, views, waits)
        self._timer = QTimer(self)
        self._timer.setInterval(waits.first)
        self._timer.timeout.connect(self._go_on)
        self._timer.start()
        self._due = time.monotonic() + waits.first / 1000
        self._has_waited = False

    def _go_on(self) -> None:
        # Once, so that preloading also ends on a computer that is always late.
        self._has_waited = not self._has_waited and time.monotonic() - self._due > _BUSY_S
        pause = _BREAK_MS if self._has_waited else next(self._steps, None)
        if pause is None:
            self._timer.stop()
        else:
            self._timer.setInterval(pause)
            self._due = time.monotonic() + pause / 1000


def _steps(features: FeatureSet, views: Views | None, waits: PreloadDelays) -> Iterator[int]:
    """Perform one step per iteration, and yield the delay in ms before the next one."""
    for name in features.preload_views():
        importlib.import_module(name)
        yield 0
    if views is not None:
        while views.make_more():
            yield 0
    yield waits.rest
    for name in (*_MODULES, *features.preload()):
        importlib.import_module(name)
        yield 0
