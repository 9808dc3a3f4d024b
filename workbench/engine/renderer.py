"""The process that renders Jinja templates: `python -m workbench.engine.renderer`.

Invariant: a template sees its values and nothing else, cannot use more than MEMORY bytes or CPU_S seconds of processor
time (the kernel sees to that), and cannot fail silently: an unknown variable is an error with its line.
"""

from __future__ import annotations

import importlib
import os
import queue
import traceback
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.engine import protocol
from workbench.engine.lifeline import die_with_parent
from workbench.engine.pipes import ChildPipe

MEMORY = 512 * 1024 * 1024
CPU_S = 4
_NAME = "<template>"


class TemplateMistakeError(Exception):
    """A template that cannot be rendered; the text is a sentence, `detail` is Jinja's own words."""

    def __init__(self, sentence: str, detail: str) -> None:
        super().__init__(sentence)
        self.detail = detail


def render(texts: Iterable[Sequence[str]], values: Mapping[str, str]) -> list[str]:
    """Return rendered texts, given in pairs of the name of a place and a template. Raises TemplateMistakeError."""
    return [_render_one(place, template, values) for place, template in texts]


def _render_one(place: str, template: str, values: Mapping[str, str]) -> str:
    from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False, newline_sequence="\n"
    )
    # Jinja takes a lone CR for a line end and replaces it; it is text.
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
            f"The text of {place} grows beyond what fits. Shorten its loops.", "MemoryError"
        ) from error
    except Exception as error:
        line = _line_of(error)
        what = str(error) if isinstance(error, TemplateError) else f"{type(error).__name__}: {error}"
        raise TemplateMistakeError(
            f"Line {line} of {place}: {what.rstrip('.')}. Correct the template or its values.", what
        ) from error


def _line_of(error: BaseException) -> int:
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno or 1 for frame in reversed(frames) if frame.filename == _NAME), 1)


def limit_memory() -> None:
    """Let the kernel refuse more than MEMORY bytes to this process, where it can."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def limit_time() -> None:
    """Let the kernel end this process after CPU_S more seconds of processor time, where it can."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + CPU_S, hard))


def main() -> None:
    """Answer orders until stdin closes."""
    parent = os.getppid()
    pipe = ChildPipe()
    die_with_parent(parent)
    orders: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
    pipe.listen(orders.put)
    # Before the limits: importing is not a template's doing.
    importlib.import_module("jinja2.sandbox")
    limit_memory()
    while True:
        order = orders.get()
        if order["type"] != "render":
            pipe.send("pong")
            continue
        limit_time()
        try:
            pipe.send("rendered", texts=render(order["texts"], order["values"]))
        except TemplateMistakeError as error:
            pipe.send("failed", sentence=str(error), detail=error.detail)
        except protocol.ProtocolError:
            pipe.send(
                "failed", sentence="The rendered prompt is larger than 8 MB. Shorten it or its values.", detail=""
            )


if __name__ == "__main__":
    main()
