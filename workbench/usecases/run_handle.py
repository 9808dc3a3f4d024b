"""A run as the one who started it holds it.

Invariant: a handle is done exactly once: when it was refused, or when all its outputs have ended and saving them was
tried.
"""

from __future__ import annotations

import threading

from workbench.store.records import RunBegun
from workbench.usecases.problems import Problem
from workbench.usecases.transcript import Transcript


class RunHandle:
    """One start: an iteration with an output per lane, value set and sample, or the retry of one output."""

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

    def of_lane(self, position: int) -> tuple[Transcript, ...]:
        """Return the transcripts of the lane at this place of the run."""
        return tuple(transcript for transcript in self.transcripts if transcript.position == position)

    @property
    def began(self) -> RunBegun | None:
        """Where the run landed; None until it is recorded, and for a retry."""
        return self._began

    @property
    def problem(self) -> Problem | None:
        """Why the run was refused; None when it was not."""
        return self._problem

    @property
    def done(self) -> bool:
        """Whether nothing more will happen."""
        return self._done.is_set()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until it is done; False when the time is up before."""
        return self._done.wait(timeout_s)

    def begin(self, begun: RunBegun) -> None:
        """Note where the run landed."""
        self._began = begun

    def refuse(self, problem: Problem) -> None:
        """Note that nothing was written or sent."""
        self._problem = problem

    def close_output(self, output_uid: str) -> bool:
        """Note that an output ended and saving it was tried; True when it was the last one."""
        with self._lock:
            self._open.discard(output_uid)
            return not self._open

    def finish(self) -> None:
        """Wake up who waits."""
        self._done.set()
