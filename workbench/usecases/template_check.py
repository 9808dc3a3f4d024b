"""Checking templates while they are typed.

Invariant: the check reports what a run would report, because it uses the same renderer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass

from workbench.core.content import Content
from workbench.core.templates import content_variables
from workbench.engine.calls import EngineError

Render = Callable[[Content, Mapping[str, str]], "Future[tuple[str, ...]]"]
_PLACE = re.compile(r"Line (\d+) of (message|example) (\d+) ")
_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class TemplateMistake:
    """A template that cannot be rendered: `number` counts messages or examples from 1, `line` the lines in it."""

    sentence: str
    kind: str = ""
    """message, example, or "" if the position is unknown."""
    number: int = 0
    line: int = 0


def schema_faults(content: Content) -> tuple[str, tuple[str, ...]]:
    """Return the faults of the output schema and of each tool's parameters, "" for none.

    The first call is slow, because it imports the schema checker.
    """
    from workbench.core.output_check import schema_fault

    output = content.output
    schema = output.schema if output is not None and output.kind == "schema" else ""
    texts = (schema, *(tool.parameters for tool in content.tools))
    whats = ("The schema", *("The schema of the parameters" for _ in content.tools))
    found = [schema_fault(text, what) if text.strip() else "" for text, what in zip(texts, whats, strict=True)]
    return found[0], tuple(found[1:])


def mistake(content: Content, values: Mapping[str, str], render: Render) -> TemplateMistake | None:
    """Return the first mistake of a Jinja template, None for a valid or a plain one; blocks.

    Variables without a value count as empty, because missing values are reported elsewhere.
    """
    if content.template != "jinja":
        return None
    given = dict.fromkeys(content_variables(content), "") | dict(values)
    try:
        render(content, given).result(_TIMEOUT_S)
    except EngineError as error:
        sentence = error.failure.sentence
        if found := _PLACE.match(sentence):
            return TemplateMistake(sentence, found[2], int(found[3]), int(found[1]))
        return TemplateMistake(sentence)
    return None
