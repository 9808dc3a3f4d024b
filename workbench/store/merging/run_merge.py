"""Merges runs from another history.

Invariant: a run is merged completely or not at all. To a run that is here already only what is missing is added:
attempts made there later, and the end of an answer that is here only assumed to be interrupted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from workbench.core.json_parts import load
from workbench.core.lanes import Params
from workbench.core.runs import ENDED
from workbench.store.encoding import digest, dump
from workbench.store.merging.other_history import Row, UnsoundError, insert, key_of, rows
from workbench.store.merging.prompt_merge import MergedKeys
from workbench.store.merging.suite_merge import take_suite
from workbench.store.runs.partials import step_body, streamed
from workbench.store.runs.value_bodies import values_id
from workbench.store.runs.versions import last_number
from workbench.store.sqlite import sqlite3

_RUN = (
    *("uid", "kind", "owner_uid", "started_at", "summary", "added", "removed", "verdict", "winner", "note", "starred"),
    *("archived", "blind"),
)
_LANE = ("position", "uid", "slot", "label", "endpoint_uid", "model", "params", "pinned")
_OUTPUT = (
    *("uid", "lane", "value_set", "sample", "attempt", "state", "created_at", "ended_at", "starred", "model"),
    *("finish_reason", "input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens", "usage_source"),
    *("cost_usd", "rate_input", "rate_output", "rate_cached", "rate_source", "queued_ms", "sent_ms", "first_ms"),
    *(
        "end_ms",
        "ttft_ms",
        "duration_ms",
        "error_code",
        "error",
        "error_detail",
        "marks",
        "reasoning",
        "text",
        "billing",
    ),
)


class RunMerge:
    """Merges runs within one transaction."""

    def __init__(
        self, mine: sqlite3.Connection, other: sqlite3.Connection, keys: MergedKeys, uid: Callable[[], str], now: str
    ) -> None:
        self._mine, self._other, self._keys, self._uid, self._now = mine, other, keys, uid, now

    def take(self, run: int) -> tuple[bool, int]:
        """Merge a run by its key there; return whether it is new here, and how many answers are.

        Raises UnsoundError, sqlite3.IntegrityError.
        """
        [row] = rows(
            self._other, f"SELECT {', '.join(_RUN)}, prompt_id, version_id, based_on_id FROM runs WHERE id = ?", run
        )
        key = key_of(self._mine, "runs", row["uid"])
        if key is None:
            key = self._insert(run, row)
            take_suite(self._mine, self._other, run, key)
            answers = self._outputs(run, key, {})
        else:
            answers = self._join(run, key, row)
            if answers < 0:
                raise UnsoundError("It has the id of a run of another prompt.")
            # A program that did not know test runs may have merged it.
            take_suite(self._mine, self._other, run, key)
            self._tags(run, key)
            return False, answers
        self._tags(run, key)
        self._beside(run, key)
        return True, answers

    def _insert(self, run: int, row: Row) -> int:
        prompt = self._keys.prompts[cast(int, row["prompt_id"])]
        (newest,) = self._mine.execute(
            "SELECT max(number) FROM runs WHERE prompt_id = ? AND kind = ?", (prompt, row["kind"])
        ).fetchone()
        made = {name: row[name] for name in _RUN} | {
            "prompt_id": prompt,
            "number": max(newest or 0, last_number(self._mine, prompt, str(row["kind"]))) + 1,
            "version_id": self._version(row["version_id"]),
            "based_on_id": self._keys.versions.get(cast(int, row["based_on_id"])),
        }
        key = insert(self._mine, "runs", made)
        for one in rows(
            self._other,
            "SELECT position, set_uid, name, body FROM run_values JOIN value_bodies ON value_bodies.id = values_id"
            " WHERE run_id = ? ORDER BY position",
            run,
        ):
            values = {"run_id": key, **{name: one[name] for name in ("position", "set_uid", "name")}}
            insert(self._mine, "run_values", values | {"values_id": values_id(self._mine, _values(one["body"]))})
        for lane in rows(self._other, f"SELECT {', '.join(_LANE)}, version_id FROM lanes WHERE run_id = ?", run):
            _check_params(lane["params"])
            uid = lane["uid"] if self._is_free("lanes", lane["uid"]) else self._uid()
            insert(
                self._mine,
                "lanes",
                {**lane, "run_id": key, "uid": uid, "version_id": self._version(lane["version_id"])},
            )
        parts = "SELECT count(*) FROM {} WHERE run_id = ?"
        if not all(self._mine.execute(parts.format(table), (key,)).fetchone()[0] for table in ("lanes", "run_values")):
            raise UnsoundError("It has no lane or no values.")
        self._mine.execute(
            "UPDATE prompts SET iterations = iterations + ?, updated_at = max(updated_at, ?) WHERE id = ?",
            (int(row["kind"] == "iteration"), row["started_at"], prompt),
        )
        return key

    def _version(self, there: object) -> int:
        version = self._keys.versions.get(cast(int, there))
        if version is None:
            raise UnsoundError("Its text does not match its hash.")
        return version

    def _is_free(self, table: str, uid: object) -> bool:
        return self._mine.execute(f'SELECT 1 FROM "{table}" WHERE uid = ?', (uid,)).fetchone() is None

    def _join(self, run: int, key: int, row: Row) -> int:
        """Add what a run lacks here; return the number of new answers, below 0 if it is a different run."""
        (prompt, lanes) = self._mine.execute(
            "SELECT prompt_id, (SELECT count(*) FROM lanes WHERE run_id = runs.id) FROM runs WHERE id = ?", (key,)
        ).fetchone()
        there = self._other.execute("SELECT count(*) FROM lanes WHERE run_id = ?", (run,)).fetchone()[0]
        if prompt != self._keys.prompts[cast(int, row["prompt_id"])] or lanes != there:
            return -1
        self._mine.execute(
            "UPDATE runs SET starred = max(starred, ?1), blind = max(blind, ?2),"
            " note = CASE WHEN note = '' THEN ?3 ELSE note END WHERE id = ?4"
            " AND (starred < ?1 OR blind < ?2 OR (note = '' AND ?3 <> ''))",
            (row["starred"], row["blind"], row["note"], key),
        )
        return self._outputs(run, key, self._grown(run, key) if row["kind"] == "judge" else {})

    def _grown(self, run: int, key: int) -> dict[int, int]:
        """Add the value sets that a judge run got there; return positions here by those there, where they differ.

        A judge run grows while it asks, perhaps in both histories, so its value sets are told apart by what they hold.
        """
        here: dict[tuple[object, ...], int] = {}
        newest = -1
        for position, *held in self._mine.execute(
            "SELECT position, set_uid, name, values_id FROM run_values WHERE run_id = ? ORDER BY position", (key,)
        ):
            here.setdefault(tuple(held), position)
            newest = position
        places: dict[int, int] = {}
        for one in rows(
            self._other,
            "SELECT position, set_uid, name, body FROM run_values JOIN value_bodies ON value_bodies.id = values_id"
            " WHERE run_id = ? ORDER BY position",
            run,
        ):
            given = {"set_uid": one["set_uid"], "name": one["name"]}
            values = values_id(self._mine, _values(one["body"]))
            place = here.get((*given.values(), values))
            if place is None:
                newest = place = newest + 1
                here[(*given.values(), values)] = place
                insert(self._mine, "run_values", given | {"run_id": key, "position": place, "values_id": values})
            places[cast(int, one["position"])] = place
        return places

    def _outputs(self, run: int, key: int, places: dict[int, int]) -> int:
        """Add the answers that are missing here; `places` are value sets here by those there, where they differ."""
        in_flight = [one for (one,) in self._other.execute("SELECT output_id FROM in_flight WHERE run_id = ?", (run,))]
        so_far = streamed(self._other, in_flight)
        new = 0
        statement = (
            f"SELECT {', '.join(f'outputs.{name}' for name in _OUTPUT)}, outputs.id, requests.body AS request,"
            " messages.body AS messages FROM outputs LEFT JOIN bodies AS requests ON requests.id = request_id"
            " LEFT JOIN bodies AS messages ON messages.id = request_messages_id WHERE run_id = ? ORDER BY outputs.id"
        )
        for row in rows(self._other, statement, run):
            there = cast(int, row.pop("id"))
            value_set = cast(int, row["value_set"])
            made = {
                **row,
                "value_set": places.get(value_set, value_set),
                "request_id": self._body(row.pop("request")),
                "request_messages_id": self._body(row.pop("messages")),
            }
            made.pop("request", None)
            made.pop("messages", None)
            _check_list(made["marks"])
            steps = self._other.execute("SELECT seq, kind, body FROM steps WHERE output_id = ?", (there,)).fetchall()
            if made["state"] not in ENDED:
                # Its owner is another process or dead; a result that comes later is added by the next merge.
                said = so_far.get(there)
                made |= {"state": "interrupted", "ended_at": self._now}
                made |= {"text": said.text if said else "", "reasoning": said.reasoning if said else ""}
                steps = [(seq, step.kind, dump(step_body(step))) for seq, step in enumerate(said.steps if said else ())]
            if (output := self._output(key, made)) is not None:
                output_key, is_new = output
                new += is_new
                self._mine.executemany(
                    "INSERT INTO steps (output_id, seq, kind, body) VALUES (?, ?, ?, ?)",
                    [(output_key, *step) for step in steps],
                )
                for (body,) in self._other.execute("SELECT body FROM responses WHERE output_id = ?", (there,)):
                    insert(self._mine, "responses", {"output_id": output_key, "body": body})
        return new

    def _output(self, run: int, made: Row) -> tuple[int, bool] | None:
        """Insert an answer, or its end if it is only assumed interrupted here; None if nothing changes."""
        known = self._mine.execute("SELECT id, run_id, state FROM outputs WHERE uid = ?", (made["uid"],)).fetchone()
        if known is None:
            place = tuple(made[name] for name in ("lane", "value_set", "sample"))
            (newest,) = self._mine.execute(
                "SELECT max(attempt) FROM outputs WHERE run_id = ? AND lane = ? AND value_set = ? AND sample = ?",
                (run, *place),
            ).fetchone()
            # Attempts made on both sides have the same number.
            attempt = max(cast(int, made["attempt"]), (newest or 0) + 1)
            return insert(self._mine, "outputs", made | {"run_id": run, "attempt": attempt}), True
        key, of, state = known
        if of != run:
            raise UnsoundError("One of its answers has the id of another answer.")
        if made["starred"]:
            self._mine.execute("UPDATE outputs SET starred = 1 WHERE id = ? AND starred = 0", (key,))
        if state != "interrupted" or made["state"] == "interrupted":
            return None
        stays = ("uid", "attempt", "lane", "value_set", "starred")
        kept = {name: value for name, value in made.items() if name not in stays}
        columns = ", ".join(f'"{name}" = ?' for name in kept)
        self._mine.execute(f"UPDATE outputs SET {columns} WHERE id = ?", (*kept.values(), key))
        self._mine.execute("DELETE FROM steps WHERE output_id = ?", (key,))
        self._mine.execute("DELETE FROM responses WHERE output_id = ?", (key,))
        return int(key), False

    def _body(self, body: object) -> int | None:
        if body is None:
            return None
        hash_ = digest(str(body))
        known = self._mine.execute("SELECT id FROM bodies WHERE hash = ?", (hash_,)).fetchone()
        return int(known[0]) if known else insert(self._mine, "bodies", {"hash": hash_, "body": body})

    def _tags(self, run: int, key: int) -> None:
        tags = "SELECT name FROM run_tags JOIN tags ON id = tag_id WHERE run_id = ?"
        names = [name for (name,) in self._other.execute(tags, (run,))]
        self._mine.executemany("INSERT INTO tags (name) VALUES (?) ON CONFLICT DO NOTHING", [(name,) for name in names])
        self._mine.executemany(
            "INSERT INTO run_tags (run_id, tag_id) SELECT ?, id FROM tags WHERE name = ? ON CONFLICT DO NOTHING",
            [(key, name) for name in names],
        )

    def _beside(self, run: int, key: int) -> None:
        for row in rows(
            self._other,
            "SELECT place, slot, hidden, baseline, runs.uid AS origin FROM run_beside"
            " JOIN runs ON runs.id = from_run_id WHERE run_id = ? ORDER BY place",
            run,
        ):
            origin = key_of(self._mine, "runs", row.pop("origin"))
            if origin is not None:
                insert(self._mine, "run_beside", {**row, "run_id": key, "from_run_id": origin})


def _values(body: object) -> tuple[tuple[str, str], ...]:
    try:
        values = load(str(body))
    except (ValueError, RecursionError) as error:
        raise UnsoundError("Its values cannot be read.") from error
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise UnsoundError("Its values are not texts by name.")
    return tuple(values.items())


def _check_params(params: object) -> None:
    try:
        Params.from_json(load(str(params)))
    except (ValueError, RecursionError) as error:
        raise UnsoundError("The parameters of a lane cannot be read.") from error


def _check_list(marks: object) -> None:
    try:
        found = load(str(marks))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list):
        raise UnsoundError("The marks of an answer cannot be read.")
