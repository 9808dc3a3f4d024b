"""Conversion of values to and from columns.

Invariant: what a person typed is stored exactly or refused. What a provider sent is always stored; whatever text cannot
hold becomes U+FFFD or unknown.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from json import encoder
from typing import Any

from workbench.core.json_parts import load
from workbench.store.errors import failure
from workbench.store.safe_records import as_text

_MOST_DAMAGED = 10_000
"""Characters of damaged values, which are only displayed."""
_SURROGATE = re.compile("[\ud800-\udfff]")


def encoding(spell: Callable[[str], str], spare: json.JSONEncoder) -> Callable[[Any], str]:
    """Return a function that writes a value as compact JSON, its texts with `spell`.

    `JSONEncoder.encode` creates an encoder in C for each value, which costs more than encoding most values. Here one is
    shared; it does not look for circles. `spare` is used where Python has no such encoder.
    """
    make = getattr(encoder, "c_make_encoder", None)
    if make is None:
        return spare.encode
    chunks = make(None, spare.default, spell, None, ":", ",", False, False, True)
    return lambda value: "".join(chunks(value, 0))


_as_typed = encoding(encoder.encode_basestring, json.JSONEncoder(ensure_ascii=False, separators=(",", ":")))
_escaped = encoding(encoder.encode_basestring_ascii, json.JSONEncoder(separators=(",", ":")))


def dump(value: Any) -> str:
    """Return compact JSON; escaped to ASCII only if the text could not be stored otherwise.

    Raises TypeError for a value of no type of JSON.
    """
    text = _as_typed(value)
    return text if text.isascii() or not _SURROGATE.search(text) else _escaped(value)


def lenient(text: str) -> Any:
    """Return the parsed JSON; damaged JSON as the text itself, so that the rest can be read."""
    try:
        return load(text)
    except (TypeError, ValueError, RecursionError):
        return text


def values_of(body: str) -> tuple[tuple[str, str], ...]:
    """Return stored values by variable name; damaged ones as the value of "damaged values"."""
    values = lenient(body)
    if not isinstance(values, dict):
        return (("damaged values", as_text(body)[:_MOST_DAMAGED]),)
    return tuple((name, value if isinstance(value, str) else dump(value)) for name, value in values.items())


def digest(text: str) -> str:
    """Return the lower-case hex SHA-256 of the UTF-8 bytes of `text`."""
    return hashlib.sha256(text.encode()).hexdigest()


def typed(text: str) -> str:
    """Return `text`. Raises StoreError (text) if it contains a lone surrogate."""
    if not text.isascii() and (found := _SURROGATE.search(text)):
        raise failure("text", f"character {found.start()}: {found.group()!a}")
    return text


def received(text: str) -> str:
    """Return `text` with U+FFFD for each lone surrogate: one broken character must not lose an answer."""
    return text if text.isascii() else _SURROGATE.sub("�", text)
