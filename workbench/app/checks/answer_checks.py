"""Checks of the answers that Compose shows.

Invariant: an answer is checked once for the same checks and kinds of values, those of a test not again; results are of
the checks stored last. Answers without checks are not evaluated, and start no process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from workbench.app.judging.judged_among import not_asked
from workbench.app.lanes.shown_answers import LaneAnswer, OutputChecks, ShownAnswers
from workbench.app.tasks import BackgroundTasks
from workbench.core.cases import Check
from workbench.core.checks.check_result import CheckResult
from workbench.core.value_kinds import Kinds
from workbench.usecases.check_trial import CheckTrial

_MOST_KEPT = 1_000
_KEY = "lanes"
ReadChecks = Callable[[str, str], tuple[Check, ...]]
"""(prompt uid, uid of the value set) → the checks of the prompt and of the case of that uid; blocks."""


class _Checked(NamedTuple):
    output_uid: str
    kinds: Kinds
    checks: tuple[Check, ...]


class AnswerChecks:
    """Evaluates the checks of shown answers off the UI thread and calls `show` with the results by output."""

    def __init__(
        self,
        tasks: BackgroundTasks,
        trial: Callable[[], CheckTrial],
        read: ReadChecks,
        show: Callable[[Mapping[str, OutputChecks]], object],
    ) -> None:
        self._tasks, self._trial, self._read, self._show = tasks, trial, read, show
        self._known: dict[_Checked, tuple[CheckResult, ...]] = {}
        self._wanted = 0

    def follow(self, prompt_uid: str, shown: ShownAnswers) -> None:
        """Check these answers; results of an earlier call are no longer shown."""
        self._wanted += 1
        if not shown.answers:
            self._show({})
            return
        wanted = self._wanted
        self._tasks.run(
            lambda: self._read(prompt_uid, shown.set_uid), lambda checks: self._check(wanted, shown.answers, checks)
        )

    def _check(self, wanted: int, answers: Sequence[LaneAnswer], checks: tuple[Check, ...]) -> None:
        if wanted != self._wanted:
            return
        for one in answers:
            if one.tested is not None and one.tested.checks == checks:
                # What the test found counts, with what a person decided about it.
                self._keep(_Checked(one.output_uid, one.kinds, checks), one.tested.results)
        new = [one for one in answers if _Checked(one.output_uid, one.kinds, checks) not in self._known]
        new = new if checks else []
        if not new:
            self._show_known(answers, checks)
            return

        def evaluated(results: tuple[tuple[CheckResult, ...], ...]) -> None:
            for one, found in zip(new, results, strict=True):
                self._keep(_Checked(one.output_uid, one.kinds, checks), tuple(map(not_asked, found)))
            if wanted == self._wanted:
                self._show_known(answers, checks)

        texts = [one.answer for one in new]
        self._tasks.watch(self._trial().evaluate(texts, [checks] * len(new), key=_KEY), evaluated)

    def _show_known(self, answers: Sequence[LaneAnswer], checks: tuple[Check, ...]) -> None:
        keys = [_Checked(one.output_uid, one.kinds, checks) for one in answers]
        self._show({key.output_uid: OutputChecks(checks, self._known[key]) for key in keys if key in self._known})

    def _keep(self, key: _Checked, results: tuple[CheckResult, ...]) -> None:
        if len(self._known) >= _MOST_KEPT:
            del self._known[next(iter(self._known))]
        self._known[key] = results
