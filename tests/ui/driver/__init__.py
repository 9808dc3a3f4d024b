"""Drives the real main window for tests.

Invariant: only this package knows how the window is put together. Tests name what a person sees (the editor, a lane,
an open dialog, a command) and stay as they are when the product moves its parts.
"""

from tests.ui.driver.window import WindowDriver

__all__ = ["WindowDriver"]
