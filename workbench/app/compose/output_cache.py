"""Looks up the texts of shown outputs: transcripts of this session, or attempts read from the history.

Invariant: an output that this process ran is always looked up in its transcript, which is at least as recent as the
database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from workbench.app.lanes.attempts import since, stored_snapshot
from workbench.core.runs import ENDED, OutputRecord, Result
from workbench.usecases.transcript import Transcript, TranscriptSnapshot

_NO_TEXT = 1 << 62
"""An offset beyond any text: a snapshot from here copies no text."""


class OutputCache:
    """Looks up outputs by uid. Transcripts stay for the session; stored attempts only while their run is shown."""

    def __init__(self) -> None:
        self._transcripts: dict[str, Transcript] = {}
        self._stored: dict[str, dict[str, TranscriptSnapshot]] = {}

    def add(self, transcripts: Iterable[Transcript]) -> None:
        """Add transcripts of outputs requested by this process."""
        self._transcripts.update((t.uid, t) for t in transcripts)

    def keep(self, run_uid: str, records: Iterable[OutputRecord], beside: Collection[str] = ()) -> None:
        """Cache the stored attempts of a run, keep those of the runs in `beside`, and drop all others."""
        self._stored = {run: held for run, held in self._stored.items() if run in beside}
        self.hold(run_uid, records)

    def hold(self, run_uid: str, records: Iterable[OutputRecord]) -> None:
        """Cache the stored attempts of a run in addition to those already cached."""
        found = {record.uid: stored_snapshot(run_uid, record) for record in records}
        # When a run is shown beside another one, not all of its lanes are read.
        self._stored.setdefault(run_uid, {}).update(found)
        for uid, stored in found.items():
            transcript = self._transcripts.get(uid)
            # A record read before its output ended is older than the transcript, which may be saved by now.
            if transcript is not None and stored.result is not None and transcript.snapshot(_NO_TEXT, _NO_TEXT).saved:
                del self._transcripts[uid]

    def unended(self) -> tuple[str, ...]:
        """Return the cached runs that still had unfinished attempts of another process when they were read."""
        return tuple(
            run
            for run, held in self._stored.items()
            if any(shown.result is None and uid not in self._transcripts for uid, shown in held.items())
        )

    def has_ended(self, output_uid: str) -> bool:
        """Whether an output is final; an unknown one is."""
        shown = self(output_uid, _NO_TEXT, _NO_TEXT)
        return shown is None or shown.state in ENDED

    def result(self, output_uid: str) -> Result | None:
        """Return the result of an output, or None before it ends."""
        shown = self(output_uid, _NO_TEXT, _NO_TEXT)
        return None if shown is None else shown.result

    def __call__(self, output_uid: str, text_from: int, reasoning_from: int) -> TranscriptSnapshot | None:
        """Return the current state of an output, with its texts from the given offsets (code points)."""
        transcript = self._transcripts.get(output_uid)
        if transcript is not None:
            return transcript.snapshot(text_from, reasoning_from)
        stored = next((held[output_uid] for held in self._stored.values() if output_uid in held), None)
        return since(stored, text_from, reasoning_from) if stored is not None else None
