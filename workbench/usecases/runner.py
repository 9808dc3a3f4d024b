"""Running drafts: from a key press to recorded answers.

Invariant: nothing is sent before its run is durably recorded. Every recorded output ends exactly once, and its text is
never lost: it is in the database, or in its transcript and saving it is retried. No method here blocks on the database,
the engine or the network, except `close` and `settle`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from workbench.core.content import Content
from workbench.core.drafts import Draft, ValueSet
from workbench.core.lanes import Endpoint
from workbench.core.runs import BesideLane, Failure, OutputState, Result, RunSet
from workbench.core.samples import nth
from workbench.engine.calls import CallEnded, EngineNotice, Event
from workbench.host.keys import KeyStore
from workbench.store import Store, StoreError
from workbench.store.records import LaneStart, OutputStart, RunBegun, RunStart
from workbench.usecases.credentials import ProviderOf
from workbench.usecases.lane_calls import CallEngine, FilePaths, Lacks, LaneCaller, LaneQuestion, LiveOutput
from workbench.usecases.output_checks import with_check
from workbench.usecases.pricing import Pricing
from workbench.usecases.problems import Problem, RefusedError, problem_of
from workbench.usecases.recorder import Recorder
from workbench.usecases.run_handle import RunHandle
from workbench.usecases.run_listeners import RunListeners
from workbench.usecases.run_plan import PlannedLane, Texts, check, plan_lanes, render_content, sendable
from workbench.usecases.session import SessionTotals
from workbench.usecases.transcript import Transcript

_SAVE_ON_CLOSE_S = 5.0


@dataclass(frozen=True, slots=True)
class RunOwner:
    """Identity of the process that owns runs, and sources of uids, UTC text and monotonic ms."""

    uid: str
    new_uid: Callable[[], str]
    now: Callable[[], str]
    clock: Callable[[], int]


class Runner:
    """Starts, stops and retries runs. Listeners are called on worker threads; streaming text is polled."""

    def __init__(
        self,
        *,
        store: Store,
        engine: CallEngine,
        keys: KeyStore,
        provider_of: ProviderOf,
        lacks: Lacks,
        files: FilePaths,
        pricing: Pricing,
        session: SessionTotals,
        endpoint: Callable[[str], Endpoint | None],
        listeners: RunListeners,
        owner: RunOwner,
    ) -> None:
        """`endpoint` returns the endpoint of a uid, None if there is none; it must not access the network."""
        self._store, self._engine, self._endpoint = store, engine, endpoint
        self._pricing, self._session = pricing, session
        self._listeners = listeners
        self._owner = owner
        self._lock = threading.Lock()
        self._fewer = threading.Condition(self._lock)
        self._live: dict[str, LiveOutput] = {}
        self._known: dict[str, tuple[str, str]] = {}
        self._dirty: set[str] = set()
        self._closing = False
        # One thread each: runs are numbered in the order of the key presses, and a slow start delays no end.
        self._starts = ThreadPoolExecutor(1, "run-start")
        self._ends = ThreadPoolExecutor(1, "run-end")
        self._recorder = Recorder(store, owner.now, listeners.problem, listeners.on_saved_late)
        self._asker = LaneCaller(engine, keys, provider_of, lacks, files, pricing.prepare, self._end_here)

    def start_iteration(
        self,
        prompt_uid: str,
        draft: Draft,
        *,
        based_on: int | None,
        note: str = "",
        blind: bool = False,
        beside: tuple[BesideLane, ...] = (),
    ) -> RunHandle:
        """Run all lanes of a draft; `blind` hides the lanes' names until the run is judged. Returns at once.

        `beside` are lanes that show earlier answers beside this run.

        Raises RefusedError if the draft cannot run as it is. Refusals by the database or the engine come later: then
        `handle.problem` is set, `on_problem` and `on_run_ended` are called, and nothing was sent.
        """
        if problem := check(draft):
            raise RefusedError(problem.sentence, problem.detail, problem.lack)
        run_uid = self._owner.new_uid()
        transcripts = tuple(
            self._transcript(run_uid, position, value_set=value_set, sample=sample)
            for position, lane in enumerate(draft.run_lanes)
            for value_set in range(len(draft.run_sets))
            for sample in range(lane.samples)
        )
        handle = RunHandle(run_uid, prompt_uid, transcripts)
        start = partial(_iteration, handle, self._owner, draft, based_on, note=note, blind=blind, beside=beside)
        self._enter(handle, lambda: self._begin(handle, draft, start))
        return handle

    def start_aside(
        self, prompt_uid: str, asked: Sequence[LaneQuestion], plan: Callable[[RunHandle, RunOwner], RunStart]
    ) -> RunHandle:
        """Send requests to one model, a value set each, in a run that is not an iteration. Returns at once.

        `plan` returns what to record first, on a worker thread; it may read the database and raise its errors."""
        run_uid = self._owner.new_uid()
        transcripts = tuple(self._transcript(run_uid, 0, value_set=place) for place in range(len(asked)))
        handle = RunHandle(run_uid, prompt_uid, transcripts)

        def begin() -> None:
            self._listeners.on_run_started(self._record(handle, plan(handle, self._owner)))
            self._ask(zip(transcripts, asked, strict=True))

        self._enter(handle, begin)
        return handle

    def retry(self, output_uid: str, *, run_uid: str = "", prompt_uid: str = "") -> RunHandle:
        """Repeat the call of an output as another attempt; earlier attempts stay.

        `run_uid` and `prompt_uid` are needed for outputs of earlier sessions. Raises RefusedError while the output has
        not ended.
        """
        with self._lock:
            if output_uid in self._live:
                raise RefusedError("This answer is still being written. Stop it first, then try again.")
            known_prompt, known_run = self._known.get(output_uid, ("", ""))
        run_uid, prompt_uid = run_uid or known_run, prompt_uid or known_prompt
        if not run_uid or not prompt_uid:
            raise RefusedError("This answer belongs to no known run. Open its iteration, then try again.")
        handle = RunHandle(run_uid, prompt_uid, (self._transcript(run_uid, 0, attempt=0),))
        self._enter(handle, lambda: self._again(handle, output_uid))
        return handle

    def stop(self, output_uid: str) -> None:
        """Stop an output; it ends as stopped with the text so far. No effect on an output that has ended."""
        with self._lock:
            live = self._live.get(output_uid)
        if live is not None:
            live.transcript.ask_to_stop()
            self._touch(output_uid)
            self._asker.give_up(live)
            self._engine.cancel(output_uid)

    def stop_all(self, run_uid: str) -> None:
        """Stop all outputs of a run."""
        for uid in self.running(run_uid):
            self.stop(uid)

    def stop_everything(self) -> None:
        """Stop all outputs of all runs."""
        for uid in self.running():
            self.stop(uid)

    def running(self, run_uid: str = "") -> tuple[str, ...]:
        """Return the outputs that have not ended, of one run, or of all runs for ""."""
        with self._lock:
            return tuple(uid for uid, live in self._live.items() if run_uid in ("", live.transcript.run_uid))

    def transcript(self, output_uid: str) -> Transcript | None:
        """Return the transcript of an output that has not ended; handles hold those of ended ones."""
        with self._lock:
            live = self._live.get(output_uid)
            return None if live is None else live.transcript

    @property
    def unsaved(self) -> int:
        """Number of answers that are not in the database yet; saving them is retried automatically."""
        return self._recorder.unsaved

    def drain_dirty(self) -> set[str]:
        """Return the outputs that changed since the last call."""
        with self._lock:
            dirty, self._dirty = self._dirty, set()
            return dirty

    def on_event(self, event: Event) -> None:
        """Handle an event of the engine."""
        if isinstance(event, EngineNotice):
            self._listeners.engine(event)
            return
        with self._lock:
            live = self._live.get(event.id)
        if live is None:
            return
        if isinstance(event, CallEnded):
            self._ends.submit(self._end, live, event.result)
        else:
            live.transcript.apply(event)
            self._touch(event.id)

    def begin_close(self) -> None:
        """Refuse new starts and stop running outputs; afterwards close the engine, then call `close`."""
        with self._lock:
            self._closing = True
        self._asker.close()
        self.stop_everything()

    def settle(self, within_s: float) -> int:
        """Stop everything and return how many answers are not saved after at most twice `within_s` seconds; blocks.

        Outputs that have not stopped by then are not counted: they end with the engine.
        """
        self.stop_everything()
        with self._fewer:
            self._fewer.wait_for(lambda: not self._live, within_s)
        # Wait for the end that is being processed.
        self._ends.submit(lambda: None).result()
        return self._recorder.settle(within_s / 2)

    def close(self) -> int:
        """Wait until the ends are processed and saved; return how many answers could not be saved."""
        self._starts.shutdown()
        self._ends.shutdown()
        return self._recorder.close(_SAVE_ON_CLOSE_S)

    def _transcript(
        self, run_uid: str, position: int, attempt: int = 1, *, value_set: int = 0, sample: int = 0
    ) -> Transcript:
        uid = self._owner.new_uid()
        return Transcript(uid, run_uid, position, self._owner.clock, attempt, value_set=value_set, sample=sample)

    def _enter(self, handle: RunHandle, start: Callable[[], None]) -> None:
        with self._lock:
            if self._closing:
                raise RefusedError("Prompt Workbench is closing. Start it again to run this.")
            for transcript in handle.transcripts:
                self._live[transcript.uid] = LiveOutput(transcript, handle)
                self._known[transcript.uid] = (handle.prompt_uid, handle.run_uid)
            self._dirty.update(handle.output_uids)
            self._starts.submit(self._guarded, handle, start)

    def _guarded(self, handle: RunHandle, start: Callable[[], None]) -> None:
        try:
            start()
        except Exception as error:  # noqa: BLE001 - report every error, so that no handle hangs
            self._refuse(handle, problem_of(error))

    def _begin(self, handle: RunHandle, draft: Draft, start: Callable[[], RunStart]) -> None:
        planned = plan_lanes(draft, partial(self._store.version, handle.prompt_uid), self._render)
        begun = self._record(handle, start())
        self._session.started(handle.prompt_uid, self._owner.clock())
        self._listeners.on_run_started(begun)
        self._ask(
            (transcript, _question(planned[transcript.position], transcript)) for transcript in handle.transcripts
        )

    def _record(self, handle: RunHandle, start: RunStart) -> RunBegun:
        try:
            begun = self._store.begin_run(start).result()
        except StoreError as error:
            raise RefusedError(
                f"The run was not started, because it could not be recorded. {error.sentence}", error.detail
            ) from error
        handle.begin(begun)
        return begun

    def _render(self, content: Content, values: Mapping[str, Any]) -> Future[Texts]:
        self._engine.start()
        return self._engine.render(content, values)

    def _again(self, handle: RunHandle, output_uid: str) -> None:
        (transcript,) = handle.transcripts
        detail = self._store.iteration_detail(handle.run_uid)
        record = next(record for record in detail.outputs if record.uid == output_uid)
        ran = next(lane for lane in detail.lanes if lane.position == record.position)
        content = sendable(self._store.version(handle.prompt_uid, ran.version))
        asked = detail.sets[record.value_set]
        case = self._store.packs.chosen(handle.prompt_uid, (asked.uid,)).get(asked.uid) if asked.uid else None
        values = ValueSet("", "", asked.values, kinds=() if case is None else case.kinds)
        rendered = render_content(content, values, self._render)
        attempt = self._store.add_attempt(
            output_uid, transcript.uid, self._owner.now(), owner_uid=self._owner.uid
        ).result()
        transcript.place(record.position, attempt, record.value_set, record.sample)
        self._ask(((transcript, LaneQuestion(nth(ran.lane, record.sample), rendered)),))

    def _ask(self, calls: Iterable[tuple[Transcript, LaneQuestion]]) -> None:
        # Each look into the history waits several times for the UI thread, which prepares the lanes meanwhile.
        find = cache(self._endpoint)
        for transcript, asked in calls:
            with self._lock:
                live = self._live[transcript.uid]
            self._recorder.watch(transcript)
            self._asker.ask(live, asked, find)

    def _end_here(self, live: LiveOutput, state: OutputState, failure: Failure | None) -> None:
        self._ends.submit(self._end, live, Result(state, model=live.model, failure=failure))

    def _end(self, live: LiveOutput, result: Result) -> None:
        try:
            self._end_output(live, result)
        except Exception as error:  # noqa: BLE001 - errors in this thread would be lost otherwise
            self._listeners.problem(problem_of(error))

    def _end_output(self, live: LiveOutput, result: Result) -> None:
        transcript = live.transcript
        try:
            if live.endpoint is not None:
                result = self._pricing.price(result, live.endpoint, live.model)
            result = with_check(result, live.output)
        except Exception as error:  # noqa: BLE001 - an answer without a price or a check is still an answer
            self._listeners.problem(problem_of(error))
        if not transcript.end(result):
            return
        with self._lock:
            del self._live[transcript.uid]
            self._fewer.notify_all()
            self._dirty.add(transcript.uid)
        self._session.ended(result)
        self._listeners.on_output_ended(transcript.uid)
        self._recorder.finish(transcript, result, lambda: self._recorded(live))

    def _recorded(self, live: LiveOutput) -> None:
        if live.handle.close_output(live.transcript.uid):
            self._finish(live.handle)

    def _refuse(self, handle: RunHandle, problem: Problem) -> None:
        with self._lock:
            for uid in handle.output_uids:
                self._live.pop(uid, None)
                self._known.pop(uid, None)
            self._fewer.notify_all()
        handle.refuse(problem)
        self._listeners.problem(problem)
        self._finish(handle)

    def _finish(self, handle: RunHandle) -> None:
        self._listeners.on_run_ended(handle.run_uid)
        handle.finish()

    def _touch(self, output_uid: str) -> None:
        with self._lock:
            self._dirty.add(output_uid)


def _question(planned: PlannedLane, transcript: Transcript) -> LaneQuestion:
    return LaneQuestion(nth(planned.lane, transcript.sample), planned.rendered[transcript.value_set])


def _iteration(
    handle: RunHandle,
    owner: RunOwner,
    draft: Draft,
    based_on: int | None,
    *,
    note: str,
    blind: bool,
    beside: tuple[BesideLane, ...],
) -> RunStart:
    return RunStart(
        uid=handle.run_uid,
        kind="iteration",
        prompt_uid=handle.prompt_uid,
        owner_uid=owner.uid,
        started_at=owner.now(),
        based_on=based_on,
        content=draft.content if any(lane.pinned is None for lane in draft.run_lanes) else None,
        version_uid=owner.new_uid(),
        sets=tuple(RunSet(one.uid, one.name, one.values) for one in draft.run_sets),
        lanes=tuple(
            LaneStart(
                owner.new_uid(),
                lane,
                position,
                tuple(OutputStart(t.uid, t.sample, t.value_set) for t in handle.transcripts if t.position == position),
            )
            for position, lane in enumerate(draft.run_lanes)
        ),
        note=note,
        blind=blind,
        beside=beside,
        techniques=draft.techniques,
    )
