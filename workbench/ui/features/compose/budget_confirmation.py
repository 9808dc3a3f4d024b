"""Displays the forecast of the next run, and asks before a run over the user's limits.

Invariant: a run within the limits starts at once, and without limits nothing is estimated. A run over them starts only
after confirmation, and each confirmation is for one run. The forecast never shifts the layout; a warning is a word and
a mark, never a colour alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.core.drafts import Draft
from workbench.core.forecast import Forecast, detail, line
from workbench.core.run_limits import LIMITS, Limits, excess
from workbench.ui.shell.events import CommandStateChanged

if TYPE_CHECKING:
    from workbench.app.compose.session import ComposeSession
    from workbench.app.frame_clock import FrameClock
    from workbench.ui.editor import ContentEditor
    from workbench.ui.shell.bars import StatusBar
    from workbench.ui.shell.notice_bar import NoticeBar
    from workbench.ui.shell.services import Services

KEY = "limit"
RUN, PART, RETRY = "This run", "Running these lanes", "Trying again"


class BudgetConfirmation(QObject):
    """Checks runs against the limits before they start."""

    def __init__(self, services: Services, compose: ComposeSession, pulse: FrameClock, bar: NoticeBar) -> None:
        super().__init__(compose)
        self._services, self._compose, self._pulse, self._bar = services, compose, pulse, bar
        self._limits = Limits()
        self._asked: tuple[str, Callable[[], None]] | None = None
        bar.action_clicked.connect(self._answered)

    def read_limits(self) -> None:
        """Read the limits from the database."""
        self._services.tasks.run(lambda: self._services.backend.store.get_meta(LIMITS), self._read)

    def set_limits(self, limits: Limits) -> None:
        """Apply limits from the next run on."""
        self._limits = limits

    @property
    def limits(self) -> Limits:
        """The limits in force."""
        return self._limits

    @property
    def asks(self) -> bool:
        """Whether the confirmation is shown."""
        return self._bar.key == KEY

    def run(self) -> None:
        """Run, or ask for confirmation first; while the confirmation is shown, this confirms it."""
        if self.asks and self._asked is not None and self._asked[0] == RUN:
            self._answered(KEY)
        elif not self._limits.any or (found := next_run(self._compose)) is None:
            self._compose.run()
        else:
            prompt, draft = found
            self.let(lambda: self._services.backend.forecaster.forecast(prompt, draft), self._compose.run)

    def run_only(self, slots: set[str]) -> None:
        """Run some of the lanes, or ask for confirmation first."""
        forecaster, compose = self._services.backend.forecaster, self._compose
        if (found := next_run(compose)) is None:
            compose.run(slots)
            return
        prompt, draft = found
        part = replace(draft, lanes=tuple(lane for lane in draft.lanes if lane.slot in slots))
        self.let(lambda: forecaster.forecast(prompt, part), lambda: compose.run(slots), what=PART)

    def retry(self, slots: list[str], shown: list[str]) -> None:
        """Retry the shown answers of lanes, or ask for confirmation first; `shown` are all lanes on the screen."""
        backend, stage = self._services.backend, self._compose.stage
        prompt, outputs = self._compose.prompt_uid, stage.to_retry(slots)
        # While names are hidden, one answer needs confirmation if all would: otherwise it would reveal the free lanes.
        foreseen = stage.to_retry(shown) if stage.shown.is_blind else outputs
        runs = {stage.run_of(slot) for slot in foreseen}

        def foresee() -> Forecast:
            found = [backend.history.detail(run) for run in sorted(runs)]
            lanes = [backend.forecaster.again(prompt, one, foreseen.values()).lanes for one in found]
            return Forecast(tuple(lane for some in lanes for lane in some))

        def go() -> None:
            # The lanes may show other answers by the time of the confirmation.
            same = [slot for slot, output in stage.to_retry(outputs).items() if output == outputs[slot]]
            stage.retry(same, self._compose.prompt_uid)
            self._pulse.start()

        self.let(foresee, go, RETRY)

    def let(self, foresee: Callable[[], Forecast], go: Callable[[], None], what: str = RUN) -> None:
        """Call `go`, which sends something, or ask for confirmation first. `foresee` blocks; `what` is named in the
        question."""
        if not self._limits.any:
            go()
            return

        def decide(forecast: Forecast) -> None:
            self._decide(forecast, go, what)

        # If the estimate fails, the run itself starts or is refused.
        self._services.tasks.run(foresee, decide, lambda _: go())

    def refuse(self) -> bool:
        """Cancel the confirmation; return False if there was none."""
        asked = self.asks
        self._bar.clear(KEY)
        if asked:
            self._services.editor.focus_first()
            self._services.events.publish(CommandStateChanged())
        return asked

    def _read(self, stored: str | None) -> None:
        if stored:
            try:
                self._limits = Limits.from_text(stored)
            except ValueError as error:
                self._services.notices.problem(
                    "The run limits cannot be read and are not applied. Set them again in the settings.", str(error)
                )

    def _decide(self, forecast: Forecast, go: Callable[[], None], what: str) -> None:
        if not (over := excess(self._limits, forecast, what)):
            go()
            return
        if self._compose.stage.shown.is_blind:
            over = f"{what} may exceed your limits. The amount is hidden while blind."
        self._asked = what, go
        self._bar.show_notice(KEY, f"{over} Run it?", action=KEY, label="Run it (Enter)", asks=True)
        self._bar.focus_action()
        self._services.events.publish(CommandStateChanged())

    def _answered(self, action: str) -> None:
        if action == KEY and self._asked is not None:
            go, self._asked = self._asked[1], None
            self._bar.clear(KEY)
            self._services.editor.focus_first()
            go()


def next_run(compose: ComposeSession) -> tuple[str, Draft] | None:
    """Return the prompt and the draft that would be run, None while no run can be started."""
    if not compose.prompt_uid or not compose.ready or compose.viewing is not None:
        return None
    return compose.prompt_uid, compose.draft()


def to_foresee(compose: ComposeSession) -> tuple[str, Draft] | None:
    """Return the prompt and the draft to forecast; None also while the forecast would reveal a hidden name."""
    return None if compose.stage.shown.is_blind else next_run(compose)


def show_forecast(status: StatusBar, editor: ContentEditor, forecast: Forecast | None) -> None:
    """Show a forecast in the status bar and at the messages; None clears it."""
    if forecast is None:
        status.set_forecast("", "")
        editor.set_counts(())
        return
    text = line(forecast)
    status.set_forecast(text, detail(forecast) if text else "", warns=bool(forecast.over))
    editor.set_counts(forecast.parts(len(editor.content().messages)))
