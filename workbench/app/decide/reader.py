"""Reads the decision about the open prompt off the UI thread.

Invariant: one decision is read at a time, and only the result of the newest request is delivered. A request made
meanwhile is read next, and an older result is dropped. Figures are stored before the decision is read again.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from workbench.app.decide.source import DecisionSource, PromptDecision
from workbench.app.tasks import BackgroundTasks
from workbench.core.decide.goals import DecideGoals


class DecisionReader(QObject):
    """Reads decisions. `shown` is the one delivered last, None before the first of a prompt."""

    waiting = Signal()
    """Another prompt was chosen, whose decision is being read."""
    read = Signal(object)
    """PromptDecision"""
    failed = Signal()
    """The newest request failed; the error was reported."""

    def __init__(self, source: DecisionSource, tasks: BackgroundTasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source, self._tasks = source, tasks
        self._prompt = ""
        self.shown: PromptDecision | None = None
        self._is_reading = self._is_wanted = False

    @property
    def prompt_uid(self) -> str:
        """The prompt whose decision is shown or being read, "" for none."""
        return self._prompt

    def show(self, prompt_uid: str) -> None:
        """Read the decision about a prompt; reads again for the same one."""
        if prompt_uid != self._prompt:
            self._prompt, self.shown = prompt_uid, None
            self.waiting.emit()
        self._want()

    def save(self, goals: DecideGoals, then: Callable[[], object] = lambda: None) -> None:
        """Store the figures of the person for the shown prompt, and read its decision again."""
        source, prompt = self._source, self._prompt

        def stored(_: object) -> None:
            then()
            if prompt == self._prompt:
                self._want()

        self._tasks.run(lambda: source.save_goals(prompt, goals), stored, self._tasks.report)

    def _want(self) -> None:
        self._is_wanted = bool(self._prompt)
        if self._is_wanted and not self._is_reading:
            self._read()

    def _read(self) -> None:
        self._is_reading, self._is_wanted = True, False
        source, prompt = self._source, self._prompt
        self._tasks.run_large(lambda: source.read(prompt), self._done, self._broke)

    def _done(self, found: PromptDecision) -> None:
        self._is_reading = False
        if self._is_wanted:
            self._read()
        elif found.prompt_uid == self._prompt:
            self.shown = found
            self.read.emit(found)

    def _broke(self, error: Exception) -> None:
        self._is_reading = False
        if self._is_wanted:
            self._read()
        else:
            self.shown = None
            self._tasks.report(error)
            self.failed.emit()
