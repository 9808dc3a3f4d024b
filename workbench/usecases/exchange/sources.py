"""Recognising files that can be imported by their content.

Invariant: file names decide nothing. What is not a regular file, or has no known format, is refused with a sentence.
"""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.core.byte_sizes import show_bytes
from workbench.core.imported_runs import ImportedRun, LeftOut
from workbench.core.llm_log import LogTurn
from workbench.formats import llm_logs, promptfoo
from workbench.formats.exports import jsonl
from workbench.store.merging.foreign_database import ReadingHalt, is_sqlite, reading, told
from workbench.store.merging.llm_log_reader import LlmLog, is_log
from workbench.store.merging.other_history import HistoryConnection, is_history
from workbench.store.merging.other_history import check as check_history
from workbench.usecases.problems import RefusedError

_START = 4096
Item = tuple[ImportedRun | LeftOut, int]

_KNOWN = "the logs.db of llm, a promptfoo result, or another history of Prompt Workbench"


@dataclass(frozen=True, slots=True)
class ImportSource:
    """An open file. `items` yields its items, each with the number of its `total` entries that the item covers."""

    path: Path
    kind: str
    title: str
    total: int
    items: Callable[[], Iterator[Item]]


@dataclass(frozen=True, slots=True)
class OtherHistory:
    """Another open history of Prompt Workbench, which is merged instead of read run by run."""

    path: Path
    connection: HistoryConnection
    kind: str = "workbench"
    title: str = "History of Prompt Workbench"


@contextlib.contextmanager
def opened(path: Path, scratch: Path, halt: ReadingHalt) -> Iterator[ImportSource | OtherHistory]:
    """Open a checked file by its format. Raises RefusedError for an unknown format, StoreError."""
    if is_sqlite(path):
        with reading(path, scratch, halt) as connection:
            if is_history(connection):
                check_history(connection, path)
                yield OtherHistory(path, connection)
                return
            if not is_log(connection):
                raise RefusedError(f"“{path.name}” is a database of another program. You can import {_KNOWN}.")
            log = LlmLog(connection)
            yield ImportSource(path, "llm", "llm log", log.total, lambda: told(path, _calls(log), halt))
        return
    with path.open("rb") as file:
        start = file.read(_START)
    if jsonl.looks_like_export(start):
        raise RefusedError(
            f"“{path.name}” is an export of Prompt Workbench, which cannot be imported again."
            " Import the history that it came from, a .db file, or a pack of its prompts."
        )
    if promptfoo.looks_like_json(start):
        yield _eval(path)
        return
    raise RefusedError(f"“{path.name}” cannot be imported. You can import {_KNOWN}.")


def _eval(path: Path) -> ImportSource:
    if (size := path.stat().st_size) > promptfoo.MOST_BYTES:
        raise RefusedError(
            f"“{path.name}” has {show_bytes(size)}; the limit is {show_bytes(promptfoo.MOST_BYTES)}. "
            "Let promptfoo write fewer tests into one file."
        )
    try:
        found = promptfoo.read_eval(path.read_bytes())
    except promptfoo.PromptfooError as error:
        raise RefusedError(f"“{path.name}” cannot be imported. {error}") from error
    return ImportSource(path, "promptfoo", "promptfoo result", found.total, lambda: promptfoo.runs_of(found))


def _calls(log: LlmLog) -> Iterator[Item]:
    """Yield the calls of a log as runs, conversation by conversation."""
    for conversation in log.conversations():
        turns = [turn for turn in conversation if isinstance(turn, LogTurn)]
        yield from ((item, 1) for item in conversation if isinstance(item, LeftOut))
        yield from llm_logs.runs_of(turns)


def check(path: Path) -> None:
    """Raise RefusedError for what is not a regular file, and for a file that cannot be read."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            # Permission to stat a file does not imply permission to read it.
            path.open("rb").close()
    except FileNotFoundError as error:
        raise RefusedError(f"There is no file {path}. Check its name.") from error
    except OSError as error:
        raise RefusedError(f"“{path.name}” cannot be read. Check its name and its permissions.", str(error)) from error
    if not stat.S_ISREG(mode):
        raise RefusedError(f"“{path.name}” is not a file. Choose a file.")
