"""Reads the names of versions.

Invariant: every name of a version that people see is read here. The first iteration that is not deleted names a
version; if all are deleted, the first of them, until it is deleted permanently. The same holds for the tests of one
without iterations.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection

from workbench.core.text import opening_words
from workbench.core.version_name import (
    TEST,
    Origin,
    VersionIdentity,
    iteration_number,
    number_of_test,
    version_name,
)
from workbench.store.runs.visibility import DELETED
from workbench.store.safe_records import sound
from workbench.store.sqlite import sqlite3

_LONGEST_TITLE = 40

# Within a prompt and kind, runs are numbered in the order of their ids.
_FIRST = "(SELECT number FROM runs WHERE version_id = versions.id AND {}{} ORDER BY id LIMIT 1)"
_ITERATION = "kind = 'iteration'"
# A test of pinned columns only has the version of the first one.
_OF_TEXT = f"kind = '{TEST}' AND EXISTS (SELECT 1 FROM lanes WHERE lanes.run_id = runs.id AND NOT pinned)"
_STANDS = f" AND archived < {DELETED}"
_VERSIONS = (
    "SELECT versions.id, prompt_id, versions.number,"
    f" coalesce({_FIRST.format(_ITERATION, _STANDS)}, {_FIRST.format(_ITERATION, '')}),"
    f" coalesce({_FIRST.format(_OF_TEXT, _STANDS)}, {_FIRST.format(_OF_TEXT, '')}),"
    " (SELECT name FROM labels WHERE labels.prompt_id = versions.prompt_id AND version_id = versions.id"
    "  ORDER BY moved_at DESC, name LIMIT 1)"
    " FROM versions WHERE"
)
_FIRST_RUN = "FROM lanes JOIN runs ON runs.id = run_id WHERE lanes.version_id = versions.id ORDER BY run_id LIMIT 1"
_FIRST_KIND = f"(SELECT kind {_FIRST_RUN})"
# A prompt of a file of tests has the uid of the file's path (UUIDv5); the notes of its versions are titles in the file.
_TITLE = "iif(substr(prompts.uid, 15, 1) = '5', versions.note, '')"
# An iteration or test that began when a version was created made it. Those are not counted: they have the run's name.
# Versions that were run later still count, so that running one renames no other. A sample was created together with
# its prompt.
_ORIGINS = (
    "SELECT id, origin, iif(origin = 'text' AND first = 'test', note, ''),"
    " CASE WHEN origin = 'sample' AND count(*) OVER (PARTITION BY origin) = 1 THEN 0"
    " ELSE row_number() OVER (PARTITION BY origin ORDER BY number) END FROM"
    f" (SELECT versions.id, number, {_TITLE} AS note, {_FIRST_KIND} AS first, CASE"
    "  WHEN EXISTS (SELECT 1 FROM origins WHERE origins.uid = versions.uid AND thing = 'version') THEN 'imported'"
    f"  WHEN {_FIRST_KIND} = 'import' THEN 'imported'"
    "  WHEN versions.created_at = prompts.created_at AND EXISTS"
    "   (SELECT 1 FROM meta WHERE key LIKE '%sample_prompt' AND value = prompts.uid) THEN 'sample'"
    "  ELSE 'text' END AS origin FROM versions JOIN prompts ON prompts.id = prompt_id WHERE prompt_id = ?1"
    "  AND versions.id NOT IN (SELECT version_id FROM runs JOIN versions ON versions.id = version_id"
    f"   WHERE runs.prompt_id = ?1 AND ({_ITERATION} OR {_OF_TEXT}) AND started_at = created_at))"
    " ORDER BY number"
)
_RAN = (
    "SELECT versions.number FROM runs JOIN versions ON versions.id = version_id"
    " WHERE runs.prompt_id = ? AND runs.number = ? AND {}"
)


def names(connection: sqlite3.Connection, keys: Collection[int], *, origins: bool = True) -> dict[int, str]:
    """Return the names of versions by key.

    Without `origins`, those that would be named by their origin have the name "": it costs a look at all versions of
    the prompt, too much for a page of runs of many prompts.
    """
    rows = connection.execute(
        f"{_VERSIONS} versions.id IN (SELECT value FROM json_each(?))", (json.dumps(sorted(set(keys))),)
    )
    return {key: name for key, _, name in _named(connection, rows.fetchall(), origins=origins)}


def of_prompt(connection: sqlite3.Connection, prompt: int, numbers: Collection[int] | None = None) -> dict[int, str]:
    """Return the names of a prompt's versions by number, newest first: those with these numbers, None for all."""
    some = "" if numbers is None else " AND versions.number IN (SELECT value FROM json_each(?))"
    rows = connection.execute(
        f"{_VERSIONS} prompt_id = ?{some} ORDER BY versions.number DESC",
        (prompt, *(() if numbers is None else (json.dumps(sorted(set(numbers))),))),
    )
    return {number: name for _, number, name in _named(connection, rows.fetchall(), origins=True)}


def name_of(connection: sqlite3.Connection, key: int) -> str:
    """Return the name of a version, "" for an unknown key."""
    return names(connection, [key]).get(key, "")


def of_new(iteration: int) -> str:
    """Return the name of a version that an iteration has just created, without reading it: it has no label yet."""
    return version_name(VersionIdentity(iteration))


def number_of(connection: sqlite3.Connection, prompt: int, typed: str) -> int | None:
    """Return the number of the version that a person named, None for an unknown name.

    Every iteration and every test names the version that it ran as the current text, also one that another ran first.
    """
    if (iteration := iteration_number(typed)) is not None:
        return _ran(connection, prompt, _ITERATION, iteration)
    wanted = " ".join(typed.split())
    found = next((number for number, name in of_prompt(connection, prompt).items() if name == wanted), None)
    if found is None and (test := number_of_test(typed)) is not None:
        return _ran(connection, prompt, _OF_TEXT, test)
    return found


def _ran(connection: sqlite3.Connection, prompt: int, kind: str, number: int) -> int | None:
    """Return the number of the version that was the current text of a run of a kind, None if there is none."""
    row = connection.execute(_RAN.format(kind), (prompt, number)).fetchone()
    return None if row is None else int(row[0])


def title_of(note: str) -> str:
    """Return the title that the note of a tested version gives it."""
    return opening_words(note, _LONGEST_TITLE)


def _named(
    connection: sqlite3.Connection,
    rows: list[tuple[int, int, int, int | None, int | None, str | None]],
    *,
    origins: bool,
) -> list[tuple[int, int, str]]:
    """Return key, number and name of each version."""
    bare = {key: prompt for key, prompt, _, iteration, _, label in rows if iteration is None and not label}
    found: dict[int, tuple[Origin, int, str]] = {}
    for prompt in set(bare.values()) if origins else ():
        titles: Counter[str] = Counter()
        for key, origin, note, ordinal in connection.execute(_ORIGINS, (prompt,)):
            title = title_of(note)
            titles[title] += 1
            found[key] = origin, titles[title] if title else ordinal, title

    def name(key: int, iteration: int | None, test: int | None, label: str | None) -> str:
        if key in bare and not origins:
            return ""
        return version_name(sound(VersionIdentity(iteration, label or "", *found.get(key, ("text", 0, "")), test)))

    return [(key, number, name(key, iteration, test, label)) for key, _, number, iteration, test, label in rows]
