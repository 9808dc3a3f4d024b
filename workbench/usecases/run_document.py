"""A run of the history as a JSON document.

The JSON document of `workbench history show --json`:

    {"run": uid, "number", "version", "based_on": version or null, "started_at", "note", "summary", "verdict": words,
     "content": the stored version, "newer": "" or why this release cannot read all of it,
     "value_sets": [{"name", "values": {name: text}, "verdict": {"kind", "lanes": [number from 1], "blind"}, "blind"}],
     "lanes": [{"lane": number from 1, "title", "endpoint", "model", "params", "version", "pinned": version or null}],
     "outputs": [{"output": uid, "lane", "value_set", "sample": numbers from 1, "attempt", "state", "text", …}]}

An output has the keys that `workbench run --json` gives it. Invariant: a blind value set lists its answers without
lanes and ordered by text: "lane", "output" and all keys that could reveal the model are null or absent, and "lanes" is
empty. While such a run is running, texts are empty, because their growth could reveal the model.
"""

from __future__ import annotations

from typing import Any

from workbench.core.content import to_json
from workbench.core.documents import result_document
from workbench.core.runs import IterationDetail, OutputRecord


def document(detail: IterationDetail) -> dict[str, Any]:
    """Return the document of a run."""
    row = detail.row
    return {
        "run": row.run_uid,
        "number": row.number,
        "version": row.version,
        "based_on": detail.based_on,
        "started_at": row.started_at,
        "note": row.note,
        "summary": row.summary,
        "verdict": row.winner,
        "content": to_json(detail.content),
        "newer": detail.newer,
        "value_sets": [
            {
                "name": one.name,
                "values": dict(one.values),
                "verdict": _verdict(detail, position),
                "blind": position in detail.blind,
            }
            for position, one in enumerate(detail.sets)
        ],
        "lanes": [] if detail.blind else [_lane(detail, lane.position) for lane in detail.lanes],
        "outputs": [_output(detail, output) for output in _ordered(detail)],
    }


def _verdict(detail: IterationDetail, position: int) -> dict[str, Any]:
    verdict = detail.verdicts[position]
    return {"kind": verdict.kind, "lanes": [lane + 1 for lane in verdict.positions], "blind": verdict.blind}


def _lane(detail: IterationDetail, position: int) -> dict[str, Any]:
    ran = next(lane for lane in detail.lanes if lane.position == position)
    return {
        "lane": position + 1,
        "title": ran.lane.title,
        "endpoint": ran.lane.endpoint,
        "model": ran.lane.model,
        "params": ran.lane.params.to_json(),
        "version": ran.version,
        "pinned": ran.lane.pinned,
    }


def _ordered(detail: IterationDetail) -> list[OutputRecord]:
    """Return the outputs by value set, within it by lane, or by text if the set is blind."""
    by_text = sorted(detail.outputs, key=lambda output: output.result.text)
    blind = [output for output in by_text if output.value_set in detail.blind]
    return sorted(
        [*blind, *(output for output in detail.outputs if output.value_set not in detail.blind)],
        key=lambda output: output.value_set,
    )


def _output(detail: IterationDetail, output: OutputRecord) -> dict[str, Any]:
    if output.value_set in detail.blind:
        text = "" if detail.row.running else output.result.text
        place = {"value_set": output.value_set + 1, "sample": 1, "attempt": 1}
        return {"output": None, "lane": None, **place, "state": output.result.state, "text": text}
    place = {"value_set": output.value_set + 1, "sample": output.sample + 1, "attempt": output.attempt}
    return {"output": output.uid, "lane": output.position + 1, **place, **result_document(output.result)}
