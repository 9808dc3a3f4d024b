"""Asks a judge about shown answers, from the form of checks.

Invariant: one call per click, within the limits of runs or confirmed by a second click. A result that belongs to
another check or other answers by then is dropped; the call stays in the history.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.core.run_limits import excess
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.ui.shell.events import CallSent, Changed, DataChanged, RunEnded
from workbench.usecases.problems import RefusedError, problem_of

if TYPE_CHECKING:
    from workbench.app.judging.judge_trial import JudgeTrialOffer, JudgeTrials
    from workbench.app.lanes.shown_answers import LaneAnswer, ShownAnswers
    from workbench.core.cases import Check
    from workbench.core.checks.check_result import CheckResult
    from workbench.ui.features.checks.judge_panel import JudgePanel
    from workbench.ui.shell.services import Services
    from workbench.usecases.run_handle import RunHandle


class JudgeTrialActions:
    """Tries judged checks, for one dialog at a time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._panel: JudgePanel | None = None
        self._prompt = ""
        self.make_trials: Callable[[], JudgeTrials] = self._made_trials
        """Makes what asks judges; replaced in tests."""
        self._trials: JudgeTrials | None = None
        self._check: Check | None = None
        self._shown: ShownAnswers | None = None
        self._found: dict[str, tuple[LaneAnswer, CheckResult]] = {}
        self._running: tuple[RunHandle, JudgeTrialOffer, LaneAnswer] | None = None
        self._allowed: Check | None = None
        services.events.subscribe(RunEnded, lambda event: self._ended(event.run_uid))
        services.events.subscribe(DataChanged, self._data_changed)

    def attach(self, panel: JudgePanel, prompt: str) -> None:
        """Use the panel of a dialog from now on; `prompt` is the one that is tested."""
        self._panel, self._prompt = panel, prompt
        self._check = self._shown = None
        panel.ask_wanted.connect(self._ask)
        panel.choose_wanted.connect(lambda command: self._services.navigator.action(command).trigger())

    def close(self) -> None:
        """Show nothing more, because the dialog is closed."""
        self._panel = self._check = self._shown = None

    def show(self, check: Check, shown: ShownAnswers) -> None:
        """Show a judged check and what a trial on the shown answers takes."""
        if self._panel is None or (check, shown) == (self._check, self._shown):
            return
        self._check, self._shown, self._found = check, shown, {}
        self._panel.show_check(check, shown)
        self._offer()

    def _offer(self) -> None:
        check, shown = self._check, self._shown
        if check is None or shown is None:
            return
        trials, prompt = self._ready(), self._prompt
        from workbench.core.checks.inputs import CheckedAnswer

        answer = shown.answers[0].answer if shown.answers else CheckedAnswer("-")

        def show(offer: JudgeTrialOffer) -> None:
            if self._panel is not None and check == self._check and (shown.answers or offer.lacks):
                self._panel.show_offer(offer)

        self._services.tasks.run(lambda: trials.offer(prompt, shown.set_uid, check, answer), show, self._failed)

    def _ask(self, answer: LaneAnswer) -> None:
        check, shown = self._check, self._shown
        if check is None or shown is None or self._running is not None:
            return
        trials, prompt = self._ready(), self._prompt

        def send(offer: JudgeTrialOffer) -> None:
            if self._panel is not None and check == self._check:
                self._send(self._panel, offer, answer)

        self._services.tasks.run(lambda: trials.offer(prompt, shown.set_uid, check, answer.answer), send, self._failed)

    def _send(self, panel: JudgePanel, offer: JudgeTrialOffer, answer: LaneAnswer) -> None:
        if offer.why_not:
            panel.show_offer(offer)
            return
        over = excess(self._services.session.limits(), offer.forecast, "This question")
        if over and self._allowed != offer.check:
            self._allowed = offer.check
            panel.say(f"{over} Click again to ask anyway.")
            return
        self._allowed = None
        try:
            handle = self._ready().start(offer)
        except RefusedError as error:
            panel.say(error.sentence, is_error=True)
            return
        self._running = handle, offer, answer
        panel.wait(answer.lane)
        self._services.events.publish(CallSent())

    def _ended(self, run_uid: str) -> None:
        from workbench.app.judging.judge_trial import trial_result

        if self._running is None or self._running[0].run_uid != run_uid:
            return
        (handle, offer, answer), self._running = self._running, None
        panel = self._panel
        if panel is None or self._check is None:
            return
        result = handle.transcripts[0].snapshot().result
        if self._check == offer.check and result is not None:
            self._found[answer.output_uid] = answer, trial_result(offer, result)
            panel.show_results(self._found)
        if self._check != offer.check:
            return
        panel.show_offer(offer)
        if handle.problem is not None:
            panel.say(handle.problem.sentence, is_error=True)

    def _data_changed(self, event: DataChanged) -> None:
        # The judge may be another one now.
        if event.what & Changed.CASES:
            self._offer()

    def _failed(self, error: Exception) -> None:
        if self._panel is not None:
            self._panel.say(problem_of(error).sentence, is_error=True)

    def _ready(self) -> JudgeTrials:
        if self._trials is None:
            self._trials = self.make_trials()
        return self._trials

    def _made_trials(self) -> JudgeTrials:
        from workbench.app.judging.judge_trial import JudgeTrials

        backend = self._services.backend
        endpoints = backend.models.endpoints
        return JudgeTrials(
            backend.store,
            lambda: backend.runner,
            backend.forecaster.forecast,
            endpoints.find,
            endpoints.all,
            new_uid,
            utc_now,
        )
