"""The workbench's own command, with the prompt as a file."""

from __future__ import annotations

import json
import shlex
from typing import Any

from workbench.core.templates import variables
from workbench.formats.code.source import Source, quoted

FILE = "lane.prompt.yml"


_TEXTS = frozenset({"stop", "reasoning_effort"})


def _spelt(name: str, value: Any) -> str:
    """Return a parameter as the command reads it: these two as text, all others as JSON."""
    return value if name in _TEXTS and isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def write(source: Source) -> str:
    """Return shell commands: one that writes the prompt's file, one that runs it."""
    texts = "\n".join(f"  - role: {m.role}\n    content: {quoted(m.text)}" for m in source.messages)
    # A text that was filled already may still look as if it had variables: each then stands for itself.
    values = source.values or {name: f"{{{{{name}}}}}" for name in variables(m.text for m in source.messages)}
    words = [f"workbench run --prompt {FILE}", f"--model {shlex.quote(source.workbench_model)}"]
    for name, value in source.params.items():
        for one in value if name == "stop" and isinstance(value, list) else [value]:
            words.append(f"--param {shlex.quote(f'{name}={_spelt(name, one)}')}")
    words += [f"--var {shlex.quote(f'{name}={value}')}" for name, value in values.items()]
    return f"cat > {FILE} <<'PROMPT'\nmessages:\n{texts}\nPROMPT\n" + " \\\n  ".join(words) + "\n"
