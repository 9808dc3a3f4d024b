"""Reading of YAML 1.2, as JavaScript programs read it: `NO` and `on` are texts, `007` is 7, `1_000` is a text.

Invariant: nothing is constructed but maps, lists, texts, numbers, booleans and null. Nesting, and the size with all
aliases written out, are bounded before anything is built, so that a small file cannot become a large value. Memory is
shared between aliases: a value that was read must not be changed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import yaml

from workbench.core.checks.js_text import to_string

MOST_NODES = 500_000
"""Most values in a document, with every alias written out."""
_DEEPEST = 100
_EXACT_DIGITS = 15
_TAG = "tag:yaml.org,2002:"
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?"
    r"(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::?[0-9]{2})?))?"
)
_MERGE = "<<"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlError(ValueError):
    """Text that is not YAML, or too large. The text completes "at line N: …" and ends without a full stop."""


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """A document that was read. `dates` are the texts that look like dates and are not in quotes, which other programs
    read as dates; they are texts in `value`. `is_empty` tells an empty document from one that is null.
    """

    value: Any
    dates: tuple[str, ...] = ()
    is_empty: bool = False


def read_yaml(text: str, *, with_aliases: bool = True, most_nodes: int = MOST_NODES) -> YamlDocument:
    """Read one document. Raises YamlError."""
    reader = _Reader(with_aliases, most_nodes)
    try:
        for event in _events(text):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(_at(mark, error.problem or error.context or "this is not YAML")) from error
    except yaml.YAMLError as error:
        raise YamlError(" ".join(str(error).split())[:200]) from error
    except RecursionError as error:
        raise YamlError(f"values are nested more than {_DEEPEST} deep") from error
    if reader.documents > 1:
        raise YamlError("there are several documents, separated by “---”")
    return YamlDocument(reader.value, tuple(reader.dates), not reader.documents)


def _events(text: str) -> Iterator[Any]:
    return cast("Iterator[Any]", yaml.parse(text, Loader=_LOADER))


def _at(mark: Any, words: str) -> str:
    return f"line {mark.line + 1}: {words}" if mark is not None else words


@dataclass(slots=True)
class _Open:
    """A map or list that is being read: its size so far, and for a map the key that waits for its value."""

    value: Any
    anchor: str | None
    size: int = 1
    key: Any = None
    has_key: bool = False
    merged: list[Any] = field(default_factory=list)
    mark: Any = None


class _Reader:
    """Builds a value from events, without recursion."""

    def __init__(self, with_aliases: bool, most_nodes: int) -> None:
        self.value: Any = None
        self.documents = 0
        self.dates: list[str] = []
        self._with_aliases = with_aliases
        self._most = most_nodes
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._start(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end()
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            self._anchors = {}

    def _scalar(self, event: Any) -> None:
        is_plain = bool(event.implicit[0]) and not event.tag
        value = self._plain(event.value) if is_plain else self._tagged(event)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        self._put(value, 1, event.start_mark, is_merge=is_plain and event.value == _MERGE)

    def _tagged(self, event: Any) -> Any:
        tag = (event.tag or "").removeprefix(_TAG)
        if event.tag in (None, "", "!") or tag == "str":
            return event.value
        value = self._plain(event.value)
        kinds: dict[str, tuple[type, ...]] = {"int": (int,), "float": (float, int), "bool": (bool,)}
        if (tag == "null" and value is None) or isinstance(value, kinds.get(tag, ())):
            return value
        raise YamlError(_at(event.start_mark, f"the tag {event.tag} is not read"))

    def _plain(self, text: str) -> Any:
        if text in _NULL:
            return None
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        if text[0] in "0123456789.+-":
            if _DECIMAL.fullmatch(text):
                return int(text) if len(text) <= _EXACT_DIGITS else _number(text)
            if _BASED.fullmatch(text):
                return int(text, 0) if len(text) <= _EXACT_DIGITS else text
            if _FLOAT.fullmatch(text):
                return _number(text)
            if _DATE.fullmatch(text):
                self.dates.append(text)
        return text

    def _alias(self, event: Any) -> None:
        if not self._with_aliases:
            raise YamlError(_at(event.start_mark, "aliases are not read"))
        found = self._anchors.get(event.anchor)
        if found is None:
            raise YamlError(_at(event.start_mark, f"the alias *{event.anchor} names nothing above, or contains itself"))
        self._put(*found, event.start_mark)

    def _start(self, event: Any) -> None:
        is_map = isinstance(event, yaml.MappingStartEvent)
        if event.tag not in (None, "", "!", _TAG + ("map" if is_map else "seq")):
            raise YamlError(_at(event.start_mark, f"the tag {event.tag} is not read"))
        if len(self._open) >= _DEEPEST:
            raise YamlError(_at(event.start_mark, f"values are nested more than {_DEEPEST} deep"))
        if event.anchor:
            # An alias inside would make the value contain itself.
            self._anchors.pop(event.anchor, None)
        self._open.append(_Open({} if is_map else [], event.anchor, mark=event.start_mark))

    def _end(self) -> None:
        done = self._open.pop()
        for one in done.merged:
            for key, value in one.items():
                done.value.setdefault(key, value)
        if done.anchor:
            self._anchors[done.anchor] = (done.value, done.size)
        self._put(done.value, done.size, done.mark)

    def _put(self, value: Any, size: int, mark: Any, *, is_merge: bool = False) -> None:
        if not self._open:
            if self.documents == 1:
                self.value = value
            return
        inside = self._open[-1]
        inside.size += size
        if inside.size > self._most:
            raise YamlError(_at(mark, f"there are more than {self._most:,} values, counting those of aliases"))
        if isinstance(inside.value, list):
            inside.value.append(value)
        elif not inside.has_key:
            inside.key, inside.has_key = (_MERGE, True) if is_merge else (_key(value, mark), True)
            if is_merge:
                inside.key = None
            elif inside.key in inside.value:
                raise YamlError(_at(mark, f"the key “{inside.key[:60]}” is there twice"))
        else:
            inside.has_key = False
            if inside.key is None:
                inside.merged += _merged(value, mark)
            else:
                inside.value[inside.key] = value


def _number(text: str) -> float | str:
    """Return a whole number as an int, so that it is written without ".0"; one that is too large stays a text."""
    number = float(text)
    if math.isinf(number):
        return text
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _key(value: Any, mark: Any) -> str:
    if isinstance(value, list | dict):
        raise YamlError(_at(mark, "a list or a map cannot be a key"))
    return to_string(value)


def _merged(value: Any, mark: Any) -> list[Any]:
    maps = value if isinstance(value, list) else [value]
    if not all(isinstance(one, dict) for one in maps):
        raise YamlError(_at(mark, "only maps can be merged with “<<”"))
    return maps
