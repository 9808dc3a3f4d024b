"""Trying edited checks on the shown answers.

Invariant: a check is tried once on the same answers; results for other answers than the current ones are dropped. A
check that is being tried keeps the results of what it was before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from workbench.app.checks.check_tree import Checks, Path, walked
from workbench.app.lanes.shown_answers import ShownAnswers
from workbench.app.tasks import BackgroundTasks
from workbench.core.cases import Check
from workbench.core.checks.check_result import CheckResult
from workbench.core.checks.suggestions import CheckSuggestion
from workbench.usecases.check_trial import CheckTrial, TriedChecks

Tried = tuple[str, tuple[CheckResult, ...]]
"""The mistake of a check, "" for none, and its results on all answers, () while it was not tried."""
_NOT_TRIED: Tried = ("", ())


class CheckAttempts:
    """Tries checks off the UI thread; calls `changed` after new results until `stop`."""

    def __init__(self, tasks: BackgroundTasks, trial: CheckTrial, changed: Callable[[], object]) -> None:
        self._tasks, self._trial, self._changed = tasks, trial, changed
        self._known: dict[Check, Tried] = {}
        self._checks: Checks = ()
        self._is_stopped = False
        self.shown = ShownAnswers()
        """The answers on which checks are tried."""
        self.tried: Mapping[Path, Tried] = {}
        """What is known about the checks tried last, by path."""

    def stop(self) -> None:
        """Report nothing more."""
        self._is_stopped = True

    def show_answers(self, shown: ShownAnswers) -> bool:
        """Try checks on these answers from now on; return False if they are the same as before."""
        if shown == self.shown:
            return False
        self.shown, self._known, self.tried = shown, {}, {}
        return True

    def attempt(self, checks: Checks, *, is_reordered: bool = False) -> None:
        """Try the checks that are not known yet; `is_reordered`: paths no longer mean the same checks."""
        self._checks = checks
        if is_reordered:
            self.tried = {}
        wanted = dict.fromkeys(check for _, check in walked(checks))
        self._known = {check: known for check, known in self._known.items() if check in wanted}
        new = [check for check in wanted if check not in self._known]
        self._tell()
        if new:
            shown = self.shown
            tried = self._trial.attempt([one.answer for one in shown.answers], new, key="form")
            self._tasks.watch(tried, lambda found: self._take(shown, new, found))

    def suggest(
        self, then: Callable[[Sequence[CheckSuggestion]], object], *, schema: str = "", is_for_case: bool = False
    ) -> None:
        """Call `then` with suggestions beside the checks tried last."""
        answers = self.shown.answers
        suggested = self._trial.suggest(
            [one.answer for one in answers],
            [at for at, one in enumerate(answers) if one.is_winner],
            [check for _, check in walked(self._checks)],
            key="suggestions",
            schema=schema,
            is_for_case=is_for_case,
        )

        def tell(found: Sequence[CheckSuggestion]) -> None:
            if not self._is_stopped:
                then(found)

        self._tasks.watch(suggested, tell)

    def _take(self, shown: ShownAnswers, checks: Sequence[Check], found: TriedChecks) -> None:
        if self._is_stopped or shown is not self.shown:
            return
        for at, check in enumerate(checks):
            self._known[check] = found.problems[at], tuple(row[at] for row in found.results)
        self._tell()

    def _tell(self) -> None:
        self.tried = {
            path: self._known.get(check) or self.tried.get(path, _NOT_TRIED) for path, check in walked(self._checks)
        }
        self._changed()
