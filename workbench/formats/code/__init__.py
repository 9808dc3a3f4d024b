"""Code that repeats a lane outside the workbench: one module per target, each a function from a Source to a text.

Invariant: a snippet sends exactly the texts and parameters that it was given, runs as pasted, and holds no key: keys
are read from environment variables. What a target cannot send is a comment in the snippet, never left out in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from workbench.formats.code import anthropic_sdk, curl, litellm_sdk, openai_sdk, terminal
from workbench.formats.code.source import CannotWriteError, Source, comment

Target = Callable[[Source], str]


def _noted(write: Target) -> Target:
    return lambda source: "".join(f"{comment(note)}\n" for note in source.notes) + write(source)


TARGETS: Mapping[str, Target] = {
    "LiteLLM": _noted(litellm_sdk.write),
    "OpenAI SDK": _noted(openai_sdk.write),
    "Anthropic SDK": _noted(anthropic_sdk.write),
    "curl": _noted(curl.write),
    "workbench": _noted(terminal.write),
}
"""By the name that people see, in the order in which they are offered."""

__all__ = ["TARGETS", "CannotWriteError", "Source"]
