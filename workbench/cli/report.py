"""What is said about a run after it: a few lines for people, one document for programs.

The JSON document of `workbench run --json`, in ASCII, so that its strings decode to the exact text everywhere:

    {"run": uid, "prompt": {"uid", "name"}, "iteration": number, "version": number or null,
     "values": {name: text},
     "lanes": [{"lane": number from 1, "endpoint": uid, "model": id as asked, "pinned": version or null,
                "version": number, "params": {…}, "output": uid, "state": "finished" | "failed" | "stopped",
                "text": exact text, "reasoning": text, "answered_by": model id, "finish_reason": text,
                "error": null or {"code", "sentence", "detail"},
                "usage": {"input", "output", "cached", "reasoning": tokens or null, "source"},
                "cost_usd": number or null for unknown, "timing": {"queued", "sent", "first", "end": ms or null},
                "marks": [{"kind", "name", "detail"}], "request": JSON that went on the wire, or null,
                "saved": whether the answer is in the database}]}

Invariant: no key is in it, because none is in a result.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from workbench.cli.choosing import Choice
from workbench.core.lanes import Lane
from workbench.core.money import show_cost
from workbench.core.runs import Result, notable
from workbench.core.when import duration
from workbench.usecases.handles import RunHandle
from workbench.usecases.transcript import Snapshot

_DETAIL_LINES = 8


def document(choice: Choice, handle: RunHandle) -> dict[str, Any]:
    """Return the document of a run that is done."""
    began = handle.began
    versions = began.lane_versions if began is not None else (None,) * len(handle.transcripts)
    return {
        "run": handle.run_uid,
        "prompt": {"uid": choice.prompt_uid, "name": choice.name},
        "iteration": began and began.number,
        "version": began and began.version_number,
        "values": choice.draft.value_map,
        "lanes": [
            _lane(number, lane, version, transcript.snapshot())
            for number, (lane, version, transcript) in enumerate(
                zip(choice.draft.lanes, versions, handle.transcripts, strict=True), start=1
            )
        ],
    }


def _lane(number: int, lane: Lane, version: int | None, snapshot: Snapshot) -> dict[str, Any]:
    result = snapshot.result or Result(snapshot.state, snapshot.text, snapshot.reasoning)
    return {
        "lane": number,
        "endpoint": lane.endpoint,
        "model": lane.model,
        "pinned": lane.pinned,
        "version": version,
        "params": lane.params.to_json(),
        "output": snapshot.output_uid,
        "state": result.state,
        "text": result.text,
        "reasoning": result.reasoning,
        "answered_by": result.model,
        "finish_reason": result.finish_reason,
        "error": result.failure and dataclasses.asdict(result.failure),
        "usage": dataclasses.asdict(result.usage),
        "cost_usd": result.cost_usd,
        "timing": dataclasses.asdict(result.timing),
        "marks": [dataclasses.asdict(mark) for mark in result.marks],
        "request": result.request,
        "saved": snapshot.saved,
    }


def summary(choice: Choice, handle: RunHandle) -> str:
    """Return some lines for people: how every lane ended, and where the run was recorded."""
    lines = [
        f"{number} {lane.title}: {_ending(transcript.result)}"
        for number, (lane, transcript) in enumerate(zip(choice.draft.lanes, handle.transcripts, strict=True), start=1)
    ]
    if handle.began is not None:
        number = handle.began.version_number
        version = "" if number is None else f", version {number}"
        lines.append(f"Recorded as iteration {handle.began.number} of “{choice.name}”{version}.")
    return "\n".join(lines)


def _ending(result: Result | None) -> str:
    if result is None:
        return "did not end"
    if result.failure is not None:
        detail = "".join(f"\n    {line}" for line in result.failure.detail.splitlines()[:_DETAIL_LINES])
        return f"{result.state}. {result.failure.sentence}{detail}"
    rate = result.timing.tokens_per_second(result.usage.output)
    parts = [
        result.state,
        f"{duration(result.timing.ttft)} first" if result.timing.ttft is not None else "",
        f"{rate:.0f} tok/s" if rate is not None else "",
        f"{result.usage.output} tok" if result.usage.output is not None else "",
        _cost(result),
    ]
    marks = [f"{mark.kind} {mark.name}: {mark.detail}" for mark in notable(result.marks)]
    return " · ".join([*filter(None, parts), *marks])


def _cost(result: Result) -> str:
    free = result.rates is not None and result.rates.source == "local"
    return show_cost(result.cost_usd, free=free, about=result.usage.source == "estimate")
