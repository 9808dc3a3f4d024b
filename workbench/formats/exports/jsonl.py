"""Write answers as JSON Lines, with everything that is known about each.

One object per line, in UTF-8 with LF line ends. Every key is present; unknown values are null. In a test run a lane
is a column, and a value set is a case:

    {"format": 1, "run": uid, "kind", "number", "prompt": {"uid", "name"}, "started_at", "note", "summary",
     "tags": [name], "starred", "archived",
     "version": number and "content": what the lane ran, null while the set is blind and the lanes ran different texts,
     "value_set": number from 1, "value_set_name", "values": {name: text},
     "lane": number from 1, "title", "endpoint", "model": as asked, "params", all null while the set is blind,
     "won": true, false, or null if not judged, "verdict": "winner" | "tie" | "all_bad" | "none", "blind",
     "test": null, or in a test run {"state": "pass" | "fail" | "unscored" | "no_answer" | "" (not scored), "score",
              "reason", "overruled": number of checks, "reused": whether an earlier run made the answer,
              "checks": [{"type", "state", "score", "reason"}],
              "judged": [{"check": hash, "type", "state", "score", "probability", "repeats", "agreeing"}] by judges,
              "labels": [{"check": hash, "label": "pass" | "fail" | "unsure", "picked", "note", "at"}] of people},
     "judge": [{"other": uid of an answer, "verdict": "better" | "worse" | "tie", "judge": model, "criterion"}],
     "output": uid, null while the set is blind, "sample": number from 1, "attempt",
     "state", "text", "reasoning", "steps", "format_check", "answered_by", "finish_reason", "empty", "further_choices",
     "error", "usage", "cost_usd", "timing", "marks", "request": as in `workbench run --json`,
     "response": the raw one, or null}

`content` is the stored form of a version; its hash is the SHA-256 of the canonical JSON (RFC 8785).
Invariant: texts are exact.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from workbench.core.content import to_json
from workbench.core.documents import result_document
from workbench.core.exported_cells import ExportedCell
from workbench.core.exported_runs import ExportedAnswer, ExportedPart, answers_of
from workbench.formats.exports.format import ExportContext, ExportFormat

VERSION = 1
_LINE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_ESCAPED = json.JSONEncoder(separators=(",", ":"))


def looks_like_export(start: bytes) -> bool:
    """Whether a file beginning with `start` was written by this module."""
    return start.startswith(f'{{"format":{VERSION},"run":"'.encode())


def write(parts: Iterable[ExportedPart], context: ExportContext) -> Iterator[str]:
    """Yield one line per answer."""
    for part in parts:
        for answer in answers_of(part):
            yield f"{_dump(_line(part, answer))}\n"


def _dump(line: dict[str, Any]) -> str:
    text = _LINE.encode(line)
    try:
        text.encode()
    except UnicodeEncodeError:
        # A lone surrogate, stored by a newer release. As a JSON escape it survives a round trip.
        return _ESCAPED.encode(line)
    return text


def _line(part: ExportedPart, answer: ExportedAnswer) -> dict[str, Any]:
    row, lane, result = part.row, answer.lane, answer.result
    version = lane.version if lane else next(iter(part.contents)) if len(part.contents) == 1 else None
    return {
        "format": VERSION,
        "run": row.row.run_uid,
        "kind": row.kind,
        "number": row.row.number,
        "prompt": {"uid": row.prompt_uid, "name": row.prompt},
        "started_at": row.row.started_at,
        "note": row.row.note,
        "summary": row.row.summary,
        "tags": list(row.tags),
        "starred": row.starred,
        "archived": row.archived,
        "version": version,
        "content": None if version is None else to_json(part.contents[version]),
        "value_set": answer.place + 1,
        "value_set_name": answer.values.name,
        "values": dict(answer.values.values),
        "lane": lane and lane.position + 1,
        "title": lane and lane.lane.title,
        "endpoint": lane and lane.lane.endpoint,
        "model": lane and lane.lane.model,
        "params": lane and lane.lane.params.to_json(),
        "won": answer.won,
        "verdict": answer.verdict.kind,
        "blind": lane is None,
        "test": None if answer.cell is None else _cell(answer.cell),
        "judge": [asdict(one) for one in answer.comparisons],
        "output": lane and answer.uid,
        "sample": answer.sample + 1,
        "attempt": answer.attempt,
        **result_document(result),
        "response": result.response,
    }


def _cell(cell: ExportedCell) -> dict[str, Any]:
    return {
        "state": cell.state,
        "score": cell.score,
        "reason": cell.reason,
        "overruled": cell.overruled,
        "reused": cell.is_reused,
        "checks": [asdict(check) for check in cell.checks],
        "judged": [asdict(one) for one in cell.judged],
        "labels": [asdict(one) for one in cell.labels],
    }


FORMAT = ExportFormat(
    id="jsonl",
    order=10,
    title="JSON Lines, with everything",
    help="one line per answer, with everything and exact texts",
    extensions=(".jsonl", ".ndjson"),
    write=write,
)
