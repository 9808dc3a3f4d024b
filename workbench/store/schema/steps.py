"""The statements that lead from an empty file to the newest schema, by the version that they arrive at.

Invariant: append-only, oldest first. The statements of a version that was released are never edited.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.store.schema import version_1_0, version_1_1, version_1_2, version_1_3, version_1_4


@dataclass(frozen=True, slots=True)
class Step:
    """What leads to `version` (a `user_version`); `name` is the one that its migration is known by in files."""

    version: int
    name: str
    statements: tuple[str, ...]


STEPS: tuple[Step, ...] = (
    Step(1000, "1.0 prompts, versions, runs, outputs, verdicts", version_1_0.STATEMENTS),
    Step(1001, "1.1 lanes beside a run", version_1_1.STATEMENTS),
    Step(1002, "1.2 one index to search runs by", version_1_2.STATEMENTS),
    Step(1003, "1.3 saved searches, origins, cases, what is deleted", version_1_3.STATEMENTS),
    Step(1004, "1.4 protocols of endpoints, how costs came about", version_1_4.STATEMENTS),
)

_HEAD = re.compile(r"CREATE (?:UNIQUE )?(VIRTUAL TABLE|TABLE|INDEX|VIEW|TRIGGER) (\w+)|DROP \w+ (\w+)")
_COLUMN = re.compile(r"ALTER TABLE (\w+) ADD COLUMN (.+)", re.DOTALL)
_END = re.compile(r",\n( *--[^\n]*\n)* *(UNIQUE|PRIMARY KEY|FOREIGN KEY) \(|\n\)[^)]*\Z")
"""Where the columns of a table end: at its first rule, or at the end."""
_SHADOWS = (
    ("data", "id INTEGER PRIMARY KEY, block BLOB)"),
    ("idx", "segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID"),
    ("docsize", "id INTEGER PRIMARY KEY, sz BLOB)"),
    ("config", "k PRIMARY KEY, v) WITHOUT ROWID"),
)
"""The tables that FTS5 keeps an index in, by the ends of their names. No index of ours keeps a copy of its texts."""
_COUNTED = ("sz BLOB)", "sz BLOB, origin INTEGER)")
"""What an index from which documents can be deleted has instead."""


@dataclass(frozen=True, slots=True)
class Objects:
    """The statements of the objects of one version, by name; tables with the columns that were added later.

    `shadows` are the tables inside its search indexes, as FTS5 makes them.
    """

    tables: Mapping[str, str]
    indexes: Mapping[str, str]
    triggers: Mapping[str, str]
    virtual: Mapping[str, str]
    shadows: Mapping[str, str]


@functools.cache
def objects_of(version: int) -> Objects | None:
    """Return the objects of the schema with this `user_version`, None when there never was one."""
    if version not in {step.version for step in STEPS}:
        return None
    made: dict[str, dict[str, str]] = {kind: {} for kind in ("TABLE", "INDEX", "VIEW", "TRIGGER", "VIRTUAL TABLE")}
    for step in STEPS:
        if step.version > version:
            break
        for statement in step.statements:
            if (added := _COLUMN.fullmatch(statement)) is not None:
                table, column = added.groups()
                made["TABLE"][table] = _END.sub(rf", {column}\g<0>", made["TABLE"][table], count=1)
            if (head := _HEAD.match(statement)) is None:
                continue
            kind, name, dropped = head.groups()
            if dropped:
                for known in made.values():
                    known.pop(dropped, None)
            else:
                made[kind][name] = statement
    virtual = made["VIRTUAL TABLE"]
    shadows = {
        f"{name}_{end}": f"CREATE TABLE '{name}_{end}'("
        + (inside.replace(*_COUNTED) if "contentless_delete=1" in statement else inside)
        for name, statement in virtual.items()
        for end, inside in _SHADOWS
    }
    return Objects(made["TABLE"], made["INDEX"], made["TRIGGER"], virtual, shadows)
