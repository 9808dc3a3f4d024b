"""Makes cases of what ran elsewhere: a run selected in the History, or a case as a test has it.

Invariant: a step that adds or changes cases is undone as one, and says what it did.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING

from workbench.core.cases import Case
from workbench.core.text import counted
from workbench.host.ids import new_uid
from workbench.ui.shell.services import Services
from workbench.usecases.case_import import CaseImporter, CaseOfAnswer
from workbench.usecases.problems import RefusedError, problem_of
from workbench.usecases.run_cases import RunCases

if TYPE_CHECKING:
    from workbench.ui.shell.testing_events import CaseRestoreRequested, RunCasesRequested

Offer = Callable[[str, Callable[[], None]], None]


class KeptAnswers:
    """`offer(sentence, undo)` reports a step, `changed(uid)` is called after cases were stored."""

    def __init__(
        self, services: Services, importer: CaseImporter, offer: Offer, changed: Callable[[str], object]
    ) -> None:
        self._services = services
        self._cases = RunCases(services.backend.store, new_uid, importer)
        self._offer, self._tell_changed = offer, changed

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

    def _keep(self, made: Sequence[CaseOfAnswer], sentence: str) -> None:
        def undo() -> None:
            self._after(self._cases.take_back(made), lambda: self._tell_changed(""))

        def kept() -> None:
            self._offer(sentence, undo)
            self._tell_changed(made[0].case.uid)

        self._after(self._cases.keep(made), kept)

    def _after(self, futures: Sequence[Future[None]], done: Callable[[], object]) -> None:
        """Call `done` once all writes are stored."""

        def wait() -> None:
            for future in futures:
                future.result()

        def then(_: None) -> None:
            done()

        self._services.tasks.run(wait, then, self._failed)

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
