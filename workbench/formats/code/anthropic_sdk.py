"""Python with Anthropic's own library, for its own models."""

from __future__ import annotations

from typing import Any

from workbench.formats.code.source import (
    CannotWriteError,
    Source,
    python,
    python_call,
    python_head,
    python_messages,
    quoted,
)

MOST_TOKENS = 4096
"""Anthropic wants a limit; this one is taken where the lane sets none."""
_SAME = ("temperature", "top_p", "top_k")


def write(source: Source) -> str:
    """Return a program. Raises CannotWriteError."""
    if source.provider != "anthropic":
        raise CannotWriteError("This is no model of Anthropic's own service. Choose another library.")
    params: dict[str, Any] = dict(source.params)
    left_out = [name for name in params if name not in (*_SAME, "max_tokens", "stop")]
    arguments = [
        ("model", quoted(source.model)),
        ("max_tokens", repr(params.get("max_tokens", MOST_TOKENS))),
        ("messages", '[message for message in messages if message["role"] != "system"]'),
    ]
    arguments += [(name, python(params[name], 1)) for name in _SAME if name in params]
    if any(m.role == "system" for m in source.messages):
        arguments.insert(2, ("system", "system"))
    if "stop" in params:
        stop = params["stop"]
        arguments.append(("stop_sequences", python([stop] if isinstance(stop, str) else stop, 1)))
    lines = [
        python_head(source, "anthropic", uses_keys=True) + "\nimport anthropic\n",
        python_messages(source),
        'system = [{"type": "text", "text": m["content"]} for m in messages if m["role"] == "system"]',
    ]
    if left_out:
        lines.append(f"# Anthropic's library has no parameter of this name, so it is not sent: {', '.join(left_out)}")
    return "\n".join(
        [
            *lines,
            f"client = anthropic.Anthropic(api_key=os.environ[{quoted(source.key_variable)}])",
            "response = " + python_call("client.messages.create", arguments),
            'print("".join(block.text for block in response.content if block.type == "text"))',
            "",
        ]
    )
