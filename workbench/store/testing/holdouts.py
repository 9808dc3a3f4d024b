"""Setting the hold-out of a prompt aside, adding to it, using it up and ending it.

Invariant: which cases are held out changes only here, and together with the salt of the settings in one transaction. A
case that was held out and is not any more has `used_at`, so that no later hold-out takes it. Undo holds out again only
cases without answers: once a hold-out is ended, its answers can be read in the window and in exports.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as with_

from workbench.core.cases import Case
from workbench.core.testing.holdout import joining, together
from workbench.core.testing.settings import SuiteSettings
from workbench.store.errors import StoreError
from workbench.store.runs import cases
from workbench.store.runs.held_out import is_known
from workbench.store.runs.prompts import prompt_id
from workbench.store.sqlite import sqlite3
from workbench.store.testing import suite_settings

_UIDS = "uid IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class HoldoutBefore:
    """The hold-out of a prompt before a change, for undo; `used` are the cases that the change used up.

    `final` are those of them with answers: these can be read since, so undo does not hold them out again.
    """

    prompt_uid: str
    salt: str
    held: tuple[str, ...]
    used: tuple[str, ...] = ()
    final: frozenset[str] = frozenset()

    @property
    def undoable(self) -> int:
        """The number of cases that undo holds out again."""
        return len(set(self.held) - self.final)


def set_aside(
    connection: sqlite3.Connection, prompt_uid: str, uids: Collection[str], salt: str, now: str
) -> HoldoutBefore:
    """Hold cases out. Raises StoreError (missing, corrupt, taken) and changes nothing then."""
    before = _before(connection, prompt_uid)
    key = prompt_id(connection, prompt_uid)
    if before.salt or before.held:
        raise StoreError("This prompt already has a hold-out. Test it, or end it first.", prompt_uid, "taken")
    free = set(uids) - _seen(connection, prompt_uid)
    changed = connection.execute(
        f"UPDATE cases SET held_out = 1 WHERE prompt_id = ? AND {_UIDS}", (key, json.dumps(sorted(free)))
    ).rowcount
    if changed != len(set(uids)):
        raise StoreError("The cases of this prompt changed meanwhile. Set the hold-out aside again.", "", "missing")
    _save_salt(connection, prompt_uid, salt, now)
    _index_again(connection, key)
    return before


def end(connection: sqlite3.Connection, prompt_uid: str, now: str) -> HoldoutBefore:
    """Make tuning cases of the whole hold-out. Raises StoreError (missing, corrupt)."""
    before = _before(connection, prompt_uid)
    _use_up(connection, prompt_uid, before.held, now)
    _save_salt(connection, prompt_uid, "", now)
    return with_(before, used=before.held, final=_answered(connection, prompt_uid, before.held))


def restore(connection: sqlite3.Connection, before: HoldoutBefore, now: str) -> None:
    """Undo `set_aside` or `end`. Cases that were added since are tuning cases. Raises StoreError (missing).

    Used up cases that have an answer by now stay used up.
    """
    key = prompt_id(connection, before.prompt_uid)
    final = before.final | _answered(connection, before.prompt_uid, before.used)
    held = json.dumps([uid for uid in before.held if uid not in final])
    used = json.dumps([uid for uid in before.used if uid not in final])
    connection.execute(f"UPDATE cases SET held_out = {_UIDS} WHERE prompt_id = ?", (held, key))
    connection.execute(f"UPDATE cases SET used_at = NULL WHERE prompt_id = ? AND {_UIDS}", (key, used))
    _save_salt(connection, before.prompt_uid, before.salt, now)
    _index_again(connection, key)


def use(connection: sqlite3.Connection, prompt_uid: str, case_uid: str, now: str) -> tuple[str, ...]:
    """Make tuning cases of a held-out case and its cluster, because it is opened; return their uids.

    Of a case that is not held out nothing changes. Raises StoreError (missing, corrupt).
    """
    used = tuple(sorted(together(cases.listed(connection, prompt_uid), case_uid)))
    _use_up(connection, prompt_uid, used, now)
    return used


def use_as_elsewhere(connection: sqlite3.Connection, prompt_uid: str, used: Mapping[str, str]) -> None:
    """Use up cases that were used up in another history, by uid with the time; the first time counts."""
    key = prompt_id(connection, prompt_uid)
    connection.executemany(
        "UPDATE cases SET held_out = 0, used_at = coalesce(used_at, ?) WHERE prompt_id = ? AND uid = ?",
        [(used_at, key, uid) for uid, used_at in used.items()],
    )


def add(connection: sqlite3.Connection, prompt_uid: str, added: Sequence[Case]) -> None:
    """Append cases to those of a prompt; if it has a hold-out, some of them join it by their hash.

    One that its file holds out is held out; one that was tuned on before does not join. Raises StoreError (missing,
    text).
    """
    cases.append(connection, prompt_uid, added)
    if salt := _salt(connection, prompt_uid):
        key, clusters = prompt_id(connection, prompt_uid), {one.uid: one.cluster for one in added if not one.held_out}
        known = connection.execute(
            "SELECT cluster, max(held_out) FROM cases WHERE prompt_id = ? AND cluster <> ''"
            f" AND NOT {_UIDS} GROUP BY cluster",
            (key, json.dumps(list(clusters))),
        )
        there = {str(cluster): bool(held) for cluster, held in known}
        seen = suite_settings.seen_cases(connection, prompt_uid) | _tuned_on(connection, key, clusters)
        joins = joining(clusters, there, seen, salt)
        connection.execute(
            f"UPDATE cases SET held_out = 1 WHERE prompt_id = ? AND {_UIDS}", (key, json.dumps(sorted(joins)))
        )


def save_settings(connection: sqlite3.Connection, prompt_uid: str, settings: SuiteSettings, now: str) -> None:
    """Replace the settings of a prompt, except the salt: they may have been read before the hold-out was set aside.

    Raises StoreError (missing).
    """
    try:
        salt = suite_settings.read(connection, prompt_uid).salt
    except StoreError as error:
        if error.code != "corrupt":
            raise
        salt = settings.salt
    suite_settings.save(connection, prompt_uid, with_(settings, salt=salt), now)


def exists(connection: sqlite3.Connection, prompt_uid: str) -> bool:
    """Whether a prompt has a hold-out, also an empty one that later cases join."""
    return is_known(connection) and bool(_salt(connection, prompt_uid))


def _salt(connection: sqlite3.Connection, prompt_uid: str) -> str:
    """Return the salt of a prompt; that of a hold-out that came with the cases of a file is the prompt's uid."""
    try:
        salt = suite_settings.read(connection, prompt_uid).salt
    except StoreError as error:
        if error.code != "corrupt":
            raise
        # Cases can be added even if the settings cannot be read.
        salt = ""
    return salt or (prompt_uid if _held(connection, prompt_uid) else "")


