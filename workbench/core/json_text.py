"""Validation of typed JSON.

Invariant: text is checked, never changed. Errors against RFC 8259 are reported with their line.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn


def no_constant(name: str) -> NoReturn:
    """Refuse NaN and the infinities, which `json` reads; its `parse_constant`. Raises ValueError."""
    raise ValueError(f"{name} is not JSON")


def read_object(text: str) -> dict[str, Any]:
    """Return the JSON object in `text`. Raises ValueError with a sentence that names the line."""
    try:
        value = json.loads(text, parse_constant=no_constant)
    except json.JSONDecodeError as error:
        raise ValueError(f"Line {error.lineno}, column {error.colno}: {error.msg}.") from error
    except RecursionError as error:
        raise ValueError("This is nested too deeply.") from error
    if not isinstance(value, dict):
        raise ValueError("This is JSON, but not an object in braces.")
    return value


def fault(text: str) -> str:
    """Return a sentence about the error in `text`, "" if it is a JSON object or blank."""
    if not text.strip():
        return ""
    try:
        read_object(text)
    except ValueError as error:
        return str(error)
    return ""
