"""Reading of YAML 1.2, as JavaScript programs read it: `NO` and `on` are texts, `007` is 7, `1_000` is a text.

Invariant: nothing is constructed but maps, lists, texts, numbers, booleans and null. Values are shared between aliases:
one that was read must not be changed.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import yaml

from workbench.core.checks.js_text import to_string
from workbench.core.yaml_builder import MERGE, YamlBuilder, YamlFault

MOST_NODES = 500_000
"""Most values in a document, with every alias written out."""
_DEEPEST = 100
_EXACT_DIGITS = 15
_TAG = "tag:yaml.org,2002:"
NULL_WORDS = frozenset({"", "~", "null", "Null", "NULL"})
BOOLEAN_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?"
    r"(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::?[0-9]{2})?))?"
)


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
        value = reader.read(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(_at(mark, error.problem or error.context or "this is not YAML")) from error
    except yaml.YAMLError as error:
        raise YamlError(" ".join(str(error).split())[:200]) from error
    except RecursionError as error:
        raise YamlError(f"values are nested more than {_DEEPEST} deep") from error
    return YamlDocument(value, tuple(reader.dates), not reader.documents)


def _at(mark: Any, words: str) -> str:
    return f"line {mark.line + 1}: {words}" if mark is not None else words


class _Reader(YamlBuilder):
    """Reads scalars by the core schema of YAML 1.2, and collects `dates`."""

    def __init__(self, with_aliases: bool, most_nodes: int) -> None:
        super().__init__(most_nodes=most_nodes, most_depth=_DEEPEST, merges=True)
        self.dates: list[str] = []
        self._with_aliases = with_aliases

    def accept(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent):
            if not self._with_aliases:
                raise YamlError(_at(event.start_mark, "aliases are not read"))
        elif isinstance(event, yaml.CollectionStartEvent):
            own = _TAG + ("map" if isinstance(event, yaml.MappingStartEvent) else "seq")
            if event.tag not in (None, "", "!", own):
                raise YamlError(_at(event.start_mark, f"the tag {event.tag} is not read"))

    def scalar(self, event: Any) -> Any:
        return self._plain(event.value) if event.implicit[0] and not event.tag else self._tagged(event)

    def key(self, value: Any) -> str | None:
        return None if isinstance(value, list | dict) else to_string(value)

    def refusal(self, fault: YamlFault, mark: Any, name: str = "") -> YamlError:
        words = {
            "depth": f"values are nested more than {_DEEPEST} deep",
            "nodes": f"there are more than {self._most_nodes:,} values, counting those of aliases",
            "twice": f"the key “{name[:60]}” is there twice",
            "key": "a list or a map cannot be a key",
            "alias": f"the alias *{name} names nothing above, or contains itself",
            "merge": f"only maps can be merged with “{MERGE}”",
        }
        if fault == "documents":
            return YamlError("there are several documents, separated by “---”")
        return YamlError(_at(mark, words[fault]))

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
        if text in NULL_WORDS:
            return None
        if text in BOOLEAN_WORDS:
            return BOOLEAN_WORDS[text]
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


def is_number(text: str) -> bool:
    """Return whether an unquoted text is a number."""
    return (_FLOAT.fullmatch(text) or _BASED.fullmatch(text)) is not None


def _number(text: str) -> float | str:
    """Return a whole number as an int, so that it is written without ".0"; one that is too large stays a text."""
    number = float(text)
    if math.isinf(number):
        return text
    return int(number) if number.is_integer() and abs(number) < 2**53 else number
