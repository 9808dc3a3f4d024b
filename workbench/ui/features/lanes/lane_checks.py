"""The results of checks in the footers of the lanes.

Invariant: a footer shows results of the answer above it and of no other; none while the answer streams or names are
hidden. Checks are evaluated elsewhere: this publishes what is shown, and takes the results.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer

from workbench.app.lanes.shown_answers import LaneAnswer, OutputChecks, ShownAnswers, checked_answer
from workbench.core.runs import Result
from workbench.ui.features.lanes.lane_slot import LaneSlot
from workbench.ui.features.lanes.view import LanesView
from workbench.ui.features.lanes.wording import shown_title
from workbench.ui.shell.check_events import AnswersChecked, ShownAnswersChanged, ShownAnswersRequested
from workbench.ui.shell.events import WindowCompleted
from workbench.ui.shell.rooms import LanesOwner
from workbench.ui.shell.services import Services

PAUSE_MS = 150
"""Delay in milliseconds after which new answers are published, so that lanes that end together are checked together."""
START_MS = 1000
"""The same after the start, when the window has more urgent work."""


class LaneChecks(QObject):
    """Publishes the shown answers, and shows their results in the lanes of one view."""

    def __init__(self, services: Services, view: LanesView, owner: LanesOwner) -> None:
        super().__init__(view)
        self._services, self._view = services, view
        self._board, self._answers = owner.board, owner.answers
        self._results: Mapping[str, OutputChecks] = {}
        self._shown: tuple[object, ...] = ()
        self._is_complete = False
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self._publish)
        self._board.changed.connect(self._follow)
        events = services.events
        events.subscribe(AnswersChecked, self._take)
        events.subscribe(ShownAnswersRequested, lambda event: event.use(self.shown()))
        events.subscribe(WindowCompleted, lambda _: self._start())

    def shown(self) -> ShownAnswers:
        """Return the shown answers that can be checked."""
        results = {slot: result for slot in self._view.slots() if (result := self._result(slot)) is not None}
        if not results:
            return ShownAnswers()
        shown, kinds, heads = self._answers.shown_set(), self._answers.value_kinds(), self._view.heads()
        verdict = self._board.verdict
        winners = verdict.positions if verdict.kind == "winner" else ()
        return ShownAnswers(
            shown.uid,
            tuple(
                LaneAnswer(
                    slot,
                    shown_title(heads, slot),
                    self._board.output(slot),
                    checked_answer(result, shown.values, self._answers.tools(slot), kinds),
                    self._board.position(slot) in winners,
                    self._answers.pinned(slot),
                    self._answers.tested(self._board.output(slot)),
                    kinds,
                )
                for slot, result in results.items()
            ),
        )

    def open(self, slot: str) -> None:
        """Show all results of a lane."""
        from workbench.ui.features.lanes.checks_dialog import LaneChecksDialog

        found, result = self._results.get(self._board.output(slot)), self._result(slot)
        if found is None or result is None:
            return
        dialog = LaneChecksDialog(
            self._services.theme,
            shown_title(self._view.heads(), slot),
            found,
            result.text,
            self._services.navigator.action("checks"),
            parent=self._services.dialogs.widget(),
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _result(self, slot: str) -> Result | None:
        """Return the result of a lane's answer if it can be checked."""
        if self._answers.is_blind or not self._board.can_check(slot):
            return None
        shown = self._board.shown(slot)
        result = None if shown is None else shown.result
        return result if result is not None and result.state == "finished" else None

    def _start(self) -> None:
        self._is_complete = True
        if self._shown:
            self._pause.start(START_MS)

    def _follow(self) -> None:
        """Show the results of the answers that are shown now, and publish other ones."""
        slots = () if self._answers.is_blind else self._view.slots()
        ended = tuple((slot, self._board.output(slot)) for slot in slots if self._board.can_check(slot))
        self._show()
        if ended != self._shown:
            self._shown = ended
            if self._is_complete and not self._pause.isActive():
                self._pause.start(PAUSE_MS)

    def _publish(self) -> None:
        self._services.events.publish(ShownAnswersChanged())

    def _take(self, event: AnswersChecked) -> None:
        self._results = event.results
        self._show()

    def _show(self) -> None:
        for slot in self._view.slots():
            is_shown = not self._answers.is_blind and self._board.can_check(slot)
            checks = self._results.get(self._board.output(slot)) if is_shown else None
            self._view.set_below(slot, partial(LaneSlot.set_checks, checks=checks))
