"""Word-level diff of two texts.

Invariants: the pieces kept and removed make up the old text, those kept and added the new text, character for
character. Extended grapheme clusters (Unicode UAX #29) are never split: accents stay with their letters, flags and
emoji sequences stay whole, CR stays with LF. Time is linear in the length of the texts: words of up to about 50 kB of
changed text are aligned optimally; longer changes are first split at runs of words unique on each side, and a stretch
without such a run is replaced as a whole. Characters between words are aligned in the same way, except in long
stretches without a common word.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from workbench.core.align import leftovers
from workbench.core.text import word_pattern

_LONGEST_ISLAND = 3
"""Up to this many common words are shown as replaced between longer replacements, because that is easier to read."""
_ENOUGH_WORDS = 2 * _LONGEST_ISLAND
_FARTHEST_SLIDE = 500
_LONGEST_GAP = 200_000
"""Longest stretch without a common word (characters, both sides together) that is aligned by character."""

Kind = Literal["same", "removed", "added"]


@dataclass(frozen=True, slots=True)
class DiffHunk:
    """A change: `old[old_start:old_end]` is replaced by `new[new_start:new_end]`; one of the two may be empty."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


@dataclass(frozen=True, slots=True)
class DiffPiece:
    """A part of one text, or of both ("same"). `hunk` is the number of its change, -1 for unchanged text."""

    kind: Kind
    text: str
    hunk: int = -1


@dataclass(frozen=True, slots=True)
class TextDiff:
    """Two texts and the changes between them, in ascending order, with unchanged text between any two.

    `added` and `removed` count the words that differ. A few common words inside a replaced stretch are shown as
    replaced but not counted.
    """

    old: str
    new: str
    hunks: tuple[DiffHunk, ...] = ()
    added: int = 0
    removed: int = 0

    def pieces(self) -> Iterator[DiffPiece]:
        """Yield both texts in order; removed text precedes the text added in its place."""
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
        """Return the old text with only the changes of these numbers applied."""
        parts: list[str] = []
        at = 0
        for number, hunk in enumerate(self.hunks):
            if number in accepted:
                parts += (self.old[at : hunk.old_start], self.new[hunk.new_start : hunk.new_end])
                at = hunk.old_end
        return "".join((*parts, self.old[at:]))


def diff_texts(old: str, new: str) -> TextDiff:
    """Compare two texts by word and, between words, by character.

    CJK, Thai, Lao, Burmese and Khmer are compared by letters including their combining marks.
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
    """Return the pairs of positions of equal items, and the counts of removed and added items."""
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
    """Yield the gaps before, between and after the kept spans, in character positions."""
    at_old, old_end, at_new, new_end = whole
    for one, other in kept:
        yield DiffHunk(at_old, before[one][0], at_new, after[other][0])
        at_old, at_new = before[one][1], after[other][1]
    yield DiffHunk(at_old, old_end, at_new, new_end)


def _between_words(old: str, new: str, gap: DiffHunk) -> Iterator[DiffHunk]:
    """Yield the changes of a stretch without common words: align its characters, then trim the ends of each gap."""
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
    """Match each kept character with its first possible position, so that a full stop ends the reworded sentence."""
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
    """Return a gap without the words and other characters that both of its sides begin and end with."""
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
    """Return the number of words in `text[start:end]`, at most `_ENOUGH_WORDS`."""
    return sum(1 for _ in itertools.islice(word_pattern(text).finditer(text, start, end), _ENOUGH_WORDS))


def _without_islands(old: str, new: str, hunks: Sequence[DiffHunk]) -> list[DiffHunk]:
    """Merge replacements separated by only a few common words, so that a rewritten sentence stays readable."""
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
    """Whether common text is too short to separate two replacements of at least `words` words."""
    if not words or "\n" in between:
        return False
    count = _count(between, 0, len(between))
    return 2 * count <= words and count <= _LONGEST_ISLAND and (count > 0 or len(between.strip()) <= 1)


def _lines_first(old: str, new: str, hunks: Sequence[DiffHunk]) -> list[DiffHunk]:
    """Move insertions and removals of lines to the start of a line where that is equivalent."""
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
    """Return the offset by which `text[start:end]` can move to a line start with an equal result, 0 if it cannot.

    `room` limits the move to the left and to the right, so that changes stay separated by unchanged text.
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
    """Widen changes to grapheme cluster boundaries, and merge changes that then touch."""
    before, after = GraphemeBoundaries(old).is_one, GraphemeBoundaries(new).is_one
    whole: list[DiffHunk] = []
    for number, hunk in enumerate(hunks):
        floor = whole[-1] if whole else DiffHunk(0, 0, 0, 0)
        by = _steps(before, after, (hunk.old_start, hunk.new_start), -1, hunk.old_start - floor.old_end)
        start = hunk.old_start - by, hunk.new_start - by
        ceiling = hunks[number + 1].old_start if number + 1 < len(hunks) else len(old)
        # The widened previous change may reach beyond the start, or even the end, of this one.
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
    """Return how far (at most `room` characters) both positions must move until both are boundaries."""
    by = 0
    while by < room and not (before(at[0] + step * by) and after(at[1] + step * by)):
        by += 1
    return by


class GraphemeBoundaries:
    """The grapheme cluster boundaries in one text, computed lazily by paragraph; the last one is cached."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._start, self._end = 0, -1
        self._inside: frozenset[int] = frozenset()

    def is_one(self, at: int) -> bool:
        """Whether `at`, from 0 to the length of the text, is a boundary."""
        text = self._text
        if at <= 0 or at >= len(text):
            return True
        before, after = text[at - 1], text[at]
        if before == "\n" or (before < "\x80" and after < "\x80"):
            return (before, after) != ("\r", "\n")
        if not self._start <= at <= self._end:
            self._look_at(at)
        return at in self._inside

    def _look_at(self, at: int) -> None:
        """Find the boundaries of the paragraph around `at`. No cluster continues after a line feed."""
        # Imported here: its tables take 15 ms to load, and plain ASCII never needs them.
        import regex

        self._start = self._text.rfind("\n", 0, at) + 1
        end = self._text.find("\n", at)
        self._end = len(self._text) if end < 0 else end + 1
        found = regex.finditer(r"\X", self._text, pos=self._start, endpos=self._end)
        self._inside = frozenset(match.end() for match in found)
