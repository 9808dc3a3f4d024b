"""Controls the run whose answers the lanes show: select another one, page, retry, stop.

Invariant: the draft's own run is kept while a past one is shown, and restored unchanged. All lanes show answers to the
same value set.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from workbench.app.compose.output_cache import OutputCache
from workbench.app.compose.run_view_state import NO_RUN, LaneRequest, RunViewState, started, stored
from workbench.app.compose.tested_lane import TestedLanes, with_tested
from workbench.app.compose.verdict_recorder import VerdictRecorder
from workbench.app.lanes.lane_presenter import LanePresenter
from workbench.app.tasks import Tasks
from workbench.core.drafts import Draft
from workbench.core.lanes import Endpoint, Lane
from workbench.core.runs import ENDED, BesideLane, IterationDetail, Verdict
from workbench.core.testing.tested_answer import TestedAnswer
from workbench.core.version_name import iteration_name
from workbench.host.clock import monotonic_ms
from workbench.usecases.problems import Problem, RefusedError
from workbench.usecases.run_handle import RunHandle
from workbench.usecases.workbench import Workbench

Endpoints = Mapping[str, Endpoint]


class RunController(QObject):
    """Shows the draft's run or a past one through the `LanePresenter`."""

    problem = Signal(str, str)
    lacking = Signal(object)
    """Problem: why the draft was not run, and what is missing."""
    row_stale = Signal(str)
    """Uid of a run whose timeline row has to be read again."""
    blinded = Signal(object)
    """Names were hidden or revealed; carries the slots in display order when revealed, () when hidden."""
    paged = Signal()
    """Another run, value set or sample is shown, names were hidden or revealed, or one of several sets was judged."""

    def __init__(self, workbench: Workbench, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workbench, self._tasks = workbench, tasks
        self.outputs = OutputCache()
        self.board = LanePresenter(self.outputs, monotonic_ms, self)
        self.judging = VerdictRecorder(self, workbench.history, tasks, self)
        self._draft_run = self._shown = self._before = NO_RUN
        self.tested = TestedLanes(self.outputs)
        self._handle: RunHandle | None = None
        self._numbers: dict[str, int] = {}
        self._asked_again: set[str] = set()
        self.board.changed.connect(self._tell_of_retries)

    @property
    def draft_run(self) -> str:
        """The uid of the run that belongs to the draft, "" for none."""
        return self._draft_run.uid

    @property
    def shown(self) -> RunViewState:
        """The state on display in the lanes."""
        return self._shown

    def number(self) -> int | None:
        """Return the number of the shown iteration, or None before it is recorded."""
        return self._numbers.get(self.board.run_uid)

    def forget(self) -> None:
        """Drop the draft's run, because a prompt whose draft has no run yet is being opened."""
        self._draft_run = self._before = NO_RUN
        self.tested.forget()
        self.judging.forget()

    def shows_any_of(self, uids: Collection[str]) -> bool:
        """Whether the draft's lanes show answers of one of these runs."""
        return not self._runs_of(self._draft_run).isdisjoint(uids)

    def asked(self, slot: str, *, by_run: bool = False) -> LaneRequest | None:
        """Return what a lane of the draft was asked for its answer, or None without one; `by_run`: in an iteration."""
        lanes = (*self._draft_run.lanes, *self.tested.run.lanes)
        return next((lane.asked for lane in lanes if lane.slot == slot and not (by_run and lane.tested)), None)

    def answered(self, lane: Lane) -> Lane | None:
        """Return the lane as it was when it was asked, or None if it was not."""
        return asked.lane if (asked := self.asked(lane.slot)) is not None else None

    def hold_tested(self, answer: TestedAnswer | None, endpoints: Endpoints) -> None:
        """Take an answer of a test, which `show_draft_run` shows while the draft has its lane."""
        if answer is not None:
            self.tested.hold(answer, free=_is_free(answer.lane, endpoints))

    def show_draft_run(self, lanes: Iterable[Lane] | None = None) -> None:
        """Show the draft's run, or the answer of a test that one of its lanes shows; None for the lanes as before."""
        self.tested.follow(lanes)
        self._show(self.tested.over(self._draft_run))

    def beside(self, lanes: Sequence[Lane], running: Iterable[str]) -> tuple[BesideLane, ...]:
        """Return the lanes of the draft that keep their answers beside a run of the slots in `running`."""
        return self._draft_run.left_out(lanes, running)

    def follow(
        self,
        handle: RunHandle,
        draft: Draft,
        endpoints: Endpoints,
        beside: Iterable[BesideLane] = (),
        lanes: Sequence[Lane] = (),
        *,
        blind: bool = False,
    ) -> None:
        """Show a run just started from the draft, beside it the earlier answers of the lanes in `beside`, and answers
        of a test in those of the draft's `lanes` that were not run."""
        self.judging.forget()
        self._before = self._draft_run
        self.outputs.add(handle.transcripts)
        run = started(handle, draft, lambda lane: _is_free(lane, endpoints), blind=blind)
        run = run.with_beside(self._before, beside, self._name(self._before.uid)).paged_to(draft.active)
        run = with_tested(run, (self.tested.run, self._before), lanes)
        self._draft_run, self._handle = run, handle
        self._show(run)

    def adopt(
        self, detail: IterationDetail, endpoints: Endpoints, lanes: Sequence[Lane] = (), active: str = ""
    ) -> None:
        """Make this iteration the draft's run; the lanes change with the next `show_draft_run`. The answers are those
        to the value set `active`, the one in the values panel, if the iteration has it. Lanes of the draft in `lanes`
        that were shown beside the iteration show what they showed then."""
        self._take_in(detail)
        slots = {lane.slot for lane in lanes}
        there = replace(detail, beside=tuple(one for one in detail.beside if one.slot in slots))
        run = stored(there, lambda lane: _is_free(lane, endpoints))
        # Keep changes made to the run since `detail` was read.
        self._draft_run = run = run.updated_from(self._shown).paged_to(active)
        # Older releases did not record the lanes beside a run; a baseline itself names the run whose answers it keeps.
        have = {lane.slot for lane in run.lanes}
        for place, lane in enumerate(lanes):
            if lane.baseline and lane.slot not in have:
                self._fetch_kept(BesideLane(lane.slot, lane.baseline, place, lane.hidden, True), endpoints)

    def _fetch_kept(self, one: BesideLane, endpoints: Endpoints) -> None:
        """Read the answers of a baseline lane and show them beside those of the draft's run."""
        beside = self.draft_run

        def show(detail: IterationDetail) -> None:
            if self.draft_run != beside:
                return
            self._numbers[one.run_uid] = detail.row.number
            self.outputs.hold(one.run_uid, detail.outputs)
            other = stored(detail, lambda lane: _is_free(lane, endpoints))
            self.put(self._draft_run.with_beside(other, (one,), self._name(one.run_uid)))

        self._tasks.run(partial(self._workbench.history.detail, one.run_uid), show)

    def _take_in(self, detail: IterationDetail) -> None:
        self._numbers[detail.row.run_uid] = detail.row.number
        earlier = {one.row.run_uid: one for one in detail.earlier}
        kept = self._runs_of(self._draft_run) | self._runs_of(self.tested.run) | earlier.keys()
        self.outputs.keep(detail.row.run_uid, detail.outputs, beside=kept)
        for uid, one in earlier.items():
            self._numbers[uid] = one.row.number
            self.outputs.hold(uid, one.outputs)

    def _runs_of(self, run: RunViewState) -> set[str]:
        return {run.uid, *(lane.kept_run for lane in run.lanes)} - {""}

    def _name(self, run_uid: str) -> str:
        number = self._numbers.get(run_uid)
        return "an earlier run" if number is None else iteration_name(number)

    def show_past(self, detail: IterationDetail, endpoints: Endpoints) -> None:
        """Show a past iteration at the set that was shown, if it has that; the draft's run is kept."""
        self._take_in(detail)
        self._show(stored(detail, lambda lane: _is_free(lane, endpoints)).paged_like(self._shown))

    def show_nothing(self) -> None:
        """Show no run; the draft's run is kept."""
        self._show(NO_RUN)

    def page(self, at: int) -> None:
        """Show the answers of all lanes to another value set."""
        if self._shown.uid and at != self._shown.at:
            self.put(self._shown.paged(at))

    def show_sample(self, slot: str, sample: int) -> None:
        """Show another sample of a lane, counted from 0."""
        self.put(self._shown.sampled(slot, sample))

    def sets_done(self) -> int:
        """Return the number of value sets of the shown run whose answers have all ended."""
        return sum(
            all(self.outputs.has_ended(uid) for uid in self._shown.newest(at)) for at in range(len(self._shown.sets))
        )

    def _show(self, run: RunViewState) -> None:
        was, self._shown = self._shown, run
        if was.is_blind or run.is_blind:
            self.blinded.emit(())
        self.board.show(run.uid, run.columns(), run.verdict, self._veil(run))
        self.paged.emit()

    def _veil(self, run: RunViewState) -> Callable[[], bool] | None:
        """Return a predicate: answers of the blind run are still streaming. None for a run that is not blind."""
        if not run.is_blind:
            return None
        return lambda: not all(self.outputs.has_ended(uid) for uid in self._shown.newest(self._shown.at))

    def answered_of(self) -> tuple[int, int]:
        """Return the number of finished answers to the shown set, and the number of all of them."""
        newest = self._shown.newest(self._shown.at)
        return sum(map(self.outputs.has_ended, newest)), len(newest)

    def reveal(self) -> None:
        """Reveal the names of the shown blind run before it is judged."""
        run = self._shown
        if not run.blind:
            return
        self.put(run.revealed())

        def failed(error: Exception) -> None:
            self.put(run)
            self._tasks.report(error)

        uid = run.uid
        self._tasks.watch(self._workbench.history.reveal(uid), lambda _: self.row_stale.emit(uid), failed)

    def put(self, run: RunViewState) -> None:
        """Replace the state of the shown run, or of the draft's run while another is shown."""
        if run.uid == self.draft_run:
            self._draft_run = run
        elif run.uid == self.tested.run.uid:
            self.tested.run = run
        if run.uid == self.board.run_uid:
            self._shown, before = run, self._shown
            if before.is_blind != run.is_blind or before.order != run.order:
                # Paging to another value set does not reveal the previous one, which stays blind.
                is_revealed = before.is_blind and not run.is_blind and before.at == run.at
                self.blinded.emit(before.order if is_revealed else ())
            self.board.show_again(run.columns(), run.verdict, self._veil(run))
            if replace(before, verdicts=run.verdicts) != run or len(run.sets) > 1:
                self.paged.emit()

    def follow_others(self) -> None:
        """Refresh the shown answers of runs in other processes."""
        for run_uid in self.outputs.unended():
            self._tasks.run(partial(self._workbench.history.detail, run_uid), self._renew)

    def _renew(self, detail: IterationDetail) -> None:
        run_uid = detail.row.run_uid
        if run_uid not in self._runs_of(self._draft_run) | self._runs_of(self._shown):
            return
        self.outputs.hold(run_uid, detail.outputs)
        self.board.tick({output.uid for output in detail.outputs})

    def recorded(self, run_uid: str, number: int) -> None:
        """Record the iteration number of a run."""
        if run_uid == self.draft_run:
            self.tested.forget()
        self._numbers[run_uid] = number
        self.board.changed.emit()

    def ended(self, run_uid: str) -> bool:
        """Record that a run has ended; return False if it was refused and never became an iteration: the answers shown
        before it are restored."""
        self.board.tick(set(self.board.outputs()))
        if run_uid in self._numbers:
            return True
        if run_uid == self._before.uid:
            self._before = NO_RUN
        if run_uid == self.draft_run:
            self._draft_run = self._before
            if self.board.run_uid == run_uid:
                self.show_draft_run()
            if self._handle is not None and self._handle.problem is not None and self._handle.problem.lack is not None:
                self.lacking.emit(self._handle.problem)
        return False

    def refuse(self, error: RefusedError) -> None:
        """Report why the draft was not run, and what is missing."""
        self.problem.emit(error.sentence, error.detail)
        if error.lack is not None:
            self.lacking.emit(Problem(error.sentence, error.detail, error.lack))

    def retry(self, slots: Iterable[str], prompt_uid: str) -> None:
        """Retry the shown outputs of these lanes; earlier attempts are kept."""
        for slot, output in self.to_retry(slots).items():
            run_uid = self._shown.run_of(slot)
            try:
                handle = self._workbench.runner.retry(output, run_uid=run_uid, prompt_uid=prompt_uid)
            except RefusedError as error:
                self.problem.emit(error.sentence, error.detail)
                continue
            self.outputs.add(handle.transcripts)
            self._asked_again.update(handle.output_uids)
            self.put(self._shown.with_attempt(slot, handle.transcripts[0].uid))

    def to_retry(self, slots: Iterable[str]) -> dict[str, str]:
        """Return the shown outputs of these lanes that can be retried, by slot."""
        slots = [slot for slot in slots if not self._shown.is_tested(slot)]
        return {s: output for s in slots if (output := self.board.output(s)) and not self.board.is_running(s)}

    def run_of(self, slot: str) -> str:
        """Return the uid of the run of a lane's shown answer."""
        return self._shown.run_of(slot)

    def _tell_of_retries(self) -> None:
        """Mark the timeline row of a retried run as stale once its new attempt is recorded."""
        for slot in self.board.slots():
            output = self.board.output(slot)
            if output in self._asked_again and self.board.state(slot) in ("queued", "streaming"):
                self._asked_again.discard(output)
                self.row_stale.emit(self.run_of(slot))

    def stop(self, slot: str) -> None:
        """Stop all running answers of a lane of the shown run."""
        for output in self._shown.of_lane(slot):
            self._workbench.runner.stop(output)

    def unfinished(self, among: Sequence[str]) -> list[str]:
        """Return those of these lanes whose shown output failed, was stopped or was interrupted."""
        return [s for s in among if self.board.state(s) in ENDED and self.board.state(s) != "finished"]

    def take_verdict(self, run_uid: str, at: int, verdict: Verdict) -> None:
        """Apply a verdict on a value set to a run, whether it is shown or kept."""
        for run in {run.uid: run for run in (self._draft_run, self._shown)}.values():
            if run.uid == run_uid:
                self.put(run.judged(at, verdict))


def _is_free(lane: Lane, endpoints: Endpoints) -> bool:
    endpoint = endpoints.get(lane.endpoint)
    return endpoint is not None and endpoint.is_local
