"""One lane of a `LanePresenter`: its attempts, the shown one, and the status of its column.

Invariant: pure; a stored attempt and a streaming one are represented alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from workbench.app.lanes.lane_state import LaneStatus
from workbench.core.cost_words import is_free
from workbench.core.empty_answers import empty_answer
from workbench.core.further_choices import further_choices
from workbench.core.money import Usage, saved, show_cost, source_words
from workbench.core.runs import ENDED, OutputRecord, notable
from workbench.usecases.transcript import TranscriptSnapshot


@dataclass(frozen=True, slots=True)
class ColumnSource:
    """A lane of the shown run: its place in the run, resolved version, whether it is free, and the uids of its
    attempts.

    The attempts are those of one value set and sample, both counted from 0; `samples` is the lane's number of samples.
    `kept` names the iteration of a lane that is shown beside a run it was not part of; its place is -1 then, and
    `other_values` means that it answered other values than the run, and `tested` that a test run asked it.
    """

    slot: str
    position: int
    version: int | None
    free: bool
    attempts: tuple[str, ...]
    value_set: int = 0
    sample: int = 0
    samples: int = 1
    kept: str = ""
    other_values: bool = False
    tested: bool = False

    @property
    def place(self) -> int | str:
        """The name or index of the lane in a verdict on the shown run."""
        return self.slot if self.kept else self.position


@dataclass(slots=True)
class LaneColumnData:
    """The presenter's state of a lane; lengths are the code points that widgets have received."""

    lane: ColumnSource
    attempts: list[str]
    index: int = 0
    text_length: int = 0
    reasoning_length: int = 0
    grew_ms: int = 0
    """When text last arrived, on the presenter's clock."""
    rounds: int = 0
    """The number of tool rounds; after each the text starts again."""

    @property
    def shown(self) -> str:
        """The uid of the shown attempt, "" for none."""
        return self.attempts[self.index] if self.attempts else ""

    def source(self) -> ColumnSource:
        """Return the source that the column was made from, with later attempts."""
        return replace(self.lane, attempts=tuple(self.attempts))


def column_of(source: ColumnSource) -> LaneColumnData:
    """Return the state of a lane that shows its newest attempt."""
    return LaneColumnData(source, list(source.attempts), max(0, len(source.attempts) - 1))


def status_of(shown: TranscriptSnapshot | None, now_ms: int, *, free: bool) -> LaneStatus:
    """Return the status of an attempt; verdict, attempt count and version are added by the `LanePresenter`."""
    if shown is None:
        return LaneStatus()
    result = shown.result
    if result is None:
        return LaneStatus(
            state=shown.state,
            ttft_ms=shown.timing.ttft,
            notice=_notice(shown, now_ms),
            marks=notable(shown.marks),
            has_wire=shown.wire is not None,
            calls=_calls(shown),
            began_ms=shown.began_ms,
        )
    usage: Usage = result.usage
    free = free or is_free(result)
    known = (result.cost_usd is not None and not free) or usage.is_known
    cost = show_cost(result.cost_usd, free=free, about=usage.source == "estimate") if known else ""
    spared = saved(usage, result.rates)
    return LaneStatus(
        state=result.state,
        saved="" if spared is None else show_cost(spared),
        ttft_ms=result.timing.ttft,
        took_ms=result.timing.duration,
        tokens_per_second=result.timing.tokens_per_second(usage.output),
        usage=usage,
        cost=cost,
        cost_source=source_words(result.rates) if result.cost_usd is not None else "",
        failure=result.failure,
        marks=notable(result.marks),
        finish_reason=result.finish_reason,
        empty=empty_answer(result),
        further=len(further_choices(result.response)),
        has_wire=result.request is not None,
        calls=_calls(shown),
        format_check=result.format_check.words if result.format_check else "",
        format_ok=result.format_check.ok if result.format_check else None,
    )


def _calls(shown: TranscriptSnapshot) -> int:
    return sum(step.kind == "tool_call" for step in shown.steps)


def _notice(shown: TranscriptSnapshot, now_ms: int) -> str:
    if shown.stopping:
        return "stopping"
    if shown.retry is None:
        return ""
    seconds = max(1, math.ceil((shown.retry.at_ms + shown.retry.in_ms - now_ms) / 1000))
    return f"retrying in {seconds} s: {shown.retry.reason}"


def stored_snapshot(run_uid: str, record: OutputRecord) -> TranscriptSnapshot:
    """Return a snapshot of a stored attempt, like that of a streaming one."""
    result = record.result
    return TranscriptSnapshot(
        output_uid=record.uid,
        run_uid=run_uid,
        position=record.position,
        attempt=record.attempt,
        state=result.state,
        text=result.text,
        text_length=len(result.text),
        reasoning=result.reasoning,
        reasoning_length=len(result.reasoning),
        retry=None,
        timing=result.timing,
        marks=result.marks,
        wire=result.request,
        result=result if result.state in ENDED else None,
        stopping=False,
        saved=True,
        steps=result.steps,
    )


def since(snapshot: TranscriptSnapshot, text_from: int, reasoning_from: int) -> TranscriptSnapshot:
    """Return a snapshot with its texts cut to start at the given offsets."""
    if not text_from and not reasoning_from:
        return snapshot
    return replace(snapshot, text=snapshot.text[text_from:], reasoning=snapshot.reasoning[reasoning_from:])
