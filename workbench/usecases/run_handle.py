"""Handle of a started run.

Invariant: a handle is done exactly once: when the run was refused, or when all its outputs have ended and a try to save
them was made.
"""

from __future__ import annotations

import threading

from workbench.store.records import RunBegun
from workbench.usecases.problems import Problem
from workbench.usecases.transcript import Transcript


class RunHandle:
    """A started run: an iteration with an output per lane, value set and sample, or the retry of one output."""

    def __init__(self, run_uid: str, prompt_uid: str, transcripts: tuple[Transcript, ...]) -> None:
        self.run_uid = run_uid
        self.prompt_uid = prompt_uid
        self.transcripts = transcripts
        """By lane, then value set, then sample; their uids are those of the outputs."""
        self._lock = threading.Lock()
        self._open = {transcript.uid for transcript in transcripts}
        self._began: RunBegun | None = None
        self._problem: Problem | None = None
        self._done = threading.Event()

    @property
    def output_uids(self) -> tuple[str, ...]:
        """The uids of the outputs, in the order of the transcripts."""
        return tuple(transcript.uid for transcript in self.transcripts)

    @property
    def began(self) -> RunBegun | None:
        """The recorded run; None until it is recorded, and for a retry."""
        return self._began

    @property
    def problem(self) -> Problem | None:
        """Why the run was refused; None if it was not."""
        return self._problem

    @property
    def done(self) -> bool:
        """Whether the run was refused or has ended."""
        return self._done.is_set()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the run is done; return False on timeout."""
        return self._done.wait(timeout_s)

    def begin(self, begun: RunBegun) -> None:
        """Set the recorded run."""
        self._began = begun

    def refuse(self, problem: Problem) -> None:
        """Set the reason why nothing was written or sent."""
        self._problem = problem

    def close_output(self, output_uid: str) -> bool:
        """Mark an output as ended after the try to save it; return True for the last one."""
        with self._lock:
            self._open.discard(output_uid)
            return not self._open

    def finish(self) -> None:
        """Mark the run as done and wake up waiting threads."""
        self._done.set()
