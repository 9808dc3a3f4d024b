"""The `workbench run` command, with the prompt in a file."""

from __future__ import annotations

import json
import shlex
from typing import Any

from workbench.core.parameter import Parameter
from workbench.core.parameters import parameter
from workbench.core.templates import PLAIN_VARIABLE, fill, variables
from workbench.core.text import unify_newlines
from workbench.formats.code.contents import file_texts
from workbench.formats.code.source import CannotWriteError, CodeSource, CodeTarget, all_params, comment, quoted, visible

FILE = "lane.prompt.yml"
_MOST_IN_A_WORD = 128 * 1024 - 1
"""Longest command-line argument on Linux, in bytes."""
_AS_VALUES = {"braces": "{{", "return": "\r"}


def write(source: CodeSource) -> str:
    """Return shell commands: one that writes the prompt's file, one that runs it. Raises CannotWriteError."""
    # Imported here because YAML is slow to import and only this function needs the limit.
    from workbench.formats.imports.prompt_yml import LIMIT_BYTES

    said, values = _texts(source)
    lines = ["messages:"]
    for role, text in said:
        lines += [f"  - role: {role}", f"    content: {quoted(text)}"]
    if values:
        lines.append("testData:")
        marks = ["  - ", *["    "] * (len(values) - 1)]
        lines += [f"{mark}{quoted(n)}: {quoted(v)}" for mark, (n, v) in zip(marks, values.items(), strict=True)]
    file = "\n".join(lines)
    if len(file.encode()) >= LIMIT_BYTES:
        raise CannotWriteError("This prompt is longer than the command's file may be. Choose another library.")
    words = [f"workbench run --prompt {FILE}", f"--model {_word(source.workbench_model)}"]
    for name, value in all_params(source).items():
        for one in value if isinstance(value, list) and _takes_several(name) else [value]:
            words.append(f"--param {_param(name, one)}")
    head = "".join(f"{comment(note)}\n" for note in _notes(source))
    return head + f"cat > {FILE} <<'PROMPT'\n{file}\nPROMPT\n" + " \\\n  ".join(words) + "\n"


def _texts(source: CodeSource) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """Return roles with the texts of the file, and the values of its variables.

    Texts stay templates if the command renders them as the lane does. Otherwise, for example if an attached file seems
    to contain variables, they are rendered, and the values hold what reading the file would change: braces and CR.
    """
    roles = [str(message.role) for message in source.messages]
    files = [file_texts(source, message) for message in source.messages]
    typed = [_joined(message.text, texts) for message, texts in zip(source.messages, files, strict=True)]
    filled = (fill(message.text, source.values) for message in source.messages)
    wanted = [_joined(text, texts) for text, texts in zip(filled, files, strict=True)]
    if source.values and set(variables(typed)) <= set(source.values):
        values = {name: unify_newlines(value) for name, value in source.values.items()}
        if [fill(unify_newlines(text), values) for text in typed] == wanted:
            return list(zip(roles, typed, strict=True)), source.values
    said = [_escaped(text) for text in wanted]
    return list(zip(roles, said, strict=True)), {name: _AS_VALUES[name] for name in variables(said)}


def _joined(text: str, files: list[str]) -> str:
    return "\n\n".join(filter(None, [text, *files]))


def _escaped(text: str) -> str:
    braced = PLAIN_VARIABLE.sub(lambda found: f"{{{{braces}}}}{found[0][2:]}", text)
    return braced.replace("\r\n", "{{return}}\n")


def _param(name: str, value: Any) -> str:
    """Return a parameter as the command reads it: text unchanged, any other value as JSON. Raises CannotWriteError."""
    if not name or name != name.strip() or "=" in name:
        raise CannotWriteError(f"The command takes no parameter named {name!r}. Choose another library.")
    row = parameter(name)
    if row is not None and not _allowed(row, value):
        raise CannotWriteError(f"The command takes {name} only as {row.requirement}. Choose another library.")
    if row is not None and row.is_text:
        return _word(f"{name}={value}")
    return _word(f"{name}={visible(json.dumps(value, ensure_ascii=False))}")


def _takes_several(name: str) -> bool:
    row = parameter(name)
    return row is not None and row.kind == "texts"


def _allowed(row: Parameter, value: Any) -> bool:
    try:
        return row.checked([value] if row.kind == "texts" else value) is not None
    except ValueError:
        return False


def _word(text: str) -> str:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        size = 0
    if not 0 < size <= _MOST_IN_A_WORD or "\0" in text:
        raise CannotWriteError("A parameter of this lane cannot be part of a command. Choose another library.")
    return shlex.quote(text)


def _notes(source: CodeSource) -> list[str]:
    notes = [
        f"The file {one.name} is not in this code; the command takes no files."
        for message in source.messages
        for one in message.attachments
        if one.is_image or one.hash not in source.files
    ]
    if source.caches and any(message.cache for message in source.messages):
        notes.append("The cache breakpoints are not in this code; the command's file has none.")
    if source.tools:
        notes.append("Sends one request and answers no tool calls; the Python snippets do.")
    return notes


FORMAT = CodeTarget("workbench", 50, write)
