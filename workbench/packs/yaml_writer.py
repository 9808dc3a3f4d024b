"""Writing YAML that people review in git.

Invariant: the same value gives the same bytes; `parse(write(value)) == value` for every text that UTF-8 can encode,
with our reader and with those of YAML 1.1 and 1.2. Texts of several lines are block scalars wherever these are exact,
so that a changed line is one changed line; all others are quoted, with escapes for characters that readers change (CR,
NEL, U+2028, control characters, a byte order mark).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

# Words that no reader parses as a number, a date, a boolean or null.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*(?: [A-Za-z0-9_][A-Za-z0-9_./-]*)*")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"})
_LONGEST_PLAIN = 200
_NOT_IN_BLOCK = re.compile("[^\n\t -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_LONGEST_KEY = 500
"""Readers reject keys without a question mark after 1,024 characters."""


def write(value: Mapping[str, Any]) -> bytes:
    """Return a map as a YAML document with LF line ends. Raises ValueError for a text that UTF-8 cannot encode."""
    text = "".join(f"{line}\n" for line in _map(value, 0)) if value else "{}\n"
    return text.encode()


def quoted(text: str) -> str:
    """Return a double-quoted text that both JSON and YAML can read."""
    return _ESCAPED.sub(_escape, json.dumps(text, ensure_ascii=False))


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xD800 <= code <= 0xDFFF:
        raise ValueError("half a character")
    return f"\\u{code:04x}"


def _map(value: Mapping[str, Any], indent: int) -> Iterator[str]:
    pad = " " * indent
    for key, item in value.items():
        name = _scalar(key)
        if len(name) > _LONGEST_KEY:
            yield f"{pad}? {name}"
            yield from _entry(f"{pad}:", item, indent)
        else:
            yield from _entry(f"{pad}{name}:", item, indent)


def _list(items: Sequence[Any], indent: int) -> Iterator[str]:
    pad = " " * indent
    for item in items:
        if isinstance(item, Mapping) and item:
            first, *rest = _map(item, indent + 2)
            yield f"{pad}- {first[indent + 2 :]}"
            yield from rest
        else:
            yield from _entry(f"{pad}-", item, indent)


def _entry(head: str, item: Any, indent: int) -> Iterator[str]:
    """Yield a key or dash with its value; `indent` is that of the enclosing collection."""
    if isinstance(item, Mapping) and item:
        yield head
        yield from _map(item, indent + 2)
    elif isinstance(item, list | tuple) and item:
        yield head
        yield from _list(item, indent + 2)
    elif isinstance(item, str) and _fits_block(item):
        yield from _block(head, item, " " * (indent + 2))
    else:
        yield f"{head} {_flow(item)}"


def _flow(item: Any) -> str:
    match item:
        case None:
            return "null"
        case bool():
            return "true" if item else "false"
        case int():
            return str(item)
        case float():
            return _number(item)
        case str():
            return _scalar(item)
        case Mapping():
            return "{}"
    return "[]"


def _number(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError("a number that is not finite")
    # YAML 1.1 readers parse 1e-07 as text.
    digits, e, power = repr(value).partition("e")
    return f"{digits}{'' if '.' in digits else '.0'}e{power if power[0] in '+-' else f'+{power}'}" if e else digits


def _scalar(text: str) -> str:
    if len(text) <= _LONGEST_PLAIN and _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return quoted(text)


def _fits_block(text: str) -> bool:
    if "\n" not in text.rstrip("\n") or _NOT_IN_BLOCK.search(text):
        return False
    # Readers disagree on lines that contain only spaces.
    return not any(line and not line.strip(" \t") for line in text.split("\n"))


def _block(head: str, text: str, pad: str) -> Iterator[str]:
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    chomping = ("-", "")[ends] if ends < 2 else "+"
    # Without an indentation indicator, readers count the first line's leading space as indentation.
    indentation = "2" if body[0] in " \t\n" else ""
    yield f"{head} |{indentation}{chomping}"
    for line in body.split("\n"):
        yield pad + line if line else ""
    for _ in range(ends - 1):
        yield ""
