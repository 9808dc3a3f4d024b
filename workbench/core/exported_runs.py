"""Runs on their way out, as every format that people take away reads them.

Invariant: who answered in a value set that is blind yet is told by nothing: not by a lane, an order, a price or a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from workbench.core.content import Content
from workbench.core.runs import IterationDetail, Result, RunLane, RunSet, Verdict
from workbench.core.search.results import HistoryRow


@dataclass(frozen=True, slots=True)
class ExportedPart:
    """A run, or a part of it: the answers to the value sets `sets` (places from 0).

    `contents` are the texts that its lanes ran, by version number.
    """

    row: HistoryRow
    detail: IterationDetail
    sets: range
    contents: Mapping[int, Content]

    @property
    def is_first(self) -> bool:
        """Whether the run begins here."""
        return self.sets.start == 0

    @property
    def is_last(self) -> bool:
        """Whether the run ends here."""
        return self.sets.stop >= len(self.detail.sets)


@dataclass(frozen=True, slots=True)
class ExportedAnswer:
    """One answer with where it stands. Of a blind set `lane` and `won` are None, and `result` says only what was said.
    Its uid is not written anywhere then: uids were made in the order of the lanes.

    `won` is whether it won its set, or was one of those that tied; None where nobody judged.
    """

    uid: str
    place: int
    values: RunSet
    lane: RunLane | None
    sample: int
    attempt: int
    result: Result
    won: bool | None
    verdict: Verdict


def answers_of(part: ExportedPart) -> Iterator[ExportedAnswer]:
    """Yield the answers of a part, value set by value set; in each by lane, or, while it is blind, by their texts."""
    detail = part.detail
    lanes = {lane.position: lane for lane in detail.lanes}
    for place in part.sets:
        blind, verdict = place in detail.blind, detail.verdicts[place]
        found = [output for output in detail.outputs if output.value_set == place]
        if blind:
            found.sort(key=lambda output: (output.result.text, output.result.state))
        for output in found:
            result = Result(output.result.state, output.result.text) if blind else output.result
            judged = verdict.kind in ("winner", "tie")
            named = output.position in verdict.positions or not (verdict.positions or verdict.kept)
            yield ExportedAnswer(
                uid=output.uid,
                place=place,
                values=detail.sets[place],
                lane=None if blind else lanes[output.position],
                sample=0 if blind else output.sample,
                attempt=1 if blind else output.attempt,
                result=result,
                won=None if blind else named if judged else False if verdict.kind == "all_bad" else None,
                verdict=verdict,
            )


def newest_attempts(answers: list[ExportedAnswer]) -> list[ExportedAnswer]:
    """Return only the newest attempt of each answer, which is what people look at."""
    newest = {
        (answer.place, answer.lane.position if answer.lane else answer.uid, answer.sample): answer for answer in answers
    }
    return list(newest.values())


def without_raw(answer: ExportedAnswer) -> ExportedAnswer:
    """Return an answer without what only machines read of it."""
    return replace(answer, result=replace(answer.result, request=None, response=None))
