"""Diffs between the answers of lanes.

Invariant: nothing is computed on the UI thread, and only the result of the latest comparison of a lane is shown. An
answer is compared only after it has ended.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from workbench.app.lanes.lane_presenter import LanePresenter
from workbench.app.lanes.lane_state import BaseChoice, LaneDiff
from workbench.app.tasks import BackgroundTasks
from workbench.store import Store
from workbench.usecases.comparison import ComparedAnswer, ComparisonBase, against_history, base_name, compared


class LaneComparisons(QObject):
    """Compares the answers of one `LanePresenter`. `lanes` returns slots and names from left to right, `reads` whether
    a lane shows differences now."""

    ready = Signal(str, object)
    """Slot, LaneDiff."""
    named = Signal(str, str)
    """Slot, and the base that its answer would be compared with; "" if there is none."""

    def __init__(
        self,
        store: Store,
        tasks: BackgroundTasks,
        board: LanePresenter,
        lanes: Callable[[], list[tuple[str, str]]],
        reads: Callable[[str], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._tasks, self._board, self._lanes = store, tasks, board, lanes
        self._reads = reads
        self.base = ComparisonBase()
        self._asked: dict[str, tuple[object, ...]] = {}
        self._follows = False

    @property
    def current(self) -> ComparisonBase:
        """The chosen base, or the previous iteration if the chosen lane is not among the shown ones."""
        here = self.base.kind != "lane" or any(slot == self.base.slot for slot, _ in self._lanes())
        return self.base if here else ComparisonBase()

    def want(self, slot: str) -> None:
        """Compare the answer of a lane; `ready` carries the result, and again whenever the base changes."""
        if not self._follows:
            # Until a lane shows differences, nothing has to be compared again.
            self._follows = True
            self._board.changed.connect(self._look_again)
            self._board.status_changed.connect(lambda slot, status: self._look_again())
        self._asked.pop(slot, None)
        self._compare(slot)

    def choose(self, base: ComparisonBase) -> None:
        """Compare all answers with another base."""
        self.base = base
        for slot in list(self._asked):
            self.want(slot)

    def name(self, slot: str) -> None:
        """Find the base that a lane's answer would be compared with; `named` carries the result."""
        shown = self._board.shown(slot)
        if shown is None:
            return
        if self.current.kind == "lane":
            self.named.emit(slot, dict(self._lanes())[self.current.slot] if self.current.slot != slot else "")
            return
        work = partial(base_name, self._store, self.current, shown.output_uid)
        self._tasks.run(work, lambda found: self.named.emit(slot, found))

    def winner_stored(self) -> None:
        """A verdict has been stored, so comparisons with the winner can read it."""
        if self.current.kind == "winner":
            self.choose(self.base)

    def choices(self, slot: str) -> tuple[BaseChoice, ...]:
        """Return the bases that the answer of a lane can be compared with."""
        found = [("The lane's previous iteration", ComparisonBase()), ("The winner", ComparisonBase("winner"))]
        found += [(name, ComparisonBase("lane", other)) for other, name in self._lanes() if other != slot]
        return tuple(BaseChoice(title, base, base == self.current) for title, base in found)

    def _look_again(self) -> None:
        for slot, key in list(self._asked.items()):
            if not self._reads(slot):
                del self._asked[slot]
            elif self._key(slot) != key:
                self._compare(slot)

    def _key(self, slot: str) -> tuple[object, ...]:
        """Return the key of everything that a comparison depends on."""
        other = self.current.slot
        bases = (self._board.output(other), self._board.has_ended(other)) if other else ()
        verdict = self._board.verdict if self.current.kind == "winner" else None
        return (self._board.output(slot), self._board.has_ended(slot), self.current, bases, verdict)

    def _compare(self, slot: str) -> None:
        self._asked[slot] = key = self._key(slot)
        shown = self._board.shown(slot)
        if shown is None or not self._board.has_ended(slot):
            return
        work: Callable[[], ComparedAnswer]
        if self.current.kind == "lane":
            name = dict(self._lanes())[self.current.slot]
            if self.current.slot == slot:
                self._tell(slot, key, ComparedAnswer(name, sentence="The other lanes are compared with this answer."))
                return
            other = self._board.shown(self.current.slot)
            if other is None or not other.text or not self._board.has_ended(self.current.slot):
                sentence = (
                    f"{name} has no finished answer to compare with. Wait for it to finish, or choose another base."
                )
                self._tell(slot, key, ComparedAnswer(name, sentence=sentence, short=name))
                return
            work = partial(compared, name, other.text, shown.text)
        else:
            work = partial(against_history, self._store, self.current, shown.output_uid, shown.text)
        self._tasks.run_large(work, partial(self._tell, slot, key))

    def _tell(self, slot: str, key: tuple[object, ...], outcome: ComparedAnswer) -> None:
        # Not `==`: comparisons run side by side and may end in another order. With one key there are two when a verdict
        # is given and then stored; only the second finds it in the history.
        if self._asked.get(slot) is key:
            self.ready.emit(slot, LaneDiff(outcome, self.choices(slot), self.choose))
