"""Reading untrusted YAML.

Invariant: the result consists of maps, lists and texts within the limits; anchors, aliases, tags and merge keys are
refused. An unquoted text is a `PlainYaml`: callers that need a number, a boolean or JSON convert it with `typed`, and
callers that need text get it as spelled (`007` stays `007`).
"""

from __future__ import annotations

import json
from typing import Any

import yaml

from workbench.core.text import unify_newlines
from workbench.core.yaml_builder import YamlBuilder, YamlFault
from workbench.packs.errors import PackError
from workbench.packs.read_limits import MB, MOST_DEPTH, MOST_NODES, MOST_TEXT, MOST_TEXTS, ReadAllowance


class PlainYaml(str):
    """An unquoted text, which may be a number or a boolean."""

    __slots__ = ()


def parse(raw: bytes, name: str, allowance: ReadAllowance | None = None) -> dict[str, Any]:
    """Return the map in a YAML file; errors quote `name`, `allowance` is that of the pack. Raises PackError."""
    value = parse_any(raw, name, allowance)
    if not isinstance(value, dict):
        raise PackError(f"{name} is not a map. Write names with values.")
    return value


def parse_any(raw: bytes, name: str, allowance: ReadAllowance | None = None) -> Any:
    """Return the value in a YAML file, None for an empty one. Raises PackError."""
    allowance = allowance or ReadAllowance()
    check_length(raw, name, allowance)
    try:
        text = unify_newlines(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise PackError(f"{name}, line {line}, is not UTF-8 text. Save it as UTF-8.", str(error)) from error
    reader = _Reader(name, allowance.nodes)
    try:
        return reader.read(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}," if mark else ""
        raise PackError(f"{name}{where} is not valid YAML. Correct it there.", str(error)) from error
    finally:
        allowance.nodes -= reader.nodes


def check_length(raw: bytes, name: str, allowance: ReadAllowance) -> None:
    """Subtract the bytes of a text file from the allowance of its pack. Raises PackError."""
    if len(raw) > MOST_TEXT:
        raise PackError(f"{name} has {len(raw):,} bytes; the limit is {MOST_TEXT // MB} MB. Shorten it.")
    allowance.text -= len(raw)
    if allowance.text < 0:
        raise PackError(f"The texts of this pack have more than {MOST_TEXTS // MB} MB together. Split it.")


def typed(value: Any) -> Any:
    """Return a parsed value as JSON: unquoted texts that are JSON numbers, booleans or null are converted."""
    if isinstance(value, PlainYaml):
        try:
            read = json.loads(value, parse_constant=lambda constant: constant)
        except (ValueError, RecursionError):
            return str(value)
        return read if read is None or isinstance(read, bool | int | float) else str(value)
    if isinstance(value, dict):
        return {str(key): typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    return value


class _Reader(YamlBuilder):
    """Keeps scalars as spelled, and refuses a file at the first violation."""

    def __init__(self, name: str, most_nodes: int) -> None:
        super().__init__(most_nodes=most_nodes, most_depth=MOST_DEPTH)
        self._name = name

    def scalar(self, event: Any) -> str:
        return str(event.value) if event.style else PlainYaml(event.value)

    def accept(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self._wrong(event.start_mark, "has an anchor or alias (& or *). Write the value out")
        if event.tag is not None and event.tag != "!":
            raise self._wrong(event.start_mark, "has a tag (!). Leave it out")

    def refusal(self, fault: YamlFault, mark: Any, name: str = "") -> PackError:
        if fault == "documents":
            return PackError(f"{self._name} contains several documents. Keep the first.")
        words = {
            "depth": f"is nested more than {MOST_DEPTH} levels deep. Flatten it",
            "nodes": f"exceeds {MOST_NODES:,} values in one pack. Split the pack",
            "twice": f"has “{name[:80]}” twice. Keep one",
            "key": "has a key that is not text. Write a name",
        }
        return self._wrong(mark, words[fault])

    def _wrong(self, mark: Any, what: str) -> PackError:
        return PackError(f"{self._name}, line {mark.line + 1}, {what}.")
