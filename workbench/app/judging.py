"""Verdicts on the shown run.

Invariant: a verdict compares what is on the screen, in the order it stands there: the answers of the run, and those of
lanes beside it that answered the same values. It never names an answer that still streams, nor a lane without one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from workbench.app.tasks import Tasks
from workbench.core.runs import Judged, Verdict
from workbench.usecases.history import History, next_verdict

if TYPE_CHECKING:
    from workbench.app.stage import Stage


class Judging:
    """Marks winners, ties and bad runs; the same again takes it back."""

    def __init__(self, stage: Stage, history: History, tasks: Tasks) -> None:
        self._stage, self._history, self._tasks = stage, history, tasks

    def mark(self, slot: str, among: Sequence[str]) -> None:
        """Make a lane's answer the winner among the lanes on the screen, or take that back."""
        board = self._stage.board
        if (sentence := self.why_not(slot)) and board.has_ended(slot):
            self._stage.problem.emit(sentence, "")
            return
        outputs = board.judged(among)
        winner = next((one for one in outputs if one.uid == board.output(slot)), None)
        if winner is None or not board.can_mark(slot):
            return
        pressed = self._verdict("winner", [winner])
        verdict = next_verdict(board.verdict, pressed)
        if verdict.kind == "none" or board.can_win(slot):
            self._give(verdict, outputs)

    def judge(self, kind: Literal["tie", "all_bad"], among: Sequence[str]) -> None:
        """Say that the answers on the screen are equally good, or all bad; once all of them have ended."""
        board = self._stage.board
        outputs = board.judged(among)
        part = [slot for slot in among if any(one.uid == board.output(slot) for one in outputs)]
        if not all(board.can_mark(slot) for slot in part):
            return
        # A lane without an answer has no part in a tie; in "all bad" it has.
        named = {board.output(slot) for slot in part if kind != "tie" or board.can_win(slot)}
        if named:
            pressed = self._verdict(kind, [one for one in outputs if one.uid in named])
            self._give(next_verdict(board.verdict, pressed), outputs)

    def why_not(self, slot: str) -> str:
        """Return why a lane's answer cannot be judged with the others, "" when it can."""
        shown = self._stage.shown
        if not shown.answers_other_values(slot):
            return ""
        kept = shown.kept_from(slot)
        return (
            f"This answer is from {kept}, which had other values, and a verdict compares answers to the same values. "
            "Let this lane run again, or run with the values of then."
        )

    def _verdict(self, kind: Literal["winner", "tie", "all_bad"], named: Sequence[Judged]) -> Verdict:
        places = [one.place for one in named]
        return Verdict(
            kind,
            tuple(place for place in places if isinstance(place, int)),
            self._stage.shown.is_blind,
            tuple(place for place in places if isinstance(place, str)),
        )

    def _give(self, verdict: Verdict, outputs: Sequence[Judged]) -> None:
        stage, was = self._stage, self._stage.shown
        # Where nothing of the run itself is on the screen there is nothing that a verdict on it could compare.
        if stage.number() is None or all(isinstance(one.place, str) for one in outputs):
            return
        future = self._history.mark(was.uid, verdict, outputs)
        stage.take_verdict(was.uid, was.at, verdict)

        def failed(error: Exception) -> None:
            stage.put(was)
            self._tasks.report(error)

        self._tasks.watch(future, lambda _: stage.row_stale.emit(was.uid), failed)
