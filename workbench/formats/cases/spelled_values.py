"""Values of JSON and YAML whose numbers keep their spelling.

Invariant: `spelled` and `json_of` never change what a text says: 1.50, 007 and 12345678901234567890 stay as written
where they are texts, and become the same number where JSON is needed.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from workbench.core.json_parts import load, no_constant
from workbench.core.testing.case_table import JsonCell
from workbench.core.yaml12 import BOOLEAN_WORDS, NULL_WORDS, is_number
from workbench.packs.yaml_reader import PlainYaml

_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_LONGEST_NUMBER = 300
"""Digits of a number; a longer one is a text where JSON is needed."""


class SpelledNumber(str):
    """A number as it was written."""

    __slots__ = ()


def load_json(text: str | bytes) -> Any:
    """Parse JSON; numbers become SpelledNumber. Raises ValueError and RecursionError."""
    return load(text, parse_int=SpelledNumber, parse_float=SpelledNumber, parse_constant=no_constant)


def from_yaml(value: Any) -> Any:
    """Return a value of `packs.yaml_reader` by the core schema of YAML 1.2, in which `NO` and dates are texts."""
    if isinstance(value, dict):
        return {str(key): from_yaml(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_yaml(item) for item in value]
    if not isinstance(value, PlainYaml):
        return value
    if value in NULL_WORDS:
        return None
    if (boolean := BOOLEAN_WORDS.get(value)) is not None:
        return boolean
    if len(value) <= _LONGEST_NUMBER and is_number(value):
        return SpelledNumber(value)
    return str(value)


def spelled(value: Any) -> str | None:
    """Return a value as text: a text as it is, a number as written, compact JSON for the rest; None for null.

    The JSON of an object or a list is a JsonCell.
    """
    if value is None:
        return None
    if isinstance(value, Mapping | list):
        return JsonCell(json_of(value))
    return str(value) if isinstance(value, str) else json_of(value)


def json_of(value: Any) -> str:
    """Return compact JSON of a value; numbers of JSON as written."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_text(str(key))}:{json_of(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(json_of(item) for item in value) + "]"
    if isinstance(value, SpelledNumber):
        return str(value) if _JSON_NUMBER.fullmatch(value) and _is_finite(value) else _number(value)
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _is_finite(written: str) -> bool:
    return len(written) <= _LONGEST_NUMBER and math.isfinite(float(written))


def _number(written: str) -> str:
    if len(written) > _LONGEST_NUMBER:
        return _text(written)
    if written[:2] in ("0x", "0o"):
        return str(int(written, 16 if written[1] == "x" else 8))
    try:
        return str(int(written))
    except ValueError:
        return json.dumps(float(written)) if math.isfinite(float(written)) else _text(written)
