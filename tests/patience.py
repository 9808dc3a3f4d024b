"""How long tests wait for what has to happen.

The machine may be shared, slow and busy, so a limit is only there to end a test that would wait for ever. It is no
expectation: what takes too long is measured by tests/bench.
"""

from __future__ import annotations

from typing import Any

from pytestqt.qtbot import QtBot

PATIENCE_S = 60.0
PROCESS_S = 300.0
"""For a whole program: to start, work and end."""


class PatientBot(QtBot):
    """pytest-qt's robot with limits of ours; its own are five seconds."""

    def waitUntil(self, callback: Any, *, timeout: int = int(PATIENCE_S * 1000)) -> None:  # noqa: N802
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = int(PATIENCE_S * 1000), **more: Any) -> Any:  # noqa: N802
        return super().waitSignal(signal, timeout=timeout, **more)

    def waitSignals(self, signals: Any, *, timeout: int = int(PATIENCE_S * 1000), **more: Any) -> Any:  # noqa: N802
        return super().waitSignals(signals, timeout=timeout, **more)

    def waitExposed(self, widget: Any, *, timeout: int = int(PATIENCE_S * 1000)) -> Any:  # noqa: N802
        return super().waitExposed(widget, timeout=timeout)

    def waitActive(self, widget: Any, *, timeout: int = int(PATIENCE_S * 1000)) -> Any:  # noqa: N802
        return super().waitActive(widget, timeout=timeout)
