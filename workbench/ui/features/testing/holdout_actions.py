"""Sets the hold-out aside, opens one of its cases anyway, and ends it.

Invariant: each asks first and says what it does to the honesty of the numbers. Setting aside can be undone; ending only
for cases without answers, and opening a case not at all: what can be read may have been read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.app.testing.controller import SuiteController
from workbench.core.testing.holdout import FEWEST_CASES, HoldoutProposal
from workbench.core.text import counted, plural
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store.testing.holdouts import HoldoutBefore
from workbench.ui.shell.events import Changed, DataChanged
from workbench.usecases.problems import problem_of
from workbench.usecases.testing.holdout import HoldoutBook

if TYPE_CHECKING:
    from workbench.ui.features.testing.hidden_cases_dialog import HiddenCasesDialog
    from workbench.ui.features.testing.view import TestView
    from workbench.ui.shell.services import Services


class HoldoutActions:
    """What can be done with the hold-out of the open prompt.

    `retotal` tests the tuning cases again once they are read, if that needs no call.
    """

    def __init__(
        self, services: Services, suites: SuiteController, view: TestView, retotal: Callable[[], None]
    ) -> None:
        self._services, self._suites, self._view, self._retotal = services, suites, view, retotal
        self._book = HoldoutBook(services.backend.store, new_uid, utc_now)
        self.dialog: HiddenCasesDialog | None = None

    def set_aside(self) -> None:
        """Propose a hold-out, and set it aside if the person agrees."""
        prompt = self._suites.prompt_uid
        if self._can_write() and prompt:
            self._services.tasks.run(lambda: self._book.propose(prompt), self._propose, self._failed)

    def end(self) -> None:
        """Make tuning cases of the hold-out, if the person agrees."""
        prompt, overview = self._suites.prompt_uid, self._suites.overview
        if not self._can_write() or overview is None:
            return
        number = overview.set("holdout").cases
        if not number and not overview.settings.salt:
            self._services.notices.refused("This prompt has no hold-out.")
            return
        question = (
            f"End the hold-out? Its {counted(number, 'case')} {plural(number, 'becomes', 'become')} tuning cases, and "
            "you see them. Their totals then no longer measure new cases, because you can fit your changes to them. "
            "Cases with answers cannot be held out again."
        )

        def go() -> None:
            self._services.tasks.watch(self._book.end(prompt), self._ended, self._failed)

        self._view.confirm.ask(question, "End the hold-out", go, no="Keep it")

    def open_case(self) -> None:
        """Offer the hidden cases of the shown test of the hold-out."""
        suites, run = self._suites, self._suites.run
        if not self._can_write():
            return
        if suites.set_name != "holdout" or run is None:
            self._services.notices.refused("Show the hold-out first, and run it. Then one of its cases can be opened.")
            return
        prompt, uid = suites.prompt_uid, run.uid
        self._services.tasks.run(lambda: self._book.hidden(prompt, uid), self._choose, self._failed)

    def can_offer(self) -> bool:
        """Whether there are enough cases for a hold-out, and none is set aside."""
        overview = self._suites.overview
        if overview is None or overview.settings.salt or overview.set("holdout").cases:
            return False
        return overview.set("tuning").cases >= FEWEST_CASES

    def _propose(self, found: HoldoutProposal) -> None:
        if found.prompt_uid != self._suites.prompt_uid:
            return

        def go() -> None:
            self._services.tasks.watch(
                self._book.set_aside(found), lambda before: self._set_aside(found, before), self._failed
            )

        self._view.confirm.ask(found.sentence, f"Set {counted(len(found.uids), 'case')} aside", go, no="Cancel")

    def _set_aside(self, found: HoldoutProposal, before: HoldoutBefore) -> None:
        number = len(found.uids)
        sentence = (
            f"{number:,} of {counted(found.cases, 'case')} {plural(number, 'is', 'are')} held out; only their totals "
            "are shown. Cases that you add join them by chance."
        )
        self._offer(sentence, before)
        self._retotal()
        self._changed()

    def _ended(self, before: HoldoutBefore) -> None:
        number, undoable = len(before.held), before.undoable
        sentence = (
            f"The hold-out is ended; {counted(number, 'case')} {plural(number, 'is', 'are')} for tuning now. The "
            "totals of the hold-out are honest only for versions from before."
        )
        if undoable or not number:
            if undoable < number:
                sentence += f" Undo holds out the {undoable:,} without answers."
            self._offer(sentence, before)
        else:
            self._services.notices.quiet("tests", sentence)
        self._suites.choose_set("tuning")
        self._changed()

    def _offer(self, sentence: str, before: HoldoutBefore) -> None:
        def undo() -> None:
            self._services.notices.withdraw_offer()
            self._services.tasks.watch(self._book.restore(before), lambda _: self._changed(), self._failed)

        self._services.notices.offer(sentence, "Undo", undo)

    def _choose(self, cases: tuple[tuple[str, str], ...]) -> None:
        from workbench.ui.features.testing.hidden_cases_dialog import HiddenCasesDialog

        if not cases:
            self._services.notices.refused("No case of this test is hidden.")
            return
        prompt = self._suites.prompt_uid
        dialog = self.dialog = HiddenCasesDialog(cases, self._services.dialogs.widget())

        def use(uid: str) -> None:
            self._services.tasks.watch(self._book.open(prompt, uid), self._opened, self._failed)

        def closed() -> None:
            self.dialog = None

        dialog.chosen.connect(use)
        dialog.finished.connect(closed)
        dialog.open()

    def _opened(self, used: tuple[str, ...]) -> None:
        number = len(used)
        self._services.notices.quiet(
            "tests",
            f"{counted(number, 'case')} {plural(number, 'is', 'are')} used up: {plural(number, 'it is', 'they are')} "
            "for tuning now, and later tests of the hold-out leave "
            f"{plural(number, 'it', 'them')} out.",
        )
        self._changed()

    def _changed(self) -> None:
        self._services.events.publish(DataChanged(Changed.CASES))
        # Which cases are shown has changed, and none of their checks.
        self._suites.is_outdated = False
        self._suites.rows_changed()
        self._suites.changed.emit()

    def _can_write(self) -> bool:
        if self._services.backend.store.read_only:
            self._services.notices.refused("The history is read-only, so the hold-out stays as it is.")
            return False
        return True

    def _failed(self, error: Exception) -> None:
        problem = problem_of(error)
        self._services.notices.refused(problem.sentence, problem.detail)
