"""Techniques used by a version of a prompt, as far as known.

Invariant: a mark set by an insertion holds while the prompt contains part of the inserted text; a mark set by the user
holds until they change it. Examples, output format and tools need no mark, because they are visible in the content.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from workbench.core.content import Content
from workbench.core.techniques import Technique

TOLD = {"examples": "Few-shot examples", "output": "Output format", "tools": "Tools"}
"""Techniques derived from the content itself, by key."""

OWN = "own:"
"""Key prefix of the user's own techniques."""

_NUMBER = re.compile(r"^\d+-")
_WORD = re.compile(r"\w+")


class TechniqueMark(NamedTuple):
    """A record that a version uses a technique, or (`used` False) that the user denied it.

    `key` identifies the technique across releases, `name` is its title. `brought` are the pieces of text that its
    insertion added, one per line; "" if the user set the mark.
    """

    key: str
    name: str
    brought: str = ""
    used: bool = True


def key_of(technique: Technique) -> str:
    """Return a technique's key: its file name without the number that orders the list."""
    return OWN + technique.id if technique.own else _NUMBER.sub("", technique.id)


def mark_of(technique: Technique, before: Content) -> TechniqueMark | None:
    """Return the mark for inserting a technique into `before`; None if it needs none."""
    if technique.place in TOLD:
        return None
    pieces = list(dict.fromkeys(_pieces(technique)))
    telling = [piece for piece in pieces if len(_WORD.findall(piece)) > 1] or pieces
    # A piece that was already in the content is no evidence of this insertion.
    news = [piece for piece in telling if not _in(piece, before)] or telling
    return TechniqueMark(key_of(technique), technique.name, "\n".join(news)) if news else None


def stands(mark: TechniqueMark, content: Content) -> bool:
    """Whether a content contains a piece of the inserted text."""
    return any(_in(piece, content) for piece in mark.brought.split("\n") if piece)


def passed_on(
    fresh: Iterable[TechniqueMark], parent: Iterable[TechniqueMark], known: Iterable[TechniqueMark], content: Content
) -> list[TechniqueMark]:
    """Return the marks of a new version, sorted.

    `fresh` are those of its draft, which take precedence over those set by the user on its `parent`. `known` are those
    of earlier versions of the prompt, because an older text may have been restored.
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
    """Yield the text outside the gaps, by line."""
    snippet, at = technique.parsed(), 0
    for gap in (*sorted(snippet.gaps, key=lambda gap: gap.start), None):
        end = len(snippet.text) if gap is None else gap.start
        for line in snippet.text[at:end].split("\n"):
            if piece := line.strip(" \t.,;:!?\"'“”"):
                yield piece
        at = end if gap is None else gap.end


def _in(piece: str, content: Content) -> bool:
    return any(piece in message.text for message in content.messages)
