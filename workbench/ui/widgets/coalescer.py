"""Coalesces calls that come faster than the work can be done.

Invariant: the first call runs immediately; calls made before its consequences are processed are merged into one.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Coalescer(QObject):
    """Calls `act` on request; requests from keys and the wheel in the meantime are merged."""

    def __init__(self, act: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._act = act
        self._is_wanted = False
        # A timer without delay fires after all events already queued.
        self._over = QTimer(self)
        self._over.setSingleShot(True)
        self._over.timeout.connect(self._go_on)

    def ask(self) -> None:
        """Run `act` immediately, or once for all requests made until the queued events are processed."""
        self._is_wanted = True
        if not self._over.isActive():
            self._go_on()

    def _go_on(self) -> None:
        if self._is_wanted:
            self._is_wanted = False
            self._over.start()
            self._act()
