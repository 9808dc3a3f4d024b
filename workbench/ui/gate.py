"""The question before a run over the limits that a person set.

Invariant: a run within the limits is started at once, and without limits nothing is even counted for it; a run over
them is started only by an answer, and every answer is for one run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.core.forecast import Forecast
from workbench.core.run_limits import LIMITS, Limits, excess
from workbench.ui.compose.numbers import next_run

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow

KEY = "limit"
RUN, PART, RETRY = "This run", "Running these lanes", "Trying again"


class RunGate(QObject):
    """Stands between the key and the run."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._limits = Limits()
        self._asked: tuple[str, Callable[[], None]] | None = None
        window.notice.action_clicked.connect(self._answered)

    def read_limits(self) -> None:
        """Read the limits of the database."""
        self._window.tasks.run(lambda: self._window.workbench.store.get_meta(LIMITS), self._read)

    def set_limits(self, limits: Limits) -> None:
        """Let these limits hold from the next run on."""
        self._limits = limits

    @property
    def limits(self) -> Limits:
        """What holds."""
        return self._limits

    @property
    def asks(self) -> bool:
        """Whether the question is shown."""
        return self._window.notice.key == KEY

    def run(self) -> None:
        """Run, or ask first; while it asks this is the answer."""
        window = self._window
        if self.asks and self._asked is not None and self._asked[0] == RUN:
            self._answered(KEY)
        elif (found := next_run(window)) is None:
            window.compose.run()
        else:
            prompt, draft = found
            self.let(lambda: window.workbench.forecaster.forecast(prompt, draft), window.compose.run)

    def run_only(self, slots: set[str]) -> None:
        """Run some of the lanes, or ask first."""
        window = self._window
        if (found := next_run(window)) is None:
            window.compose.run(slots)
            return
        prompt, draft = found
        part = replace(draft, lanes=tuple(lane for lane in draft.lanes if lane.slot in slots))
        self.let(
            lambda: window.workbench.forecaster.forecast(prompt, part), lambda: window.compose.run(slots), what=PART
        )

    def retry(self, slots: list[str]) -> None:
        """Repeat the calls of the shown answers of these lanes, or ask first."""
        window, stage = self._window, self._window.compose.stage
        prompt, outputs = window.compose.prompt_uid, stage.to_retry(slots)
        # While names are hidden it asks for one answer if it would for all: who is free must not be seen by that.
        foreseen = stage.to_retry(window.shown_slots()) if stage.shown.is_blind else outputs
        runs = {stage.run_of(slot) for slot in foreseen}

        def foresee() -> Forecast:
            found = [window.workbench.history.detail(run) for run in sorted(runs)]
            lanes = [window.workbench.forecaster.again(prompt, one, foreseen.values()).lanes for one in found]
            return Forecast(tuple(lane for some in lanes for lane in some))

        def go() -> None:
            # What the lanes show may be another while the question stands.
            same = [slot for slot, output in stage.to_retry(outputs).items() if output == outputs[slot]]
            stage.retry(same, window.compose.prompt_uid)
            window.pulse.start()

        self.let(foresee, go, RETRY)

    def let(self, foresee: Callable[[], Forecast], go: Callable[[], None], what: str = RUN) -> None:
        """Do `go`, which sends something, or ask first. `foresee` blocks; `what` is named in the question."""
        if not self._limits.any:
            go()
            return

        def decide(forecast: Forecast) -> None:
            self._decide(forecast, go, what)

        # What cannot be foreseen is for the run itself to refuse or to do.
        self._window.tasks.run(foresee, decide, lambda _: go())

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

    def _decide(self, forecast: Forecast, go: Callable[[], None], what: str) -> None:
        if not (over := excess(self._limits, forecast, what)):
            go()
            return
        if self._window.compose.stage.shown.is_blind:
            over = f"{what} may be over your limits; by how much is told with the names."
        self._asked = what, go
        self._window.notice.show_notice(KEY, f"{over} Run it?", action=KEY, label="Run it (Enter)", asks=True)
        self._window.notice.focus_action()
        self._window.update_state()

    def _answered(self, action: str) -> None:
        if action == KEY and self._asked is not None:
            go, self._asked = self._asked[1], None
            self._window.notice.clear(KEY)
            self._window.view.editor.focus_first()
            go()
