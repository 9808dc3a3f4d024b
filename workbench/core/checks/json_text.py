"""JSON as JavaScript parses it, and JSON values inside other text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from workbench.core.checks.check_result import Span, UnscoredError

_EXACT_DIGITS = 15
_WORK = 20_000_000
"""Maximum number of characters that are read while looking for JSON in a text."""
_ATTEMPT = 100
"""What looking at one opening bracket costs, in the same unit."""
_OPENING = re.compile(r"[{\[]")
_TOO_DEEP = "The JSON is nested too deeply to be checked."


def parse_json(text: str) -> Any:
    """Return the value of a JSON text. Raises ValueError, and UnscoredError when it is nested too deeply."""
    try:
        return _DECODER.decode(text)
    except RecursionError as error:
        raise UnscoredError(_TOO_DEEP) from error


def json_words(value: Any) -> str:
    """Return a JSON value as text for people, indented."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def json_values(text: str) -> Iterator[tuple[Any, Span]]:
    """Yield the objects and arrays in a text with their places; those inside another one are not listed.

    Raises UnscoredError for texts in which looking takes too long.
    """
    at, left = 0, _WORK
    while opening := _OPENING.search(text, at):
        start = opening.start()
        try:
            value, end = _DECODER.raw_decode(text, start)
        except json.JSONDecodeError as error:
            # The error of an unclosed string is at its start, but the text was read to the end.
            stop = len(text) if error.msg.startswith("Unterminated string") else error.pos
            read, at = stop - start, start + 1
        except RecursionError as error:
            raise UnscoredError(_TOO_DEEP) from error
        except ValueError:
            # NaN or Infinity, at an unknown place.
            read, at = len(text) - start, start + 1
        else:
            yield value, (start, end)
            read, at = 0, end
        # Its line, which is counted for the error, takes time, too.
        left -= read + start // 16 + _ATTEMPT
        if left < 0:
            raise UnscoredError("The answer has too many unclosed brackets to look for JSON in it.")


def nested(value: Any) -> Iterator[Any]:
    """Yield a JSON value and all objects and arrays inside it."""
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, dict | list):
            yield one
            pending += one.values() if isinstance(one, dict) else one


def _integer(digits: str) -> float:
    """Convert an integer exactly up to 15 digits, else to a double; `-0` keeps its sign."""
    return int(digits) if len(digits) <= _EXACT_DIGITS and digits != "-0" else float(digits)


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(parse_int=_integer, parse_constant=_no_number)
