"""Tools as code: the simulated answers, and the loop that sends them back.

Invariant: the code answers a call exactly as the workbench does, and stops after the same number of rounds.
"""

from __future__ import annotations

import json
from typing import Any

from workbench.core.simulated_tools import arguments_of
from workbench.core.text import plural
from workbench.formats.code.source import STEP, CodeSource, python

_CALL_TOOL = '''\
def holds(given, wanted):
    """Return whether the given arguments contain all wanted ones."""
    if isinstance(wanted, dict):
        return isinstance(given, dict) and all(key in given and holds(given[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        same = isinstance(given, list) and len(given) == len(wanted)
        return same and all(holds(one, other) for one, other in zip(given, wanted))
    return isinstance(given, bool) == isinstance(wanted, bool) and given == wanted


def call_tool(name, arguments):
    """Return the simulated answer of a tool; call your own function here instead."""
    if name not in answers:
        return f"Error: there is no tool named {name!r}. The tools are: {', '.join(answers)}."
    if not isinstance(arguments, dict):
        return f"Error: the arguments are not a JSON object. They were: {arguments[:500]}. Call {name} again."
    rows = answers[name]["rows"]
    return next((answer for wanted, answer in rows if holds(arguments, wanted)), answers[name]["otherwise"])
'''
_PARSE = '''\
def parsed(text):
    """Return the arguments of a call, or their text if it is not a JSON object."""
    try:
        found = json.loads(text) if text.strip() else {}
    except ValueError:
        return text
    return found if isinstance(found, dict) else text
'''


def answers_code(source: CodeSource, *, parses: bool) -> str:
    """Return code with the simulated answers and `call_tool`; `parses` adds a parser for arguments that are text."""
    answers: dict[str, Any] = {}
    for tool in source.tools:
        rows = [[wanted, row.answer] for row in tool.rows if (wanted := arguments_of(row.arguments)) is not None]
        answers[tool.name] = {"rows": rows, "otherwise": tool.answer}
    return "\n".join(["answers = " + python(answers), "", "", _CALL_TOOL, *(["", _PARSE] if parses else []), ""])


def chat_loop(source: CodeSource, ask: str) -> str:
    """Return the tool loop for chat completions; `ask` is the expression that sends a request."""
    return _loop(
        source,
        f"response = {ask}",
        "    message = response.choices[0].message\n"
        "    if not message.tool_calls:\n"
        "        break\n"
        "    messages.append(message)\n"
        "    for call in message.tool_calls:\n"
        "        answer = call_tool(call.function.name, parsed(call.function.arguments))\n"
        '        messages.append({"role": "tool", "tool_call_id": call.id, "content": answer})\n',
        "print(message.content)\n",
    )


def anthropic_loop(source: CodeSource, ask: str, show: str) -> str:
    """Return the tool loop for Anthropic's SDK; `ask` is code that assigns `response`, `show` prints the answer."""
    return _loop(
        source,
        ask,
        '    calls = [block for block in response.content if block.type == "tool_use"]\n'
        "    if not calls:\n"
        "        break\n"
        '    messages.append({"role": "assistant", "content": response.content})\n'
        "    results = [\n"
        '        {"type": "tool_result", "tool_use_id": call.id, "content": call_tool(call.name, call.input)}\n'
        "        for call in calls\n"
        "    ]\n"
        '    messages.append({"role": "user", "content": results})\n',
        show,
    )


def _loop(source: CodeSource, ask: str, rounds: str, show: str) -> str:
    asked = ask.replace("\n", f"\n{STEP}")
    times = f"{source.tool_rounds} {plural(source.tool_rounds, 'round')}"
    stop = json.dumps(f"The model still calls tools after {times}.")
    return (
        f"for _ in range({source.tool_rounds + 1}):\n{STEP}{asked}\n{rounds}else:\n    raise SystemExit({stop})\n{show}"
    )
