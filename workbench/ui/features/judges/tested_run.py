"""Which test run the commands about judges are about.

Invariant: it is the run that the Test view shows, if that is one of the open prompt whose answers people may see; else
the newest scored one on the cases they tune on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.core.testing.grid import SuiteRun
from workbench.ui.shell.testing_events import ShownSuite, ShownSuiteRequested
from workbench.usecases.problems import problem_of

if TYPE_CHECKING:
    from workbench.app.judging.stored_judges import StoredJudges
    from workbench.ui.shell.services import Services

NOT_RUN = "No scored test of this prompt is here. Run the test first, then label its answers."


@dataclass(frozen=True, slots=True)
class TestedRun:
    """A scored run of a prompt."""

    __test__ = False

    prompt_uid: str
    run: SuiteRun


class TestedRuns:
    """Finds the run."""

    __test__ = False

    def __init__(self, services: Services, source: StoredJudges) -> None:
        self._services, self._source = services, source

    def find(self, then: Callable[[TestedRun], object]) -> None:
        """Call `then` with the run, or say that there is none."""
        services, prompt = self._services, self._services.session.prompt()
        shown: list[ShownSuite] = []
        services.events.publish(ShownSuiteRequested(shown.append))
        if shown and shown[-1].prompt_uid == prompt and _can_be_labelled(shown[-1].run):
            then(TestedRun(prompt, shown[-1].run))
            return

        def found(run: SuiteRun | None) -> None:
            if services.session.prompt() != prompt:
                return
            if run is None:
                services.notices.refused(NOT_RUN)
            else:
                then(TestedRun(prompt, run))

        services.tasks.run(lambda: self._source.newest(prompt), found, self._failed)

    def _failed(self, error: Exception) -> None:
        problem = problem_of(error)
        self._services.notices.problem(problem.sentence, problem.detail)


def _can_be_labelled(run: SuiteRun) -> bool:
    """Whether people may see the answers of a run, and judges looked at them."""
    return bool(run.scoring_uid) and not run.probe and run.set_name != "holdout"
