"""Python with Anthropic's SDK, for Anthropic's own models."""

from __future__ import annotations

from typing import Any

from workbench.core.chat_form import format_instruction, tools_form
from workbench.core.parameters import names_in
from workbench.formats.code.contents import ANTHROPIC_IMAGE, python_messages
from workbench.formats.code.source import (
    CannotWriteError,
    CodeSource,
    CodeTarget,
    comment,
    python,
    python_call,
    python_head,
    quoted,
)
from workbench.formats.code.tool_code import answers_code, anthropic_loop

MOST_TOKENS = 4096
"""Used for `max_tokens`, which Anthropic requires, if the lane sets no limit."""
_OWN = ("thinking", "metadata", "service_tier")
"""Parameters that have the same name in the SDK and in chat completions."""
_ARGUMENTS = ("max_tokens", "stop_sequences")
"""Lane parameters that are arguments of the SDK; others that the service supports go into `extra_body`."""
_SHOW = 'print("".join(block.text for block in response.content if block.type == "text"))\n'
_SYSTEM = """\
system = []
for message in messages:
    if message["role"] == "system":
        content = message["content"]
        system += content if isinstance(content, list) else [{"type": "text", "text": content}]
messages = [message for message in messages if message["role"] != "system"]
"""


def write(source: CodeSource) -> str:
    """Return a program. Raises CannotWriteError, and BlockError for a tool without a valid schema."""
    if source.provider != "anthropic":
        raise CannotWriteError("This model is not served by Anthropic. Choose another library.")
    params: dict[str, Any] = dict(source.params)
    theirs = names_in("anthropic")
    left_out = [name for name in params if name not in (*_OWN, *theirs.values(), "max_completion_tokens")]
    has_system = source.output is not None or any(m.role == "system" for m in source.messages)
    most = params.get("max_completion_tokens", params.get("max_tokens", MOST_TOKENS))
    arguments = [
        ("model", quoted(source.model)),
        ("max_tokens", python(most)),
        *([("system", "system")] if has_system else []),
        ("messages", "messages"),
    ]
    arguments += [(name, python(params[name], 1)) for name in _OWN if name in params]
    if "stop" in params:
        stop = params["stop"]
        arguments.append(("stop_sequences", python([stop] if isinstance(stop, str) else stop, 1)))
    rest = {name: ours for name, ours in theirs.items() if name not in _ARGUMENTS}
    if body := {name: params[ours] for name, ours in rest.items() if ours in params}:
        arguments.append(("extra_body", python(body, 1)))
    if source.tools:
        forms = [one["function"] for one in tools_form(source.tools)]
        tools = [{"input_schema" if k == "parameters" else k: v for k, v in form.items()} for form in forms]
        arguments.append(("tools", python(tools, 1)))
    lines = [
        python_head(source, "anthropic", uses_keys=bool(source.key_variable)) + "\nimport anthropic\n",
        *([answers_code(source, parses=False)] if source.tools else []),
        python_messages(source, ANTHROPIC_IMAGE, caches=source.caches),
        *([_SYSTEM] if has_system else []),
    ]
    if source.output is not None:
        words = python({"type": "text", "text": format_instruction(source.output)})
        lines.append(
            f"# The output format as an instruction, which every model of this service reads.\nsystem.append({words})"
        )
    if left_out:
        names = ", ".join(left_out)
        lines.append(comment(f"Not sent, because this service has no such parameter: {names}"))
    # The SDK adds the version to the path by itself.
    root = source.api_base.rstrip("/").removesuffix("/v1")
    address = f", base_url={quoted(root)}" if root else ""
    key = f"os.environ[{quoted(source.key_variable)}]" if source.key_variable else quoted("none")
    lines.append(f"client = anthropic.Anthropic(api_key={key}{address})")
    # The SDK refuses non-streaming requests whose answer may become long.
    ask = (
        f"with {python_call('client.messages.stream', arguments)} as stream:\n    response = stream.get_final_message()"
    )
    lines.append(anthropic_loop(source, ask, _SHOW) if source.tools else f"{ask}\n{_SHOW}")
    return "\n".join(lines)


FORMAT = CodeTarget("Anthropic SDK", 30, write)
