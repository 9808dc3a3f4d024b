"""Adds the proposed cases that the person accepts to the prompt.

Invariant: each step of accepting is one transaction and one step of undo, also after the dialog has closed. A row says
"accepted" at once, and is open again if the case could not be stored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.core.text import counted
from workbench.ui.shell.services import Services
from workbench.usecases.case_import import AddedCases, CaseImporter
from workbench.usecases.problems import problem_of

if TYPE_CHECKING:
    from workbench.ui.features.cases.proposal_review import ProposalReview


@dataclass(frozen=True, slots=True)
class _Step:
    """Cases that were added together, their rows, and the number of the answer that the rows belong to."""

    added: AddedCases
    rows: tuple[int, ...]
    answer: int


class ProposalAcceptance:
    """`changed(uid)` is called after cases were added or removed, with the uid of one to select, "" for none."""

    def __init__(self, services: Services, importer: CaseImporter, changed: Callable[[str], object]) -> None:
        self._services, self._importer, self._tell_changed = services, importer, changed
        self._review: ProposalReview | None = None
        self._prompt = ""
        self._steps: list[_Step] = []

    def begin(self, review: ProposalReview, prompt_uid: str) -> None:
        """Take what is decided in a dialog, for a prompt."""
        self._review, self._prompt, self._steps = review, prompt_uid, []
        review.accepted.connect(self._accept)
        review.skipped.connect(self._skip)
        review.undo_wanted.connect(self._undo)

    def end(self) -> None:
        """Take nothing more, because the dialog closes; the last step can still be undone."""
        self._review = None

    def forget(self) -> None:
        """Undo nothing from now on, because another prompt is open."""
        self._steps = []

    def _shown(self, review: ProposalReview, answer: int) -> bool:
        """Return whether a dialog still shows the rows of an answer."""
        return self._review is review and review.proposals.answer == answer

    def _accept(self, rows: Sequence[int]) -> None:
        review, prompt, taken = self._review, self._prompt, tuple(rows)
        if review is None:
            return
        proposals, answer = review.proposals, review.proposals.answer
        before = [proposals.state(row) for row in taken]
        cases = tuple(case for row in taken if (case := proposals.case(row)) is not None)
        proposals.set_state(taken, "accepted")
        review.say("")
        review.select(proposals.next_open(review.row))
        review.follow()

        def added(found: AddedCases) -> None:
            self._steps.append(_Step(found, taken, answer))
            if self._review is review:
                review.undo.show()
            count = len(found.uids)
            told = f"{counted(count, 'proposed case')} {'was' if count == 1 else 'were'} added."
            self._services.notices.offer(told, "Undo", self._undo)
            self._tell_changed(found.uids[0])

        def failed(error: Exception) -> None:
            problem = problem_of(error)
            if self._shown(review, answer):
                for row, state in zip(taken, before, strict=True):
                    proposals.set_state([row], state)
                review.say(problem.sentence)
                review.follow()
            else:
                self._services.notices.problem(problem.sentence, problem.detail)

        self._services.tasks.run(lambda: self._importer.append(prompt, cases), added, failed)

    def _skip(self, row: int) -> None:
        review = self._review
        if review is None:
            return
        is_skipped = review.proposals.state(row) == "skipped"
        review.proposals.set_state([row], "open" if is_skipped else "skipped")
        if not is_skipped:
            review.select(review.proposals.next_open(row))
        review.follow()

    def _undo(self) -> None:
        """Remove the cases that were accepted last."""
        self._services.notices.withdraw_offer()
        if not self._steps:
            return
        step = self._steps.pop()

        def removed(_: None) -> None:
            review = self._review
            if review is not None:
                review.undo.setVisible(bool(self._steps))
                if self._shown(review, step.answer):
                    review.proposals.set_state(step.rows, "open")
                    review.select(step.rows[0])
                    review.follow()
            self._tell_changed("")

        def failed(error: Exception) -> None:
            self._steps.append(step)
            problem = problem_of(error)
            self._services.notices.problem(problem.sentence, problem.detail)

        self._services.tasks.watch(self._importer.take_back(step.added), removed, failed)
