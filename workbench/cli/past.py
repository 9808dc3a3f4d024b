"""One run of the past, whole: some lines for people, a document for programs.

The JSON document of `workbench history show --json`, in ASCII:

    {"run": uid, "number", "version", "based_on": version or null, "started_at", "note", "summary", "verdict": words,
     "content": the version as it is stored, "newer": "" or why it is not whole here,
     "value_sets": [{"name", "values": {name: text}, "verdict": {"kind", "lanes": [number from 1], "blind"}, "blind"}],
     "lanes": [{"lane": number from 1, "title", "endpoint", "model", "params", "version", "pinned": version or null}],
     "outputs": [{"output": uid, "lane", "value_set", "sample": numbers from 1, "attempt", "state", "text", …}]}

An output has the keys that `workbench run --json` gives it. Invariant: a value set that is blind yet gives its answers
under no lane: "lane" is null, and so is what would tell who answered; "lanes" are not in the document then.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.core.content import to_json
from workbench.core.documents import result_document
from workbench.core.money import show_cost
from workbench.core.runs import IterationDetail, OutputRecord
from workbench.core.when import absolute, duration


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
        "outputs": [_output(detail, output) for output in detail.outputs],
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


def _output(detail: IterationDetail, output: OutputRecord) -> dict[str, Any]:
    blind = output.value_set in detail.blind
    place = {"value_set": output.value_set + 1, "sample": output.sample + 1, "attempt": output.attempt}
    if blind:
        return {"output": output.uid, "lane": None, **place, "state": output.result.state, "text": output.result.text}
    return {"output": output.uid, "lane": output.position + 1, **place, **result_document(output.result)}


def lines(detail: IterationDetail) -> Iterator[str]:
    """Yield the run for people, texts as they are."""
    row = detail.row
    yield f"{row.run_uid} · {absolute(row.started_at)} · number {row.number}, version {row.version}"
    yield from filter(None, (row.note, row.winner and f"Verdict: {row.winner}", detail.newer))
    for message in detail.content.messages:
        yield f"\n== {message.role} =="
        yield message.text
    for position, one in enumerate(detail.sets):
        if one.values:
            yield f"\n== values{f' {one.name}' if one.name else ''} =="
            yield from (f"{name}: {value}" for name, value in one.values)
        shown = [output for output in detail.outputs if output.value_set == position]
        for number, output in enumerate(_order(shown, position in detail.blind), start=1):
            yield f"\n== {_head(detail, output, number)} =="
            failure = output.result.failure
            yield (
                output.result.text
                if failure is None
                else "\n".join(filter(None, (output.result.text, failure.sentence)))
            )


def _order(outputs: list[OutputRecord], blind: bool) -> list[OutputRecord]:
    """Return answers as they are told: of a blind set in an order that tells nothing."""
    return sorted(outputs, key=lambda output: output.result.text) if blind else outputs


def _head(detail: IterationDetail, output: OutputRecord, number: int) -> str:
    if output.value_set in detail.blind:
        return f"answer {number}, blind until it is judged"
    lane = next(lane for lane in detail.lanes if lane.position == output.position)
    verdict = detail.verdicts[output.value_set]
    won = verdict.kind == "winner" and output.position in verdict.positions
    parts = (
        f"{'★ ' if won else ''}{output.position + 1} {lane.lane.title}",
        f"sample {output.sample + 1}" if output.sample else "",
        f"attempt {output.attempt}" if output.attempt > 1 else "",
        output.result.state,
        duration(output.result.timing.duration),
        show_cost(output.result.cost_usd),
    )
    return " · ".join(filter(None, parts))
