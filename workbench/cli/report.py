"""The report of a finished run: a few lines of text, or one JSON document.

The JSON document of `workbench run --json`, in ASCII, so that its strings decode to the exact text everywhere. A lane
is listed once for each value set and sample:

    {"run": uid, "prompt": {"uid", "name"}, "iteration": number, "version": number or null,
     "values": {name: text},
     "lanes": [{"lane": number from 1, "value_set": name or "", "sample": number from 1,
                "endpoint": uid, "model": id as asked, "pinned": version or null,
                "version": number, "params": {…}, "output": uid, "state": "finished" | "failed" | "stopped",
                "text": exact text, "reasoning": text, "answered_by": model id, "finish_reason": text,
                "steps": [{"kind", "text", "name", "call_id", "opaque"}], with tools everything in order,
                "format_check": null or {"ok": true, false or null for unknown, "words"},
                "empty": null or {"finish_reason", "hint"} for an answer without text,
                "further_choices": [{"index", "text", "reasoning", "finish_reason", "calls", "is_cut"}], not shown in
                the lane,
                "error": null or {"code", "sentence", "detail"},
                "usage": {"input", "output", "cached", "reasoning", "written": tokens or null, "source", "details"},
                "cost_usd": number or null for unknown, "cost_source": whose price or report it is, or "",
                "timing": {"queued", "sent", "first", "end": ms or null},
                "marks": [{"kind", "name", "detail"}], "request": JSON as sent, or null,
                "saved": whether the answer is in the database}]}

Invariant: neither contains a key, because results contain none.
"""

from __future__ import annotations

from typing import Any

from workbench.cli.answers import AnswerQuestion, answers
from workbench.cli.draft_arguments import ChosenDraft
from workbench.cli.output import one_line
from workbench.core.cost_words import cost_words
from workbench.core.dates import duration
from workbench.core.documents import result_document
from workbench.core.empty_answers import empty_answer, state_words
from workbench.core.further_choices import further_choices, further_words
from workbench.core.provider_requirements import in_terminal
from workbench.core.runs import Result, notable
from workbench.core.text import plural
from workbench.core.version_name import iteration_name, text_words
from workbench.usecases.run_handle import RunHandle

_DETAIL_LINES = 8


def document(choice: ChosenDraft, handle: RunHandle) -> dict[str, Any]:
    """Return the JSON document of a finished run."""
    began = handle.began
    return {
        "run": handle.run_uid,
        "prompt": {"uid": choice.prompt_uid, "name": choice.name},
        "iteration": began and began.number,
        "version": began and began.version_number,
        "values": choice.draft.value_map,
        "lanes": [
            _answer(asked, began.lane_versions[asked.number - 1] if began is not None else None)
            for asked in answers(choice.draft, handle)
        ],
    }


def _answer(asked: AnswerQuestion, version: int | None) -> dict[str, Any]:
    lane, snapshot = asked.lane, asked.transcript.snapshot()
    result = snapshot.result or Result(snapshot.state, snapshot.text, snapshot.reasoning, steps=snapshot.steps)
    return {
        "lane": asked.number,
        "value_set": asked.values.name,
        "sample": asked.transcript.sample + 1,
        "endpoint": lane.endpoint,
        "model": lane.model,
        "pinned": lane.pinned,
        "version": version,
        "params": lane.params.to_json(),
        "output": snapshot.output_uid,
        **result_document(result),
        "saved": snapshot.saved,
    }


def summary(choice: ChosenDraft, handle: RunHandle, unsaved: int) -> str:
    """Return lines that say how each lane ended and where the run was recorded; `unsaved` answers are missing there."""
    lines = [f"{asked.name}: {_ending(asked.transcript.result)}" for asked in answers(choice.draft, handle)]
    if handle.began is not None:
        number = iteration_name(handle.began.number)
        text = "" if handle.began.version_number is None else text_words(number, handle.began.version_name)
        lacks = f"without {unsaved} of its answers" if unsaved else ""
        told = ", ".join(filter(None, (f"Recorded as {number} of “{one_line(choice.name)}”", text, lacks)))
        lines.append(f"{told}.")
    return "\n".join(lines)


def _ending(result: Result | None) -> str:
    if result is None:
        return "did not end"
    if result.failure is not None:
        detail = "".join(f"\n    {line}" for line in result.failure.detail.splitlines()[:_DETAIL_LINES])
        return f"{result.state}. {one_line(in_terminal(result.failure.sentence))}{detail}"
    rate = result.timing.tokens_per_second(result.usage.output)
    empty = empty_answer(result)
    parts = [
        state_words(result),
        f"{duration(result.timing.ttft)} first" if result.timing.ttft is not None else "",
        f"{rate:.0f} tok/s" if rate is not None else "",
        f"{result.usage.output} tok" if result.usage.output is not None else "",
        cost_words(result),
        _calls(result),
        result.format_check.words if result.format_check is not None else "",
        further_words(len(further_choices(result.response))),
        f"{empty.reason}. {empty.hint}" if empty is not None else "",
    ]
    marks = [f"{mark.kind} {mark.name}: {mark.detail}" for mark in notable(result.marks)]
    return one_line(" · ".join([*filter(None, parts), *marks]))


def _calls(result: Result) -> str:
    calls = sum(step.kind == "tool_call" for step in result.steps)
    return f"{calls} {plural(calls, 'tool call')}" if calls else ""
