"""The evidence in a pack: runs and verdicts as JSON lines.

Invariant: iterations whose models are still hidden from the judge are left out, as are keys and requests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from typing import Any

from workbench.core.runs import IterationDetail, OutputRecord
from workbench.core.text import plural
from workbench.packs.case_file import line
from workbench.store import Store
from workbench.store.judging.judge_pairs import PairJudge

_PAGE = 100
Watch = Callable[[int], None]
"""Called with the number of iterations read; may raise to stop."""


def unwatched(done: int) -> None:
    """Ignore the progress."""


def evidence(store: Store, prompt_uid: str, versions: Set[str], watch: Watch = unwatched) -> tuple[bytes, list[str]]:
    """Return the lines of a prompt's iterations, oldest first, and sentences about what was left out.

    `versions` are the content hashes in the pack; iterations of other versions are left out.
    """
    hashes = {version.number: version.hash for version in store.versions(prompt_uid)}
    judges = _Judges(store, prompt_uid)
    lines, hidden, others = [], 0, 0
    for done, detail in enumerate(_iterations(store, prompt_uid), start=1):
        watch(done)
        if detail.blind:
            hidden += 1
        elif not _ran(detail) <= hashes.keys() or not {hashes[lane.version] for lane in detail.lanes} & versions:
            others += 1
        else:
            lines.append(line(_document(detail, hashes, judges.said(detail))))
    notes = []
    if hidden:
        notes.append(f"Left out of the evidence: {_count(hidden)} whose names are hidden until they are judged.")
    if others:
        notes.append(f"Left out of the evidence: {_count(others)} of versions that are not in the pack.")
    return "".join(f"{one}\n" for one in reversed(lines)).encode(), notes


def _count(number: int) -> str:
    return f"{number} {plural(number, 'iteration')}"


def _iterations(store: Store, prompt_uid: str) -> Iterator[IterationDetail]:
    before = None
    while rows := store.iterations(prompt_uid, before, _PAGE):
        for row in rows:
            if not row.running:
                yield store.iteration_detail(row.run_uid)
        before = rows[-1].number


def _ran(detail: IterationDetail) -> set[int]:
    """Return the version numbers of an iteration; in a damaged history they may belong to another prompt."""
    return {detail.row.version, *(lane.version for lane in detail.lanes)}


class _Judges:
    """What judges said of answers of a prompt, with how often each decides as people do."""

    def __init__(self, store: Store, prompt_uid: str) -> None:
        self._store, self._prompt = store, prompt_uid
        self._agreements: dict[PairJudge, dict[str, Any]] = {}

    def said(self, detail: IterationDetail) -> list[tuple[dict[str, Any], int]]:
        """Return what judges said of two answers of an iteration, with the position of their value set."""
        outputs = {output.uid: output for output in detail.outputs}
        found = []
        for pair in self._store.judges.pairs_about(list(outputs)):
            both = [outputs.get(one.uid) for one in pair.verdict.outputs]
            first, second = both
            if first is None or second is None or first.value_set != second.value_set:
                continue
            better = [one.place == 1 for one in pair.verdict.outputs]
            said = {
                "judge": pair.judge.model,
                "criterion": pair.judge.criterion,
                "lanes": [first.position + 1, second.position + 1],
                "samples": [first.sample + 1, second.sample + 1],
                "preferred": None if all(better) else 1 + better.index(True),
                **self._agreement(pair.judge),
            }
            found.append((said, first.value_set))
        return found

    def _agreement(self, judge: PairJudge) -> dict[str, Any]:
        """Return in how many of the pairs that people compared, too, a judge decided as they did."""
        if judge not in self._agreements:
            # Imports numpy.
            from workbench.usecases.judging.judge_ranking import judge_agreement

            every = [one.verdict for one in self._store.judges.pairs(self._prompt) if one.judge == judge]
            found = judge_agreement(self._store, self._prompt, every, "both")
            self._agreements[judge] = {"measured": found.is_measured, "alike": found.alike, "shared": found.shared}
        return self._agreements[judge]


def _document(
    detail: IterationDetail, hashes: dict[int, str], judged: list[tuple[dict[str, Any], int]]
) -> dict[str, Any]:
    row = detail.row
    return {
        "run": row.run_uid,
        "number": row.number,
        "version": hashes[row.version],
        "started_at": row.started_at,
        "note": row.note,
        "value_sets": [
            {
                "name": one.name,
                "values": dict(one.values),
                "verdict": {
                    "kind": verdict.kind,
                    "lanes": [position + 1 for position in verdict.positions],
                    "blind": verdict.blind,
                },
                "judges": [said for said, at in judged if at == place],
            }
            for place, (one, verdict) in enumerate(zip(detail.sets, detail.verdicts, strict=True))
        ],
        "lanes": [
            {
                "lane": lane.position + 1,
                "title": lane.lane.title,
                "model": lane.lane.model,
                "params": lane.lane.params.to_json(),
                "version": hashes[lane.version],
            }
            for lane in detail.lanes
        ],
        "outputs": [_output(output) for output in detail.outputs],
    }


def _output(output: OutputRecord) -> dict[str, Any]:
    result = output.result
    return {
        "lane": output.position + 1,
        "value_set": output.value_set + 1,
        "sample": output.sample + 1,
        "attempt": output.attempt,
        "state": result.state,
        "text": result.text,
        "reasoning": result.reasoning,
        "steps": [{"kind": s.kind, "text": s.text, "name": s.name, "call_id": s.call_id} for s in result.steps],
        "model": result.model,
        "finish_reason": result.finish_reason,
        "error": result.failure and {"code": result.failure.code, "sentence": result.failure.sentence},
        "input_tokens": result.usage.input,
        "output_tokens": result.usage.output,
        "cost_usd": result.cost_usd,
        "duration_ms": result.timing.duration,
    }
