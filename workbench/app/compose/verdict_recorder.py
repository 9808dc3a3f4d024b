"""Records verdicts on the shown run, with undo and redo.

Invariant: a verdict compares the answers on the screen, in their order there: those of the run, and those of lanes
beside it that answered the same values. It never refers to an answer that is still streaming, or to a lane without one.
Undo and redo also append verdicts; the history never loses one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance

from workbench.app.tasks import Tasks
from workbench.core.runs import Judged, Verdict
from workbench.host.clock import stamp
from workbench.host.ids import new_uid
from workbench.usecases.history import History, next_verdict

if TYPE_CHECKING:
    from workbench.app.compose.run_view_state import RunViewState
    from workbench.app.lanes.lane_presenter import LanePresenter


class JudgedRun(Protocol):
    """The run on the screen, as far as verdicts need it."""

    @property
    def board(self) -> LanePresenter:
        """The presenter of the answers on the screen."""
        ...

    @property
    def shown(self) -> RunViewState:
        """The state on display in the lanes."""
        ...

    @property
    def row_stale(self) -> SignalInstance:
        """Emitted with the uid of a run whose timeline row has to be read again."""
        ...

    def number(self) -> int | None:
        """Return the number of the shown iteration, or None while it has none."""
        ...

    def put(self, run: RunViewState) -> None:
        """Replace the state of a run, whether it is shown or kept."""
        ...

    def take_verdict(self, run_uid: str, at: int, verdict: Verdict) -> None:
        """Apply a verdict on the value set with index `at` (from 0) to a run."""
        ...


@dataclass(frozen=True, slots=True)
class GivenVerdict:
    """A verdict that was given, undone or redone, and the verdict `before` it.

    `winner` is the displayed name of the winner of the verdict, or of the verdict that it undid; `iteration` is the
    number of the run, and `value_set` the index of the judged set.
    """

    uid: str
    run_uid: str
    iteration: int
    value_set: int
    verdict: Verdict
    before: Verdict
    winner: str
    was_blind: bool
    change: Literal["given", "undone", "redone"] = "given"


class VerdictRecorder(QObject):
    """Records winners, ties and "all bad"; repeating a verdict withdraws it.

    `undo` and `redo` cover the verdicts since the last run of the open prompt began. `name_of` returns the displayed
    name of a lane.
    """

    given = Signal(object)
    """GivenVerdict: a verdict was given, undone or redone."""
    lost = Signal(object)
    """GivenVerdict: it could not be stored, and the previous one is shown again."""
    refused = Signal(str)
    """Why an answer cannot be judged together with the others on display."""

    def __init__(self, stage: JudgedRun, history: History, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._stage, self._history, self._tasks = stage, history, tasks
        self._done: list[tuple[int, GivenVerdict]] = []
        self._undone: list[tuple[int, GivenVerdict]] = []
        self._counts: dict[tuple[str, int], str] = {}
        self.name_of: Callable[[str], str] = lambda slot: slot
        self.recorded_at = 0

    @property
    def done_at(self) -> int:
        """The stamp of the last verdict that `undo` can take back, 0 for none."""
        return self._done[-1][0] if self._done else 0

    @property
    def undone_at(self) -> int:
        """The stamp of the last undo that `redo` can reverse, 0 for none."""
        return self._undone[-1][0] if self._undone else 0

    def undo(self) -> None:
        """Undo the last verdict: the previous one counts again."""
        if self._done:
            given = self._done.pop()[1]
            self._undone.append((stamp(), given))
            self._turn(given, replace(given, verdict=given.before, before=given.verdict, change="undone"))

    def redo(self) -> None:
        """Redo the verdict undone last."""
        if self._undone:
            given = self._undone.pop()[1]
            self._done.append((stamp(), given))
            self._turn(given, replace(given, change="redone"))

    def takes_back(self, given: GivenVerdict) -> bool:
        """Whether `undo` would undo `given`."""
        return given.change != "undone" and bool(self._done) and self._done[-1][1].uid == given.uid

    def gives_again(self, given: GivenVerdict) -> bool:
        """Whether `redo` would redo what `given` undid."""
        return given.change == "undone" and bool(self._undone) and self._undone[-1][1].uid == given.uid

    def forget(self) -> None:
        """Clear undo and redo, because another run began or another prompt was opened."""
        if self._done or self._undone or self._counts:
            self._done.clear()
            self._undone.clear()
            self._counts.clear()
            self._stage.board.changed.emit()

    def mark(self, slot: str, among: Sequence[str]) -> None:
        """Make a lane's answer the winner among the lanes on the screen, or withdraw that verdict."""
        board = self._stage.board
        if (sentence := self.why_not(slot)) and board.has_ended(slot):
            self.refused.emit(sentence)
            return
        outputs = board.judged(among)
        winner = next((one for one in outputs if one.uid == board.output(slot)), None)
        if winner is None or not board.can_mark(slot):
            return
        pressed = self._verdict("winner", [winner])
        verdict = next_verdict(board.verdict, pressed)
        if verdict.kind == "none" or board.can_win(slot):
            self._give(verdict, outputs, self.name_of(slot))

    def judge(self, kind: Literal["tie", "all_bad"], among: Sequence[str]) -> None:
        """Judge the answers on the screen as equally good or all bad; does nothing until all have ended."""
        board = self._stage.board
        outputs = board.judged(among)
        part = [slot for slot in among if any(one.uid == board.output(slot) for one in outputs)]
        if not all(board.can_mark(slot) for slot in part):
            return
        # A lane without an answer is excluded from a tie, but not from "all bad".
        named = {board.output(slot) for slot in part if kind != "tie" or board.can_win(slot)}
        if named:
            pressed = self._verdict(kind, [one for one in outputs if one.uid in named])
            self._give(next_verdict(board.verdict, pressed), outputs)

    def why_not(self, slot: str) -> str:
        """Return why a lane's answer cannot be judged together with the others, "" if it can."""
        shown = self._stage.shown
        kept = shown.kept_from(slot)
        if shown.is_tested(slot):
            return f"This answer is from {kept}. Run the lane, then judge its new answer."
        if not shown.answers_other_values(slot):
            return ""
        return (
            f"This answer is from {kept}, which used other values. "
            "A verdict compares answers to the same values. Run this lane again, or run with those values."
        )

    def _verdict(self, kind: Literal["winner", "tie", "all_bad"], named: Sequence[Judged]) -> Verdict:
        places = [one.place for one in named]
        return Verdict(
            kind,
            tuple(place for place in places if isinstance(place, int)),
            self._stage.shown.is_blind,
            tuple(place for place in places if isinstance(place, str)),
        )

    def _give(self, verdict: Verdict, outputs: Sequence[Judged], winner: str = "") -> None:
        stage, was, number = self._stage, self._stage.shown, self._stage.number()
        # A verdict on the run needs at least one displayed answer of the run itself.
        if number is None or all(isinstance(one.place, str) for one in outputs):
            return
        given = GivenVerdict(new_uid(), was.uid, number, was.at, verdict, was.verdict, winner, was.is_blind)
        future = self._history.mark(was.uid, verdict, outputs, given.uid)
        self.recorded_at = stamp()
        self._done.append((self.recorded_at, given))
        self._counts[was.uid, was.at] = given.uid
        self._undone.clear()
        stage.take_verdict(was.uid, was.at, verdict)

        def failed(error: Exception) -> None:
            stage.put(was)
            self._failed(given, error)

        self._tasks.watch(future, lambda _: stage.row_stale.emit(was.uid), failed)
        self.given.emit(given)

    def _turn(self, given: GivenVerdict, turned: GivenVerdict) -> None:
        """Append the verdict `turned`, which undoes or redoes `given`."""
        stage, at, uid = self._stage, (given.run_uid, given.value_set), new_uid()
        say = self._history.take_back if turned.change == "undone" else self._history.give_again
        future = say(given.uid, self._counts[at], uid)
        self._counts[at] = uid
        stage.take_verdict(*at, turned.verdict)

        def failed(error: Exception) -> None:
            stage.take_verdict(*at, turned.before)
            self._failed(turned, error)

        self._tasks.watch(future, lambda _: stage.row_stale.emit(given.run_uid), failed)
        self.given.emit(turned)

    def _failed(self, given: GivenVerdict, error: Exception) -> None:
        """Clear undo and redo after a verdict could not be stored, and report that."""
        self.forget()
        self.lost.emit(given)
        self._tasks.report(error)
