"""Write answers as CSV (RFC 4180): commas, quotes where needed, CRLF line ends, UTF-8 without a byte order mark.

Fixed columns come first, then a column `value: NAME` for each variable of the runs. An unknown value is an empty cell.
In a test run a lane is a column, and a value set is a case.

Invariant: no spreadsheet reads a cell as a formula. A text that begins with one of = + - @, their full-width forms, a
tab or a line break is prefixed with an apostrophe, which spreadsheets take as the mark of a text. Otherwise texts are
exact; JSON Lines has the unprefixed ones.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator

from workbench.core.content import Content
from workbench.core.empty_answers import state_words
from workbench.core.exported_cells import ExportedCell
from workbench.core.exported_runs import ExportedAnswer, ExportedPart, answers_of
from workbench.formats.exports.format import ExportContext, ExportFormat

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
_COLUMNS = (
    *(
        "run",
        "kind",
        "number",
        "prompt",
        "version",
        "started_at",
        "note",
        "tags",
        "value_set",
        "value_set_name",
        "lane",
    ),
    *("title", "model", "answered_by", "params", "sample", "attempt", "state", "won", "text", "reasoning"),
    *("error", "input_tokens", "output_tokens", "cost_usd", "ttft_ms", "duration_ms", "system", "messages", "output"),
    *("result", "score", "reason", "checks", "reused"),
)


def write(parts: Iterable[ExportedPart], context: ExportContext) -> Iterator[str]:
    """Yield the rows, the header first."""
    variables = context.variables()
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)

    def line(cells: Iterable[str]) -> str:
        writer.writerow(cells)
        text = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return text

    yield line([*_COLUMNS, *(cell_text(f"value: {name}") for name in variables)])
    for part in parts:
        for answer in answers_of(part):
            values = dict(answer.values.values)
            yield line([*_cells(part, answer), *(cell_text(values.get(name, "")) for name in variables)])


def _cells(part: ExportedPart, answer: ExportedAnswer) -> list[str]:
    row, lane, result = part.row, answer.lane, answer.result
    failure, timing, usage = result.failure, result.timing, result.usage
    version = lane.version if lane else next(iter(part.contents)) if len(part.contents) == 1 else None
    content = Content() if version is None else part.contents[version]
    return [
        cell_text(row.row.run_uid),
        row.kind,
        str(row.row.number),
        cell_text(row.prompt),
        _known(version),
        row.row.started_at,
        cell_text(row.row.note),
        cell_text(", ".join(row.tags)),
        str(answer.place + 1),
        cell_text(answer.values.name),
        _known(lane.position + 1 if lane else None),
        cell_text(lane.lane.title if lane else ""),
        cell_text(lane.lane.model if lane else ""),
        cell_text(result.model),
        json.dumps(lane.lane.params.to_json(), ensure_ascii=False) if lane else "",
        str(answer.sample + 1),
        str(answer.attempt),
        state_words(result),
        "" if answer.won is None else "yes" if answer.won else "no",
        cell_text(result.text),
        cell_text(result.reasoning),
        cell_text(failure.sentence if failure else ""),
        _known(usage.input),
        _known(usage.output),
        _known(result.cost_usd),
        _known(timing.ttft),
        _known(timing.duration),
        cell_text("\n\n".join(message.text for message in content.messages if message.role == "system")),
        cell_text("\n\n".join(f"{m.role}: {m.text}" for m in content.messages if m.role != "system")),
        cell_text(answer.uid if answer.lane else ""),
        *_result(answer.cell),
    ]


def _result(cell: ExportedCell | None) -> tuple[str, ...]:
    """Return the result of a cell of a test run, its checks as "is-json: pass, contains: fail"."""
    if cell is None:
        return ("",) * 5
    checks = ", ".join(f"{check.type}: {check.state}" for check in cell.checks)
    reused = "yes" if cell.is_reused else "no"
    return cell.state, _known(cell.score), cell_text(cell.reason), cell_text(checks), reused


def _known(value: float | None) -> str:
    return "" if value is None else repr(value)


def cell_text(text: str) -> str:
    """Return a text that no spreadsheet reads as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


FORMAT = ExportFormat(
    id="csv",
    order=20,
    title="Table (CSV)",
    help="a table for spreadsheets; text that looks like a formula gets an apostrophe",
    extensions=(".csv",),
    write=write,
)
