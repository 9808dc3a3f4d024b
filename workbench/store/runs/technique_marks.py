"""Which techniques versions use.

Invariant: the program marks a version when it is created and never again; afterwards only a person changes the marks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.core.content import Content
from workbench.store.connections import Readers
from workbench.store.encoding import typed
from workbench.store.runs import version_names
from workbench.store.runs.prompts import prompt_id
from workbench.store.runs.versions import version_id
from workbench.store.sqlite import sqlite3

if TYPE_CHECKING:
    from workbench.core.technique_marks import TechniqueMark

Work = Callable[[sqlite3.Connection], None]

_LOOKED_AT = 100
"""Newest versions of a prompt whose insertions are considered when a version is created."""

_ADD = "INSERT INTO version_techniques (version_id, technique, name, brought, used) VALUES (?, ?, ?, ?, ?)"
_ANY = "SELECT 1 FROM version_techniques LIMIT 1"
_PARENT = (
    "SELECT technique, name, brought, used FROM version_techniques JOIN versions ON versions.id = version_id"
    " WHERE versions.prompt_id = ? AND versions.number = ?"
)
_KNOWN = (
    "SELECT technique, name, brought, used FROM version_techniques WHERE version_id IN"
    " (SELECT id FROM versions WHERE prompt_id = ? ORDER BY number DESC LIMIT ?) AND brought <> '' AND used"
    " ORDER BY version_id DESC, technique"
)
_ON = "EXISTS (SELECT 1 FROM json_each(contents.body, '$.{}') WHERE json_extract(value, '$.off') IS NULL)"
_TOLD = (
    "SELECT versions.id, versions.number,"
    f" CASE WHEN json_valid(contents.body) THEN {_ON.format('examples')} END,"
    " CASE WHEN json_valid(contents.body) THEN json_type(contents.body, '$.output') IS NOT NULL END,"
    f" CASE WHEN json_valid(contents.body) THEN {_ON.format('tools')} END"
    " FROM versions JOIN contents ON contents.id = versions.content_id"
    " WHERE versions.prompt_id = ? AND versions.number IN (SELECT value FROM json_each(?)) ORDER BY versions.number"
)


@dataclass(frozen=True, slots=True)
class VersionMarks:
    """What is known about a version: its marks, and the keys found in its content (`core.technique_marks.TOLD`).

    `name` is what people call it.
    """

    number: int
    marks: tuple[TechniqueMark, ...] = ()
    told: tuple[str, ...] = ()
    name: str = ""

    @property
    def used(self) -> dict[str, str]:
        """The names of the techniques that the version uses, by key."""
        from workbench.core.technique_marks import TOLD

        names = {key: TOLD[key] for key in self.told}
        return names | {mark.key: mark.name for mark in self.marks if mark.used}


def pass_on(
    connection: sqlite3.Connection,
    prompt: int,
    version: int,
    parent: int | None,
    content: Content,
    fresh: Sequence[TechniqueMark],
) -> None:
    """Mark a new version; `parent` is the number of the one that it is based on."""
    if not fresh and connection.execute(_ANY).fetchone() is None:
        return
    known = connection.execute(_KNOWN, (prompt, _LOOKED_AT)).fetchall()
    said = [] if parent is None else connection.execute(_PARENT, (prompt, parent)).fetchall()
    if not (fresh or known or said):
        return
    from workbench.core.technique_marks import passed_on

    found = passed_on(fresh, map(_mark, said), map(_mark, known), content)
    connection.executemany(
        _ADD, [(version, mark.key, typed(mark.name), typed(mark.brought), int(mark.used)) for mark in found]
    )


def of(connection: sqlite3.Connection, prompt_uid: str, numbers: Collection[int]) -> list[VersionMarks]:
    """Return what is known about the versions with these numbers, oldest first."""
    prompt = prompt_id(connection, prompt_uid)
    rows = connection.execute(_TOLD, (prompt, json.dumps(sorted(numbers)))).fetchall()
    names = version_names.of_prompt(connection, prompt, numbers)
    found = []
    for key, number, *flags in rows:
        marks = connection.execute(
            "SELECT technique, name, brought, used FROM version_techniques WHERE version_id = ? ORDER BY technique",
            (key,),
        )
        told = (name for name, is_there in zip(("examples", "output", "tools"), flags, strict=True) if is_there)
        found.append(VersionMarks(number, tuple(map(_mark, marks)), tuple(told), names.get(number, "")))
    return found


def say(connection: sqlite3.Connection, prompt_uid: str, number: int, key: str, name: str, *, used: bool) -> None:
    """Store a person's statement whether a version uses a technique. Raises StoreError (missing)."""
    version = version_id(connection, prompt_id(connection, prompt_uid), number)
    connection.execute(
        f"{_ADD} ON CONFLICT (version_id, technique) DO UPDATE SET brought = '', used = excluded.used",
        (version, key, typed(name), "", int(used)),
    )


def _mark(row: tuple[str, str, str, int]) -> TechniqueMark:
    from workbench.core.technique_marks import TechniqueMark

    key, name, brought, used = row
    return TechniqueMark(key, name, brought, bool(used))


class TechniqueMarks:
    """Technique marks in an open history: reads block and belong on a worker thread; writes return a future at once."""

    def __init__(self, readers: Readers, write: Callable[[Work], Future[None]]) -> None:
        self._readers = readers
        self._write = write

    def of(self, prompt_uid: str, numbers: Collection[int]) -> list[VersionMarks]:
        """Return what is known about the versions with these numbers, oldest first. Raises StoreError."""
        with self._readers.use() as connection:
            return of(connection, prompt_uid, numbers)

    def say(self, prompt_uid: str, number: int, key: str, name: str, *, used: bool) -> Future[None]:
        """Store a person's statement whether a version uses a technique."""
        return self._write(lambda c: say(c, prompt_uid, number, key, name, used=used))
