"""Work that is asked for faster than it can be done.

Invariant: the first one who asks is served at once; all who ask before what that led to is over are served together.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Coalescer(QObject):
    """Does `act` for whoever asks; what keys and the wheel ask for meanwhile is joined."""

    def __init__(self, act: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._act = act
        self._is_wanted = False
        # With nothing to wait for it comes after all events that are there already.
        self._over = QTimer(self)
        self._over.setSingleShot(True)
        self._over.timeout.connect(self._go_on)

    def ask(self) -> None:
        """Do it, now or once for all who ask until then."""
        self._is_wanted = True
        if not self._over.isActive():
            self._go_on()

    def _go_on(self) -> None:
        if self._is_wanted:
            self._is_wanted = False
            self._over.start()
            self._act()
