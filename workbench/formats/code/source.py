"""What a snippet is made of, and how texts are spelt in code.

Invariant: whatever is in a text, reading its literal gives that text again, and no literal holds a character that
cannot be seen.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from workbench.core.content import Message


class CannotWriteError(Exception):
    """A target that cannot repeat this lane; the text is a sentence that says why and what to choose instead."""


@dataclass(frozen=True, slots=True)
class Source:
    """A lane to be repeated.

    `model` is the model as its server calls it, `litellm_model` as LiteLLM does ("" when only the workbench serves it),
    `workbench_model` as the terminal does. `base_url` is the OpenAI-compatible address, "" where there is none.
    `provider` is the provider's id. `key_variable` is the environment variable of the key, "" for no key; `headers` are
    sent as they are and `secret_headers` are pairs of a header's name and the variable of its value. `params` is the
    chat-completions form, `renames` the names that some of them have there. `values` fill `messages`; they are empty
    when the messages are filled already. `notes` are sentences about what the code does not do; they become comments.
    """

    model: str
    litellm_model: str
    workbench_model: str
    messages: tuple[Message, ...]
    provider: str = ""
    base_url: str = ""
    is_custom: bool = False
    key_variable: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    secret_headers: tuple[tuple[str, str], ...] = ()
    params: dict[str, Any] = field(default_factory=dict)
    renames: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


_STEP = "    "


def quoted(text: str, *, long_escapes: bool = True) -> str:
    """Return `text` as a double-quoted literal; JSON needs `long_escapes` off, Python and YAML read them."""
    plain = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else _escape(c, long_escapes) for c in plain)


def _escape(character: str, long_escapes: bool) -> str:
    code = ord(character)
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    return f"\\U{code:08x}" if long_escapes else json.dumps(character)[1:-1]


def json_text(value: Any) -> str:
    """Return indented JSON in which every character can be seen."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return "".join(c if c.isprintable() or c == "\n" else _escape(c, False) for c in text)


def python(value: Any, indent: int = 0) -> str:
    """Return a Python literal; texts of several lines are written line by line."""
    pad, inner = _STEP * indent, _STEP * (indent + 1)
    if isinstance(value, str):
        lines = re.findall(r"[^\n]*\n|[^\n]+", value)
        if len(lines) < 2:
            return quoted(value)
        return "(\n" + "".join(f"{inner}{quoted(line)}\n" for line in lines) + f"{pad})"
    if isinstance(value, dict) and value:
        items = "".join(f"{inner}{quoted(str(k))}: {python(v, indent + 1)},\n" for k, v in value.items())
        return "{\n" + items + f"{pad}}}"
    if isinstance(value, list) and value:
        return "[\n" + "".join(f"{inner}{python(v, indent + 1)},\n" for v in value) + f"{pad}]"
    return repr(value)


def python_messages(source: Source) -> str:
    """Return the list of messages, and before it what fills their variables where they have any."""
    made = [{"role": m.role, "content": m.text} for m in source.messages]
    lines = ["messages = " + python(made)]
    if source.values:
        fill = (
            "def fill(text):\n"
            '    """Put the values in; a name without one stays as it is."""\n'
            '    pattern = r"\\{\\{[ \\t]*([^\\W\\d]\\w*)[ \\t]*\\}\\}"\n'
            "    return re.sub(pattern, lambda found: values.get(found[1], found[0]), text)\n"
        )
        lines = [
            "values = " + python(source.values),
            "",
            fill,
            *lines,
            'messages = [{**message, "content": fill(message["content"])} for message in messages]',
            'messages = [message for message in messages if message["content"]]',
        ]
    return "\n".join(lines)


def python_call(name: str, arguments: list[tuple[str, str]]) -> str:
    """Return a call with a keyword argument per line; values are code."""
    return f"{name}(\n" + "".join(f"{_STEP}{key}={value},\n" for key, value in arguments) + ")"


def python_head(source: Source, package: str, *, uses_keys: bool) -> str:
    """Return what is installed and imported."""
    imports = [f"import {name}" for name, used in (("os", uses_keys), ("re", bool(source.values))) if used]
    return "\n".join([f"# pip install {package}", *imports, *([""] if imports else [])])


def python_headers(source: Source) -> str:
    """Return a dict of the endpoint's own headers as code, "" for none."""
    items = [f"{quoted(name)}: {quoted(value)}" for name, value in source.headers]
    items += [f"{quoted(name)}: os.environ[{quoted(variable)}]" for name, variable in source.secret_headers]
    return "{" + ", ".join(items) + "}" if items else ""


def sent_params(source: Source) -> dict[str, Any]:
    """Return the parameters under the names that they have at the server."""
    taken = source.params
    return {
        new if (new := source.renames.get(name)) is not None and new not in taken else name: value
        for name, value in taken.items()
        if name not in ("model", "messages", "stream", "stream_options")
    }
