"""A first look at the draft, before the history is opened.

Invariant: nothing is written and nobody is waited for; whatever is unclear is no answer. Opening the history comes
right after and says what is wrong.
"""

import json
import os
from pathlib import Path
from typing import NamedTuple

from workbench.core import content as contents
from workbench.core.content import Content
from workbench.store.connections import connect
from workbench.store.sqlite import sqlite3

LAST_WORKED_ON = (
    "uid = (SELECT value FROM meta WHERE key = 'last_prompt') DESC, prompts.updated_at DESC, prompts.id DESC"
)
"""The order of the prompts that are in use, the one to open first."""
EARLY_DRAFT = ".early-draft"
"""Ends the name of the file beside a history that holds what was typed before the history was open."""


class Glimpse(NamedTuple):
    """The draft to show first: its prompt, text and values, how many lanes it has, the version it started from.

    `bases` are the hashes of stored texts that an early draft shown here may replace; empty for a stored draft.
    """

    prompt_uid: str
    content: Content
    values: tuple[tuple[str, str], ...]
    lanes: int
    based_on: int | None
    bases: tuple[str, ...] = ()


def peek(path: Path) -> Glimpse | None:
    """Return the draft that the history at `path` will open with, None when there is none or it cannot be read now."""
    try:
        connection = connect(path, mode="ro", busy_ms=0)
        try:
            row = connection.execute(
                "SELECT uid, body FROM prompts JOIN drafts ON drafts.prompt_id = prompts.id WHERE archived = 0"
                f" ORDER BY {LAST_WORKED_ON} LIMIT 1"
            ).fetchone()
        finally:
            connection.close()
        return None if row is None else _read(*row)
    except (sqlite3.Error, ValueError, KeyError, TypeError, AttributeError):
        return None


def peek_newest(path: Path) -> Glimpse | None:
    """Return the same with what an earlier start of the window was typed into before it could be stored."""
    glimpse = peek(path)
    if glimpse is None or not os.path.lexists(f"{path}{EARLY_DRAFT}"):
        return glimpse
    from workbench.store.early_draft import overlay  # few starts need it

    return overlay(glimpse, path)


def fact(path: Path, key: str) -> str:
    """Return a small fact of the history at `path`, which need be neither open nor sound; "" when it has none."""
    try:
        connection = connect(path, mode="ro", busy_ms=0)
        try:
            row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        finally:
            connection.close()
        return str(row[0]) if row else ""
    except (sqlite3.Error, ValueError):
        return ""


def _read(uid: str, body: str) -> Glimpse:
    data = json.loads(body)
    values = tuple((str(name), str(value)) for name, value in data["values"].items())
    return Glimpse(uid, contents.from_json(data["content"]), values, len(data["lanes"]), data["based_on"])
