"""What differs between two texts, to the word.

Invariants: the old text is what stays plus what was removed, the new one what stays plus what was added, character for
character. No visible character is cut. Time grows with the length of the texts and not with its square: the words of
some 50 kB of changed text are aligned as well as can be; longer changes are first cut where a stretch of words occurs
once on each side, and what has no such stretch counts as replaced as a whole. Signs between words are aligned in the
same way; where a long stretch has no word in common, they are not.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from workbench.core.align import leftovers
from workbench.core.graphemes import Boundaries
from workbench.core.text import word_pattern

_LONGEST_ISLAND = 3
"""Words in common that are shown as replaced when longer replacements stand on both sides: reading on is easier."""
_ENOUGH_WORDS = 2 * _LONGEST_ISLAND
_FARTHEST_SLIDE = 500
_LONGEST_GAP = 200_000
"""Characters without a word in common on both sides together that are still looked through sign by sign."""

Kind = Literal["same", "removed", "added"]


@dataclass(frozen=True, slots=True)
class DiffHunk:
    """A change: `old[old_start:old_end]` became `new[new_start:new_end]`; one of the two may be empty."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


@dataclass(frozen=True, slots=True)
class DiffPiece:
    """A part of both texts, or of one. `hunk` is the number of its change, -1 for what stays."""

    kind: Kind
    text: str
    hunk: int = -1


@dataclass(frozen=True, slots=True)
class TextDiff:
    """Two texts and the changes between them, ascending and with something in common between any two.

    `added` and `removed` count the words that differ. Where a short word in common stands inside a replaced stretch,
    it is shown with it and not counted.
    """

    old: str
    new: str
    hunks: tuple[DiffHunk, ...] = ()
    added: int = 0
    removed: int = 0

    def pieces(self) -> Iterator[DiffPiece]:
        """Yield both texts in order; what was removed comes before what was added in its place."""
        at = 0
        for number, hunk in enumerate(self.hunks):
            if at < hunk.old_start:
                yield DiffPiece("same", self.old[at : hunk.old_start])
            if hunk.old_start < hunk.old_end:
                yield DiffPiece("removed", self.old[hunk.old_start : hunk.old_end], number)
            if hunk.new_start < hunk.new_end:
                yield DiffPiece("added", self.new[hunk.new_start : hunk.new_end], number)
            at = hunk.old_end
        if at < len(self.old):
            yield DiffPiece("same", self.old[at:])

    def apply(self, accepted: Collection[int]) -> str:
        """Return the old text with the changes of these numbers made, and no others."""
        parts: list[str] = []
        at = 0
        for number, hunk in enumerate(self.hunks):
            if number in accepted:
                parts += (self.old[at : hunk.old_start], self.new[hunk.new_start : hunk.new_end])
                at = hunk.old_end
        return "".join((*parts, self.old[at:]))


def diff_texts(old: str, new: str) -> TextDiff:
    """Compare two texts word by word, CJK, Thai, Lao, Burmese and Khmer by their letters with all that belongs to them,
    and between words sign by sign.
    """
    if old == new:
        return TextDiff(old, new)
    before, after = ([m.span() for m in word_pattern(text).finditer(text)] for text in (old, new))
    kept, removed, added = _kept(_texts(old, before), _texts(new, after))
    hunks: list[DiffHunk] = []
    for gap in _gaps(before, after, kept, (0, len(old), 0, len(new))):
        hunks += _between_words(old, new, gap)
    hunks = _whole_characters(old, new, _lines_first(old, new, _without_islands(old, new, hunks)))
    return TextDiff(old, new, tuple(hunks), added, removed)


