"""The answers of a run and their names in the terminal.

Invariant: a run has one answer for each lane that runs, value set and sample, and each answer has a unique name.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.cli.output import one_line
from workbench.core.drafts import Draft, ValueSet
from workbench.core.lanes import Lane
from workbench.usecases.run_handle import RunHandle
from workbench.usecases.transcript import Transcript


@dataclass(frozen=True, slots=True)
class AnswerQuestion:
    """One answer with its lane and values; `number` is the lane's, from 1."""

    number: int
    lane: Lane
    values: ValueSet
    name: str
    transcript: Transcript


def answers(draft: Draft, handle: RunHandle) -> tuple[AnswerQuestion, ...]:
    """Return the answers of a run of this draft, in the order of the run's transcripts."""
    lanes, sets = draft.run_lanes, draft.run_sets
    found = []
    for transcript in handle.transcripts:
        lane, values = lanes[transcript.position], sets[transcript.value_set]
        parts = [f"{transcript.position + 1} {lane.title}"]
        if len(sets) > 1:
            parts.append(values.name)
        if lane.samples > 1:
            parts.append(f"sample {transcript.sample + 1}")
        found.append(AnswerQuestion(transcript.position + 1, lane, values, one_line(" · ".join(parts)), transcript))
    return tuple(found)
