"""Drives the real main window for tests.

Invariant: only this package knows how the window is built. Tests name what a person sees (the editor, a lane, an open
dialog, a command) and need no change when the product moves its parts.
"""

from tests.ui.driver.window import WindowDriver

__all__ = ["WindowDriver"]
