"""Opens a window without the start: all of it at once."""

from __future__ import annotations

from concurrent.futures import wait

from workbench.app.opening import OpenedWorkbench
from workbench.ui.shell.feature import FeatureSet
from workbench.ui.shell.frame import WindowFrame
from workbench.ui.shell.window import MainWindow
from workbench.ui.shell.window_builder import build


def open_window(frame: WindowFrame, opened: OpenedWorkbench, features: FeatureSet) -> MainWindow:
    """Return a whole window."""
    window = MainWindow(frame, opened, features)
    for awaited in build(window):
        if awaited is not None:
            wait([awaited])
    return window
