"""Makes cases of what ran elsewhere: a run selected in the History, or cases as a test has them.

Invariant: a step that adds or changes cases is undone as one, and says what it did.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from workbench.core.cases import Case
from workbench.core.text import counted
from workbench.host.ids import new_uid
from workbench.ui.shell.services import Services
from workbench.usecases.case_import import CaseOfAnswer
from workbench.usecases.failing_cases import FailingCases
from workbench.usecases.problems import RefusedError, problem_of
from workbench.usecases.run_cases import RunCases

if TYPE_CHECKING:
    from workbench.ui.shell.testing_events import (
        CaseCopyRequested,
        CaseRestoreRequested,
        FailingCasesRequested,
        RunCasesRequested,
    )

Offer = Callable[[str, Callable[[], None]], None]


class KeptAnswers:
    """`offer(sentence, undo)` reports a step, `changed(uid)` is called after cases were stored.

    `open_at(uid)` opens the list of cases at one of them.
    """

    def __init__(
        self, services: Services, offer: Offer, changed: Callable[[str], object], open_at: Callable[[str], object]
    ) -> None:
        self._services = services
        self._cases = RunCases(services.backend.store, new_uid)
        self._failing = FailingCases(services.backend.store, new_uid)
        self._offer, self._tell_changed, self._open_at = offer, changed, open_at

    def of_run(self, wanted: RunCasesRequested) -> None:
        """Make a case of each value set of a run."""
        work = partial(self._cases.of_run, wanted.prompt_uid, wanted.run_uid)
        self._services.tasks.run(work, self._keep_all, self._failed)

    def as_tested(self, wanted: CaseRestoreRequested) -> None:
        """Bring a case back as it was tested."""
        work = partial(self._cases.as_tested, wanted.prompt_uid, wanted.case)
        self._services.tasks.run(
            work, lambda made: self._keep((made,), _restored(made.case, made.before)), self._failed
        )

    def of_failures(self, wanted: FailingCasesRequested) -> None:
        """Tag the failing cases of a test, and add those that the prompt no longer has."""
        work = partial(self._failing.tagged, wanted.prompt_uid, wanted.rows)
        self._services.tasks.run(work, lambda made: self._keep(made, _tagged(made, wanted.rows.tag)), self._failed)

    def copy(self, wanted: CaseCopyRequested) -> None:
        """Copy a tested case, and open the copy to be edited."""
        work = partial(self._failing.copy, wanted.prompt_uid, wanted.detail, wanted.column, failed=wanted.failed)
        self._services.tasks.run(
            work, lambda made: self._keep(made, _copied([one.case for one in made]), opens=True), self._failed
        )

    def _keep_all(self, made: tuple[CaseOfAnswer, ...]) -> None:
        new = [one for one in made if one.before is None]
        blank = sum(not one.case.expectation for one in new)
        told = [f"{counted(len(new), 'case')} {'was' if len(new) == 1 else 'were'} made of this run." if new else ""]
        if blank:
            has = "has" if blank == 1 else "have"
            told.append(f"{blank:,} {has} no expectation, because no answer was chosen as the winner.")
        if changed := len(made) - len(new):
            has, its = ("has", "its") if changed == 1 else ("have", "their")
            told.append(f"{counted(changed, 'case')} {has} the answer as {its} expectation.")
        self._keep(made, " ".join(filter(None, told)))

    def _keep(self, made: Sequence[CaseOfAnswer], sentence: str, *, opens: bool = False) -> None:
        tasks = self._services.tasks

        def taken_back(_: None) -> None:
            self._tell_changed("")

        def undo() -> None:
            tasks.watch(self._cases.take_back(made), taken_back, self._failed)

        def kept(_: None) -> None:
            if opens:
                self._open_at(made[0].case.uid)
            self._offer(sentence, undo)
            self._tell_changed(made[0].case.uid)

        tasks.watch(self._cases.keep(made), kept, self._failed)

    def _failed(self, error: Exception) -> None:
        problem, notices = problem_of(error), self._services.notices
        if isinstance(error, RefusedError):
            notices.refused(problem.sentence, problem.detail)
        else:
            notices.problem(problem.sentence, problem.detail)


def _restored(case: Case, before: Case | None) -> str:
    name = f"“{case.name}”" if case.name else "The case"
    if before is None:
        return f"{name} is a case of this prompt again."
    return f"{name} is again as it was tested."


def _tagged(made: Sequence[CaseOfAnswer], tag: str) -> str:
    added = sum(one.before is None for one in made)
    told = []
    if there := len(made) - added:
        told.append(f"{counted(there, 'failing case')} {'has' if there == 1 else 'have'} the tag “{tag}” now.")
    if added:
        tagged = "it" if told else f"the tag “{tag}”"
        told.append(f"{counted(added, 'case')} {'was' if added == 1 else 'were'} added with {tagged}.")
    return " ".join(told)


def _copied(cases: Sequence[Case]) -> str:
    copy, *originals = cases
    told = f"“{copy.name}” is a new case. Change its values, and say what you expect."
    if originals:
        told += f" It counts as one with its original: both belong to “{copy.cluster}”."
    return told
