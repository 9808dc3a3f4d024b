"""Read few-shot examples from a table or from JSON.

Invariant: nothing is guessed silently. The result says which columns were used and lists every skipped row with its
line. Texts are unchanged, except that CRLF becomes LF.

A table is tab-separated, as spreadsheets copy it, or CSV (RFC 4180, also with semicolons). JSON is one object per line
or one array; an object is {"user", "assistant"}, {"input", "output"} or similar, or {"messages": [...]} with a pair.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from workbench.core.blocks import Example
from workbench.core.text import unify_newlines

ASKED = ("user", "input", "question", "prompt", "query", "text")
ANSWERED = ("assistant", "output", "answer", "completion", "response", "ideal", "expected", "label")
MOST = 500
"""Most examples read from one paste; more would not fit into a prompt of reasonable cost."""
MOST_LEFT_OUT = 1000
"""Unreadable lines after which reading stops, because the text is something else."""


@dataclass(frozen=True, slots=True)
class ExamplePairs:
    """The examples of a text, a short description of its form, and sentences about what was left out."""

    examples: tuple[Example, ...]
    form: str
    left_out: tuple[str, ...] = ()
    has_names: bool = False
    """Whether the first row names the columns, which makes a table with commas certain to be one."""


def read_pairs(text: str) -> ExamplePairs:
    """Return the examples in `text`. If there are none, `left_out` says why."""
    if not text.strip():
        return ExamplePairs((), "", ("There is no text. Copy rows of a table with two columns, or JSON Lines.",))
    found = _json(text) if text.lstrip()[0] in "{[" else _table(text)
    if not found.examples and not found.left_out:
        return ExamplePairs((), found.form, ("There are no rows below the names of the columns.",))
    if len(found.examples) > MOST:
        more = f"{len(found.examples) - MOST:,} more examples were left out; the limit is {MOST} at a time."
        return replace(found, examples=found.examples[:MOST], left_out=(*found.left_out, more))
    return found


def _table(text: str) -> ExamplePairs:
    delimiter, form = _delimiter(text)
    examples: list[Example] = []
    left_out: list[str] = []
    columns, has_names = (0, 1), False
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter)
    try:
        for index, row in enumerate(reader):
            if not any(cell.strip() for cell in row):
                continue
            if index == 0 and (named := _header(row)) is not None:
                columns, has_names = named, True
                form += f", columns “{row[named[0]].strip()}” and “{row[named[1]].strip()}”"
            elif len(row) <= max(columns):
                left_out.append(f"Line {reader.line_num} has no second column.")
                if len(left_out) == MOST_LEFT_OUT:
                    left_out.append(_gave_up(f"line {reader.line_num}"))
                    break
            else:
                examples.append(Example(unify_newlines(row[columns[0]]), unify_newlines(row[columns[1]])))
    except csv.Error as error:
        left_out.append(f"Line {reader.line_num} cannot be read as a table: {error}.")
    return ExamplePairs(tuple(examples), form, tuple(left_out), has_names)


def _delimiter(text: str) -> tuple[str, str]:
    first = text.split("\n", 1)[0]
    if "\t" in first:
        return "\t", "a table with tabs"
    return (";", "a table with semicolons") if first.count(";") > first.count(",") else (",", "a table with commas")


def _header(row: list[str]) -> tuple[int, int] | None:
    names = [cell.strip().lower() for cell in row]
    asked = next((names.index(name) for name in ASKED if name in names), None)
    answered = next((names.index(name) for name in ANSWERED if name in names), None)
    return None if asked is None or answered is None else (asked, answered)


def _gave_up(where: str) -> str:
    return f"Reading stopped at {where}, after {MOST_LEFT_OUT:,} that could not be read."


def _json(text: str) -> ExamplePairs:
    examples: list[Example] = []
    left_out: list[str] = []
    form = "JSON Lines"
    try:
        whole = json.loads(text)
        form = "JSON"
        listed = whole if isinstance(whole, list) else [whole]
        items: Iterator[tuple[str, Any]] = ((f"Item {number}", item) for number, item in enumerate(listed, start=1))
    except (ValueError, RecursionError):
        items = _jsonunify_newlines(text, left_out)
    for where, item in items:
        pair = _pair(item)
        if pair is None:
            left_out.append(f"{where} has no pair of texts such as “user” and “assistant”.")
            if len(left_out) >= MOST_LEFT_OUT:
                left_out.append(_gave_up(where.lower()))
                break
        else:
            examples.append(pair)
    return ExamplePairs(tuple(examples), form, tuple(left_out))


def _jsonunify_newlines(text: str, left_out: list[str]) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield f"Line {number}", json.loads(line)
        except (ValueError, RecursionError) as error:
            left_out.append(f"Line {number} is not JSON: {error}.")
            if len(left_out) >= MOST_LEFT_OUT:
                left_out.append(_gave_up(f"line {number}"))
                return


def _pair(item: Any) -> Example | None:
    if not isinstance(item, Mapping):
        return None
    if isinstance(messages := item.get("messages"), list):
        return _turn(messages)
    asked = next((item[name] for name in ASKED if isinstance(item.get(name), str)), None)
    answered = next((item[name] for name in ANSWERED if isinstance(item.get(name), str)), None)
    return None if asked is None or answered is None else Example(asked, answered)


def _turn(messages: list[Any]) -> Example | None:
    """Return the last user message that an assistant message follows, with that answer, or None."""
    said: list[tuple[str, str]] = [
        (m["role"], m["content"])
        for m in messages
        if isinstance(m, Mapping) and m.get("role") in ("user", "assistant") and isinstance(m.get("content"), str)
    ]
    for (first, asked), (second, answered) in zip(reversed(said[:-1]), reversed(said[1:]), strict=True):
        if (first, second) == ("user", "assistant"):
            return Example(asked, answered)
    return None
