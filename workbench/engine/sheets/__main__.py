"""The process that reads spreadsheets: `python -m workbench.engine.sheets`.

It reads one sheet of one file, replies with its rows, and waits until its parent closes stdin. A sheet of a kilobyte
can claim cells that need hundreds of gigabytes, which the library allocates at once. So the kernel limits the memory
and the processor time of this process; it ends when it needs more.
"""

from __future__ import annotations

import io
import os
import queue
import re
import stat
from collections.abc import Mapping, Sequence
from typing import Any

import python_calamine

from workbench.engine import protocol
from workbench.engine.child_setup import die_with_parent
from workbench.engine.pipes import ChildPipe
from workbench.engine.sheets.cell_texts import CellKind, cell_text, kind_of
from workbench.engine.sheets.number_formats import cell_formats, formatted

MEMORY = 1024 * 1024 * 1024
CPU_S = 60
_MOST_CELLS = 60_000_000
"""Cells from row 1 and the first used column to the last used cell."""
_NUMBER = re.compile(r"[+-]?[0-9]{1,9}")
_BATCH_ROWS, _BATCH_CHARACTERS = 2_000, 400_000
_NOT_A_FILE = "This is a pipe or a device, not a file. Choose a file."
_NOT_READABLE = "This is not a workbook that can be read. Save it as .xlsx or .ods, or as CSV."
_PASSWORD = "This workbook is protected with a password. Save a copy without one."
_TOO_WIDE = "This sheet has {:,} rows and {:,} columns, which are too many. Delete cells far outside the table."
_TOO_LONG = "A row of this sheet has too much text. Shorten it, or save the sheet as CSV."
_TOO_LARGE = "This sheet needs too much memory. Delete cells far outside the table, or save it as CSV."


class _UnreadableError(Exception):
    """A workbook that cannot be read; the text is a sentence."""


def main() -> None:
    """Answer one request."""
    parent = os.getppid()
    pipe = ChildPipe()
    die_with_parent(parent)
    orders: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
    pipe.listen(orders.put)
    _limit()
    order = orders.get()
    try:
        _read(pipe, order)
    except _UnreadableError as error:
        pipe.send("failed", sentence=str(error), detail="")
    except python_calamine.PasswordError as error:
        pipe.send("failed", sentence=_PASSWORD, detail=str(error))
    except protocol.ProtocolError as error:
        pipe.send("failed", sentence=_TOO_LONG, detail=str(error))
    except MemoryError:
        pipe.send("failed", sentence=_TOO_LARGE, detail="")
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        pipe.send("failed", sentence=_NOT_READABLE, detail=str(error)[:1000])
    # The parent closes the pipe when it has read everything.
    orders.get()


def _read(pipe: ChildPipe, order: Mapping[str, Any]) -> None:
    """Send the names of the sheets, and the rows of the wanted one or of the first that is visible."""
    body = _body(order["path"], order["most_bytes"])
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(body))
    tables = [one for one in book.sheets_metadata if one.typ == python_calamine.SheetTypeEnum.WorkSheet]
    visible = [one.name for one in tables if one.visible == python_calamine.SheetVisibleEnum.Visible]
    names = visible or [one.name for one in tables]
    if not names:
        raise _UnreadableError("This workbook has no sheets with cells. Choose another file.")
    if order.get("any_sheet"):
        names = [one.name for one in tables]
        name = _named(names, order["sheet"])
    else:
        name = order["sheet"] if order["sheet"] in names else names[0]
    pipe.send("opened", sheets=[one[:200] for one in names[:1000]], sheet=name)
    sheet = book.get_sheet_by_name(name)
    height = width = 0
    if sheet.start is not None and sheet.end is not None:
        # Empty rows above the table are read, so that rows keep their numbers; empty columns before it are not.
        height, width = sheet.end[0] + 1, sheet.end[1] + 1 - sheet.start[1]
    if height * width > _MOST_CELLS:
        raise _UnreadableError(_TOO_WIDE.format(height, width))
    formats = cell_formats(body, name) if height else {}
    left = sheet.start[1] if sheet.start is not None else 0
    batch: list[list[str]] = []
    size = sent = 0
    kinds: set[CellKind] = set()
    for number, row in enumerate(sheet.iter_rows() if height else (), start=1):
        shown = row[: order["most_columns"]]
        texts = [cell_text(cell)[: order["most_cell"]] for cell in shown]
        kinds.update(map(kind_of, shown, texts))
        for at, cell in enumerate(shown) if formats else ():
            if (code := formats.get(f"{_letters(left + at)}{number}")) and (text := formatted(cell, code)):
                texts[at] = text
                kinds.add("formatted")
        while texts and not texts[-1]:
            texts.pop()
        length = sum(map(len, texts))
        if batch and (size + length > _BATCH_CHARACTERS or len(batch) == _BATCH_ROWS):
            sent += len(batch)
            pipe.send("rows", rows=batch)
            batch, size = [], 0
            if sent > order["most_rows"]:
                break
        batch.append(texts)
        size += length
    pipe.send("rows", rows=batch)
    pipe.send("read", width=width, kinds=sorted(kinds))


def _letters(column: int) -> str:
    """Return the name of a column by its position from 0: A, B, …, Z, AA."""
    before, last = divmod(column, 26)
    return (_letters(before - 1) if before else "") + chr(65 + last)


def _named(names: Sequence[str], wanted: str) -> str:
    """Return the sheet with a name or a number from 1, "" for the first one. Raises _UnreadableError."""
    if not wanted:
        return names[0]
    number = wanted.strip()
    if _NUMBER.fullmatch(number):
        if 1 <= int(number) <= len(names):
            return names[int(number) - 1]
        raise _UnreadableError(f"It has {len(names):,} sheets, and none with the number {number}. Name one of them.")
    if wanted in names:
        return wanted
    known = ", ".join(f"“{one[:40]}”" for one in names[:10])
    raise _UnreadableError(f"It has no sheet “{wanted[:60]}”. Its sheets are {known}.")


def _body(path: str, most_bytes: int) -> bytes:
    """Return the content of a file. Raises OSError and _UnreadableError."""
    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as stream:
        found = os.fstat(stream.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise _UnreadableError(_NOT_A_FILE)
        if found.st_size > most_bytes:
            raise _UnreadableError(f"The file is larger than {most_bytes // 2**20} MB. Save its sheet as CSV.")
        return stream.read(most_bytes)


def _limit() -> None:
    """Limit address space and processor time of this process, where the system supports it."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))


if __name__ == "__main__":
    main()
