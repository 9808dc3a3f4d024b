"""The question before a run over the limits that a person set.

Invariant: a run within the limits is started at once, and without limits nothing is even counted for it; a run over
them is started only by an answer, and every answer is for one run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.core.forecast import Forecast
from workbench.core.limits import LIMITS, Limits, excess
from workbench.ui.compose.numbers import to_foresee

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow

KEY = "limit"


class RunGate(QObject):
    """Stands between the key and the run."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._limits = Limits()
        window.notice.action_clicked.connect(self._answered)

    def read_limits(self) -> None:
        """Read the limits of the database."""
        self._window.tasks.run(lambda: self._window.workbench.store.get_meta(LIMITS), self._read)

    def set_limits(self, limits: Limits) -> None:
        """Let these limits hold from the next run on."""
        self._limits = limits

    @property
    def asks(self) -> bool:
        """Whether the question is shown."""
        return self._window.notice.key == KEY

    def run(self) -> None:
        """Run, or ask first; while it asks this is the answer."""
        window = self._window
        if self.asks:
            self._answered(KEY)
        elif not self._limits.any or (found := to_foresee(window)) is None:
            window.compose.run()
        else:
            # What cannot be foreseen is for the run itself to refuse or to do.
            prompt, draft = found
            window.tasks.run(
                lambda: window.workbench.forecaster.forecast(prompt, draft),
                self._decide,
                lambda _: window.compose.run(),
            )

    def refuse(self) -> bool:
        """Take the question away; False when there was none."""
        asked = self.asks
        self._window.notice.clear(KEY)
        if asked:
            self._window.view.editor.focus_first()
            self._window.update_state()
        return asked

    def _read(self, stored: str | None) -> None:
        if stored:
            try:
                self._limits = Limits.from_text(stored)
            except ValueError as error:
                self._window.notices.problem(
                    "The limits of a run cannot be read and do not hold. Set them again in the settings.", str(error)
                )

    def _decide(self, forecast: Forecast) -> None:
        if not (question := excess(self._limits, forecast)):
            self._window.compose.run()
            return
        self._window.notice.show_notice(KEY, question, action=KEY, label="Run it (Enter)")
        self._window.notice.focus_action()
        self._window.update_state()

    def _answered(self, action: str) -> None:
        if action == KEY:
            self._window.notice.clear(KEY)
            self._window.view.editor.focus_first()
            self._window.compose.run()
