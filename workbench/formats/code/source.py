"""What a snippet is made of, and how texts are spelt in code.

Invariant: whatever is in a text, reading its literal gives that text again, and no literal holds a character that
cannot be seen.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from workbench.core.blocks import OutputFormat, Tool
from workbench.core.chat_form import format_form, tools_form
from workbench.core.content import TOOL_ROUNDS, Message


class CannotWriteError(Exception):
    """A target that cannot repeat this lane; the text is a sentence that says why and what to choose instead."""


@dataclass(frozen=True, slots=True)
class CodeSource:
    """A lane to be repeated.

    `model` is the model as its server calls it, `litellm_model` as LiteLLM does ("" when only the workbench serves it),
    `workbench_model` as the terminal does. `base_url` is the OpenAI-compatible address, "" where there is none.
    `provider` is the provider's id. `key_variable` is the environment variable of the key, "" for no key; `headers` are
    sent as they are and `secret_headers` are pairs of a header's name and the variable of its value. `params` is the
    chat-completions form, `renames` the names that some of them have there. `values` fill `messages`; they are empty
    when the messages are filled already. `files` are the texts of attached text files by hash. `tools` may be called in
    `tool_rounds` rounds; `output` is the wanted form of the answer, None where words in the messages ask for it.
    `caches` says that the provider takes breakpoints of its cache. `notes` are sentences about what the code does not
    do; they become comments. `api_base` is the address for libraries that speak the provider's own protocol, "" for its
    public one, and `settings` are what the provider needs besides.
    """

    model: str
    litellm_model: str
    workbench_model: str
    messages: tuple[Message, ...]
    provider: str = ""
    base_url: str = ""
    is_custom: bool = False
    api_base: str = ""
    settings: tuple[tuple[str, str], ...] = ()
    key_variable: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    secret_headers: tuple[tuple[str, str], ...] = ()
    params: dict[str, Any] = field(default_factory=dict)
    renames: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    tools: tuple[Tool, ...] = ()
    tool_rounds: int = TOOL_ROUNDS
    output: OutputFormat | None = None
    caches: bool = False
    notes: tuple[str, ...] = ()


STEP = "    "


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
    return "\n".join(map(visible, text.split("\n")))


def visible(json_text: str) -> str:
    """Return JSON of one line in which every character can be seen."""
    return "".join(c if c.isprintable() else _escape(c, False) for c in json_text)


def python(value: Any, indent: int = 0) -> str:
    """Return a Python literal; texts of several lines are written line by line."""
    pad, inner = STEP * indent, STEP * (indent + 1)
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


def python_call(name: str, arguments: list[tuple[str, str]]) -> str:
    """Return a call with a keyword argument per line; values are code."""
    return f"{name}(\n" + "".join(f"{STEP}{key}={value},\n" for key, value in arguments) + ")"


def python_head(source: CodeSource, package: str, *, uses_keys: bool, parses: bool = False) -> str:
    """Return what is installed and imported."""
    used = {
        "base64": any(one.is_image for message in source.messages for one in message.attachments),
        "json": parses and bool(source.tools),
        "os": uses_keys,
        "re": bool(source.values),
    }
    imports = [f"import {name}" for name, is_used in used.items() if is_used]
    return "\n".join([f"# pip install {package}", *imports, *([""] if imports else [])])


def comment(text: str) -> str:
    """Return a comment of one line; nothing in `text` can end it."""
    return "# " + "".join(c if c.isprintable() else _escape(c, True) for c in text)


def python_headers(source: CodeSource) -> str:
    """Return a dict of the endpoint's own headers as code, "" for none."""
    items = [f"{quoted(name)}: {quoted(value)}" for name, value in source.headers]
    items += [f"{quoted(name)}: os.environ[{quoted(variable)}]" for name, variable in source.secret_headers]
    return "{" + ", ".join(items) + "}" if items else ""


def all_params(source: CodeSource) -> dict[str, Any]:
    """Return tools, the wanted form and the parameters. Raises BlockError for a schema that is none."""
    shape: dict[str, Any] = {}
    if source.tools:
        shape["tools"] = tools_form(source.tools)
    if source.output is not None:
        shape["response_format"] = format_form(source.output)
    return {**source.params, **shape}


def sent_params(source: CodeSource) -> dict[str, Any]:
    """Return tools, the wanted form and the parameters under the names that they have at the server."""
    taken = all_params(source)
    return {
        new if (new := source.renames.get(name)) is not None and new not in taken else name: value
        for name, value in taken.items()
        if name not in ("model", "messages", "stream", "stream_options")
    }
