"""The JSON in an answer, and the forms in which an answer is copied to the clipboard.

Invariant: pure; numbers keep the digits that the model wrote, and invalid JSON is reported with line and column. The
form "markdown" is the answer byte for byte.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from workbench.ui.editor.exact_text import encodable
from workbench.ui.widgets.reader.json_steps import reading

_FENCE = re.compile(r"^ {0,3}(```+|~~~+) *([\w-]*)[^\n]*\n(.*?)(?:^ {0,3}\1|\Z)", re.MULTILINE | re.DOTALL)
_STARTS = ("{", "[")


class DigitsFound(str):
    """A number as it was written."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class AnswerKind:
    """A value, or a sentence `problem` about invalid JSON, with `value` None."""

    value: Any = None
    problem: str = ""


def find(text: str) -> AnswerKind | None:
    """Return the first JSON of an answer: the whole text, or a fenced block. None if there is none."""
    steps = finding(text)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: AnswerKind | None = end.value
            return found


def finding(text: str) -> Generator[None, None, AnswerKind | None]:
    """Return what `find` returns; a generator that yields every few ms."""
    if text.lstrip().startswith(_STARTS):
        return (yield from _read(text, 0))
    wrong: AnswerKind | None = None
    for fence in _FENCE.finditer(text):
        if fence[2].lower().startswith("json") or fence[3].lstrip().startswith(_STARTS):
            found = yield from _read(fence[3], text.count("\n", 0, fence.start(3)))
            if not found.problem:
                return found
            wrong = wrong or found
        yield
    return wrong


def _read(text: str, lines_before: int) -> Generator[None, None, AnswerKind]:
    decoder = json.JSONDecoder(parse_int=DigitsFound, parse_float=DigitsFound, parse_constant=_refuse)
    try:
        return AnswerKind((yield from reading(text, decoder)))
    except json.JSONDecodeError as error:
        line = error.lineno + lines_before
        return AnswerKind(problem=f"Not valid JSON: line {line}, column {error.colno}: {error.msg}.")
    except _NotANumberError as error:
        return AnswerKind(problem=f"Not valid JSON: {error} is not a JSON value.")
    except RecursionError:
        return AnswerKind(problem="This JSON is nested too deeply to be shown as a tree.")


class _NotANumberError(ValueError):
    pass


def _refuse(name: str) -> Any:
    raise _NotANumberError(name)


def scalar(value: Any) -> str:
    """Return a scalar or an empty container as JSON."""
    return str(value) if isinstance(value, DigitsFound) else json.dumps(value, ensure_ascii=False)


def written(value: Any) -> str:
    """Return a value as indented JSON with its original digits. Raises RecursionError."""
    return "".join(_write(value, "\n"))


def _write(value: Any, newline: str) -> Iterator[str]:
    if not isinstance(value, dict | list) or not value:
        yield scalar(value)
        return
    inner = newline + "  "
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield opening
    members = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    for number, (key, item) in enumerate(members):
        yield ("," if number else "") + inner
        if key is not None:
            yield f"{scalar(key)}: "
        yield from _write(item, inner)
    yield newline + closing


Form = Literal["text", "markdown", "json"]


def copied(text: str, form: Form) -> str | None:
    """Return an answer in a form, None for "json" without valid JSON. Raises nothing."""
    if form == "markdown":
        return encodable(text)
    if form == "text":
        from workbench.ui.widgets.reader.parts import plain

        return encodable(plain(text))
    found = find(text)
    if found is None or found.problem:
        return None
    try:
        return encodable(written(found.value))
    except RecursionError:
        return None
