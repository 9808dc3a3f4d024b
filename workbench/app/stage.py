"""The run whose answers the lanes show, and what a person does with them: judge, retry, stop.

Invariant: the draft's own run is remembered while a past one is looked at, and comes back as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Literal

from PySide6.QtCore import QObject, Signal

from workbench.app.board import Board, ColumnSource
from workbench.app.live import Outputs
from workbench.app.tasks import Tasks
from workbench.core.lanes import Endpoint, Lane
from workbench.core.runs import ENDED, IterationDetail, Verdict
from workbench.host.clock import monotonic_ms
from workbench.usecases import history
from workbench.usecases.handles import RunHandle
from workbench.usecases.problems import RefusedError
from workbench.usecases.workbench import Workbench

ShownRun = tuple[str, tuple[ColumnSource, ...], Verdict]
NO_RUN: ShownRun = ("", (), Verdict("none"))
Endpoints = Mapping[str, Endpoint]


class Stage(QObject):
    """Keeps the board on the draft's run or on a past one."""

    problem = Signal(str, str)
    lacking = Signal(object)
    """Lack: what kept the draft from running."""
    row_stale = Signal(str)
    """A run whose row in the timeline has to be read again."""

    def __init__(self, workbench: Workbench, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workbench, self._tasks = workbench, tasks
        self.outputs = Outputs()
        self.board = Board(self.outputs, monotonic_ms, self)
        self._draft_run = NO_RUN
        self._handle: RunHandle | None = None
        self._numbers: dict[str, int] = {}
        self._ran: dict[str, Lane] = {}
        self._before = (NO_RUN, self._ran)
        self._asked_again: set[str] = set()
        self.board.changed.connect(self._tell_of_retries)

    @property
    def draft_run(self) -> str:
        """The uid of the run that belongs to the draft, "" for none."""
        return self._draft_run[0]

    def number(self) -> int | None:
        """Return the number of the shown iteration, None while it has none."""
        return self._numbers.get(self.board.run_uid)

    def forget(self) -> None:
        """Another prompt is opened: its draft has no run yet."""
        self._draft_run = NO_RUN
        self._ran = {}
        self._before = (NO_RUN, self._ran)

    def answered(self, lane: Lane) -> Lane | None:
        """Return the lane as it was when the draft's run asked it, None when it was not asked."""
        return self._ran.get(lane.slot)

    def show_draft_run(self) -> None:
        """Show the draft's run."""
        self.board.show(*self._draft_run)

    def follow(self, handle: RunHandle, lanes: Sequence[Lane], endpoints: Endpoints) -> None:
        """Show a run that was just started from the draft."""
        self._before = (self._draft_run, self._ran)
        self._ran = {lane.slot: lane for lane in lanes}
        self.outputs.add(handle.transcripts)
        columns = tuple(
            ColumnSource(lane.slot, position, lane.pinned, _is_free(lane, endpoints), (transcript.uid,))
            for position, (lane, transcript) in enumerate(zip(lanes, handle.transcripts, strict=True))
        )
        self._draft_run, self._handle = (handle.run_uid, columns, Verdict("none")), handle
        self.show_draft_run()

    def adopt(self, detail: IterationDetail, endpoints: Endpoints) -> None:
        """Let the draft's lanes show this iteration's answers; the board changes with the next `show_draft_run`."""
        self._numbers[detail.row.run_uid] = detail.row.number
        self.outputs.keep(detail.row.run_uid, detail.outputs)
        self._ran = {lane.lane.slot: lane.lane for lane in detail.lanes}
        self._draft_run = (detail.row.run_uid, _columns(detail, endpoints), detail.verdict)

    def show_past(self, detail: IterationDetail, endpoints: Endpoints) -> None:
        """Show a past iteration; the draft's run waits."""
        self._numbers[detail.row.run_uid] = detail.row.number
        self.outputs.keep(detail.row.run_uid, detail.outputs, beside=self.draft_run)
        self.board.show(detail.row.run_uid, _columns(detail, endpoints), detail.verdict)

    def show_nothing(self) -> None:
        """Show no run: what is looked at has none; the draft's run waits."""
        self.board.show(*NO_RUN)

    def follow_others(self) -> None:
        """Bring up to date what another process runs and the lanes show."""
        for run_uid in self.outputs.unended():
            self._tasks.run(partial(self._workbench.history.detail, run_uid), self._renew)

    def _renew(self, detail: IterationDetail) -> None:
        run_uid = detail.row.run_uid
        if run_uid not in (self.draft_run, self.board.run_uid):
            return
        self.outputs.keep(
            run_uid, detail.outputs, beside=self.draft_run if run_uid != self.draft_run else self.board.run_uid
        )
        self.board.tick({output.uid for output in detail.outputs})

    def recorded(self, run_uid: str, number: int) -> None:
        """Take in which iteration a run became."""
        self._numbers[run_uid] = number
        self.board.changed.emit()

    def ended(self, run_uid: str) -> bool:
        """Take in that a run is over; False when it was refused and never became an iteration.

        The answers that the draft had before a refused run are shown again.
        """
        self.board.tick(set(self.board.outputs()))
        if run_uid in self._numbers:
            return True
        if run_uid == self._before[0][0]:
            self._before = (NO_RUN, {})
        if run_uid == self.draft_run:
            self._draft_run, self._ran = self._before
            if self.board.run_uid == run_uid:
                self.show_draft_run()
            if self._handle is not None and self._handle.problem is not None and self._handle.problem.lack is not None:
                self.lacking.emit(self._handle.problem.lack)
        return False

    def retry(self, slots: Iterable[str], prompt_uid: str) -> None:
        """Ask again what the shown outputs of these lanes asked; earlier attempts stay."""
        run_uid = self.board.run_uid
        for slot in slots:
            output = self.board.output(slot)
            if not output or self.board.is_running(slot):
                continue
            try:
                handle = self._workbench.runner.retry(output, run_uid=run_uid, prompt_uid=prompt_uid)
            except RefusedError as error:
                self.problem.emit(error.sentence, error.detail)
                continue
            self.outputs.add(handle.transcripts)
            self._asked_again.update(handle.output_uids)
            self.board.add_attempt(slot, handle.transcripts[0].uid)
            if run_uid == self.draft_run:
                self._draft_run = (run_uid, self.board.columns(), self._draft_run[2])

    def _tell_of_retries(self) -> None:
        """Let the timeline say that a run is running again, once its new attempt is recorded and so is under way."""
        under_way = {
            output
            for slot in self.board.slots()
            if (output := self.board.output(slot)) in self._asked_again
            and self.board.state(slot) in ("queued", "streaming")
        }
        if under_way:
            self._asked_again -= under_way
            self.row_stale.emit(self.board.run_uid)

    def stop(self, slot: str) -> None:
        """Stop what a lane shows."""
        if output := self.board.output(slot):
            self._workbench.runner.stop(output)

    def unfinished(self) -> list[str]:
        """Return the lanes whose shown output ended otherwise than finished."""
        return [s for s in self.board.slots() if self.board.state(s) in ENDED and self.board.state(s) != "finished"]

    def judge(self, pressed: int | Literal["tie", "all_bad"]) -> None:
        """Judge the shown run: a lane's place makes it the winner; the same again takes it back.

        Never while something that it names still streams, and never for a lane that has no answer.
        """
        slots = self.board.slots()
        named = [s for s in slots if isinstance(pressed, str) or self.board.position(s) == pressed]
        if not named or self.number() is None or not all(self.board.can_mark(slot) for slot in named):
            return
        before = self.board.verdict
        takes_back = before.kind == "winner" and before.positions == (pressed,)
        if isinstance(pressed, int) and not takes_back and not all(self.board.can_win(slot) for slot in named):
            return
        # A lane without an answer has no part in a tie; in "all bad" it has.
        tied = [s for s in slots if pressed != "tie" or self.board.can_win(s)]
        if not tied:
            return
        verdict = history.next_verdict(before, pressed, [p for s in tied if (p := self.board.position(s)) is not None])
        run_uid = self.board.run_uid
        future = self._workbench.history.mark(run_uid, verdict, self.board.records())
        self._show_verdict(run_uid, verdict)

        def failed(error: Exception) -> None:
            self._show_verdict(run_uid, before)
            self._tasks.report(error)

        self._tasks.watch(future, lambda _: self.row_stale.emit(run_uid), failed)

    def _show_verdict(self, run_uid: str, verdict: Verdict) -> None:
        if run_uid == self.draft_run:
            self._draft_run = (*self._draft_run[:2], verdict)
        if run_uid == self.board.run_uid:
            self.board.set_verdict(verdict)


def _columns(detail: IterationDetail, endpoints: Endpoints) -> tuple[ColumnSource, ...]:
    return tuple(
        ColumnSource(
            slot=lane.lane.slot,
            position=lane.position,
            version=lane.version,
            free=_is_free(lane.lane, endpoints),
            attempts=tuple(o.uid for o in detail.outputs if o.position == lane.position and o.sample == 0),
        )
        for lane in detail.lanes
    )


def _is_free(lane: Lane, endpoints: Endpoints) -> bool:
    endpoint = endpoints.get(lane.endpoint)
    return endpoint is not None and endpoint.is_local
