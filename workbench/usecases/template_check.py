"""Whether a template can be rendered, before anybody runs it.

Invariant: what is said while somebody types is what a run would say: the same renderer is asked.
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
    """A template that cannot be rendered: `number` counts the messages or examples from 1, `line` the lines of one."""

    sentence: str
    kind: str = ""
    """message, example, or "" where the place is not known."""
    number: int = 0
    line: int = 0


def schema_faults(content: Content) -> tuple[str, tuple[str, ...]]:
    """Return what is wrong with the schema of the output format, and with the parameters of each tool; "" for nothing.

    Slow at first: the checker is loaded when it is first needed.
    """
    from workbench.core.output_check import schema_fault

    output = content.output
    schema = output.schema if output is not None and output.kind == "schema" else ""
    texts = (schema, *(tool.parameters for tool in content.tools))
    whats = ("The schema", *("The schema of the parameters" for _ in content.tools))
    found = [schema_fault(text, what) if text.strip() else "" for text, what in zip(texts, whats, strict=True)]
    return found[0], tuple(found[1:])


def mistake(content: Content, values: Mapping[str, str], render: Render) -> TemplateMistake | None:
    """Return the first mistake of a Jinja template, None for a sound or a plain one; blocks.

    Variables without a value count as empty: that they lack one is said elsewhere.
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
