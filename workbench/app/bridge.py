"""Forwards events of the use cases from their threads to the UI thread as signals."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from workbench.engine.calls import NoticeKind
from workbench.store.records import RunBegun
from workbench.usecases.run_listeners import RunListener


class RunEventBridge(QObject):
    """Signals are emitted on worker threads; Qt queues them to receivers on the UI thread."""

    run_started = Signal(object)
    """RunBegun"""
    output_ended = Signal(str)
    run_ended = Signal(str)
    saved_late = Signal(str)
    problem = Signal(str, str)
    engine = Signal(str, str)
    """kind, text"""

    def listener(self) -> RunListener:
        """Return the listener to register with the use cases."""
        return _Listener(self)


class _Listener(RunListener):
    def __init__(self, bridge: RunEventBridge) -> None:
        self._bridge = bridge

    def on_run_started(self, begun: RunBegun) -> None:
        self._bridge.run_started.emit(begun)

    def on_output_ended(self, output_uid: str) -> None:
        self._bridge.output_ended.emit(output_uid)

    def on_run_ended(self, run_uid: str) -> None:
        self._bridge.run_ended.emit(run_uid)

    def on_saved_late(self, run_uid: str) -> None:
        self._bridge.saved_late.emit(run_uid)

    def on_problem(self, sentence: str, detail: str) -> None:
        self._bridge.problem.emit(sentence, detail)

    def on_engine(self, kind: NoticeKind, text: str) -> None:
        self._bridge.engine.emit(kind, text)
