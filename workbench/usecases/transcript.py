"""The text and state of one output while it streams.

Invariant: a transcript only grows until it ends, and never changes afterwards. With tools, the text restarts after each
round, and earlier text is in the steps. Any thread may read it; a snapshot is consistent. Every piece is handed out for
saving, and handed out again if saving failed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from workbench.core.runs import ENDED, AnswerStep, Mark, OutputState, Result, Timing, steps_so_far
from workbench.engine.calls import (
    CallDelta,
    CallQueued,
    CallRetrying,
    CallStepped,
    DeltaKind,
    RequestSent,
    ToolCallDelta,
)
from workbench.store.records import Partial, PartialCall, PartialRounds, PartialText
from workbench.usecases.growing_text import GrowingText

_TEXTS: tuple[DeltaKind, ...] = ("text", "reasoning")


@dataclass(frozen=True, slots=True)
class TranscriptRetry:
    """The engine waits before a retry: `in_ms` from `at_ms` of the runner's clock on."""

    in_ms: int
    attempt: int
    reason: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class TranscriptSnapshot:
    """An output at one moment.

    `text` and `reasoning` begin at the requested offsets; `text_length` and `reasoning_length` are the total lengths,
    the offsets for the next request. `attempt` counts from 1 and is 0 until it is known. `timing` is by the runner's
    clock until the output has ended, then by the engine's. `wire` is what was sent, None before. `result` is None
    until it has ended. `saved` is true once the end is in the database. `steps` are all so far in order, including the
    text and calls that are streaming; () without tools. `began_ms` is the start on the runner's clock, None for an
    output of another process or session.
    """

    output_uid: str
    run_uid: str
    position: int
    attempt: int
    state: OutputState
    text: str
    text_length: int
    reasoning: str
    reasoning_length: int
    retry: TranscriptRetry | None
    timing: Timing
    marks: tuple[Mark, ...]
    wire: Any
    result: Result | None
    stopping: bool
    saved: bool
    steps: tuple[AnswerStep, ...] = ()
    began_ms: int | None = None

    @property
    def rounds(self) -> int:
        """Number of tool rounds; whenever it changes, the text has restarted."""
        kinds = [step.kind for step in self.steps]
        return sum(one == "tool_call" and other == "tool_result" for one, other in pairwise(kinds))


@dataclass(slots=True)
class _Call:
    """A tool call of the current round."""

    name: str = ""
    call_id: str = ""
    arguments: GrowingText = field(default_factory=GrowingText)
    is_fresh: bool = True
    """Whether a part of it was not handed out for saving."""

    def step(self) -> AnswerStep:
        return AnswerStep("tool_call", self.arguments.since(0), self.name, self.call_id)


