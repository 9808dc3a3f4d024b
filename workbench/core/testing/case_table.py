"""A table of cases as it was read from a file or a paste, before anything is known about its columns.

Invariant: every row has one cell for each name in `header`, and `numbers` has one number for each row. A cell is the
text of the source, except that CRLF becomes LF; None means that the source has no such cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from workbench.core.text import counted, unify_newlines

MOST_ROWS = 100_000
MOST_COLUMNS = 256
MOST_CELL = 500_000
"""Characters of one cell."""
MOST_CHARACTERS = 64_000_000
"""Characters of all cells together."""
MOST_NAME = 200
"""Characters of a column's name."""
_MOST_NOTES = 8

Cell = str | None
ColumnRole = Literal[
    "variable",
    "file",
    "expectation",
    "name",
    "tags",
    "cluster",
    "notes",
    "check",
    "checks",
    "threshold",
    "metadata",
    "held_out",
    "rest",
    "promptfoo",
    "ignore",
]
"""What a column becomes. `file` is a variable whose cells are paths of files, `check` a check as promptfoo writes it in
CSV; `checks`, `metadata` and `rest` are JSON."""


class JsonCell(str):
    """The compact JSON of an object or a list, which a structured source has in place of a text."""

    __slots__ = ()


class TableError(Exception):
    """A source that cannot be read as a table; the text is a sentence that says what to do."""


class ReadingStoppedError(Exception):
    """Ends reading that was stopped."""


Watch = Callable[[int], None]
"""Called regularly with the number of rows read so far. Raises ReadingStoppedError to end reading."""


def watch_nothing(rows: int) -> None:
    """Watch without stopping."""


@dataclass(frozen=True, slots=True)
class CaseTable:
    """Rows below a header.

    `unit` is what `numbers` count: rows of a sheet from 1 with its header, lines of JSON Lines, or items of a list.
    `roles` are known for structured sources only, where a variable may have the name of anything else. `notes` are
    sentences about what was changed or left out. `sheets` are the names of a workbook's sheets, `sheet` the one read.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: tuple[int, ...]
    unit: Literal["row", "line", "item"] = "row"
    roles: tuple[ColumnRole | None, ...] = ()
    notes: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    sheet: str = ""

    def role(self, column: int) -> ColumnRole | None:
        """Return the role that the source gives to a column, None for none."""
        return self.roles[column] if self.roles else None


class Notes:
    """Collects what happened to rows: a sentence for each kind of event, with the first rows and the count."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._numbers: dict[str, list[int]] = {}
        self._plain: list[str] = []

    def add(self, what: str, number: int) -> None:
        """Record an event; `what` continues "row 3" or "rows 3 and 4", such as "has more cells than the header"."""
        self._numbers.setdefault(what, []).append(number)

    def say(self, sentence: str) -> None:
        """Record a sentence, once."""
        if sentence not in self._plain:
            self._plain.append(sentence)

    def sentences(self) -> tuple[str, ...]:
        """Return all sentences."""
        return (*self._plain, *(f"{self._where(numbers)}: {what}" for what, numbers in self._numbers.items()))

    def _where(self, numbers: list[int]) -> str:
        if len(numbers) == 1:
            return f"{self._unit.capitalize()} {numbers[0]:,}"
        shown = ", ".join(f"{number:,}" for number in numbers[:_MOST_NOTES])
        more = len(numbers) - _MOST_NOTES
        return f"{self._unit.capitalize()}s {shown}" + (f" and {more:,} more" if more > 0 else "")


class TableLimits:
    """Counts rows and characters while a table is read, so that no source takes more memory than allowed."""

    def __init__(self, notes: Notes, watch: Watch) -> None:
        self._notes, self._watch = notes, watch
        self._rows = 0
        self._characters = 0

    def takes(self, row: Iterable[Cell]) -> bool:
        """Count a row; return whether it fits. After False, no more rows are read. Raises ReadingStoppedError."""
        self._watch(self._rows)
        self._characters += sum(len(cell) for cell in row if cell)
        if self._rows >= MOST_ROWS:
            self._notes.say(f"Only the first {MOST_ROWS:,} rows were read. Split the file to import the others.")
            return False
        if self._characters > MOST_CHARACTERS:
            millions = MOST_CHARACTERS // 1_000_000
            self._notes.say(
                f"Only the first {counted(self._rows, 'row')} were read: all texts together may have {millions} "
                "million characters. Split the file to import the others."
            )
            return False
        self._rows += 1
        return True

    def cell(self, text: str, number: int) -> str:
        """Return the text of a cell with LF line breaks, shortened to the limit."""
        if len(text) > MOST_CELL:
            self._notes.add(f"a cell was cut to {MOST_CELL:,} characters.", number)
            text = text[:MOST_CELL]
        return unify_newlines(text) if "\r" in text else text


def table_of_rows(
    rows: Iterable[tuple[int, list[str]]],
    notes: Notes,
    watch: Watch = watch_nothing,
    sheets: tuple[str, ...] = (),
    sheet: str = "",
) -> CaseTable:
    """Return a table from numbered rows, the first of which that is not empty names the columns.

    Rows without any text are skipped. Raises TableError if there is no header, and ReadingStoppedError.
    """
    limits = TableLimits(notes, watch)
    numbered = _with_text(rows, watch)
    first = next(numbered, None)
    if first is None:
        raise TableError("There are no rows. Write the names of the variables into the first row.")
    header = header_names(first[1], notes)
    kept: list[tuple[Cell, ...]] = []
    numbers: list[int] = []
    width = len(header)
    for number, row in numbered:
        cells: list[Cell] = [limits.cell(text, number) for text in row[:width]]
        if len(row) > width and any(text.strip() for text in row[width:]):
            notes.add("there are more cells than names in the first row; they were left out.", number)
        cells += [None] * (width - len(cells))
        if not limits.takes(cells):
            break
        kept.append(tuple(cells))
        numbers.append(number)
    return CaseTable(header, tuple(kept), tuple(numbers), notes=notes.sentences(), sheets=sheets, sheet=sheet)


def header_names(cells: list[str], notes: Notes) -> tuple[str, ...]:
    """Return distinct names for columns; empty ones are called "Column 3", and repeated ones "name (2)"."""
    if len(cells) > MOST_COLUMNS:
        notes.say(f"Only the first {MOST_COLUMNS} of {len(cells):,} columns were read.")
    found: list[str] = []
    taken: set[str] = set()
    for place, cell in enumerate(cells[:MOST_COLUMNS], start=1):
        name = " ".join(cell.split())[:MOST_NAME] or f"Column {place}"
        unique, copy = name, 2
        while unique in taken:
            unique, copy = f"{name} ({copy})", copy + 1
        if unique != name:
            notes.say(f"Several columns are called “{name}”; the later one is called “{unique}” here.")
        taken.add(unique)
        found.append(unique)
    return tuple(found)


def _with_text(rows: Iterable[tuple[int, list[str]]], watch: Watch) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank. A file of blank rows only is still watched."""
    blank = 0
    for number, row in rows:
        if any(cell and not cell.isspace() for cell in row):
            yield number, row
            continue
        blank += 1
        if blank % 10_000 == 0:
            watch(0)
