"""The syntax that is coloured in a line of a prompt: Markdown, tags, JSON, template tags, and fenced code.

Invariant: pure; a line depends only on its own text and the end state of the line before it, so that a key press costs
one line and not the whole text. Positions are code points of the line.

Prompts are prose that mixes Markdown, XML and JSON. A Markdown lexer needs whole texts and knows no tags, so the
structure of prose is recognised here; fenced code and JSON are lexed by Pygments (`lexers`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["structure", "tag", "literal", "keyword", "comment", "variable"]
Piece = tuple[int, int, Kind]
"""Start, length, kind."""

LONGEST_CODE = 4_000
"""Maximum length of a line of code that is coloured, in characters: Pygments takes a millisecond for 1,000."""


@dataclass(frozen=True, slots=True)
class GrammarState:
    """The end state of a line: prose, a comment, or a fence with the state of its language's lexer."""

    fence: str = ""
    """The characters that opened the fence, "" outside of a fence."""
    language: str = ""
    stack: tuple[str, ...] = ()
    ends: str = ""
    """The end marker of an open comment."""


PROSE = GrammarState()


class LineLexer(Protocol):
    """Lexer of a language, line by line."""

    def line(self, text: str, state: GrammarState) -> tuple[list[Piece], GrammarState]:
        """Return the pieces of a line that begins in `state`, and its end state."""
        ...


Languages = Callable[[str], LineLexer | None]
"""Returns the lexer of a language by its name in a fence, None if there is none (yet)."""

_FENCE = re.compile(r"\s*(`{3,}|~{3,})\s*([\w+#.-]*)")
_BEGIN = re.compile(
    r"(?P<heading>[ ]{0,3}\#{1,6}[ \t].*)"
    r"|(?P<rule>\s*(?:-{3,}|\*{3,}|_{3,}|={3,})\s*$)"
    r"|(?P<label>\s*(?:\*\*)?[^\W\d_][^.:!?<>{}()\[\]=;`\"\n]{0,38}[:：](?:\*\*)?\s*$)"
    r"|\s*(?P<item>(?:[-*+•]|\d{1,4}[.)]|>+)(?=\s))",
    re.VERBOSE,
)
_WORDS = r"[\w'’-]+(?:[ ][\w'’-]+){0,2}"
_INLINE = re.compile(
    r"(?P<code>(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<remark><!--)"
    r"|(?P<tag></?[^\W\d][\w:.-]*(?:\s[^<>]*)?/?>)"
    r"|(?P<bold>\*\*(?=\S)|(?<=\S)\*\*|(?<!\w)__(?=\w)|(?<=\w)__(?!\w))"
    r"|(?P<link>(?<=\])\([^()\s]+\))"
    r"|(?P<quoted>\"[^\"\n]{1,200}\"|“[^”\n]{1,200}”|„[^“”\n]{1,200}[“”]|«[^»\n]{1,200}»)"
    rf"|(?P<set>\((?:{_WORDS},[ ]){{2,}}(?:(?:or|and)[ ])?{_WORDS}\))",
    re.VERBOSE,
)
_JINJA = re.compile(r"(?P<jinja_remark>\{#)|(?P<block>\{%.*?%\})|(?P<output>\{\{.*?\}\})")
_INTERESTING = re.compile(r"[`<*_\]\"“„«(]")
_VALUE = re.compile(r"\"[^\"]*\"|'[^']*'")
_JSON = re.compile(r"\s*(?:[\[{]\s*(?:$|[\"\[{\]}\d-])|[\]}]+[,;]?\s*$|\"[^\"]*\"\s*(?::|,?\s*$))")
_KINDS: dict[str, Kind] = {
    "heading": "structure",
    "rule": "structure",
    "label": "structure",
    "item": "structure",
    "code": "literal",
    "bold": "comment",
    "link": "keyword",
    "quoted": "literal",
    "set": "literal",
    "block": "keyword",
    "output": "variable",
}
_ENDS = {"remark": "-->", "jinja_remark": "#}"}


