"""Makes the other views of the window, and imports what opens on top of it, before anybody opens them.

Invariant: nothing is done until the window has been whole for a while, and then one step in each turn of the event
loop, so that neither the start nor the first opening of a view or a dialog holds up the window.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer

from workbench.ui.shell.feature import FeatureSet
from workbench.ui.shell.views import Views


class PreloadDelays(NamedTuple):
    """How many ms the window has been whole before views are made, before they are laid out with what they have read by
    then, and before everything else is imported, which takes ten times as long.
    """

    first: int = 500
    read: int = 200
    rest: int = 800


WAITS = PreloadDelays()

_MODULES = ("workbench.app.future_results",)


class Preloader(QObject):
    """Begins by itself, `waits.first` after it was made, and ends when all is there."""

    def __init__(
        self, parent: QObject, features: FeatureSet, views: Views | None = None, waits: PreloadDelays = WAITS
    ) -> None:
        super().__init__(parent)
        self._steps = _steps(features, views, waits)
        self._timer = QTimer(self)
        self._timer.setInterval(waits.first)
        self._timer.timeout.connect(self._go_on)
        self._timer.start()

    def _go_on(self) -> None:
        pause = next(self._steps, None)
        if pause is None:
            self._timer.stop()
        else:
            self._timer.setInterval(pause)


def _steps(features: FeatureSet, views: Views | None, waits: PreloadDelays) -> Iterator[int]:
    """Do a step each time it is asked, and yield how many ms the next one waits."""
    for name in features.preload_views():
        importlib.import_module(name)
        yield 0
    if views is not None:
        while views.make_more():
            yield 0
        yield waits.read
        for _ in views.rehearsals():
            yield 0
    yield waits.rest
    for name in (*_MODULES, *features.preload()):
        importlib.import_module(name)
        yield 0
