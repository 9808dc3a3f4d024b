"""What one output has said so far, while it is being said.

Invariant: a transcript only grows until it ends, and once it has ended it never changes. With tools its text begins
anew after each round, and what was said before is in its steps. Any thread may read it; a snapshot is consistent in
itself.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from workbench.core.runs import ENDED, Mark, OutputState, Result, Step, Timing
from workbench.engine.calls import Delta, DeltaKind, Queued, Retrying, Sent, Stepped


class Pieces:
    """Growing text: appending and reading its tail cost the same however long it is. Not thread-safe by itself."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._starts: list[int] = []
        self.length = 0
        """In code points."""

    def add(self, offset: int, text: str) -> None:
        """Append `text`, which starts at `offset`; what is here already is left out."""
        fresh = text[max(0, self.length - offset) :]
        if fresh:
            self._pieces.append(fresh)
            self._starts.append(self.length)
            self.length += len(fresh)

    def since(self, offset: int) -> str:
        """Return the text from `offset` on."""
        if offset >= self.length:
            return ""
        first = bisect_right(self._starts, offset) - 1
        head = self._pieces[first][offset - self._starts[first] :]
        return head + "".join(self._pieces[first + 1 :])


@dataclass(frozen=True, slots=True)
class Retry:
    """The engine waits before it tries again: `in_ms` from the moment `at_ms` of the runner's clock on."""

    in_ms: int
    attempt: int
    reason: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An output at one moment.

    `text` and `reasoning` begin at the offsets that were asked for; `text_length` and `reasoning_length` are those of
    the whole, to ask from next time. `attempt` counts from 1 and is 0 until it is known. `timing` is by the runner's
    clock until the output has ended, then by the engine's. `wire` is what was sent, None before. `result` is None
    until it has ended. `saved` says whether the end is in the database. `steps` are the rounds with tools that are
    over and, after the end, everything in order.
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
    retry: Retry | None
    timing: Timing
    marks: tuple[Mark, ...]
    wire: Any
    result: Result | None
    stopping: bool
    saved: bool
    steps: tuple[Step, ...] = ()

    @property
    def rounds(self) -> int:
        """How often tools have answered; whenever this changes the text begins anew."""
        kinds = [step.kind for step in self.steps]
        return sum(one == "tool_call" and other == "tool_result" for one, other in pairwise(kinds))


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that is not in the database yet."""

    kind: DeltaKind
    offset: int
    text: str


class Transcript:
    """One output: fed by the engine's events, read by the screen and by the recorder."""

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
        """`clock` returns monotonic ms; this moment is the zero of the timing.

        `position`, `value_set` and `sample` are places in the run, from 0.
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
        self._text = Pieces()
        self._reasoning = Pieces()
        self._state: OutputState = "waiting"
        self._timing = Timing()
        self._retry: Retry | None = None
        self._marks: tuple[Mark, ...] = ()
        self._wire: Any = None
        self._result: Result | None = None
        self._stopping = False
        self._saved = False
        self._steps: tuple[Step, ...] = ()
        self._stored = {"text": 0, "reasoning": 0}

    def apply(self, event: Queued | Sent | Retrying | Delta | Stepped) -> None:
        """Take in an event of this output; one that comes after the end changes nothing."""
        with self._lock:
            if self._result is not None:
                return
            now = self._clock() - self._zero
            match event:
                case Queued():
                    self._state = "queued"
                    self._timing = replace(self._timing, queued=now)
                case Sent(wire=wire, marks=marks):
                    self._state, self._retry = "streaming", None
                    self._wire, self._marks = wire, marks
                    # Of several rounds the first one's moment counts.
                    if self._timing.first is None:
                        self._timing = replace(self._timing, sent=now)
                case Retrying(in_ms=in_ms, attempt=attempt, reason=reason):
                    self._state = "queued"
                    self._retry = Retry(in_ms, attempt, reason, self._clock())
                case Delta(kind=kind, offset=offset, text=text):
                    if self._timing.first is None:
                        self._timing = replace(self._timing, first=now)
                    self._pieces(kind).add(offset, text)
                case Stepped(steps=steps):
                    if self._timing.first is None:
                        self._timing = replace(self._timing, first=now)
                    self._steps += steps
                    self._text, self._reasoning = Pieces(), Pieces()
                    self._stored = {"text": 0, "reasoning": 0}

    def end(self, result: Result) -> bool:
        """Take in how it ended; False if it had ended before."""
        if result.state not in ENDED:
            raise ValueError(f"not an end: {result.state}")
        with self._lock:
            if self._result is not None:
                return False
            self._result, self._state = result, result.state
            self._timing, self._retry = result.timing, None
            self._marks = result.marks or self._marks
            self._wire = self._wire if result.request is None else result.request
            self._steps = result.steps or self._steps
            self._text = self._whole("text", result.text)
            self._reasoning = self._whole("reasoning", result.reasoning)
            return True

    def snapshot(self, text_from: int = 0, reasoning_from: int = 0) -> Snapshot:
        """Return the present state, with the text from the given offsets (code points) on."""
        with self._lock:
            return Snapshot(
                output_uid=self.uid,
                run_uid=self.run_uid,
                position=self._position,
                attempt=self._attempt,
                state=self._state,
                text=self._text.since(text_from),
                text_length=self._text.length,
                reasoning=self._reasoning.since(reasoning_from),
                reasoning_length=self._reasoning.length,
                retry=self._retry,
                timing=self._timing,
                marks=self._marks,
                wire=self._wire,
                result=self._result,
                stopping=self._stopping and self._result is None,
                saved=self._saved,
                steps=self._steps,
            )

    @property
    def position(self) -> int:
        """The lane's place in the run, from 0."""
        with self._lock:
            return self._position

    @property
    def result(self) -> Result | None:
        """How it ended; None while it has not."""
        with self._lock:
            return self._result

    def place(self, position: int, attempt: int, value_set: int = 0, sample: int = 0) -> None:
        """Set whose attempt this is, and which, once the database has told."""
        with self._lock:
            self._position, self._attempt = position, attempt
            self.value_set, self.sample = value_set, sample

    def ask_to_stop(self) -> None:
        """Note that a person wants it to stop."""
        with self._lock:
            self._stopping = True

    @property
    def stopping(self) -> bool:
        """Whether a person wants it to stop."""
        with self._lock:
            return self._stopping

    def mark_saved(self) -> None:
        """Note that the end is in the database."""
        with self._lock:
            self._saved = True

    def take_unsaved(self) -> tuple[Piece, ...]:
        """Return the text that no earlier call returned, after the end the rest of the whole text."""
        with self._lock:
            found = []
            kinds: tuple[DeltaKind, ...] = ("text", "reasoning")
            for kind in kinds:
                pieces, offset = self._pieces(kind), self._stored[kind]
                if pieces.length > offset:
                    found.append(Piece(kind, offset, pieces.since(offset)))
                    self._stored[kind] = pieces.length
            return tuple(found)

    def give_back(self, piece: Piece) -> None:
        """Say that a piece was not saved after all; it comes again with the next `take_unsaved`."""
        with self._lock:
            self._stored[piece.kind] = min(self._stored[piece.kind], piece.offset)

    def _whole(self, kind: DeltaKind, text: str) -> Pieces:
        """Return the final text; if it does not begin with what has streamed, all of it counts as not stored."""
        if not text.startswith(self._pieces(kind).since(0)[: self._stored[kind]]):
            self._stored[kind] = 0
        whole = Pieces()
        whole.add(0, text)
        return whole

    def _pieces(self, kind: DeltaKind) -> Pieces:
        return self._text if kind == "text" else self._reasoning
