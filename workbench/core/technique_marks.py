"""Which techniques a version of a prompt uses, as far as anybody knows.

Invariant: what an insertion left counts while something of it stands in the prompt; what a person said counts until
they say otherwise. Examples, output format and tools need no mark: the content tells of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from workbench.core.content import Content
from workbench.core.techniques import Technique

TOLD = {"examples": "Few-shot examples", "output": "Output format", "tools": "Tools"}
"""What a content tells of itself, by key."""

OWN = "own:"
"""What keys of a person's own techniques begin with."""

_NUMBER = re.compile(r"^\d+-")
_WORD = re.compile(r"\w+")


class TechniqueMark(NamedTuple):
    """That a version uses a technique, or with `used` False that it does not although something said so.

    `key` is the technique's name across releases, `name` what people call it. `brought` are the pieces that inserting
    it brought, a line each; "" when a person said it.
    """

    key: str
    name: str
    brought: str = ""
    used: bool = True


def key_of(technique: Technique) -> str:
    """Return what a technique is known by: its file's name without the number that only orders the list."""
    return OWN + technique.id if technique.own else _NUMBER.sub("", technique.id)


def mark_of(technique: Technique, before: Content) -> TechniqueMark | None:
    """Return the mark that inserting a technique into a content leaves; None where the content will tell by itself."""
    if technique.place in TOLD:
        return None
    pieces = list(dict.fromkeys(_pieces(technique)))
    telling = [piece for piece in pieces if len(_WORD.findall(piece)) > 1] or pieces
    # A piece that stood there already says nothing about this insertion.
    news = [piece for piece in telling if not _in(piece, before)] or telling
    return TechniqueMark(key_of(technique), technique.name, "\n".join(news)) if news else None


def stands(mark: TechniqueMark, content: Content) -> bool:
    """Whether something of what was inserted stands in a content."""
    return any(_in(piece, content) for piece in mark.brought.split("\n") if piece)


def passed_on(
    fresh: Iterable[TechniqueMark], parent: Iterable[TechniqueMark], known: Iterable[TechniqueMark], content: Content
) -> list[TechniqueMark]:
    """Return the marks of a new version.

    `fresh` are those of its draft, which outdo what was said of its `parent`; `known` are those of earlier versions of
    the prompt, because an older text may have come back.
    """
    found = {mark.key: mark for mark in fresh if stands(mark, content)}
    for mark in parent:
        if not mark.brought:
            found.setdefault(mark.key, mark)
    for mark in known:
        if mark.brought and stands(mark, content):
            found.setdefault(mark.key, mark)
    return sorted(found.values())


def _pieces(technique: Technique) -> Iterator[str]:
    """Yield what stands outside of the gaps, in lines."""
    snippet, at = technique.parsed(), 0
    for gap in (*sorted(snippet.gaps, key=lambda gap: gap.start), None):
        end = len(snippet.text) if gap is None else gap.start
        for line in snippet.text[at:end].split("\n"):
            if piece := line.strip(" \t.,;:!?\"'“”"):
                yield piece
        at = end if gap is None else gap.end


def _in(piece: str, content: Content) -> bool:
    return any(piece in message.text for message in content.messages)
