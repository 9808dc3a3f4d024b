"""Variables of a Jinja template, found without rendering it.

Invariant: the text is scanned; no template code runs. Names that the template defines itself (by `for`, `set`,
`macro`, `with`) are excluded. This is a scanner, not a parser: in an invalid template it may find too many names,
which costs an unneeded row for a value; the renderer reports the error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

_OPENS = re.compile(r"\{[{%#]")
_INSIDE = {"{{": re.compile(r"[\"']|\}\}|\{[{%#]"), "{%": re.compile(r"[\"']|%\}|\{[{%#]")}
_RAW = re.compile(r"-?\s*raw\s*-?")
_END_RAW = re.compile(r"\{%-?\s*endraw\s*-?%\}")
_STRING = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", re.DOTALL)
_WORD = re.compile(r"[^\W\d]\w*")
_BEFORE = re.compile(r"(?:\.|\||\bis(?:\s+not)?)\s*$")
_KEYWORD_ARGUMENT = re.compile(r"\s*=(?!=)")
_NEAR = 200
"""Characters examined before a name; searching from the start of a long tag would take minutes."""
_MOST = 100_000
"""Maximum number of positions reported per text, a bound for hostile input."""
_SHORT = 400
_WORDS = """
and or not in is if else elif endif for endfor recursive set endset macro endmacro call endcall filter endfilter
block endblock extends include import from as with endwith without context ignore missing scoped required
autoescape endautoescape raw endraw do true false none True False None loop self super caller varargs kwargs
range dict lipsum cycler joiner namespace
"""
_KNOWN = frozenset(_WORDS.split())


def jinja_names(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct variable names of these templates, in order of first appearance."""
    return tuple(dict.fromkeys(name for text in texts for name, _ in jinja_places(text)))


def jinja_places(text: str) -> list[tuple[str, int]]:
    """Return every occurrence of a variable name with its position in code points."""
    made: set[str] = set()
    used: list[tuple[str, int]] = []
    for tag, start, inside in _tags(text):
        # Cached: between two keystrokes all tags but one are unchanged.
        names, asked = (_read_short if len(inside) <= _SHORT else _read)(tag, inside)
        made |= names
        used += [(name, start + at) for name, at in asked]
        if len(used) >= _MOST:
            break
    return [(name, at) for name, at in used if name not in made]


def _tags(text: str) -> Iterator[tuple[str, int, str]]:
    """Yield the opening delimiter, the position of the inside, and the inside of each tag.

    A tag that is not closed before the next one is skipped.
    """
    opened = _OPENS.search(text)
    while opened is not None:
        tag, start = opened[0], opened.end()
        if tag == "{#":
            end = text.find("#}", start)
            opened = None if end < 0 else _OPENS.search(text, end + 2)
            continue
        close = _INSIDE[tag].search(text, start)
        while close is not None and close[0] in "\"'":
            # A closing delimiter inside a string does not end the tag.
            end = text.find(close[0], close.end())
            close = None if end < 0 else _INSIDE[tag].search(text, end + 1)
        if close is None:
            return
        if close[0] in ("}}", "%}"):
            inside = text[start : close.start()]
            yield tag, start, inside
            if tag == "{%" and _RAW.fullmatch(inside.strip()):
                close = _END_RAW.search(text, close.end())
                if close is None:
                    return
            opened = _OPENS.search(text, close.end())
        else:
            opened = close


def _read(tag: str, inside: str) -> tuple[frozenset[str], tuple[tuple[str, int], ...]]:
    """Return the names that a tag defines, and those that it uses with their positions."""
    # Strings are replaced by blanks of equal length, so that positions stay valid.
    code = _STRING.sub(lambda match: " " * len(match[0]), inside)
    return frozenset(_made(code[:_MOST]) if tag == "{%" else ()), tuple(islice(_used(code), _MOST))


_read_short = lru_cache(4096)(_read)


def _made(code: str) -> set[str]:
    words = _WORD.findall(code)
    match words[:1]:
        case ["for"]:
            return set(_WORD.findall(code.partition(" in ")[0])) - {"for"}
        case ["set"]:
            return set(_WORD.findall(code.partition("=")[0])) - {"set"}
        case ["macro" | "call"]:
            return set(words)
        case ["with"]:
            return set(re.findall(r"([^\W\d]\w*)\s*=(?!=)", code))
    return set()


def _used(code: str) -> Iterator[tuple[str, int]]:
    filters = code.lstrip("-+ \t\n").startswith("filter ")
    for match in _WORD.finditer(code):
        if match[0] in _KNOWN or filters or _BEFORE.search(code, max(0, match.start() - _NEAR), match.start()):
            continue
        if not _KEYWORD_ARGUMENT.match(code, match.end()):
            yield match[0], match.start()
