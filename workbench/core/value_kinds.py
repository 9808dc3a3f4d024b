"""What values of cases are besides text: JSON.

Invariant: a value is kept as its text, exactly as it was read or typed; its kind says how a template gets it. A plain
template gets compact JSON, whose numbers and texts are spelled as in the value, and a Jinja template an object. A text
that is no JSON, such as one that is being edited, is rendered as text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, cast

from workbench.core.json_parts import load, no_constant

ValueKind = Literal["json"]
KINDS: tuple[ValueKind, ...] = ("json",)
Kinds = tuple[tuple[str, ValueKind], ...]
"""Names of values with their kinds; text has none."""
_STRING_OR_SPACE = re.compile(r'("(?:[^"\\]|\\.)*")|[ \t\n\r]+', re.DOTALL)


def kinds_from_json(data: object, names: Iterable[str]) -> Kinds | None:
    """Read stored kinds of the values with these names, in this order; None if a part is not known here."""
    if not isinstance(data, Mapping):
        return None
    there = list(names)
    if not all(name in there and kind in KINDS for name, kind in data.items()):
        return None
    return tuple((name, cast("ValueKind", data[name])) for name in there if name in data)


def json_problem(text: str) -> str:
    """Return why a text is no JSON, "" if it is."""
    try:
        load(text, parse_constant=no_constant)
    except RecursionError:
        return "nested too deeply"
    except json.JSONDecodeError as error:
        return f"{error.msg.lower()} at line {error.lineno}, column {error.colno}"
    except ValueError as error:
        return str(error)
    return ""


def plain_values(values: Mapping[str, str], kinds: Kinds) -> dict[str, str]:
    """Return values as a plain template gets them."""
    is_json = dict(kinds)
    return {
        name: _STRING_OR_SPACE.sub(lambda match: match[1] or "", value)
        if name in is_json and not json_problem(value)
        else value
        for name, value in values.items()
    }


def template_values(values: Mapping[str, str], kinds: Kinds) -> dict[str, Any]:
    """Return values as a Jinja template gets them."""
    is_json = dict(kinds)
    return {
        name: json.loads(value) if name in is_json and not json_problem(value) else value
        for name, value in values.items()
    }
