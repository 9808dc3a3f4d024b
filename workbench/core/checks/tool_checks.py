"""Checks of tool calls, over the recorded steps of an answer.

Promptfoo reads the sequence of tools from traces; here the recorded calls take their place. tool-call-f1 falls back to
calls that are written as JSON in the text, in the forms of OpenAI, Anthropic and Google.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from workbench.core.blocks import Tool
from workbench.core.checks.check_result import Finding, UnscoredError, listed, quoted
from workbench.core.checks.glob import glob_matches
from workbench.core.checks.inputs import CheckInputs
from workbench.core.checks.js_text import is_number, to_string, trim
from workbench.core.checks.json_schema import JsonSchema, schema_of
from workbench.core.checks.json_text import json_values, parse_json

_MOST_NAMES = 1_000


class ToolPattern(NamedTuple):
    """A tool by its name or a pattern with `*` and `?`; other kinds of steps than tools never match."""

    pattern: str
    is_tool: bool = True

    def matches(self, name: str) -> bool:
        """Whether a called tool is meant, without regard to case."""
        return self.is_tool and (not self.pattern or glob_matches(self.pattern, name))


def is_valid_tools_call(inputs: CheckInputs) -> Finding:
    """Compare the arguments of each call with the parameters of its tool."""
    calls, tools = inputs.answer.calls, {tool.name: tool for tool in inputs.answer.tools}
    if not calls:
        return Finding(False, "The answer calls no tool.")
    if not tools:
        return Finding(False, "The prompt defines no tools, but the answer calls one.")
    for call in calls:
        tool = tools.get(call.name)
        if tool is None:
            return Finding(False, f"The answer calls {quoted(call.name)}, but there is no such tool.")
        if problem := _arguments_problem(inputs, tool, call.text):
            return Finding(False, f"The call of {quoted(call.name)} does not fit its parameters: {problem}.")
    return Finding(True, f"All calls fit their tools: {listed([call.name for call in calls])}.")


def tool_call_f1(inputs: CheckInputs) -> Finding:
    """Compare the set of called tools with the expected one."""
    wanted = inputs.value
    if isinstance(wanted, str):
        texts = wanted.split(",")
    elif isinstance(wanted, list):
        texts = [to_string(item) for item in wanted]
    else:
        texts = []
    expected = {trim(text) for text in texts} - {""}
    if not expected:
        raise UnscoredError("Enter the names of the expected tools, separated by commas, or a list.")
    called = {call.name for call in inputs.answer.calls} or set(_names_in_text(inputs.text))
    both = len(expected & called)
    score = 2 * both / (len(expected) + len(called))
    names = f"called {listed(sorted(called))}" if called else "no tool called"
    reason = f"F1 score {score:.2f} of the tools: {names}, {listed(sorted(expected))} expected."
    return Finding(score >= inputs.threshold(1), reason, score, keeps_score=True)


def tool_used(inputs: CheckInputs) -> Finding:
    """Look for calls of tools; with `not-` none of them may be called."""
    called, value = _called(inputs), inputs.value
    if isinstance(value, dict):
        return _counted(called, value)
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        raise UnscoredError("Enter the name of a tool, a list of names, or a map with name, min and max.")
    used = [name for name in value if any(ToolPattern(name).matches(one) for one in called)]
    missing = [name for name in value if name not in used]
    reason = f"The answer does not call {listed(missing)}." if missing else f"The answer calls {listed(used)}."
    if used and missing:
        reason = f"The answer calls {listed(used)}, but not {listed(missing)}."
    return Finding(not missing, reason, passes_negated=not used)


def tool_sequence(inputs: CheckInputs) -> Finding:
    """Compare the order of the calls; other calls may be between them unless the mode is exact."""
    called, value = _called(inputs), inputs.value
    mode = value.get("mode") if isinstance(value, dict) else None
    steps = value.get("steps") if isinstance(value, dict) else value
    if not isinstance(steps, list) or not steps:
        raise UnscoredError("Enter the tools in order as a list, or a map with steps and mode.")
    wanted = [_pattern(step) for step in steps]
    shown = " → ".join(quoted(one.pattern) for one in wanted)
    actual = " → ".join(quoted(name) for name in called[:20]) or "none"
    if mode == "exact":
        pairs = zip(wanted, called, strict=False)
        holds = len(called) == len(wanted) and all(one.matches(name) for one, name in pairs)
        return Finding(holds, f"Tools called: {actual}; exactly {shown} expected.")
    remaining = iter(called)
    holds = all(any(one.matches(name) for name in remaining) for one in wanted)
    return Finding(holds, f"Tools called: {actual}; {shown} in this order expected.")


def _counted(called: Sequence[str], value: dict[str, Any]) -> Finding:
    pattern = _pattern(value)
    least = value["min"] if is_number(value.get("min")) else 1
    most = value["max"] if is_number(value.get("max")) else None
    count = sum(pattern.matches(name) for name in called)
    holds = count >= least and (most is None or count <= most)
    limits = f"at least {least}" if most is None else f"{least} to {most}"
    times = "once" if count == 1 else f"{count} times"
    return Finding(holds, f"The answer calls {quoted(pattern.pattern)} {times}; {limits} expected.")


def _pattern(value: Any) -> ToolPattern:
    given = value if isinstance(value, dict) else {"name": value}
    name, kinds = given.get("pattern") or given.get("name"), given.get("type")
    if not isinstance(name, str) or not name:
        raise UnscoredError("Each tool needs a name or a pattern.")
    return ToolPattern(name, not kinds or "tool" in (kinds if isinstance(kinds, list) else [kinds]))


def _called(inputs: CheckInputs) -> list[str]:
    return [call.name for call in inputs.answer.calls]


def _arguments_problem(inputs: CheckInputs, tool: Tool, text: str) -> str:
    try:
        arguments = parse_json(text if text.strip() else "{}")
    except ValueError:
        return "the arguments are not JSON"
    schema = parse_schema(tool) if tool.parameters.strip() else {"type": "object"}
    return JsonSchema(schema, inputs.engine).error(arguments)


def parse_schema(tool: Tool) -> Any:
    """Return the parameters of a tool as a schema. Raises UnscoredError."""
    try:
        return schema_of(json.loads(tool.parameters))
    except (ValueError, RecursionError) as error:
        raise UnscoredError(f"The parameters of the tool {quoted(tool.name)} are not a JSON Schema.") from error


def _names_in_text(text: str) -> Iterator[str]:
    try:
        found = [parse_json(text)]
    except ValueError:
        found = [value for value, (start, end) in json_values(_without_fences(text)) if _is_alone(text, start, end)]
    names = (name for value in found for name in _names(value))
    yield from (name for name, _ in zip(names, range(_MOST_NAMES), strict=False))


def _is_alone(text: str, start: int, end: int) -> bool:
    """Whether nothing else is on the first line before, and on the last line behind a place."""
    before = text[text.rfind("\n", 0, start) + 1 : start]
    stop = text.find("\n", end)
    return not before.strip() and not text[end : stop if stop >= 0 else len(text)].strip()


def _without_fences(text: str) -> str:
    """Replace the lines of code blocks by blanks, at the same positions."""
    lines, fence = [], ""
    for line in text.split("\n"):
        start = line.strip()
        if fence:
            closes = start.startswith(fence) and not start.strip(fence[0])
            fence = "" if closes else fence
            lines.append(" " * len(line))
        elif start.startswith(("```", "~~~")) and "`" not in start.lstrip("`"):
            fence = start[: len(start) - len(start.lstrip(start[0]))]
            lines.append(" " * len(line))
        else:
            lines.append(line)
    return "\n".join(lines)


def _names(value: Any) -> Iterator[str]:
    """Yield the names of the calls in a JSON value, by the forms of several providers."""
    if isinstance(value, str):
        yield from _names_in_text(value) if value.lstrip().startswith(("{", "[")) else ()
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield from _name_of(item)
    elif isinstance(value, dict):
        calls = value.get("tool_calls")
        inner = value["toolCall"].get("functionCalls") if isinstance(value.get("toolCall"), dict) else None
        if isinstance(calls, list):
            for call in calls:
                if isinstance(call, dict):
                    yield from _texts(call["function"].get("name") if isinstance(call.get("function"), dict) else None)
                    yield from _texts(call.get("name"))
        elif value.get("type") in ("tool_use", "function_call"):
            yield from _texts(value.get("name"))
        elif isinstance(value.get("functionCall"), dict):
            yield from _texts(value["functionCall"].get("name"))
        elif isinstance(inner, list):
            yield from _texts(*(call.get("name") for call in inner if isinstance(call, dict)))


def _name_of(item: dict[str, Any]) -> Iterator[str]:
    if item.get("type") == "tool_use" and isinstance(item.get("name"), str):
        yield item["name"]
        return
    for key in ("functionCall", "function"):
        if isinstance(item.get(key), dict):
            yield from _texts(item[key].get("name"))
            return
    yield from _texts(item.get("name"))


def _texts(*names: object) -> Iterator[str]:
    yield from (name for name in names if isinstance(name, str))
