"""What the buttons about judges in the pane of a cell do.

Invariant: features know each other by commands and events only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.app.judging.judged_among import judged_among
from workbench.core.testing.check_hash import check_hash
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.ui.features.testing.judge_note import judges_of
from workbench.ui.shell.events import Changed, DataChanged, SearchChosen
from workbench.usecases.judging.chosen_thresholds import ChosenThresholds, ThresholdChange
from workbench.usecases.problems import problem_of

if TYPE_CHECKING:
    from workbench.app.testing.controller import SuiteController
    from workbench.core.cases import Check
    from workbench.core.testing.grid import CellDetail
    from workbench.ui.features.testing.cell_pane import CellPane
    from workbench.ui.shell.services import Services

_COMMANDS = {"choose_judge": "choose_judge", "choose_embedding": "choose_embedding", "label": "label_answers"}


class JudgeSteps:
    """Takes the steps for the cell that a pane shows."""

    def __init__(self, services: Services, pane: CellPane, suites: SuiteController) -> None:
        self._services, self._pane, self._suites = services, pane, suites

    def take(self, step: str, place: int) -> None:
        """Take a step (JudgeStep) for the check at `place`."""
        shown = self._pane.shown
        if step in _COMMANDS:
            self._services.navigator.action(_COMMANDS[step]).trigger()
        elif shown is not None and step == "threshold":
            known = {judge.check_hash: judge.threshold for judge in judges_of(self._suites)}
            for check in judged_among((shown.detail.checks[place],)):
                if (threshold := known.get(check_hash(check))) is not None:
                    self._use(check, threshold)
        elif shown is not None:
            self._services.events.publish(SearchChosen(judge_query(shown.detail)))

    def _use(self, check: Check, threshold: float) -> None:
        """Let a check pass from the probability that labels suggest, and offer to undo that."""
        services, prompt = self._services, self._suites.prompt_uid
        thresholds = ChosenThresholds(services.backend.store, new_uid, utc_now)

        def used(change: ThresholdChange) -> None:
            words = f"The check passes from a probability of {threshold:g} on. “Check again” applies it without calls."
            services.notices.offer(words, "Undo", lambda: undo(change))
            changed()

        def undo(change: ThresholdChange) -> None:
            services.notices.withdraw_offer()
            services.tasks.run(lambda: thresholds.undo(change), lambda _: changed(), failed)

        def changed() -> None:
            services.events.publish(DataChanged(Changed.CASES))

        def failed(error: Exception) -> None:
            problem = problem_of(error)
            services.notices.problem(problem.sentence, problem.detail)

        services.tasks.run(lambda: thresholds.use(prompt, check, threshold), used, failed)


def judge_query(detail: CellDetail) -> str:
    """Return the search that finds what judges wrote about a cell."""
    name = detail.case.name or f"Case {detail.key.case + 1}"
    plain = " ".join(name.replace('"', " ").split())
    return f'kind:judge case:"{plain}, column {detail.key.column + 1}"'