class Transcript:
    """One output: fed by the engine's events, read by the UI and by the recorder."""

    def __init__(
        self,
        uid: str,
        run_uid: str,
        position: int,
        clock: Callable[[], int],
        attempt: int = 1,
        *,
        value_set: int = 0,
        sample: int = 0,
    ) -> None:
        """`clock` returns monotonic ms; the timing starts now.

        `position`, `value_set` and `sample` are positions in the run, from 0.
        """
        self.value_set = value_set
        self.sample = sample
        self.uid = uid
        self.run_uid = run_uid
        self._position = position
        self._attempt = attempt
        self._clock = clock
        self._zero = clock()
        self._lock = threading.Lock()
        self._texts: dict[DeltaKind, GrowingText] = {}
        self._calls: list[_Call] = []
        self._rounds: tuple[AnswerStep, ...] = ()
        self._rounds_stored = 0
        self._begin_round()
        self._state: OutputState = "waiting"
        self._timing = Timing()
        self._retry: TranscriptRetry | None = None
        self._marks: tuple[Mark, ...] = ()
        self._wire: Any = None
        self._result: Result | None = None
        self._stopping = False
        self._saved = False

    def apply(self, event: CallQueued | RequestSent | CallRetrying | CallDelta | ToolCallDelta | CallStepped) -> None:
        """Apply an event to this output; an event after the end changes nothing."""
        with self._lock:
            if self._result is not None:
                return
            now = self._clock() - self._zero
            match event:
                case CallQueued():
                    self._state = "queued"
                    self._timing = replace(self._timing, queued=now)
                case RequestSent(wire=wire, marks=marks):
                    self._state, self._retry = "streaming", None
                    self._wire, self._marks = wire, marks
                    # With several rounds, the first one counts.
                    if self._timing.first is None:
                        self._timing = replace(self._timing, sent=now)
                case CallRetrying(in_ms=in_ms, attempt=attempt, reason=reason):
                    self._state = "queued"
                    self._retry = TranscriptRetry(in_ms, attempt, reason, self._clock())
                case CallDelta(kind=kind, offset=offset, text=text):
                    self._hear(now)
                    self._texts[kind].add(offset, text)
                case ToolCallDelta():
                    self._hear(now)
                    self._call(event)
                case CallStepped(steps=steps):
                    self._hear(now)
                    self._rounds += steps
                    self._begin_round()

    def end(self, result: Result) -> bool:
        """Set the final result; return False if the output had ended before."""
        if result.state not in ENDED:
            raise ValueError(f"not an end: {result.state}")
        with self._lock:
            if self._result is not None:
                return False
            self._result, self._state = result, result.state
            self._timing, self._retry = result.timing, None
            self._marks = result.marks or self._marks
            self._wire = self._wire if result.request is None else result.request
            self._texts = {
                "text": self._whole("text", result.text),
                "reasoning": self._whole("reasoning", result.reasoning),
            }
            return True

    def snapshot(self, text_from: int = 0, reasoning_from: int = 0) -> TranscriptSnapshot:
        """Return the current state, with the text from the given offsets (code points) on."""
        with self._lock:
            said, thought = self._texts["text"], self._texts["reasoning"]
            return TranscriptSnapshot(
                output_uid=self.uid,
                run_uid=self.run_uid,
                position=self._position,
                attempt=self._attempt,
                state=self._state,
                text=said.since(text_from),
                text_length=said.length,
                reasoning=thought.since(reasoning_from),
                reasoning_length=thought.length,
                retry=self._retry,
                timing=self._timing,
                marks=self._marks,
                wire=self._wire,
                result=self._result,
                stopping=self._stopping and self._result is None,
                saved=self._saved,
                steps=self._steps(),
                began_ms=self._zero,
            )

    @property
    def position(self) -> int:
        """The lane's position in the run, from 0."""
        with self._lock:
            return self._position

    @property
    def result(self) -> Result | None:
        """The final result; None until the output has ended."""
        with self._lock:
            return self._result

    def place(self, position: int, attempt: int, value_set: int = 0, sample: int = 0) -> None:
        """Set the position and attempt of this output once they are read from the database."""
        with self._lock:
            self._position, self._attempt = position, attempt
            self.value_set, self.sample = value_set, sample

    def ask_to_stop(self) -> None:
        """Record that a person stopped the output."""
        with self._lock:
            self._stopping = True

    @property
    def stopping(self) -> bool:
        """Whether a person stopped the output."""
        with self._lock:
            return self._stopping

    def mark_saved(self) -> None:
        """Record that the end is in the database."""
        with self._lock:
            self._saved = True

    def take_unsaved(self) -> tuple[Partial, ...]:
        """Return the pieces not returned yet; after the end, also the rest of the final text."""
        with self._lock:
            found: list[Partial] = []
            if self._rounds_stored < len(self._rounds):
                found.append(PartialRounds(self.uid, self._rounds_stored, self._rounds[self._rounds_stored :]))
                self._rounds_stored = len(self._rounds)
            for kind in _TEXTS:
                at, text = self._texts[kind].take()
                if text:
                    found.append(PartialText(self.uid, kind, at, text))
            for number, call in enumerate(self._calls):
                if call.is_fresh:
                    call.is_fresh = False
                    found.append(PartialCall(self.uid, number, call.name, call.call_id, *call.arguments.take()))
            return tuple(found)

    def give_back(self, partial: Partial) -> None:
        """Return a piece whose saving failed; the next `take_unsaved` returns it again."""
        with self._lock:
            # If its round is over, more than needed is saved again, which is harmless.
            match partial:
                case PartialRounds(first=first):
                    self._rounds_stored = min(self._rounds_stored, first)
                case PartialText(kind=kind, at=at):
                    self._texts[kind].give_back(at)
                case PartialCall(number=number, at=at) if number < len(self._calls):
                    self._calls[number].is_fresh = True
                    self._calls[number].arguments.give_back(at)

    def _begin_round(self) -> None:
        self._texts = {kind: GrowingText() for kind in _TEXTS}
        self._calls = []

    def _hear(self, now: int) -> None:
        if self._timing.first is None:
            self._timing = replace(self._timing, first=now)

    def _call(self, event: ToolCallDelta) -> None:
        while event.number >= len(self._calls):
            self._calls.append(_Call())
        call = self._calls[event.number]
        call.name, call.call_id, call.is_fresh = event.name, event.call_id, True
        call.arguments.add(event.offset, event.text)

    def _steps(self) -> tuple[AnswerStep, ...]:
        if self._result is not None and self._result.steps:
            return self._result.steps
        if not self._rounds and not self._calls:
            return ()
        said, thought = self._texts["text"].since(0), self._texts["reasoning"].since(0)
        return steps_so_far(self._rounds, thought, said, [call.step() for call in self._calls])

    def _whole(self, kind: DeltaKind, text: str) -> GrowingText:
        """Return the final text; if it does not start with the streamed one, all of it counts as not stored."""
        streamed, whole = self._texts[kind], GrowingText(text)
        if text.startswith(streamed.since(0)[: streamed.stored]):
            whole.stored = streamed.stored
        return whole