def _texts(text: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    return [text[start:end] for start, end in spans]


def _kept(before: Sequence[str], after: Sequence[str]) -> tuple[list[tuple[int, int]], int, int]:
    """Return the pairs of places that are the same, and how many on each side are not: removed, added."""
    gone_before, gone_after = leftovers(before, after)
    left, right = set(gone_before), set(gone_after)
    pairs = zip(
        (at for at in range(len(before)) if at not in left),
        (at for at in range(len(after)) if at not in right),
        strict=True,
    )
    return list(pairs), len(left), len(right)


def _gaps(
    before: Sequence[tuple[int, int]],
    after: Sequence[tuple[int, int]],
    kept: Sequence[tuple[int, int]],
    whole: tuple[int, int, int, int],
) -> Iterator[DiffHunk]:
    """Yield what lies before, between and behind the spans that were kept, in places of the texts."""
    at_old, old_end, at_new, new_end = whole
    for one, other in kept:
        yield DiffHunk(at_old, before[one][0], at_new, after[other][0])
        at_old, at_new = before[one][1], after[other][1]
    yield DiffHunk(at_old, old_end, at_new, new_end)


def _between_words(old: str, new: str, gap: DiffHunk) -> Iterator[DiffHunk]:
    """Yield the changes of a stretch without words in common: first its signs are aligned, then its ends trimmed."""
    one, other = old[gap.old_start : gap.old_end], new[gap.new_start : gap.new_end]
    if one == other:
        return
    if len(one) + len(other) > _LONGEST_GAP:
        yield gap
        return
    trimmed = _trimmed(old, new, gap)
    if trimmed.old_start == trimmed.old_end or trimmed.new_start == trimmed.new_end:
        yield trimmed
        return
    before, after = (
        [m.span() for m in _tokens().finditer(text, start, end) if not m[0].isspace()]
        for text, start, end in (
            (old, trimmed.old_start, trimmed.old_end),
            (new, trimmed.new_start, trimmed.new_end),
        )
    )
    signs = _texts(new, after)
    kept, _, _ = _kept(_texts(old, before), signs)
    kept = _earliest(kept, signs)
    whole = (trimmed.old_start, trimmed.old_end, trimmed.new_start, trimmed.new_end)
    for part in _gaps(before, after, kept, whole):
        if old[part.old_start : part.old_end] != new[part.new_start : part.new_end]:
            yield _trimmed(old, new, part)


def _earliest(kept: Sequence[tuple[int, int]], after: Sequence[str]) -> list[tuple[int, int]]:
    """Let each sign stay where it first can: the first full stop of a reworded text ends the reworded sentence."""
    moved: list[tuple[int, int]] = []
    free = 0
    for one, other in kept:
        at = next(place for place in range(free, other + 1) if after[place] == after[other])
        moved.append((one, at))
        free = at + 1
    return moved


@functools.cache
def _tokens() -> re.Pattern[str]:
    return re.compile(rf"{word_pattern('é').pattern}|.", re.DOTALL)


def _trimmed(old: str, new: str, gap: DiffHunk) -> DiffHunk:
    """Return a gap without the words, signs and blanks that both of its sides begin and end with."""
    before = [m.span() for m in _tokens().finditer(old, gap.old_start, gap.old_end)]
    after = [m.span() for m in _tokens().finditer(new, gap.new_start, gap.new_end)]
    room = min(len(before), len(after))

    def same(one: tuple[int, int], other: tuple[int, int]) -> bool:
        return old[one[0] : one[1]] == new[other[0] : other[1]]

    head = next((n for n in range(room) if not same(before[n], after[n])), room)
    tail = next((n for n in range(room - head) if not same(before[-1 - n], after[-1 - n])), room - head)
    old_start, new_start = (before[head - 1][1], after[head - 1][1]) if head else (gap.old_start, gap.new_start)
    old_end, new_end = (before[-tail][0], after[-tail][0]) if tail else (gap.old_end, gap.new_end)
    return DiffHunk(old_start, old_end, new_start, new_end)


def _count(text: str, start: int, end: int) -> int:
    """Return how many words are between two places, at most as many as matter here."""
    return sum(1 for _ in itertools.islice(word_pattern(text).finditer(text, start, end), _ENOUGH_WORDS))


def _without_islands(old: str, new: str, hunks: Sequence[DiffHunk]) -> list[DiffHunk]:
    """Join replacements that only a few words in common keep apart, so that a rewritten sentence can be read."""
    joined: list[DiffHunk] = []
    size = 0
    for hunk in hunks:
        words = min(_count(old, hunk.old_start, hunk.old_end), _count(new, hunk.new_start, hunk.new_end))
        if joined and _is_island(old[joined[-1].old_end : hunk.old_start], min(size, words)):
            joined[-1] = replace(joined[-1], old_end=hunk.old_end, new_end=hunk.new_end)
            size += words
        else:
            joined.append(hunk)
            size = words
    return joined


def _is_island(between: str, words: int) -> bool:
    """Whether text in common is too little to stand between replacements of at least so many words."""
    if not words or "\n" in between:
        return False
    count = _count(between, 0, len(between))
    return 2 * count <= words and count <= _LONGEST_ISLAND and (count > 0 or len(between.strip()) <= 1)


def _lines_first(old: str, new: str, hunks: Sequence[DiffHunk]) -> list[DiffHunk]:
    """Let insertions and removals of lines begin where a line begins, when they could as well stand there."""
    moved: list[DiffHunk] = []
    for number, hunk in enumerate(hunks):
        before = moved[-1].old_end if moved else 0
        behind = hunks[number + 1].old_start if number + 1 < len(hunks) else len(old)
        room = hunk.old_start - before, behind - hunk.old_end
        by = 0
        if hunk.old_start == hunk.old_end:
            by = _slide(new, hunk.new_start, hunk.new_end, room)
        elif hunk.new_start == hunk.new_end:
            by = _slide(old, hunk.old_start, hunk.old_end, room)
        moved.append(DiffHunk(*(place + by for place in (hunk.old_start, hunk.old_end, hunk.new_start, hunk.new_end))))
    return moved


def _slide(text: str, start: int, end: int, room: tuple[int, int]) -> int:
    """Return by how much `text[start:end]` can move to begin a line without changing what it says, 0 for not at all.

    `room` is how far it may go to the left and to the right so that something in common stays between changes.
    """
    if "\n" not in text[start:end] or start == 0 or text[start - 1] == "\n":
        return 0
    for by in range(1, min(room[0] - 1, _FARTHEST_SLIDE) + 1):
        if text[start - by] != text[end - by]:
            break
        if start == by or text[start - by - 1] == "\n":
            return -by
    for by in range(1, min(room[1] - 1, _FARTHEST_SLIDE) + 1):
        if text[start + by - 1] != text[end + by - 1]:
            break
        if text[start + by - 1] == "\n":
            return by
    return 0


def _whole_characters(old: str, new: str, hunks: Sequence[DiffHunk]) -> list[DiffHunk]:
    """Widen changes until none begins or ends inside a visible character; those that then touch become one."""
    before, after = Boundaries(old).is_one, Boundaries(new).is_one
    whole: list[DiffHunk] = []
    for number, hunk in enumerate(hunks):
        floor = whole[-1] if whole else DiffHunk(0, 0, 0, 0)
        by = _steps(before, after, (hunk.old_start, hunk.new_start), -1, hunk.old_start - floor.old_end)
        start = hunk.old_start - by, hunk.new_start - by
        ceiling = hunks[number + 1].old_start if number + 1 < len(hunks) else len(old)
        # What a change before this one took may reach beyond its beginning, or beyond its end.
        end = max(hunk.old_end, floor.old_end), max(hunk.new_end, floor.new_end)
        by = _steps(before, after, end, 1, max(0, ceiling - end[0]))
        end = end[0] + by, end[1] + by
        if whole and start[0] <= floor.old_end:
            whole[-1] = DiffHunk(floor.old_start, end[0], floor.new_start, end[1])
        else:
            whole.append(DiffHunk(start[0], end[0], start[1], end[1]))
    return whole


def _steps(
    before: Callable[[int], bool], after: Callable[[int], bool], at: tuple[int, int], step: int, room: int
) -> int:
    """Return how many characters, at most `room`, both places go until each is a boundary."""
    by = 0
    while by < room and not (before(at[0] + step * by) and after(at[1] + step * by)):
        by += 1
    return by
