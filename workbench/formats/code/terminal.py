"""The workbench's own command, with the prompt as a file."""

from __future__ import annotations

import json
import shlex
from typing import Any

from workbench.core.templates import variables
from workbench.formats.code.contents import file_texts
from workbench.formats.code.source import Source, all_params, comment, quoted

FILE = "lane.prompt.yml"


_TEXTS = frozenset({"stop", "reasoning_effort"})


def _spelt(name: str, value: Any) -> str:
    """Return a parameter as the command reads it: these two as text, all others as JSON."""
    return value if name in _TEXTS and isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def write(source: Source) -> str:
    """Return shell commands: one that writes the prompt's file, one that runs it."""
    said = [(m.role, "\n\n".join(filter(None, [m.text, *file_texts(source, m)]))) for m in source.messages]
    texts = "\n".join(f"  - role: {role}\n    content: {quoted(text)}" for role, text in said)
    # A text that was filled already may still look as if it had variables: each then stands for itself.
    values = source.values or {name: f"{{{{{name}}}}}" for name in variables(text for _, text in said)}
    words = [f"workbench run --prompt {FILE}", f"--model {shlex.quote(source.workbench_model)}"]
    for name, value in all_params(source).items():
        for one in value if name == "stop" and isinstance(value, list) else [value]:
            words.append(f"--param {shlex.quote(f'{name}={_spelt(name, one)}')}")
    words += [f"--var {shlex.quote(f'{name}={value}')}" for name, value in values.items()]
    notes = [
        f"The file {one.name} is not in this code; the command takes no files."
        for message in source.messages
        for one in message.attachments
        if one.is_image or one.hash not in source.files
    ]
    if source.tools:
        notes.append("Asks once: the model may answer with tool calls, and the Python snippets answer those.")
    head = "".join(f"{comment(note)}\n" for note in notes)
    return head + f"cat > {FILE} <<'PROMPT'\nmessages:\n{texts}\nPROMPT\n" + " \\\n  ".join(words) + "\n"
