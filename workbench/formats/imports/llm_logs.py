"""Convert calls from the log of the `llm` command to runs.

Invariant: an answer covers all tool rounds, however many calls the log has for them. The user's text is the value
`input`, so that all questions under one system prompt are runs of one version; earlier turns of a conversation are
messages. Rendered with the values, the messages are exactly what was sent, except for tool calls of earlier answers,
which messages cannot hold.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from workbench.core.attachments import AttachError, media_type
from workbench.core.blocks import Attachment, OutputFormat, Tool
from workbench.core.content import Content, Message, Role
from workbench.core.dates import foreign, later
from workbench.core.extra_parameters import sort_parameters
from workbench.core.imported_runs import (
    ImportedAnswer,
    ImportedFile,
    ImportedLane,
    ImportedPrompt,
    ImportedRun,
    LeftOut,
    clean,
)
from workbench.core.lanes import Params
from workbench.core.llm_log import CallLog, LogMessage, LogPart, LogTurn
from workbench.core.money import Usage
from workbench.core.runs import AnswerStep, Result, RunSet, Timing
from workbench.core.templates import variables
from workbench.core.text import first_line
from workbench.formats.imports.format import ImportedItem, ImportedItems, ImportFile, ImportFormat

NAMELESS = "llm without a system prompt"
_ROLES: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant"}
_LONGEST_NAME = 60
_ULID = "0123456789abcdefghjkmnpqrstvwxyz"
_CACHED = (("prompt_tokens_details", "cached_tokens"), ("input_tokens_details", "cached_tokens"), ("cached",))
_THOUGHT = (("completion_tokens_details", "reasoning_tokens"), ("output_tokens_details", "reasoning_tokens"))


def runs_of(turns: Sequence[LogTurn]) -> Iterator[tuple[ImportedRun | LeftOut, int]]:
    """Yield the runs of one conversation, each with the number of calls that it covers; `turns` are in order of time.

    A LeftOut for each dropped parameter comes before its run.
    """
    groups = list(_groups(turns))
    key = prompt_of(turns[0]) if turns else ImportedPrompt("", NAMELESS)
    parent: Content | None = None
    for number, group in enumerate(groups, start=1):
        run = _run(group, key, parent, f"{group[0].thread_name} · turn {number}" if len(groups) > 1 else "")
        yield from ((LeftOut(f"Parameter of {run.foreign_id}", one), 0) for one in _params(group[0].options)[1])
        parent = run.lanes[0].content
        yield run, len(group)


def prompt_of(turn: LogTurn) -> ImportedPrompt:
    """Return the prompt of a conversation that begins with this call; it is identified by the system prompt."""
    system = next((_said(message) for message in turn.before if message.role == "system"), "")
    name = first_line(system, _LONGEST_NAME)
    return ImportedPrompt(hashlib.sha256(system.encode()).hexdigest() if system else "", name or NAMELESS)


def _groups(turns: Sequence[LogTurn]) -> Iterator[list[LogTurn]]:
    """Yield groups of calls that form one answer: a call that only returns tool results continues the previous one."""
    group: list[LogTurn] = []
    for turn in turns:
        if group and not (turn.before and turn.before[-1].role == "tool"):
            yield group
            group = []
        group.append(turn)
    if group:
        yield group


def _run(group: Sequence[LogTurn], prompt: ImportedPrompt, parent: Content | None, note: str) -> ImportedRun:
    first, last = group[0], group[-1]
    content, values, files, lost = _asked(first)
    started = moment(first.at, first.id)
    took = [turn.duration_ms for turn in group]
    duration = None if None in took else sum(cast(list[int], took))
    notes = [clean(note), *(f"A file was not in the log: {place}" for place in lost)]
    asked = next((value for name, value in reversed(values) if name.startswith("input")), "")
    return ImportedRun(
        # The last call, so that an answer that has grown since an earlier import is a new run.
        foreign_id=last.id,
        prompt=prompt,
        started_at=started,
        lanes=(ImportedLane(clean(first.model), content, _params(first.options)[0], "", parent),),
        answers=(ImportedAnswer(_result(group, duration), later(started, duration or 0)),),
        sets=(RunSet("", "", values),),
        note="\n".join(filter(None, notes)),
        summary=first_line(asked or _said(first.before[-1] if first.before else LogMessage("", ()))),
        files=files,
    )


def _asked(turn: LogTurn) -> tuple[Content, tuple[tuple[str, str], ...], tuple[ImportedFile, ...], tuple[str, ...]]:
    """Return content, values, files, and the locations of files that the log lacks."""
    messages: list[Message] = []
    files: list[ImportedFile] = []
    lost: list[str] = []
    sent = [message for message in turn.before if message.role in _ROLES]
    for message in sent:
        attached = []
        for number, part in enumerate(part for part in message.parts if part.kind == "attachment"):
            found = _attached(part, number)
            if found is None:
                lost.append(clean(part.file.place if part.file else "") or "unnamed")
            else:
                attached.append(found[0])
                files.append(found[1])
        messages.append(Message(_ROLES[message.role], _said(message), tuple(attached)))
    values: list[tuple[str, str]] = []
    if messages and messages[-1].role == "user" and messages[-1].text:
        taken = set(variables(message.text for message in messages[:-1]))
        name = next(name for name in _names() if name not in taken)
        values.append((name, messages[-1].text))
        messages[-1] = Message("user", f"{{{{{name}}}}}", messages[-1].attachments)
        before = messages[:-1]
    else:
        before = messages
    # Braces in sent texts are literal, so each apparent variable gets its own text as its value.
    values = [*((name, f"{{{{{name}}}}}") for name in _as_written(before)), *values]
    output = OutputFormat("schema", clean(turn.schema)) if turn.schema else None
    tools = tuple(Tool(clean(tool.name), clean(tool.description), clean(tool.schema)) for tool in turn.tools)
    return Content(tuple(messages), output=output, tools=tools), tuple(values), tuple(files), tuple(lost)


def _names() -> Iterator[str]:
    yield "input"
    number = 2
    while True:
        yield f"input_{number}"
        number += 1


def _as_written(messages: Sequence[Message]) -> tuple[str, ...]:
    return variables(message.text for message in messages)


def _attached(part: LogPart, number: int) -> tuple[Attachment, ImportedFile] | None:
    body = part.file.body if part.file else None
    if body is None:
        return None
    name = f"attachment-{number + 1}"
    try:
        kind = media_type(name, body)
    except AttachError:
        return None
    return Attachment(hashlib.sha256(body).hexdigest(), kind, name), ImportedFile(body, kind)


def _result(group: Sequence[LogTurn], duration: int | None) -> Result:
    steps: list[AnswerStep] = []
    for number, turn in enumerate(group):
        if number:
            steps += [
                step for step in _steps(turn.before[len(group[number - 1].before) :]) if step.kind == "tool_result"
            ]
        steps += _steps(turn.said)
    used_tools = any(step.kind in ("tool_call", "tool_result") for step in steps)
    final = _after_tools(steps)
    last = group[-1]
    return Result(
        state="finished",
        text="".join(step.text for step in final if step.kind == "text"),
        reasoning="".join(step.text for step in final if step.kind == "reasoning"),
        model=clean(last.resolved_model or last.model),
        usage=_usage(group),
        timing=Timing(0, 0, None, duration) if duration is not None else Timing(),
        response=_raw(last.response),
        steps=tuple(steps) if used_tools else (),
    )


def _after_tools(steps: Sequence[AnswerStep]) -> Sequence[AnswerStep]:
    for at in range(len(steps) - 1, -1, -1):
        if steps[at].kind == "tool_result":
            return steps[at + 1 :]
    return steps


def _steps(messages: Sequence[LogMessage]) -> list[AnswerStep]:
    return [
        AnswerStep(part.kind, clean(part.text), clean(part.name), clean(part.call_id), clean(part.opaque))
        for message in messages
        for part in message.parts
        if part.kind != "attachment" and (part.text or part.kind != "text")
    ]


def _usage(group: Sequence[LogTurn]) -> Usage:
    details = [_object(turn.token_details) for turn in group]
    return Usage(
        _sum([turn.input_tokens for turn in group]),
        _sum([turn.output_tokens for turn in group]),
        _sum([_nested(one, _CACHED) for one in details]),
        _sum([_nested(one, _THOUGHT) for one in details]),
    )


def _sum(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None


def _nested(details: Mapping[str, Any], places: Sequence[tuple[str, ...]]) -> int | None:
    for place in places:
        value: Any = details
        for name in place:
            value = value.get(name) if isinstance(value, dict) else None
        if type(value) is int and value >= 0:
            return value
    return None


def _params(options: str) -> tuple[Params, list[str]]:
    """Return the options as parameters, and a sentence about each that a lane cannot have."""
    found = sort_parameters({name: value for name, value in _object(options).items() if value is not None})
    problems = [clean(problem) for problem in found.problems]
    try:
        extra = clean(json.dumps(found.rest, ensure_ascii=False, allow_nan=False)) if found.rest else ""
    except ValueError:
        extra = ""
        problems.append("One of the other options is a number that JSON cannot hold; they were left out.")
    return Params(values=found.values.items(), extra=extra), problems


def _raw(response: str) -> Any:
    """Return a raw response; None if llm replaced texts in it with placeholders, as that is not the original."""
    return None if not response or '"$' in response else _json(response)


def _said(message: LogMessage) -> str:
    return clean("".join(part.text for part in message.parts if part.kind == "text"))


def _object(text: str) -> dict[str, Any]:
    found = _json(text) if text else None
    return found if isinstance(found, dict) else {}


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def moment(text: str, ulid: str = "") -> str:
    """Return a time of the log as UTC text; if it is unreadable, the time encoded in the call's ULID."""
    return foreign(text) or later("1970-01-01T00:00:00.000Z", _ulid_ms(ulid))


def _ulid_ms(ulid: str) -> int:
    digits = ulid.lower()[:10]
    if len(ulid) != 26 or any(digit not in _ULID for digit in digits):
        return 0
    ms = 0
    for digit in digits:
        ms = ms * 32 + _ULID.index(digit)
    return ms


def recognise(file: ImportFile) -> bool:
    """Whether a database has the tables of one of the two generations of logs."""
    tables = file.tables()
    return "responses" in tables or {"turns", "messages", "parts"} <= tables.keys()


def _read(file: ImportFile) -> ImportedItems:
    log = file.calls()
    return ImportedItems(log.total, _items(log))


def _items(log: CallLog) -> Iterator[ImportedItem]:
    for conversation in log.conversations():
        yield from ((item, 1) for item in conversation if isinstance(item, LeftOut))
        yield from runs_of([turn for turn in conversation if isinstance(turn, LogTurn)])


FORMAT = ImportFormat(
    id="llm",
    order=20,
    title="llm log",
    noun="the logs.db of llm",
    help="the logs.db of llm: each turn of a conversation is a run",
    brings="runs",
    recognise=recognise,
    extensions=(".db",),
    read=_read,
)
