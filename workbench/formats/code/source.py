"""The declaration of a code target, the input of a code snippet, and literals for its texts.

Invariant: evaluating a literal gives back the exact text, and no literal contains an invisible character.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from workbench.core.blocks import OutputFormat, Tool
from workbench.core.chat_form import format_form, tools_form
from workbench.core.content import TOOL_ROUNDS, Message


class CannotWriteError(Exception):
    """Raised if a target cannot repeat a lane; the text is a sentence that says why and what to choose instead."""


@dataclass(frozen=True, slots=True)
class CodeSource:
    """A lane to repeat.

    `model` is the server's name of the model, `litellm_model` LiteLLM's ("" if only the workbench serves it),
    `workbench_model` the terminal's. `base_url` is the OpenAI-compatible address, "" if there is none. `provider` is
    the provider's id. `key_variable` is the environment variable of the key, "" for no key. `headers` are sent
    unchanged; `secret_headers` are pairs of a header's name and the variable of its value. `params` are in
    chat-completions form; `renames` maps some of them to the server's names. `values` are substituted in `messages`,
    empty if that is done. `files` are the texts of attached text files by hash. `tool_rounds` limits rounds of `tools`.
    `output` is the output format, None if the messages ask for it in words. `caches` says that the provider supports
    cache breakpoints. `notes` are sentences about what the code does not do; they become comments. `api_base` is the
    address for libraries with the provider's own protocol, "" for its public one; `settings` are its other settings.
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
    """Return `text` as a double-quoted literal. `long_escapes` allows `\\U…`, which Python and YAML read, JSON not."""
    plain = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else _escape(c, long_escapes) for c in plain)


def _escape(character: str, long_escapes: bool) -> str:
    code = ord(character)
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    return f"\\U{code:08x}" if long_escapes else json.dumps(character)[1:-1]


def json_text(value: Any) -> str:
    """Return indented JSON with invisible characters escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return "\n".join(map(visible, text.split("\n")))


def visible(json_text: str) -> str:
    """Return one line of JSON with invisible characters escaped."""
    return "".join(c if c.isprintable() else _escape(c, False) for c in json_text)


def python(value: Any, indent: int = 0) -> str:
    """Return a Python literal; multi-line texts are one literal per line in parentheses."""
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
    """Return a call with one keyword argument per line; the values are code."""
    return f"{name}(\n" + "".join(f"{STEP}{key}={value},\n" for key, value in arguments) + ")"


def python_head(source: CodeSource, package: str, *, uses_keys: bool, parses: bool = False) -> str:
    """Return the install comment and the imports of the standard library."""
    used = {
        "base64": any(one.is_image for message in source.messages for one in message.attachments),
        "json": parses and bool(source.tools),
        "os": uses_keys,
        "re": bool(source.values),
    }
    imports = [f"import {name}" for name, is_used in used.items() if is_used]
    return "\n".join([f"# pip install {package}", *imports, *([""] if imports else [])])


def comment(text: str) -> str:
    """Return a one-line comment; line ends in `text` are escaped."""
    return "# " + "".join(c if c.isprintable() else _escape(c, True) for c in text)


def python_headers(source: CodeSource) -> str:
    """Return a dict of the endpoint's own headers as code, "" for none."""
    items = [f"{quoted(name)}: {quoted(value)}" for name, value in source.headers]
    items += [f"{quoted(name)}: os.environ[{quoted(variable)}]" for name, variable in source.secret_headers]
    return "{" + ", ".join(items) + "}" if items else ""


def all_params(source: CodeSource) -> dict[str, Any]:
    """Return the parameters, tools and response format. Raises BlockError for an invalid schema."""
    shape: dict[str, Any] = {}
    if source.tools:
        shape["tools"] = tools_form(source.tools)
    if source.output is not None:
        shape["response_format"] = format_form(source.output)
    return {**source.params, **shape}


def sent_params(source: CodeSource) -> dict[str, Any]:
    """Return the parameters, tools and response format under the server's names. Raises BlockError."""
    taken = all_params(source)
    return {
        new if (new := source.renames.get(name)) is not None and new not in taken else name: value
        for name, value in taken.items()
        if name not in ("model", "messages", "stream", "stream_options")
    }


@dataclass(frozen=True, slots=True)
class CodeTarget:
    """A library or program that can repeat a lane; `title` is shown to the user, `write` returns the code."""

    title: str
    order: int
    write: Callable[[CodeSource], str]

    def __call__(self, source: CodeSource) -> str:
        """Return the source's notes as comments, then the code. Raises CannotWriteError, BlockError."""
        return "".join(f"{comment(note)}\n" for note in source.notes) + self.write(source)