def read(
    text: str, state: GrammarState, languages: Languages, *, jinja: bool = False, begins: bool = True
) -> tuple[list[Piece], GrammarState]:
    """Return the pieces of a line in order, and its end state.

    `begins` is False for the continuation of a split paragraph.
    """
    if state.fence:
        return _fenced(text, state, languages)
    if state.ends:
        end = text.find(state.ends)
        if end < 0:
            return _all(text, "comment"), state
        start = end + len(state.ends)
        pieces, after = _prose(text, start, jinja=jinja)
        return [(0, start, "comment"), *pieces], after
    if begins:
        if (opened := _FENCE.match(text)) and "`" not in text[opened.end() :]:
            return _all(text, "structure"), GrammarState(opened[1], opened[2].lower())
        if _JSON.match(text):
            json = languages("json")
            if json is not None and len(text) <= LONGEST_CODE and not (jinja and "{%" in text):
                return json.line(text, PROSE)[0], PROSE
    found: list[Piece] = []
    start = 0
    if begins and (match := _BEGIN.match(text)):
        name = match.lastgroup or "item"
        found.append((match.start(name), match.end(name) - match.start(name), _KINDS[name]))
        start = match.end()
    pieces, after = _prose(text, start, jinja=jinja)
    return found + pieces, after


def is_left_plain(text: str, state: GrammarState, *, begins: bool = True) -> bool:
    """Whether a line is code that is too long to be coloured."""
    if len(text) <= LONGEST_CODE or state.ends:
        return False
    return bool(state.language) if state.fence else begins and bool(_JSON.match(text))


def leads_on(text: str) -> bool:
    """Whether a line of prose may end in another state than prose; a cheap test for invisible lines."""
    return "```" in text or "~~~" in text or "<!--" in text or "{#" in text


def _fenced(text: str, state: GrammarState, languages: Languages) -> tuple[list[Piece], GrammarState]:
    closing = text.strip()
    if closing and closing == state.fence[0] * len(closing) and len(closing) >= len(state.fence):
        return _all(text, "structure"), PROSE
    lexer = languages(state.language) if state.language else None
    if lexer is None or len(text) > LONGEST_CODE:
        return [], state
    return lexer.line(text, state)


def _prose(text: str, start: int, *, jinja: bool) -> tuple[list[Piece], GrammarState]:
    found: list[Piece] = []
    if jinja and "{" in text:
        return _with_jinja(text, start)
    if not _INTERESTING.search(text, start):
        return found, PROSE
    position = start
    while match := _INLINE.search(text, position):
        name = match.lastgroup or ""
        begin, position = match.span()
        if name in _ENDS:
            end = text.find(_ENDS[name], position)
            if end < 0:
                return [*found, (begin, len(text) - begin, "comment")], GrammarState(ends=_ENDS[name])
            position = end + len(_ENDS[name])
            found.append((begin, position - begin, "comment"))
        elif name == "tag":
            found += _tag(text, begin, position)
        else:
            # `lastgroup` is the group that closed last: the ticks close before the code.
            found.append((begin, position - begin, _KINDS[name]))
    return found, PROSE


def _with_jinja(text: str, start: int) -> tuple[list[Piece], GrammarState]:
    """Do the same for Jinja, whose tags split the prose."""
    found: list[Piece] = []
    position = start
    while match := _JINJA.search(text, position):
        name = match.lastgroup or ""
        found += _before(text, position, match.start())
        begin, position = match.span()
        if name in _ENDS:
            end = text.find(_ENDS[name], position)
            if end < 0:
                return [*found, (begin, len(text) - begin, "comment")], GrammarState(ends=_ENDS[name])
            position = end + len(_ENDS[name])
            found.append((begin, position - begin, "comment"))
        else:
            found.append((begin, position - begin, _KINDS[name]))
    pieces, state = _prose(text[position:], 0, jinja=False)
    return found + [(at + position, length, kind) for at, length, kind in pieces], state


def _before(text: str, start: int, stop: int) -> list[Piece]:
    pieces, _ = _prose(text[start:stop], 0, jinja=False)
    return [(at + start, length, kind) for at, length, kind in pieces]


def _tag(text: str, begin: int, end: int) -> list[Piece]:
    """Return a tag in pieces; quoted values are literals."""
    found: list[Piece] = []
    position = begin
    for value in _VALUE.finditer(text, begin, end):
        found += [(position, value.start() - position, "tag"), (value.start(), len(value[0]), "literal")]
        position = value.end()
    return [*found, (position, end - position, "tag")]


def _all(text: str, kind: Kind) -> list[Piece]:
    return [(0, len(text), kind)] if text else []
