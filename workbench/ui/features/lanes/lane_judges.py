"""What a judge said of the shown answers, below each lane: of its own kind, beside the winner that people mark.

Invariant: such a line names the judge, is never gold, and says “unmeasured” until the judge's agreement with people is
measured. None is shown while names are hidden, because a verdict of others could bias one's own.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from workbench.ui.features.lanes.judge_mark import judge_mark
from workbench.ui.features.lanes.lane_slot import LaneSlot
from workbench.ui.features.lanes.view import LanesView
from workbench.ui.features.lanes.wording import shown_title
from workbench.ui.shell.events import HistoryChanged, RunChanged, WindowCompleted
from workbench.ui.shell.rooms import LanesOwner
from workbench.ui.shell.services import Services

if TYPE_CHECKING:
    from workbench.usecases.judging.judge_marks import JudgeMarks

PAUSE_MS = 150
"""Delay in milliseconds after which marks are read, so that lanes that end together are read together."""
START_MS = 1500
"""The same after the start, when the window has more urgent work."""


class LaneJudges(QObject):
    """Reads what a judge said of the shown answers, and shows it in the lanes of one view."""

    def __init__(self, services: Services, view: LanesView, owner: LanesOwner) -> None:
        super().__init__(view)
        self._services, self._view = services, view
        self._board, self._answers = owner.board, owner.answers
        self._found: JudgeMarks | None = None
        self._about: tuple[str, ...] = ()
        self._number = 0
        self._is_complete = False
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self._read)
        self._board.changed.connect(self._follow)
        events = services.events
        for kind in (HistoryChanged, RunChanged):
            events.subscribe(kind, lambda _: self._soon())
        events.subscribe(WindowCompleted, lambda _: self._start())

    def _start(self) -> None:
        self._is_complete = True
        if self._about:
            self._pause.start(START_MS)

    def _follow(self) -> None:
        """Show what is known of the answers that are shown now, and read what is said of other ones."""
        about = () if self._answers.is_blind else self._board.outputs()
        self._show()
        if about != self._about:
            self._about = about
            self._soon()

    def _soon(self) -> None:
        if self._is_complete and not self._pause.isActive():
            self._pause.start(PAUSE_MS)

    def _read(self) -> None:
        self._number += 1
        number, about = self._number, self._about
        store, prompt = self._services.backend.store, self._services.session.prompt()
        if not about or not prompt:
            self._take(number, None)
            return

        def work() -> JudgeMarks:
            from workbench.usecases.judging.judge_marks import judge_marks

            return judge_marks(store, prompt, about)

        self._services.tasks.run(work, lambda found: self._take(number, found))

    def _take(self, number: int, found: JudgeMarks | None) -> None:
        if number == self._number:
            self._found = found
            self._show()

    def _show(self) -> None:
        heads = self._view.heads()
        titles = {self._board.output(head.slot): shown_title(heads, head.slot) for head in heads}
        for slot in self._view.slots():
            uid = self._board.output(slot)
            is_shown = uid in self._about and not self._answers.is_blind and self._board.has_ended(slot)
            said = self._found.marks.get(uid) if self._found is not None and is_shown else None
            mark = None if said is None or self._found is None else judge_mark(self._found, said, titles)
            self._view.set_below(slot, partial(LaneSlot.set_judged, judged=mark))
