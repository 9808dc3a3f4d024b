"""Tells whether a file is a configuration of promptfoo.

Invariant: only the name and the first bytes are looked at, so that a file of any size is told at once.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

_JSON_TOKEN = re.compile(rb'"((?:[^"\\]|\\.)*)"\s*(:)?|[{}\[\]]')


def recognise(name: str, start: bytes) -> bool:
    """Whether a file may be a configuration: by its name, or by its outermost keys, in YAML or JSON."""
    if name.rpartition("/")[2].startswith("promptfooconfig"):
        return True
    start = start.removeprefix(codecs.BOM_UTF8)
    keys = set(_json_keys(start) if start.lstrip()[:1] == b"{" else _yaml_keys(start))
    return b"prompts" in keys and bool(keys & {b"providers", b"targets", b"tests"})


def _yaml_keys(start: bytes) -> Iterator[bytes]:
    """Yield the keys at the beginning of lines."""
    lines = start.split(b"\n")
    return (line.partition(b":")[0].strip(b' "') for line in lines if line[:1] not in (b" ", b"#", b"-"))


def _json_keys(start: bytes) -> Iterator[bytes]:
    """Yield the keys of the outermost object of JSON, which may be cut off."""
    depth = 0
    for found in _JSON_TOKEN.finditer(start):
        if found[0] in (b"{", b"["):
            depth += 1
        elif found[0] in (b"}", b"]"):
            depth -= 1
        elif depth == 1 and found[2]:
            yield found[1]
