"""How far one content is from another, counted in words."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.core.align import leftovers
from workbench.core.content import ROLES, Content
from workbench.core.text import first_line, spaced_words

# A NUL in a text is a word of its own, so no text can be taken for a mark.
_ROLE_MARKS = {role: f"\0{role}" for role in ROLES}
_MARKS = frozenset(_ROLE_MARKS.values())


@dataclass(frozen=True, slots=True)
class Change:
    """Words added and removed, and the first changed words as a summary ("" when nothing changed)."""

    added: int = 0
    removed: int = 0
    summary: str = ""


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a content, each with whether white space stands before it, and a mark where a message begins."""

    words: list[str] = field(default_factory=list)
    spaced: list[bool] = field(default_factory=list)


def _split(content: Content | None) -> _Words:
    split = _Words()
    for message in content.messages if content else ():
        split.words.append(_ROLE_MARKS[message.role])
        split.spaced.append(True)
        for word, spaced in spaced_words(message.text):
            split.words.append(word)
            split.spaced.append(spaced)
    return split


def count_change(old: Content | None, new: Content, *, summary_words: int = 8) -> Change:
    """Count the words that a common subsequence of both texts leaves over on each side.

    Role marks take part in the alignment and are not counted. The summary is the first run of added words, or of
    removed words after a minus sign when nothing was added; when no word differs, it names what does. For the first
    version it is the first line of the text. The count is the smallest possible one up to some 50 kB of changed
    text; beyond, it may be a little larger, and takes bounded time.
    """
    before, after = _split(old), _split(new)
    left_before, left_after = leftovers(before.words, after.words)
    added = [i for i in left_after if after.words[i] not in _MARKS]
    removed = [i for i in left_before if before.words[i] not in _MARKS]
    if old is None:
        summary = next((line for m in new.messages if (line := first_line(m.text))), "")
    elif added:
        summary = _phrase(after, added, summary_words)
    elif removed:
        summary = "− " + _phrase(before, removed, summary_words)
    else:
        summary = _wordless_change(old, new)
    return Change(len(added), len(removed), summary)


def _wordless_change(old: Content, new: Content) -> str:
    if [m.role for m in old.messages] != [m.role for m in new.messages]:
        return "roles"
    if old.messages != new.messages:
        return "white space"
    if old.template != new.template:
        return f"{new.template} template"
    return "settings" if old != new else ""


def _phrase(side: _Words, positions: Sequence[int], limit: int) -> str:
    """Return the words of the first unbroken run of `positions` as written: at most `limit`, on one line."""
    text = side.words[positions[0]]
    for count, (previous, position) in enumerate(itertools.pairwise(positions), start=1):
        if position != previous + 1 or count == limit:
            break
        text += f" {side.words[position]}" if side.spaced[position] else side.words[position]
    return first_line(text)
