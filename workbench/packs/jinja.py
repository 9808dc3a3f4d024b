"""Rendering Jinja templates.

Invariant: a template can access its values and nothing else; an unknown variable, like every other mistake, is an error
with its place and line. The sandbox protects the program from a template, but does not limit time and memory; for that,
render in a process that can be killed.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.core.cases import json_text

_NAME = "<template>"


class TemplateMistakeError(Exception):
    """A template that cannot be rendered; the text is a sentence, `detail` is Jinja's message."""

    def __init__(self, sentence: str, detail: str) -> None:
        super().__init__(sentence)
        self.detail = detail


def render(texts: Iterable[Sequence[str]], values: Mapping[str, Any]) -> list[str]:
    """Return rendered texts, given as pairs of place name and template. Raises TemplateMistakeError.

    `values` are texts or JSON.
    """
    return [_render_one(place, template, values) for place, template in texts]


def _render_one(place: str, template: str, values: Mapping[str, Any]) -> str:
    from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False, newline_sequence="\n", finalize=_shown
    )
    # Jinja treats a lone CR as a line end and replaces it, so hide it.
    stand_in = next(c for c in map(chr, range(0xE000, 0xF8FF)) if c not in template)
    try:
        text = environment.from_string(template.replace("\r", stand_in)).render(dict(values))
        return text.replace(stand_in, "\r")
    except TemplateSyntaxError as error:
        said = (error.message or "").rstrip(".")
        raise TemplateMistakeError(
            f"Line {error.lineno} of {place}: {said}. Correct the template, or switch it to plain.",
            str(error),
        ) from error
    except MemoryError as error:
        raise TemplateMistakeError(
            f"The text of {place} becomes too long. Shorten its loops.", "MemoryError"
        ) from error
    except Exception as error:
        line = _line_of(error)
        what = str(error) if isinstance(error, TemplateError) else f"{type(error).__name__}: {error}"
        raise TemplateMistakeError(
            f"Line {line} of {place}: {what.rstrip('.')}. Correct the template or its values.", what
        ) from error


def _shown(value: Any) -> Any:
    """Return what stands for a value in the text: compact JSON for an object or a list."""
    return json_text(value) if isinstance(value, dict | list) else value


def _line_of(error: BaseException) -> int:
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno or 1 for frame in reversed(frames) if frame.filename == _NAME), 1)
