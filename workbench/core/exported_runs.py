"""Runs in the form that all export formats read.

Invariant: nothing identifies the model behind an answer in a value set that is still blind: no lane, order, price or
time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from workbench.core.content import Content
from workbench.core.exported_cells import ExportedCell, ExportedComparison
from workbench.core.runs import IterationDetail, Result, RunLane, RunSet, Verdict
from workbench.core.search.results import HistoryRow


@dataclass(frozen=True, slots=True)
class ExportedPart:
    """A run or a part of it: the answers to the value sets `sets` (indices from 0).

    `contents` are the contents that its lanes used, by version number. `cells` are the results of a test run, by the
    uid of the answer; those of held-out cases are left out, as their values and answers are. `comparisons` are those of
    judges, by the uid of the answer.
    """

    row: HistoryRow
    detail: IterationDetail
    sets: range
    contents: Mapping[int, Content]
    cells: Mapping[str, ExportedCell] = field(default_factory=dict)
    comparisons: Mapping[str, tuple[ExportedComparison, ...]] = field(default_factory=dict)

    @property
    def is_first(self) -> bool:
        """Whether this is the first part of the run."""
        return self.sets.start == 0

    @property
    def is_last(self) -> bool:
        """Whether this is the last part of the run."""
        return self.sets.stop >= len(self.detail.sets)

    def texts(self) -> list[tuple[str, Content]]:
        """Return the contents to show, each with what people call its version, "" for the only one.

        While a set is blind, only the current text: others would tell the pinned lanes apart.
        """
        row = self.detail.row
        if self.detail.blind:
            return [("", self.detail.content)]
        names = {row.version: row.version_name} | {lane.version: lane.version_name for lane in self.detail.lanes}
        only = len(self.contents) == 1
        return [("" if only else names.get(number, ""), content) for number, content in sorted(self.contents.items())]


@dataclass(frozen=True, slots=True)
class ExportedAnswer:
    """One answer and its place in the run.

    In a blind set `lane` and `won` are None, `result` has only state and text, and formats must not write `uid`,
    because uids ascend in the order of the lanes. `won` is whether the answer won its set or was part of a tie; None
    without a verdict.
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
    cell: ExportedCell | None = None
    """The result in a test run; None in other runs."""
    comparisons: tuple[ExportedComparison, ...] = ()
    """What judges say of it; none while the set is blind."""


def answers_of(part: ExportedPart) -> Iterator[ExportedAnswer]:
    """Yield the answers of a part by value set, and within a set by lane, or sorted by text if the set is blind."""
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
                cell=part.cells.get(output.uid),
                comparisons=() if blind else part.comparisons.get(output.uid, ()),
            )


def newest_attempts(answers: list[ExportedAnswer]) -> list[ExportedAnswer]:
    """Return only the newest attempt of each answer, the one that is shown."""
    newest = {
        (answer.place, answer.lane.position if answer.lane else answer.uid, answer.sample): answer for answer in answers
    }
    return list(newest.values())
