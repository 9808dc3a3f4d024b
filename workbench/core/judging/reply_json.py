"""JSON objects in the replies of judges.

Invariant: reading takes bounded time and never changes what was said: an object is whole, or ends where only its last
brace is missing. JSON comes first; only a text without a fitting JSON object is read as promptfoo reads it, as YAML in
braces, which allows names without quotes, single quotes, trailing commas and `//` comments.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from workbench.core import yaml12
from workbench.core.checks.check_result import UnscoredError
from workbench.core.checks.json_text import json_values

MOST_READ = 100_000
"""Maximum length of a reply in characters."""
_ATTEMPTS = 50
"""Maximum number of opening braces at which YAML is tried."""
_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
# A quote that is not closed ends with its line, so that no text is looked at twice.
_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*+"?|(?<!:)//[^\n]*')
_BRACE = re.compile(r"[{}]")
_COMPLETE = re.compile(r"""(?:["']|\btrue|\bfalse|\bnull)\s*\Z""")


def without_thoughts(text: str) -> str:
    """Return a reply without the thoughts in front of it, which some models write in tags."""
    return _THOUGHT.sub("", text, count=1)


def reply_objects(text: str, keys: Collection[str]) -> tuple[dict[str, Any], ...]:
    """Return the objects in a reply that have one of the keys, in order; those inside another one are not listed.

    Raises UnscoredError for a reply that is too long, or nested too deeply.
    """
    text = without_thoughts(text)
    if len(text) > MOST_READ:
        raise UnscoredError("The reply of the judge is too long to be read.")
    found = [one for one in _json_objects(text) if not one.keys().isdisjoint(keys)]
    return tuple(found or (one for one in _lenient_objects(text) if not one.keys().isdisjoint(keys)))


def _json_objects(text: str) -> Iterator[dict[str, Any]]:
    for value, _ in json_values(text):
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield one


def _lenient_objects(text: str) -> Iterator[dict[str, Any]]:
    at = -1
    for _ in range(_ATTEMPTS):
        at = text.find("{", at + 1)
        if at < 0:
            return
        end, is_closed = _end(text, at)
        piece = text[at:end]
        if not is_closed:
            if not _COMPLETE.search(piece):
                continue
            piece += "}"
        try:
            found = yaml12.read_yaml(_COMMENT.sub(_without_comment, piece), with_aliases=False).value
        except ValueError:
            continue
        if isinstance(found, dict):
            yield {key: value for key, value in found.items() if isinstance(key, str)}
            at = end - 1


def _end(text: str, start: int) -> tuple[int, bool]:
    """Return where the brace at `start` is closed, and whether it is; braces in texts count, too."""
    depth = 0
    for match in _BRACE.finditer(text, start):
        depth += 1 if match[0] == "{" else -1
        if not depth:
            return match.end(), True
    return len(text), False


def _without_comment(match: re.Match[str]) -> str:
    return match[0] if match[0].startswith('"') else ""
