"""Incremental Markdown: a growing answer as parts, of which few ever change.

Invariant: settled parts never change, and the unsettled rest is short, however long the answer and its blocks are.
Appending a chunk is O(chunk), independent of the length of the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.ui.editor.long_lines import holds_on
from workbench.ui.widgets.reader.parts import DocumentPart, Kind, ParsedParts, parse

UNIT = 2_000
"""Characters of one block beyond which all but its last line is settled."""
LONGEST_LINE = 3_000
"""Characters of one line beyond which it is split."""
LIMIT = 20_000
"""Characters of a block that cannot be split, beyond which parsing it again takes too long."""
MOST_BRACKETS = 600
"""Maximum number of possible link starts in one block; for each the parser scans all of it."""
_SEARCHED = 500


@dataclass(frozen=True, slots=True)
class PlacedPart:
    """A part and its position. `offset` counts characters of the answer; `apart`: preceded by a blank line.

    `joined`: continues the block before it; `glued`: even within a line, with `joint` between the two.
    """

    part: DocumentPart
    offset: int
    apart: bool = False
    joined: bool = False
    glued: bool = False
    joint: str = ""


@dataclass(frozen=True, slots=True)
class GrownPart:
    """New and possibly changed parts. The next step returns the open ones again, updated."""

    settled: tuple[PlacedPart, ...] = ()
    open: tuple[PlacedPart, ...] = ()


@dataclass(frozen=True, slots=True)
class _Context:
    """Opening lines of the blocks that a text continues, parsed before it. `leaf` is the innermost block."""

    text: str = ""
    leaf: Kind | None = None
    glued: bool = False
    joint: str = ""

    @property
    def lines(self) -> int:
        return self.text.count("\n")


class DocumentGrowth:
    """A growing answer. `links` are the known link definitions of the whole answer."""

    def __init__(self, links: Mapping[str, str] | None = None) -> None:
        self._links = links or {}
        self._context = _Context()
        self._ahead = self._tail = ""
        self._at = 0
        self._end = 0
        self._patience = UNIT
        self._is_too_deep = False

    @property
    def is_stuck(self) -> bool:
        """Whether the text cannot be rendered: nested too deeply, or the last block too long to parse repeatedly."""
        if self._is_too_deep or len(self._tail) > LIMIT:
            return True
        return self._tail.count("[") + self._ahead.count("[") > MOST_BRACKETS

    def take(self, piece: str) -> None:
        """Append a chunk."""
        self._ahead += piece

    def step(self, *, more_to_come: bool) -> GrownPart:
        """Return the updated open parts and the new parts."""
        settled: list[PlacedPart] = []
        while True:
            at = self._next_stop()
            self._tail, self._ahead = self._tail + self._ahead[:at], self._ahead[at:]
            grown = self._read(more_to_come=more_to_come or bool(self._ahead))
            settled += grown.settled
            if not self._ahead:
                return GrownPart(tuple(settled), grown.open)

    def _next_stop(self) -> int:
        """Return how much to read at once, so that splits of a long line do not depend on the chunks."""
        line = len(self._tail) - self._tail.rfind("\n") - 1
        start = 0
        while start < len(self._ahead):
            end = self._ahead.find("\n", start)
            end = len(self._ahead) if end < 0 else end
            if line <= LONGEST_LINE < line + end - start:
                return start + LONGEST_LINE + 1 - line
            start, line = end + 1, 0
        return len(self._ahead)

    def _read(self, *, more_to_come: bool) -> GrownPart:
        context = self._context
        parsed = self._parse(context.text + self._tail, more_to_come)
        self._is_too_deep |= not parsed.is_whole
        placed = list(self._place(parsed.parts, context, self._tail, self._at, self._end))
        count = sum(line < parsed.line for line, _, _ in placed)
        settled, last = (tuple(one for _, _, one in some) for some in (placed[:count], placed[count:]))
        if parsed.line and parsed.line >= context.lines:
            end = max((end for _, end, _ in placed[:count]), default=parsed.line)
            self._cut(_starts(self._tail)[parsed.line - context.lines], _Context(), end - parsed.line)
        elif len(self._tail) > self._patience or _has_long_line(self._tail):
            return self._part(parsed.parts, last, more_to_come)
        return GrownPart(settled, last)

    def _cut(self, at: int, context: _Context, end: int) -> None:
        """Drop the tail before `at`; `end` is the last line of what was dropped, relative to `at`."""
        self._at += at
        self._tail = self._tail[at:]
        self._context, self._end, self._patience = context, end, UNIT

    def _place(
        self, parts: Iterable[DocumentPart], context: _Context, tail: str, at: int, end: int
    ) -> Iterator[tuple[int, int, PlacedPart]]:
        """Yield parts with their first and last lines; parts of the context are left out or shortened."""
        starts, before = _starts(tail), context.lines
        end += before
        fresh = True
        for part in parts:
            if part.line < before:
                if part.kind == context.leaf:
                    end = part.end
                    rest = _behind_opening(part)
                    if rest is not None:
                        yield part.line, end, PlacedPart(rest, at, joined=True, glued=context.glued)
                        fresh = False
                continue
            joined = fresh and context.leaf == part.kind == "paragraph" and part.line == before
            apart = part.line > end and not joined
            fresh, end = False, part.end
            offset = at + starts[min(part.line - before, len(starts) - 1)]
            glued = joined and context.glued
            yield part.line, end, PlacedPart(part, offset, apart, joined, glued, context.joint if glued else "")

    def _part(self, parts: Sequence[DocumentPart], whole: Sequence[PlacedPart], more_to_come: bool) -> GrownPart:
        """Settle most of the last block, which is long, if it can be split somewhere."""
        source, skipped = self._context.text + self._tail, len(self._context.text)
        for context, at in self._places(parts, source):
            if at <= skipped:
                continue
            first = self._parse(source[:at], more_to_come=False).parts
            before = list(self._place(first, self._context, self._tail, self._at, self._end))
            behind = source[at:]
            second = self._parse(context.text + behind, more_to_come).parts
            end = before[-1][1] - source.count("\n", 0, at) if before else 0
            after = self._place(second, context, behind, self._at + at - skipped, end)
            settled, last = (tuple(one for _, _, one in some) for some in (before, after))
            if _is_same(whole, settled, last):
                self._cut(at - skipped, context, end)
                return GrownPart(settled, last)
        self._patience = len(self._tail) + UNIT // 4
        return GrownPart((), tuple(whole))

    def _parse(self, text: str, more_to_come: bool) -> ParsedParts:
        return parse(text, more_to_come=more_to_come, links=self._links)

    def _places(self, parts: Sequence[DocumentPart], source: str) -> Iterator[tuple[_Context, int]]:
        """Yield where the source may be split, each with the context for parsing the rest."""
        if not parts:
            return
        leaf, lines, starts = parts[-1], source.split("\n"), _starts(source)
        last = len(lines) - 1 - (not lines[-1])
        opening = {"code": 1, "table": 2}.get(leaf.kind, 0)
        around = [*leaf.within, *range(leaf.line, leaf.line + opening)]
        if len(lines[last]) > LONGEST_LINE and leaf.kind in ("paragraph", "code") and not leaf.within:
            words = leaf.kind == "paragraph"
            if at := _gap(source, starts[last] + LONGEST_LINE, words=words):
                # White space at the end of a paragraph is not shown.
                joint = source[len(source[:at].rstrip()) : at] if words else ""
                yield _Context(_joined(lines, around), leaf.kind, glued=True, joint=joint), at
        if opening and last > leaf.line + opening:
            yield _Context(_joined(lines, around), leaf.kind), starts[last]
        if not opening and leaf.line > self._context.lines:
            yield _Context(_joined(lines, [line for line in leaf.within if line < leaf.line])), starts[leaf.line]
        if leaf.kind == "paragraph" and not leaf.depth and last > leaf.line:
            yield _Context(leaf=leaf.kind), starts[last]


def _behind_opening(part: DocumentPart) -> DocumentPart | None:
    """Return a block without its known opening, None if nothing follows that."""
    if part.kind == "code":
        return None if part.blank else replace(part, marker="")
    rows = part.rows[1:]
    return replace(part, rows=rows, marker="") if rows else None


def fused(before: PlacedPart, behind: PlacedPart) -> PlacedPart:
    """Return a code block or table merged with its continuation."""
    part, more = before.part, behind.part
    if part.kind == "code":
        joint = "" if behind.glued else "\n"
        return replace(before, part=replace(part, text=f"{part.text}{joint}{more.text}"))
    return replace(before, part=replace(part, rows=part.rows + more.rows))


def goes_on(before: PlacedPart, behind: PlacedPart) -> bool:
    """Whether two parts form one block in the document."""
    return behind.joined and before.part.kind == behind.part.kind in ("code", "table")


def _is_same(whole: Sequence[PlacedPart], before: Sequence[PlacedPart], behind: Sequence[PlacedPart]) -> bool:
    """Whether the parts of the split source equal those of the whole."""
    if not before or not behind:
        return False
    first, second = before[-1], behind[0]
    if goes_on(first, second):
        before, behind = [*before[:-1], fused(first, second)], behind[1:]
    elif second.joined:
        # One paragraph became two; emphasis that began in the first one ends there.
        alike = len(behind) == 1 and _frame(first.part) == _frame(second.part) == _frame(whole[-1].part)
        return alike and [one.part for one in before[:-1]] == [one.part for one in whole[:-1]]
    return [one.part for one in (*before, *behind)] == [one.part for one in whole]


def _frame(part: DocumentPart) -> tuple[Kind, int, int]:
    return part.kind, part.depth, part.quote


def _joined(lines: Sequence[str], numbers: Iterable[int]) -> str:
    return "".join(f"{lines[number]}\n" for number in sorted(set(numbers)))


def _gap(text: str, latest: int, *, words: bool) -> int:
    """Return a split offset up to `latest`, between words if possible; 0 for none."""
    places = range(latest, latest - _SEARCHED, -1)
    # A rest that begins with a letter starts no other kind of block.
    letters = [at for at in places if text[at].isalpha() and not holds_on(text[at - 1], text[at])]
    between = [at for at in letters if text[at - 1].isspace()] if words else []
    return next(iter(between or letters), 0)


def _has_long_line(text: str) -> bool:
    """Whether the last line has just exceeded `LONGEST_LINE`."""
    return len(text) - text.rfind("\n") - 1 == LONGEST_LINE + 1


def _starts(text: str) -> list[int]:
    starts, at = [0], text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts
