"""Presents the outputs of one run, live or past, in the lanes: one shown attempt per lane.

Invariant: text reaches widgets only through `tick`, once per frame and lane. The status of a column is derived solely
from the output it shows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from workbench.app.compose.hidden_names import masked
from workbench.app.lanes.attempts import ColumnSource, LaneColumnData, column_of, status_of
from workbench.app.lanes.lane_state import ColumnState, LaneStatus, Standing
from workbench.core.runs import ENDED, Judged, Verdict
from workbench.usecases.transcript import TranscriptSnapshot

STALLED_MS = 5000
"""Time without a token after which a stream looks stalled."""
Lookup = Callable[[str, int, int], TranscriptSnapshot | None]
"""(output uid, text offset, reasoning offset) → the current snapshot of the attempt, None if it is unknown."""


class LanePresenter(QObject):
    """Tracks the outputs of one run and emits updates for the columns."""

    status_changed = Signal(str, object)
    """slot, LaneStatus"""
    text_reset = Signal(str, str, str)
    """slot, text, reasoning"""
    text_appended = Signal(str, str, str)
    """slot, kind (text | reasoning | steps), chunk; empty for steps, which are to be read as a whole"""
    cleared = Signal(str)
    changed = Signal()
    """The state of commands may have changed: a lane's state, or the shown run or attempt; once for all lanes."""

    def __init__(self, lookup: Lookup, clock: Callable[[], int], parent: QObject | None = None) -> None:
        """`clock` returns monotonic ms, the same clock as the runner's."""
        super().__init__(parent)
        self._lookup = lookup
        self._clock = clock
        self._run = ""
        self._veil: Callable[[], bool] | None = None
        self._veiled = False
        self._columns: dict[str, LaneColumnData] = {}
        self._verdict = Verdict("none")
        self._last: dict[str, LaneStatus] = {}
        self._stars: frozenset[str] = frozenset()
        self._is_changed = False

    @property
    def run_uid(self) -> str:
        """The run shown, "" for none."""
        return self._run

    @property
    def verdict(self) -> Verdict:
        """The latest verdict of the shown run."""
        return self._verdict

    def show(
        self, run_uid: str, columns: Sequence[ColumnSource], verdict: Verdict, veil: Callable[[], bool] | None = None
    ) -> None:
        """Show another run. Slots that it lacks become empty when the window clears them.

        With `veil` it is shown blind, and without its texts while that returns True.
        """
        self._veil, self._veiled = veil, veil is not None and veil()
        gone = set(self._columns) - {c.slot for c in columns}
        self._run, self._verdict = run_uid, verdict
        self._columns = {c.slot: column_of(c) for c in columns}
        self._last.clear()
        for slot in gone:
            self.cleared.emit(slot)
        for slot in self._columns:
            self._reset(slot)
        self._tell_change(certain=True)

    def show_again(
        self, columns: Sequence[ColumnSource], verdict: Verdict, veil: Callable[[], bool] | None = None
    ) -> None:
        """Show other answers of the same run: another value set, or other samples."""
        veiled = veil is not None and veil()
        if (veil is None, veiled) != (self._veil is None, self._veiled):
            self.show(self._run, columns, verdict, veil)
            return
        self._verdict, self._veil = verdict, veil
        changed = [c.slot for c in columns if (old := self._columns.get(c.slot)) is None or old.source() != c]
        self._columns = {c.slot: column_of(c) if c.slot in changed else self._columns[c.slot] for c in columns}
        for slot in self._columns:
            if slot in changed:
                self._last.pop(slot, None)
                self._reset(slot)
            else:
                self._judge(slot)
        self._tell_change()

    def show_stars(self, output_uids: frozenset[str]) -> None:
        """Set which answers have a star."""
        self._stars = output_uids
        for slot in self._columns:
            self._status(slot)
        self._tell_change()

    def tell(self, slot: str) -> None:
        """Emit the state of a lane again, for a newly created column."""
        if slot in self._columns:
            self._last.pop(slot, None)
            self._reset(slot)
            self._tell_change()

    def add_attempt(self, slot: str, output_uid: str) -> None:
        """Show a new attempt of a lane; earlier ones stay selectable."""
        column = self._columns[slot]
        column.attempts.append(output_uid)
        column.index = len(column.attempts) - 1
        self._reset(slot)
        self._tell_change(certain=True)

    def show_attempt(self, slot: str, attempt: int) -> None:
        """Show attempt number `attempt`, from 1."""
        column = self._columns.get(slot)
        if column is not None and 1 <= attempt <= len(column.attempts):
            column.index = attempt - 1
            self._reset(slot)
            self._tell_change(certain=True)

    def set_verdict(self, verdict: Verdict) -> None:
        """Update the winner marks for a verdict on the shown run."""
        self._verdict = verdict
        for slot in self._columns:
            self._judge(slot)
        self._tell_change()

    def output(self, slot: str) -> str:
        """Return the uid of the output that a lane shows, "" for none."""
        column = self._columns.get(slot)
        return column.shown if column else ""

    def position(self, slot: str) -> int | None:
        """Return a lane's place in the shown run; -1 for a lane beside the run, None for an unknown one."""
        column = self._columns.get(slot)
        return column.lane.position if column else None

    def sample(self, slot: str) -> int:
        """Return which sample a lane shows, from 0."""
        column = self._columns.get(slot)
        return column.lane.sample if column else 0

    def outputs(self) -> tuple[str, ...]:
        """Return the uids of the outputs shown."""
        return tuple(column.shown for column in self._columns.values() if column.shown)

    def judged(self, slots: Sequence[str]) -> tuple[Judged, ...]:
        """Return the shown outputs of these lanes, as a verdict compares them; lanes without an output are skipped."""
        found = []
        for slot in slots:
            column, state = self._columns.get(slot), self.state(slot)
            # The state on the screen: an output that ended since the last frame was not seen yet.
            if column is not None and column.shown and state != "idle" and _is_comparable(column.lane):
                found.append(Judged(column.shown, column.lane.place, state))
        return tuple(found)

    def columns(self) -> tuple[ColumnSource, ...]:
        """Return the sources of all columns of the shown run, with all attempts."""
        return tuple(c.source() for c in self._columns.values())

    def slots(self) -> tuple[str, ...]:
        """Return the lanes of the shown run."""
        return tuple(self._columns)

    def shown(self, slot: str) -> TranscriptSnapshot | None:
        """Return a full snapshot of the attempt that a lane shows; None while it must stay hidden."""
        uid = "" if self._veiled else self.output(slot)
        return self._lookup(uid, 0, 0) if uid else None

    def is_blind(self, slot: str) -> bool:
        """Whether everything that would identify the lane is hidden."""
        return slot in self._last and self._last[slot].blind

    def state(self, slot: str) -> ColumnState:
        """Return the state a lane shows, "idle" for none."""
        return self._last[slot].state if slot in self._last else "idle"

    def is_running(self, slot: str = "") -> bool:
        """Whether the given lane, or any lane, shows an output that has not ended."""
        slots = (slot,) if slot else tuple(self._columns)
        return any(self.output(s) and self.state(s) not in ENDED and self.state(s) != "idle" for s in slots)

    def has_ended(self, slot: str) -> bool:
        """Whether a lane's shown output has ended and is visible."""
        return slot in self._last and self._last[slot].state in ENDED

    def can_mark(self, slot: str) -> bool:
        """Whether a lane's shown output has ended and answers the values of this run, so that a verdict may
        include it."""
        return self.has_ended(slot) and _is_comparable(self._columns[slot].lane)

    def can_check(self, slot: str) -> bool:
        """Whether a lane's shown output has ended and answers the values of this run."""
        return self.has_ended(slot) and not self._columns[slot].lane.other_values

    def can_win(self, slot: str) -> bool:
        """Whether a lane's shown output is an answer; one that failed before its first word is not."""
        if not self.can_mark(slot):
            return False
        return self.state(slot) == "finished" or ((shown := self.shown(slot)) is not None and bool(shown.text))

    def tick(self, dirty: set[str]) -> None:
        """Update the columns whose shown output is in `dirty`."""
        if self._veil is not None and self._veiled and not self._veil():
            # All texts appear at once, because the order would reveal which lane is fast.
            self._veiled = False
            for slot in self._columns:
                self._reset(slot)
            self._tell_change(certain=True)
            return
        for slot, column in self._columns.items():
            if column.shown in dirty:
                self._follow(slot, column)
        self._tell_change()

    def refresh_running(self) -> None:
        """Update elapsed times and retry countdowns of running outputs."""
        for slot in self._columns:
            if self.is_running(slot):
                self._status(slot)
        self._tell_change()

    def _tell_change(self, *, certain: bool = False) -> None:
        if certain or self._is_changed:
            self._is_changed = False
            self.changed.emit()

    def _reset(self, slot: str) -> None:
        column = self._columns[slot]
        # One snapshot for both: an output may end at any time, and its status must not be ahead of its text.
        now = self._lookup(column.shown, 0, 0) if column.shown else None
        shown = None if self._veiled else now
        text, reasoning = (shown.text, shown.reasoning) if shown else ("", "")
        column.text_length, column.reasoning_length = len(text), len(reasoning)
        column.rounds = shown.rounds if shown else 0
        column.grew_ms = self._clock()
        self.text_reset.emit(slot, text, reasoning)
        self._show_status(slot, column, now)

    def _follow(self, slot: str, column: LaneColumnData) -> None:
        shown = self._lookup(column.shown, column.text_length, column.reasoning_length)
        if shown is None:
            return
        if self._veiled:
            self._show_status(slot, column, shown)
            return
        anew = shown.rounds != column.rounds
        if anew or shown.text_length < column.text_length or shown.reasoning_length < column.reasoning_length:
            self._reset(slot)
            return
        column.text_length, column.reasoning_length = shown.text_length, shown.reasoning_length
        if shown.reasoning or shown.text or shown.steps:
            column.grew_ms = self._clock()
        if shown.reasoning:
            self.text_appended.emit(slot, "reasoning", shown.reasoning)
        if shown.text:
            self.text_appended.emit(slot, "text", shown.text)
        self._show_status(slot, column, shown)
        if shown.steps:
            self.text_appended.emit(slot, "steps", "")

    def _status(self, slot: str) -> None:
        column = self._columns[slot]
        shown = self._lookup(column.shown, column.text_length, column.reasoning_length) if column.shown else None
        if shown is not None and (shown.text or shown.reasoning) and not self._veiled:
            # The frame that delivers the rest of the text also delivers the status, which must not be ahead of it.
            return
        self._show_status(slot, column, shown)

    def _judge(self, slot: str) -> None:
        """Show what the verdict says; all else of an answer with names is as it was."""
        if self._veil is None and slot in self._last:
            self._emit_status(slot, self._standing(self._columns[slot], self._last[slot]))
        else:
            self._status(slot)

    def _show_status(self, slot: str, column: LaneColumnData, shown: TranscriptSnapshot | None) -> None:
        status = replace(
            self._standing(column, status_of(shown, self._clock(), free=column.lane.free)),
            attempt=column.index + 1 if column.attempts else 0,
            attempts=len(column.attempts),
            version=column.lane.version,
            silent_s=_silence(shown, self._clock() - column.grew_ms),
            sample=column.lane.sample + 1 if column.lane.samples > 1 else 0,
            samples=column.lane.samples if column.lane.samples > 1 else 0,
            kept=column.lane.kept,
            other_values=column.lane.other_values,
            tested=column.lane.tested,
            starred=column.shown in self._stars,
        )
        if self._veil is not None:
            status = masked(status, veiled=self._veiled)
        self._emit_status(slot, status)

    def _emit_status(self, slot: str, status: LaneStatus) -> None:
        old = self._last.get(slot)
        if old == status:
            return
        self._last[slot] = status
        self.status_changed.emit(slot, status)
        if old is None or old.state != status.state:
            self._is_changed = True

    def _standing(self, column: LaneColumnData, status: LaneStatus) -> LaneStatus:
        verdict, lane = self._verdict, column.lane
        named = lane.place in (verdict.kept if lane.kept else verdict.positions)
        standing: Standing = ""
        if verdict.kind == "all_bad" and (named or not lane.kept):
            standing = "bad"
        elif named and verdict.kind in ("winner", "tie"):
            standing = "winner" if verdict.kind == "winner" else "tie"
        return replace(status, standing=standing)


def _silence(shown: TranscriptSnapshot | None, silent_ms: int) -> int:
    """Return for how many seconds a stream has stalled, 0 if it has not; of other processes that is not known."""
    is_streaming = shown is not None and shown.state == "streaming" and shown.began_ms is not None
    if not is_streaming or shown is None or shown.timing.ttft is None or shown.retry or shown.stopping:
        return 0
    return silent_ms // 1000 if silent_ms >= STALLED_MS else 0


def _is_comparable(lane: ColumnSource) -> bool:
    return not (lane.other_values or lane.tested)