def _before(connection: sqlite3.Connection, prompt_uid: str) -> HoldoutBefore:
    settings = suite_settings.read(connection, prompt_uid)
    return HoldoutBefore(prompt_uid, settings.salt, _held(connection, prompt_uid))


def _held(connection: sqlite3.Connection, prompt_uid: str) -> tuple[str, ...]:
    rows = connection.execute(
        "SELECT uid FROM cases WHERE prompt_id = ? AND held_out = 1 ORDER BY position",
        (prompt_id(connection, prompt_uid),),
    )
    return tuple(uid for (uid,) in rows)


def _seen(connection: sqlite3.Connection, prompt_uid: str) -> set[str]:
    return {*suite_settings.seen_cases(connection, prompt_uid), *suite_settings.used_cases(connection, prompt_uid)}


def _answered(connection: sqlite3.Connection, prompt_uid: str, uids: Collection[str]) -> frozenset[str]:
    """Return which cases have an answer in a test, or ran in Compose."""
    if not uids:
        return frozenset()
    rows = connection.execute(
        "SELECT DISTINCT set_uid FROM runs JOIN run_values ON run_values.run_id = runs.id"
        " JOIN run_cells ON run_cells.run_id = runs.id AND case_position = run_values.position"
        " WHERE prompt_id = ? AND set_uid IN (SELECT value FROM json_each(?))",
        (prompt_id(connection, prompt_uid), json.dumps(list(uids))),
    )
    return frozenset(uid for (uid,) in rows) | (suite_settings.seen_cases(connection, prompt_uid) & set(uids))


def _tuned_on(connection: sqlite3.Connection, prompt: int, uids: Collection[str]) -> frozenset[str]:
    """Return which cases were tuning cases of an earlier test: a removed case may be brought back."""
    rows = connection.execute(
        "SELECT DISTINCT set_uid FROM runs JOIN test_runs ON test_runs.run_id = runs.id"
        " JOIN run_values ON run_values.run_id = runs.id WHERE prompt_id = ? AND set_name = 'tuning'"
        " AND set_uid IN (SELECT value FROM json_each(?))",
        (prompt, json.dumps(list(uids))),
    )
    return frozenset(uid for (uid,) in rows)


def _use_up(connection: sqlite3.Connection, prompt_uid: str, uids: Sequence[str], now: str) -> None:
    key = prompt_id(connection, prompt_uid)
    connection.execute(
        f"UPDATE cases SET held_out = 0, used_at = coalesce(used_at, ?) WHERE prompt_id = ? AND {_UIDS}",
        (now, key, json.dumps(list(uids))),
    )
    _index_again(connection, key)


def _index_again(connection: sqlite3.Connection, prompt: int) -> None:
    """Let searches read the tests of a prompt again, and what judges said of them: other answers are hidden."""
    connection.execute(
        "INSERT OR REPLACE INTO unindexed (run_id) SELECT id FROM runs WHERE prompt_id = ?1 AND kind = 'test'"
        " UNION SELECT runs.id FROM runs JOIN judge_prompts USING (prompt_id) WHERE owner_id = ?1 AND kind = 'judge'",
        (prompt,),
    )


def _save_salt(connection: sqlite3.Connection, prompt_uid: str, salt: str, now: str) -> None:
    _index_again(connection, prompt_id(connection, prompt_uid))
    settings = suite_settings.read(connection, prompt_uid)
    if settings.salt != salt:
        suite_settings.save(connection, prompt_uid, with_(settings, salt=salt), now)
