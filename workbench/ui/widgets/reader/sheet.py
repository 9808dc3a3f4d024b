"""A text document that shows growing Markdown with as few edits as possible.

Invariant: the document looks as if its parts had been written once, in order. Unchanged content is not touched: a step
adds and removes characters, lines and rows at the end only.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from PySide6.QtGui import QTextCursor, QTextDocument

from workbench.ui.editor.exact_text import units
from workbench.ui.widgets.reader.build import CODE, DocumentBuilder
from workbench.ui.widgets.reader.code import is_known
from workbench.ui.widgets.reader.code_colors import AT_ONCE, CodeColoring
from workbench.ui.widgets.reader.document_growth import GrownPart, PlacedPart, fused, goes_on
from workbench.ui.widgets.reader.parts import TextRun
from workbench.ui.widgets.reader.tables import ReadingTable

_FORMS = 6
"""Table pieces that are resized in one step."""


@dataclass(slots=True)
class _Code:
    """A code block: its start, and how many of its characters are coloured."""

    start: QTextCursor
    inked: int = 0


@dataclass(slots=True)
class _Written:
    """The document content of a part, before which the document ended at `position`.

    For a continuation, `rows` and `text` are the number of rows and the text that the block had before.
    """

    placed: PlacedPart
    position: int
    table: ReadingTable | None = None
    rows: int = 0
    code: _Code | None = None
    text: str = ""

    @property
    def whole_text(self) -> str:
        return self.text + self.placed.part.text


class ReadingSheet:
    """Writes into an empty `document`. `room` is the available line width in pixels."""

    def __init__(self, document: QTextDocument, build: DocumentBuilder, room: float) -> None:
        self._document, self._build, self._room = document, build, room
        self._open: list[_Written] = []
        self._behind: _Written | None = None
        self._is_empty = True
        self._tables: list[tuple[int, ReadingTable]] = []
        self._offsets: list[int] = []
        self._places: list[int] = []
        self._breaks: list[int] = []
        self._joints: list[str] = []
        self._coloring = CodeColoring(build.ink)
        self._forms: deque[Callable[[], None]] = deque()

    @property
    def open_at(self) -> int:
        """The document position after which anything may change."""
        return self._open[0].position if self._open else self._end().position()

    @property
    def is_whole(self) -> bool:
        """Whether all colours and widths are applied."""
        return not self._coloring and not self._forms

    def step(self) -> None:
        """Apply colours or widths for a few ms."""
        if self._coloring:
            self._coloring.step()
        else:
            self._fit_some()

    def fit(self, room: float, position: int) -> None:
        """Apply another width, immediately around a document position and in steps elsewhere."""
        if room == self._room:
            return
        self._room = room
        near = bisect_left(self._tables, position, key=lambda one: one[0])
        ordered = sorted(enumerate(self._tables), key=lambda one: abs(one[0] + 1 - near))
        self._forms = deque(form for _, (_, table) in ordered for form in table.fit(room))
        self._fit_some()

    def _fit_some(self) -> None:
        cursor = self._end()
        cursor.beginEditBlock()
        for _ in range(min(_FORMS, len(self._forms))):
            self._forms.popleft()()
        cursor.endEditBlock()

    def update(self, grown: GrownPart, *, final: bool) -> int | None:
        """Show the updated open parts and the new parts; `final` means that nothing follows for now.

        Returns the position of the first change, None if nothing changed.
        """
        groups = list(_groups((*grown.settled, *grown.open)))
        written, wanted = self._open, [_fused(group) for group in groups]
        kept, cursor = _common(written, wanted), self._end()
        changed: int | None = None
        cursor.beginEditBlock()
        if kept < min(len(written), len(wanted)) and _grows(written[kept].placed, wanted[kept]):
            self._drop(cursor, kept + 1)
            changed = self._grow(cursor, written[kept], wanted[kept])
            kept += 1
        elif kept < len(written):
            changed = written[kept].position
            self._drop(cursor, kept)
        for number, placed in enumerate(wanted[kept:], kept):
            changed = cursor.position() if changed is None else changed
            written.append(self._write(cursor, placed, inked=final or number < len(wanted) - 1))
        ended = len(written) if final else max(len(written) - 1, _wholly(groups, len(grown.settled)))
        for one in written[:ended]:
            if one.code is not None:
                self._ink(one, one.code)
        self._settle(cursor, groups, len(grown.settled))
        cursor.endEditBlock()
        return changed

    def source(self, position: int) -> tuple[int, int]:
        """Return the answer offset of the part at a position, and the number of its lines before that."""
        at = bisect_right(self._places, position) - 1
        if at < 0:
            return 0, 0
        block, first = self._document.findBlock(position), self._document.findBlock(self._places[at])
        lines = block.blockNumber() - first.blockNumber() if block.blockFormat().hasProperty(CODE) else 0
        return self._offsets[at], lines

    def place(self, offset: int) -> tuple[int, int]:
        """Return the number of the document block that shows the answer at `offset`, and the offset where it begins."""
        at = bisect_right(self._offsets, offset) - 1
        return (self._document.findBlock(self._places[at]).blockNumber(), self._offsets[at]) if at >= 0 else (0, 0)

    def copied(self, cursor: QTextCursor) -> str:
        """Return the selected text without the breaks that were added only to split long lines."""
        start, end = cursor.selectionStart(), cursor.selectionEnd()
        text = cursor.selectedText()
        first, last = (bisect_left(self._breaks, position) for position in (start, end))
        if first == last:
            return text
        raw = text.encode("utf-16-le", "surrogatepass")
        cuts = [-1, *(at - start for at in self._breaks[first:last]), len(raw) // 2]
        pieces = [raw[2 * (before + 1) : 2 * at] for before, at in itertools.pairwise(cuts)]
        whole = [piece.decode("utf-16-le", "surrogatepass") for piece in pieces]
        return "".join(itertools.chain.from_iterable(zip(whole, [*self._joints[first:last], ""], strict=True)))

    def _end(self) -> QTextCursor:
        cursor = QTextCursor(self._document)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        return cursor

    def _drop(self, cursor: QTextCursor, index: int) -> None:
        """Remove the open parts from `index` on."""
        if index >= len(self._open):
            return
        gone = self._open[index]
        if gone.table is not None and gone.placed.joined:
            # Keep the table, without its open rows.
            if index + 1 < len(self._open):
                self._drop(cursor, index + 1)
            gone.table.cut(cursor, gone.rows)
        else:
            _remove(cursor, gone.position)
        del self._open[index:]
        self._is_empty = not index and self._behind is None
        self._forget(gone.position)

    def _forget(self, position: int) -> None:
        """Drop everything recorded after a position."""
        keep = 0 if self._is_empty else bisect_right(self._places, position)
        del self._places[keep:], self._offsets[keep:]
        gone = bisect_left(self._breaks, position)
        del self._breaks[gone:], self._joints[gone:]
        self._tables = [(at, table) for at, table in self._tables if at < position]
        self._coloring.forget(position)

    def _write(self, cursor: QTextCursor, placed: PlacedPart, *, inked: bool) -> _Written:
        """Write a new part."""
        part, behind = placed.part, self._behind
        written, first = _Written(placed, cursor.position()), self._is_empty
        self._is_empty = False
        if placed.joined and behind is not None and part.kind in ("code", "table"):
            written.table, written.code = behind.table, behind.code
            if behind.table is not None:
                written.rows = behind.table.rows
                behind.table.put(cursor, written.rows, part.rows)
            else:
                written.text = behind.whole_text + ("" if placed.glued else "\n")
                self._build.more_code(cursor, "\n" + part.text)
        elif part.kind == "table":
            written.table = self._build.table(cursor, placed, self._room, first=first)
            self._tables.append((written.position, written.table))
        elif part.kind == "code":
            at_once = inked and len(part.text) <= AT_ONCE
            self._build.code(cursor, placed, first=first, inked=at_once)
            written.code = _Code(_start(self._document, written.position + (not first)))
            written.code.inked = len(part.text) if at_once else 0
        else:
            self._build.paragraph(cursor, placed, first=first)
        self._mark(written, 0 if first else written.position + 1)
        return written

    def _mark(self, written: _Written, place: int) -> None:
        """Record the position of a part."""
        if written.table is not None and written.rows:
            place = written.table.position(written.rows)
        self._places.append(place)
        self._offsets.append(written.placed.offset)
        if written.placed.glued:
            self._breaks.append(written.position)
            self._joints.append(written.placed.joint)

    def _grow(self, cursor: QTextCursor, written: _Written, wanted: PlacedPart) -> int:
        """Edit a written part into `wanted`, which begins alike; return where it changed."""
        old, new = written.placed.part, wanted.part
        written.placed = wanted
        if written.table is not None:
            same = _alike(old.rows, new.rows)
            return written.table.put(cursor, written.rows + same, new.rows[same:])
        if written.code is not None:
            same = _alike(old.text, new.text)
            if same < len(old.text):
                self._coloring.forget(written.code.start.position())
                written.code.inked = 0
            position = _remove(cursor, cursor.position() - units(old.text[same:]))
            self._build.more_code(cursor, new.text[same:])
        else:
            gone, added = _differing(old.runs, new.runs)
            position = _remove(cursor, cursor.position() - sum(units(run.text) for run in gone))
            self._build.words(cursor, new, added)
        return position

    def _settle(self, cursor: QTextCursor, groups: Sequence[Sequence[PlacedPart]], count: int) -> None:
        """Keep only the written parts that are open; the first `count` parts are settled."""
        written, self._open = self._open, []
        for one, group in zip(written, groups, strict=True):
            settled, count = min(count, len(group)), max(0, count - len(group))
            if not settled:
                self._open.append(one)
            elif settled == len(group):
                self._behind = one
            else:
                self._behind = replace(one, placed=_fused(group[:settled]))
                self._open.append(self._rest(cursor, self._behind, group[settled]))

    def _rest(self, cursor: QTextCursor, behind: _Written, placed: PlacedPart) -> _Written:
        """Return the record of a part that continues a settled one and was written together with it."""
        rest = replace(behind, placed=placed)
        if behind.table is not None:
            rest.rows = behind.table.rows - len(placed.part.rows)
            rest.position = behind.table.position(rest.rows) - 1
        else:
            rest.text = behind.whole_text + ("" if placed.glued else "\n")
            rest.position = cursor.position() - units(placed.part.text) - 1
            if placed.glued:
                rest.position += 1
                broken = QTextCursor(cursor)
                broken.setPosition(rest.position)
                form = broken.blockFormat()
                form.setTopMargin(0)
                broken.insertBlock(form)
        self._mark(rest, rest.position + 1)
        return rest

    def _ink(self, written: _Written, code: _Code) -> None:
        """Colour a code block, a long one later."""
        text, language = written.whole_text, written.placed.part.language
        if len(text) == code.inked or not is_known(text, language):
            return
        code.inked = len(text)
        if bisect_left(self._breaks, code.start.position()) == len(self._breaks):
            self._coloring.add(code.start, text, language)


def _groups(parts: Sequence[PlacedPart]) -> Iterator[list[PlacedPart]]:
    """Yield the groups of parts that form one document block."""
    group: list[PlacedPart] = []
    for one in parts:
        if group and not goes_on(group[-1], one):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _wholly(groups: Sequence[Sequence[PlacedPart]], count: int) -> int:
    """Return how many blocks lie entirely within the first `count` parts, because later ones may be incomplete."""
    ends = itertools.accumulate(len(group) for group in groups)
    return sum(end <= count for end in ends)


def _fused(group: Sequence[PlacedPart]) -> PlacedPart:
    whole, *more = group
    for one in more:
        whole = fused(whole, one)
    return whole


def _common(written: Sequence[_Written], wanted: Sequence[PlacedPart]) -> int:
    """Return how many parts at the beginning are already written."""
    return next(
        (at for at, (old, new) in enumerate(zip(written, wanted, strict=False)) if old.placed != new),
        min(len(written), len(wanted)),
    )


def _grows(old: PlacedPart, new: PlacedPart) -> bool:
    """Whether two parts differ only in content."""
    return _frame(old) == _frame(new)


def _frame(one: PlacedPart) -> tuple[object, ...]:
    part = one.part
    look = (part.kind, part.level, part.depth, part.quote, part.marker, part.language, part.sides)
    return (*look, one.offset, one.apart, one.joined, one.glued, one.joint)


def _differing(old: Sequence[TextRun], new: Sequence[TextRun]) -> tuple[list[TextRun], list[TextRun]]:
    """Return the runs to remove from the end of a paragraph, and those to add."""
    same = _alike(old, new)
    gone, added = list(old[same:]), list(new[same:])
    if gone and added and (letters := _alike(gone[0].text, added[0].text)):
        rest = [replace(runs[0], text=runs[0].text[letters:]) for runs in (gone, added)]
        if replace(rest[0], text="") == replace(rest[1], text=""):
            gone[0], added[0] = rest
    return gone, added


def _alike(old: Sequence[object], new: Sequence[object]) -> int:
    """Return the length of the common prefix."""
    if old == new[: len(old)]:
        return len(old)
    return next(at for at, one in enumerate(old) if new[at : at + 1] != old[at : at + 1])


def _remove(cursor: QTextCursor, position: int) -> int:
    """Remove everything after a position, and return the position."""
    if position < cursor.position():
        cursor.setPosition(position)
        before_it = cursor.blockFormat()
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        if cursor.blockFormat() != before_it:
            # The empty block below a table takes the format of the content removed after it.
            cursor.setBlockFormat(before_it)
    return position


def _start(document: QTextDocument, position: int) -> QTextCursor:
    cursor = QTextCursor(document)
    cursor.setPosition(position)
    cursor.setKeepPositionOnInsert(True)
    return cursor
