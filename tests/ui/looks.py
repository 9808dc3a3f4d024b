"""Changes of the look that are complete when the function returns, for tests of what comes after them."""

from __future__ import annotations

from PySide6.QtCore import QEventLoop, QTimer

from tests.patience import PATIENCE_S
from workbench.ui.widgets.theme import Mode, Theme


def change_mode(theme: Theme, mode: Mode) -> None:
    """Choose a theme and wait until the window has it."""
    is_other = mode != theme.mode
    theme.set_mode(mode)
    if is_other:
        _wait(theme)


def change_scale(theme: Theme, scale: float) -> None:
    """Choose a text size and wait until the window has it."""
    before = theme.scale
    theme.set_scale(scale)
    if theme.scale != before:
        _wait(theme)


def _wait(theme: Theme) -> None:
    """Run the event loop until the change is applied and its owners are notified, and not longer."""
    loop = QEventLoop()
    has_changed = False

    def changed() -> None:
        nonlocal has_changed
        has_changed = True
        loop.quit()

    limit = QTimer(singleShot=True, interval=int(PATIENCE_S * 1000))
    limit.timeout.connect(loop.quit)
    limit.start()
    theme.changed.connect(changed)
    loop.exec()
    theme.changed.disconnect(changed)
    limit.stop()
    assert has_changed, "the look did not change in time"
