"""Writing streamed text, steps and ends of outputs to the database.

Invariant: an end is either in the database, or held here and retried. Streamed pieces are saved every 250 ms; a piece
that could not be saved is saved with the next one, even if its output has ended and the end, which needs more room, is
still held here. A problem is reported once until saving works again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from workbench.core.runs import Result
from workbench.store.errors import StoreError
from workbench.store.records import Partial
from workbench.usecases.problems import Problem, problem_of
from workbench.usecases.transcript import Transcript

PARTIALS_EVERY_S = 0.25
TRY_AGAIN_AFTER_S = 2.0
PIECES_UNSAVED = "The streaming answer cannot be saved right now; it is kept in memory."
END_UNSAVED = "An answer could not be saved; it is kept in memory and retried."
FULL = "The disk is full. Free some space; it is then saved automatically while this program runs."


class OutputStore(Protocol):
    """The part of the history that outputs are written to."""

    def save_partials(self, pieces: Iterable[Partial]) -> Future[None]:
        """Append streamed pieces."""

    def finish_output(self, output_uid: str, result: Result, now: str) -> Future[None]:
        """Write the end of an output durably."""


@dataclass(slots=True)
class _End:
    transcript: Transcript
    result: Result
    ended_at: str
    then: Callable[[], None] | None


class Recorder:
    """Saves outputs on its own thread, which sleeps while nothing streams and nothing is left to save."""

    def __init__(
        self,
        store: OutputStore,
        now: Callable[[], str],
        on_problem: Callable[[Problem], None],
        on_late: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`now` returns UTC text. The callbacks may run on any thread; `on_late` gets the uid of a run of which an end
        was saved on a retry.
        """
        self._store = store
        self._now = now
        self._on_problem = on_problem
        self._on_late = on_late
        self._late: dict[str, None] = {}
        self._changed = threading.Condition()
        self._live: dict[str, Transcript] = {}
        self._unsaved: dict[str, _End] = {}
        self._flying = 0
        self._pieces_fly = False
        self._troubled = False
        self._failed_at = 0.0
        self._closing = False
        self._thread = threading.Thread(target=self._loop, name="recorder", daemon=True)
        self._thread.start()

    def watch(self, transcript: Transcript) -> None:
        """Save the pieces of this output from now on."""
        with self._changed:
            self._live[transcript.uid] = transcript
            self._changed.notify_all()

    def finish(self, transcript: Transcript, result: Result, then: Callable[[], None]) -> None:
        """Save the end of an output; `then` is called after the first try, successful or not, on any thread."""
        end = _End(transcript, result, self._now(), then)
        with self._changed:
            self._live.pop(transcript.uid, None)
            self._submit(end)

    @property
    def unsaved(self) -> int:
        """Number of ends that are not in the database."""
        with self._changed:
            return len(self._unsaved) + self._flying

    def close(self, timeout_s: float) -> int:
        """Stop the thread, `settle`, and return the number of ends that could not be saved."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        return self.settle(timeout_s)

    def settle(self, timeout_s: float) -> int:
        """Wait for writes in flight, retry the failed ends once, and return the number of ends not saved by then."""
        with self._changed:
            self._changed.wait_for(lambda: self._flying == 0, timeout_s)
            for end in self._take_failed():
                self._submit(end)
            self._changed.wait_for(lambda: self._flying == 0, timeout_s)
            return len(self._unsaved) + self._flying

    def _loop(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or self._live or self._unsaved)
                if self._closing:
                    return
                if self._changed.wait_for(lambda: self._closing, PARTIALS_EVERY_S):
                    return
                # Taking and submitting under one lock prevents a piece from reaching the database after its end.
                self._save_pieces()
            self._try_again()

    def _save_pieces(self) -> None:
        # One write at a time: a later piece must not reach the database if an earlier one did not.
        if self._pieces_fly:
            return
        speaking = [*self._live.values(), *(end.transcript for end in self._unsaved.values())]
        taken = [(transcript, piece) for transcript in speaking for piece in transcript.take_unsaved()]
        if taken:
            self._pieces_fly = True
            future = self._store.save_partials([piece for _, piece in taken])
            future.add_done_callback(lambda done: self._pieces_saved(done, taken))

    def _pieces_saved(self, done: Future[None], taken: list[tuple[Transcript, Partial]]) -> None:
        error = done.exception()
        if error is not None:
            for transcript, piece in taken:
                transcript.give_back(piece)
        with self._changed:
            self._pieces_fly = False
            self._changed.notify_all()
        if error is None:
            return
        self._report(error, PIECES_UNSAVED)

    def _try_again(self) -> None:
        with self._changed:
            if self._flying == 0 and time.monotonic() - self._failed_at >= TRY_AGAIN_AFTER_S:
                for end in self._take_failed():
                    self._submit(end)

    def _take_failed(self) -> list[_End]:
        ends = list(self._unsaved.values())
        self._unsaved.clear()
        return ends

    def _submit(self, end: _End) -> None:
        self._flying += 1
        future = self._store.finish_output(end.transcript.uid, end.result, end.ended_at)
        future.add_done_callback(lambda done: self._end_saved(done, end))

    def _end_saved(self, done: Future[None], end: _End) -> None:
        error = done.exception()
        if error is None:
            end.transcript.mark_saved()
        else:
            self._report(error, END_UNSAVED)
        then, end.then = end.then, None
        if then is not None:
            then()
        late: list[str] = []
        with self._changed:
            self._flying -= 1
            self._troubled &= error is not None
            if error is not None:
                self._unsaved[end.transcript.uid] = end
                self._failed_at = time.monotonic()
            elif then is None:
                self._late[end.transcript.run_uid] = None
            if self._flying == 0:
                # Report once for all ends that were retried together.
                late, self._late = list(self._late), {}
            self._changed.notify_all()
        for run_uid in late:
            self._on_late(run_uid)

    def _report(self, error: BaseException, meaning: str) -> None:
        with self._changed:
            if self._troubled:
                return
            self._troubled = True
        problem = problem_of(error)
        is_full = isinstance(error, StoreError) and error.code == "full"
        why = FULL if is_full else problem.sentence
        self._on_problem(Problem(f"{meaning} {why}", problem.detail))
