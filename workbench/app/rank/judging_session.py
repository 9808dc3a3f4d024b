"""Controls a session of pairwise judging; the next pairs are prefetched.

Invariant: nothing here blocks. A pair is judged once, in the order of the key presses. A verdict that could not be
stored is reported and not counted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

from workbench.app.tasks import BackgroundTasks
from workbench.store import Store

if TYPE_CHECKING:
    from workbench.core.ranking.pairs import OutputPair
    from workbench.usecases.judging_session import JudgingSession, ShownPair, UndoneJudgement
    from workbench.usecases.ranking_result import Grouping

AHEAD = 2
"""Number of prefetched pairs: reading two texts takes a moment, pressing a key none. More would be chosen before the
verdicts on the earlier ones are known."""

Kind = Literal["winner", "tie", "all_bad"]
State = Literal["none", "opening", "waiting", "returning", "showing", "over"]


class JudgingController(QObject):
    """Controls one judging session at a time.

    `state` is "waiting" until the next pair is ready, "returning" while a pair judged long ago is read again, "over"
    when no pair is left.
    """

    changed = Signal()
    """Another pair is shown, or the progress has changed."""
    prompt_read = Signal(str)
    """The prompt's text, requested by `read_prompt`."""
    judged_pair = Signal(str, int, bool)
    """The kind of a verdict on a pair, 1 or 2 for the winner, and whether it was undone."""
    skipped = Signal()
    """A pair was skipped, or a skip was undone."""

    def __init__(
        self,
        store: Store,
        tasks: BackgroundTasks,
        new_uid: Callable[[], str],
        now: Callable[[], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._tasks, self._new_uid, self._now = store, tasks, new_uid, now
        self._sitting: JudgingSession | None = None
        self._ahead: deque[ShownPair] = deque()
        """Prefetched pairs, which were never shown."""
        self._again: deque[ShownPair] = deque()
        """Pairs that were shown before an undo; they come first."""
        self._dropped: list[ShownPair] = []
        self._is_preparing = self._is_stale = self._is_learning = self._is_exhausted = False
        self._undone: list[UndoneJudgement] = []
        self._returning: OutputPair | None = None
        self.shown: ShownPair | None = None
        self.last = ""
        """The lanes of the pair judged last and the verdict on it, as text; "" before the first verdict."""
        self.state: State = "none"

    @property
    def is_open(self) -> bool:
        """Whether a session is open."""
        return self.state != "none"

    @property
    def pairs(self) -> int:
        """The number of pairs to judge at the start."""
        return 0 if self._sitting is None else self._sitting.pairs

    @property
    def judged(self) -> int:
        """The number of verdicts given."""
        return 0 if self._sitting is None else self._sitting.judged

    @property
    def can_undo(self) -> bool:
        """Whether a verdict or a skip can be undone."""
        return self._sitting is not None and self._sitting.can_undo

    def progress(self, *, brief: bool = False) -> str:
        """Return "12 judged in this session · self-consistency 9 of 10", or "12 judged · 9 of 10 alike"."""
        if self._sitting is None:
            return ""
        again, judged = self._sitting.consistency, f"{self._sitting.judged:,} judged"
        alike = f"{again.agreeing} of {again.repeats}"
        if brief:
            return f"{judged} · {alike} alike" if again.repeats else judged
        return f"{judged} in this session" + (f" · self-consistency {alike}" if again.repeats else "")

    def start(self, prompt_uid: str, grouping: Grouping = "both") -> None:
        """Start a session over the answers of a prompt, for a ranking of this grouping."""
        self.end()
        self.state = "opening"
        self.changed.emit()
        store, new_uid, now = self._store, self._new_uid, self._now
        mark = self._mark = object()

        def work() -> JudgingSession:
            from workbench.usecases.judging_session import JudgingSession  # imports numpy

            return JudgingSession(store, prompt_uid, new_uid, now, grouping)

        def opened(sitting: JudgingSession) -> None:
            if mark is self._mark and self.is_open:
                self._sitting = sitting
                self._next()

        def broke(error: Exception) -> None:
            self._tasks.report(error)
            if mark is self._mark:
                self.end()

        self._tasks.run_large(work, opened, broke)

    def judge(self, kind: Kind, winner: int = 0) -> bool:
        """Give a verdict on the shown pair and show the next; return False if no pair is shown."""
        if self.shown is not None:
            self._undone.clear()
            if kind == "all_bad":
                self._drop_ahead(self._again, self._ahead)
        return self._judge(kind, winner)

    @property
    def can_redo(self) -> bool:
        """Whether the shown pair's verdict or skip was undone, and nothing was judged since."""
        return bool(self._undone) and self.shown is not None and self.shown.pair == self._undone[-1].pair

    def redo(self) -> bool:
        """Redo the verdict or skip undone last; return False if there is none."""
        if not self.can_redo:
            return False
        said = self._undone.pop().said
        if said is None or said.kind == "all_bad":
            # Pairs shown before were chosen after this step, but others may have been prefetched since it was undone.
            self._drop_ahead(self._ahead)
        return self._skip() if said is None else self._judge(said.kind, said.winner)

    def _judge(self, kind: Kind, winner: int) -> bool:
        sitting, shown = self._sitting, self.shown
        if sitting is None or shown is None:
            return False

        def broke(error: Exception) -> None:
            sitting.forget(shown)
            self._tasks.report(error)
            self.changed.emit()

        self._tasks.watch(sitting.judge(shown, kind, winner), None, broke)
        self.last = _told(sitting.who(shown.pair), kind, winner)
        self._learn(sitting)
        self._next()
        self.judged_pair.emit(kind, winner, False)
        return True

    def skip(self) -> bool:
        """Skip the pair for the rest of this session and show the next; return False if no pair is shown."""
        if self.shown is not None:
            self._undone.clear()
            self._drop_ahead(self._again, self._ahead)
        return self._skip()

    def _skip(self) -> bool:
        if self._sitting is None or self.shown is None:
            return False
        self._sitting.skip(self.shown)
        self._next()
        self.skipped.emit()
        return True

    def _drop_ahead(self, *queues: deque[ShownPair]) -> None:
        """Give back the pairs of `queues`, chosen on the assumption that the shown pair connects its entrants."""
        for pairs in queues:
            self._dropped += [shown for shown in pairs if shown.source is not None]
            kept = [shown for shown in pairs if shown.source is None]
            pairs.clear()
            pairs.extend(kept)
        self._is_exhausted = False
        if self._is_preparing:
            self._is_stale = True
        else:
            self._give_back()

    def _give_back(self) -> None:
        if self._sitting is not None:
            self._sitting.drop(self._dropped)
        self._dropped, self._is_stale = [], False

    def read_prompt(self) -> None:
        """Read the text of the prompt; `prompt_read` carries it."""
        sitting = self._sitting
        if sitting is None:
            return

        def read(text: str) -> None:
            if sitting is self._sitting:
                self.prompt_read.emit(text)

        self._tasks.run(sitting.prompt_text, read)

    def undo(self) -> bool:
        """Undo the last verdict or skip and show its pair again; return False if there is none."""
        undone = None if self._sitting is None or self.state == "returning" else self._sitting.undo()
        if undone is None:
            return False
        if self.shown is not None:
            self._again.appendleft(self.shown)
        self._undone.append(undone)
        if undone.said is not None and undone.stored is not None:
            sitting, said = self._sitting, undone.said
            self._tasks.watch(undone.stored, None, lambda error: self._undo_failed(sitting, undone, error))
            # The lanes of a pair to be judged again must not be shown before.
            self.last = ""
            self.judged_pair.emit(said.kind, said.winner, True)
        else:
            self.skipped.emit()
        self.shown = undone.shown
        if undone.shown is not None:
            self.state = "showing"
            self.changed.emit()
        else:
            self._read_again(undone.pair)
        return True

    def _undo_failed(self, sitting: JudgingSession | None, undone: UndoneJudgement, error: Exception) -> None:
        """Count the verdict again, which is still stored, and do not present its pair again."""
        self._tasks.report(error)
        if sitting is None or sitting is not self._sitting:
            return
        sitting.restore(undone)
        self._undone = [one for one in self._undone if one is not undone]
        self._again = deque(shown for shown in self._again if shown.pair is not undone.pair)
        if undone.pair in (self._returning, self.shown and self.shown.pair):
            self._returning = None
            self._next()
        else:
            self.changed.emit()

    def _read_again(self, pair: OutputPair) -> None:
        sitting = self._sitting
        assert sitting is not None
        self.state, self._returning = "returning", pair
        self.changed.emit()

        def read(shown: ShownPair) -> None:
            if sitting is self._sitting and self._returning is pair:
                self.shown, self.state, self._returning = shown, "showing", None
                self.changed.emit()

        self._tasks.run(lambda: sitting.read(pair), read, lambda error: self._broke(sitting, error))

    def _broke(self, sitting: JudgingSession, error: Exception) -> None:
        self._tasks.report(error)
        if sitting is self._sitting:
            self.end()

    def end(self) -> None:
        """End the session; all verdicts are stored."""
        if self.state == "none":
            return
        self._sitting, self.shown, self.state, self.last = None, None, "none", ""
        self._returning = None
        self._ahead.clear()
        self._again.clear()
        self._dropped.clear()
        self._undone.clear()
        self._is_preparing = self._is_stale = self._is_learning = self._is_exhausted = False
        self.changed.emit()

    def _next(self) -> None:
        following = self._again or self._ahead
        self.shown = following.popleft() if following else None
        self.state = "showing" if self.shown else "over" if self._is_exhausted else "waiting"
        self.changed.emit()
        self._prepare()

    def _prepare(self) -> None:
        sitting = self._sitting
        if sitting is None or self._is_preparing or self._is_exhausted or len(self._again) + len(self._ahead) >= AHEAD:
            return
        self._is_preparing = True

        def ready(shown: ShownPair | None) -> None:
            if sitting is not self._sitting:
                return
            self._is_preparing = False
            if self._is_stale:
                self._dropped += [] if shown is None else [shown]
                self._give_back()
            elif shown is None:
                self._is_exhausted = True
            else:
                self._ahead.append(shown)
            if self.state == "waiting":
                self._next()
            else:
                self._prepare()

        self._tasks.run(sitting.prepare, ready, lambda error: self._broke(sitting, error))

    def _learn(self, sitting: JudgingSession) -> None:
        if self._is_learning or not sitting.wants_to_learn:
            return
        self._is_learning = True

        def learnt(_: object) -> None:
            if sitting is self._sitting:
                self._is_learning = False

        self._tasks.run_large(sitting.learn, learnt)


def _told(makers: tuple[str, str], kind: str, winner: int) -> str:
    said = {"tie": "you marked a tie", "all_bad": "you marked both bad"}.get(kind, f"you chose {makers[winner - 1]}")
    return f"Last pair: left {makers[0]}, right {makers[1]}; {said}."
