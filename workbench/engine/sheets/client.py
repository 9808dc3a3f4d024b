"""Reads one sheet of a workbook in a child process that may end or be killed.

Invariant: every file gives rows or a sentence within LIMIT_S seconds, and no process is left behind.
"""

from __future__ import annotations

import contextlib
import queue
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.core.testing.case_table import MOST_CELL, MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, TableError, Watch
from workbench.engine import protocol
from workbench.engine.process import EngineProcess

LIMIT_S = 90.0
MOST_BYTES = 64 * 2**20
COMMAND = (sys.executable, "-m", "workbench.engine.sheets")
_TICK_S = 0.1
_NO_START = "The process that reads workbooks does not start. Restart the app, or save the sheet as CSV."
_ENDED = (
    "This workbook needs too much memory or time, or is damaged. Delete cells far outside the table, or save it as CSV."
)
_TOO_LONG = "Reading this workbook took longer than {:g} seconds. Save the sheet as CSV."


@dataclass(frozen=True, slots=True)
class SheetRows:
    """The rows of one sheet from its row 1 on; empty cells at the end of a row are missing.

    `sheets` are the names of the visible sheets. `width` is the number of columns, of which at most MOST_COLUMNS are in
    `rows`. `kinds` are those of the cells, as in `cell_texts`; numbers are read without their formats.
    """

    sheets: tuple[str, ...]
    sheet: str
    rows: tuple[list[str], ...]
    width: int
    kinds: frozenset[str]

    @property
    def has_numbers(self) -> bool:
        """Whether some cells are numbers."""
        return not self.kinds.isdisjoint(("number", "rounded"))


def read_sheet(
    path: Path,
    sheet: str,
    env: Mapping[str, str],
    watch: Watch,
    *,
    any_sheet: bool = False,
    limit_s: float = LIMIT_S,
    command: Sequence[str] = COMMAND,
) -> SheetRows:
    """Return the rows of a visible sheet, of the first one if it has none with this name.

    With `any_sheet`, hidden sheets count, too, `sheet` may be a number from 1, and it has to exist, "" for the first.
    Raises TableError with a sentence, and what `watch` raises; it is called ten times a second. `env` are the
    environment variables of the child.
    """
    try:
        child = EngineProcess(command, env)
    except OSError as error:
        raise TableError(_NO_START) from error
    replies: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
    reader = threading.Thread(target=_listen, args=(child, replies), name="sheet-replies", daemon=True)
    reader.start()
    try:
        order = {
            "path": str(path),
            "sheet": sheet,
            "any_sheet": any_sheet,
            "most_bytes": MOST_BYTES,
            "most_rows": MOST_ROWS,
            "most_columns": MOST_COLUMNS,
            "most_cell": MOST_CELL + 1,
        }
        child.send(protocol.encode("read_sheet", 0, order))
        return _result(replies, watch, time.monotonic() + limit_s, limit_s)
    finally:
        child.kill("The sheet was read, or is not wanted any more.")
        reader.join()
        child.finish()


def _result(
    replies: queue.SimpleQueue[dict[str, Any] | None], watch: Watch, deadline: float, limit_s: float
) -> SheetRows:
    rows: list[list[str]] = []
    characters = 0
    opened: Mapping[str, Any] = {}
    while time.monotonic() < deadline:
        watch(len(rows))
        try:
            reply = replies.get(timeout=_TICK_S)
        except queue.Empty:
            continue
        if reply is None:
            raise TableError(_ENDED)
        kind = reply["type"]
        if kind == "failed":
            raise TableError(str(reply["sentence"]))
        if kind == "opened":
            opened = reply
        elif kind == "rows":
            rows += reply["rows"]
            characters += sum(len(cell) for row in reply["rows"] for cell in row)
        if kind == "read" or characters > 2 * MOST_CHARACTERS:
            # A sheet with too much text is not read to its end.
            width, kinds = reply.get("width", 0), frozenset(reply.get("kinds", ("number",)))
            return SheetRows(tuple(opened["sheets"]), opened["sheet"], tuple(rows), width, kinds)
    raise TableError(_TOO_LONG.format(limit_s))


def _listen(child: EngineProcess, replies: queue.SimpleQueue[dict[str, Any] | None]) -> None:
    # A broken line is treated like the end of the child.
    with contextlib.suppress(protocol.ProtocolError, OSError, ValueError):
        for message in child.messages():
            replies.put(message)
    replies.put(None)
