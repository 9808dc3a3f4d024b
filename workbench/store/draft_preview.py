"""Reads the draft for the first paint, before the history is opened.

Invariant: nothing is written and no lock is waited for. Whatever is unclear, slow or not a table gives no result;
opening the history follows at once and reports what is wrong.
"""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from workbench.core import content as contents
from workbench.core.content import MOST_LANES, Content
from workbench.store.connections import connect
from workbench.store.errors import StoreError
from workbench.store.path_check import EARLY_DRAFT
from workbench.store.sqlite import sqlite3

IS_LAST = "prompts.uid = coalesce((SELECT value FROM meta WHERE key = 'last_prompt'), '')"
"""Whether a prompt is the one that was open last."""
LAST_WORKED_ON = f"{IS_LAST} DESC, prompts.updated_at DESC, prompts.id DESC"
"""SQL order of the prompts in use, the one to open first."""

_LOOK_S = 2.0
"""Seconds for reading, which takes a few ms."""
_STEPS = 1000
_MOST_BODY = 8_000_000
"""Bytes of the longest draft to preview; a longer one may take too much time or memory."""
# As in `damaged_drafts`, which is not imported because the first paint would wait for it.
_UNREADABLE = (StoreError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


Values = tuple[tuple[str, str], ...]


class DraftPreview(NamedTuple):
    """The draft to show first: its prompt, text and values, number of lanes, and the version it is based on.

    `bases` are the hashes of stored texts that an early draft shown here may replace; empty for a stored draft.
    """

    prompt_uid: str
    content: Content
    values: Values
    lanes: int
    based_on: int | None
    bases: tuple[str, ...] = ()


def read_preview(path: Path) -> DraftPreview | None:
    """Return the draft that the history at `path` will open with, None if there is none or it cannot be read now."""
    try:
        with _looking(path, ("prompts", "drafts", "meta", "cases", "value_bodies")) as connection:
            listed = "1"
            if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'judge_prompts'").fetchone() is not None:
                _require_tables(connection, ("judge_prompts",))
                listed = "prompts.id NOT IN (SELECT prompt_id FROM judge_prompts)"
            row = connection.execute(
                f"SELECT uid, drafts.prompt_id, iif(octet_length(body) <= {_MOST_BODY}, body, NULL) FROM prompts"
                f" JOIN drafts ON drafts.prompt_id = prompts.id WHERE archived = 0 AND ({listed} OR {IS_LAST})"
                f" ORDER BY {LAST_WORKED_ON} LIMIT 1"
            ).fetchone()
            return None if row is None else _read(connection, *row)
    except (sqlite3.Error, *_UNREADABLE):
        return None


def read_newest_preview(path: Path) -> DraftPreview | None:
    """Return the draft to open with; an early draft that is not stored yet takes the place of its text."""
    glimpse = read_preview(path)
    prefix = f"{path.name}{EARLY_DRAFT}"
    try:
        is_there = any(file.name.startswith(prefix) for file in path.parent.iterdir())
    except OSError:
        return glimpse
    if glimpse is None or not is_there:
        return glimpse
    return _overlay(glimpse, path)


def fact(path: Path, key: str) -> str:
    """Return a meta value of the history at `path`, which need be neither open nor sound; "" if it has none."""
    try:
        with _looking(path, ("meta",)) as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else ""
    except (sqlite3.Error, *_UNREADABLE):
        return ""


def _overlay(glimpse: DraftPreview, path: Path) -> DraftPreview:
    """Return `glimpse` with the text of the newest early draft that was typed over it, if there is one."""
    from workbench.store.early_draft import latest, read, text_hash  # needed on few starts

    found = latest(read(path), glimpse.prompt_uid, text_hash(glimpse.content, glimpse.values))
    if found is None:
        return glimpse
    bases = (*found.bases, text_hash(found.content, found.values))
    return glimpse._replace(content=found.content, values=found.values, bases=bases)


@contextmanager
def _looking(path: Path, tables: Sequence[str]) -> Iterator[sqlite3.Connection]:
    """Open an unchecked history. Raises sqlite3.Error, and KeyError unless `tables` are ordinary tables."""
    connection = connect(path, mode="ro", busy_ms=0)
    until = time.monotonic() + _LOOK_S
    try:
        connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
        _require_tables(connection, tables)
        yield connection
    finally:
        connection.close()


def _require_tables(connection: sqlite3.Connection, tables: Sequence[str]) -> None:
    """Raise KeyError unless `tables` are ordinary tables that compute nothing."""
    marks = ", ".join("?" * len(tables))
    found = f"SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND rootpage > 1 AND name IN ({marks})"
    # A generated column may compute forever inside one function call, where the progress handler is not called.
    computed = (
        f"SELECT count(*) FROM sqlite_schema s, pragma_table_xinfo(s.name) c WHERE s.name IN ({marks}) AND c.hidden"
    )
    counts = [connection.execute(query, tuple(tables)).fetchone() for query in (found, computed)]
    if counts != [(len(tables),), (0,)]:
        raise KeyError(tables)


def _read(connection: sqlite3.Connection, uid: str, prompt: int, body: str) -> DraftPreview:
    data = json.loads(body)
    if len(data["lanes"]) > MOST_LANES:
        raise ValueError("more lanes than a draft may have")
    values = tuple((str(name), str(value)) for name, value in data["values"].items())
    shown, chosen = data.get("active"), data.get("cases", ())
    if shown and any(one["uid"] == shown for one in chosen):
        values = _case_values(connection, prompt, shown, values)
    return DraftPreview(uid, contents.from_json(data["content"]), values, len(data["lanes"]), data["based_on"])


def _case_values(connection: sqlite3.Connection, prompt: int, uid: str, otherwise: Values) -> Values:
    """Return the values of a case, which another window or an import may have changed since the draft was saved."""
    row = connection.execute(
        f"SELECT iif(octet_length(body) <= {_MOST_BODY}, body, NULL) FROM cases"
        " JOIN value_bodies ON value_bodies.id = values_id WHERE prompt_id = ? AND cases.uid = ? AND held_out = 0",
        (prompt, uid),
    ).fetchone()
    return otherwise if row is None else tuple((str(name), str(value)) for name, value in json.loads(row[0]).items())
