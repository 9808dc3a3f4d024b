"""Repairs references to lost rows.

Invariant: afterwards every reference is valid. What a person wrote or a model answered is kept: the row it belonged to
is replaced by a placeholder that says that it was lost. Rows that mean nothing alone are listed and deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from workbench.store.encoding import digest
from workbench.store.runs.visibility import DELETED
from workbench.store.sqlite import sqlite3

LOST = "This text was lost when the history was damaged."
_PROMPT = "Recovered"
_RUNS_PROMPT = "(SELECT prompt_id FROM runs WHERE runs.id = lanes.run_id)"
# Rows that mean nothing without the row they refer to.
_DEPENDENT = (
    ("steps", "output_id", "outputs"),
    ("responses", "output_id", "outputs"),
    ("verdict_outputs", "output_id", "outputs"),
    ("verdict_outputs", "verdict_id", "verdicts"),
    ("in_flight", "output_id", "outputs"),
    ("run_beside", "run_id", "runs"),
    ("run_beside", "from_run_id", "runs"),
    ("run_tags", "run_id", "runs"),
    ("run_tags", "tag_id", "tags"),
    ("labels", "version_id", "versions"),
    ("labels", "prompt_id", "prompts"),
    ("suite_settings", "prompt_id", "prompts"),
    ("decide_goals", "prompt_id", "prompts"),
    ("test_runs", "run_id", "runs"),
    ("run_cases", "run_id", "runs"),
    ("run_cases", "case_body_id", "case_bodies"),
    ("run_cells", "run_id", "runs"),
    ("run_cells", "output_id", "outputs"),
    ("scorings", "run_id", "runs"),
    ("cell_scores", "scoring_id", "scorings"),
    ("cell_scores", "output_id", "outputs"),
    ("check_results", "check_id", "check_bodies"),
    ("overrules", "output_id", "outputs"),
    ("judge_prompts", "prompt_id", "prompts"),
    ("judge_prompts", "owner_id", "prompts"),
    ("judge_runs", "run_id", "runs"),
    ("judge_runs", "scoring_id", "scorings"),
    ("judgements", "scoring_id", "scorings"),
    ("judgements", "output_id", "outputs"),
    ("judgements", "check_id", "check_bodies"),
    ("judge_verdicts", "check_id", "check_bodies"),
    ("judge_labels", "output_id", "outputs"),
)
_OPTIONAL = (
    ("outputs", "request_id", "bodies"),
    ("outputs", "request_messages_id", "bodies"),
    ("versions", "parent_id", "versions"),
    ("runs", "based_on_id", "versions"),
    ("verdicts", "supersedes_id", "verdicts"),
    ("overrules", "supersedes_id", "overrules"),
    ("judge_labels", "supersedes_id", "judge_labels"),
)


def mend(connection: sqlite3.Connection, now: str, uid: Callable[[], str]) -> tuple[int, list[Mapping[str, object]]]:
    """Make every reference valid; return the number of placeholders, and the deleted rows."""
    mending = _Mending(connection, now, uid)
    mending.prompts()
    mending.contents()
    # Answers restore the runs they belonged to, and these refer to versions.
    mending.runs()
    mending.versions()
    mending.own_versions()
    mending.places()
    dropped = mending.drop()
    for table, column, parent in _OPTIONAL:
        connection.execute(
            f"UPDATE {table} SET {column} = NULL"
            f" WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT id FROM {parent})"
        )
    connection.execute(
        "UPDATE prompts SET iterations ="
        " (SELECT count(*) FROM runs WHERE runs.prompt_id = prompts.id AND runs.kind = 'iteration'"
        f" AND runs.archived < {DELETED})"
    )
    return mending.made, dropped


class _Mending:
    def __init__(self, connection: sqlite3.Connection, now: str, uid: Callable[[], str]) -> None:
        self._connection = connection
        self._now = now
        self._uid = uid
        self.made = 0
        self._last_text = -1

    def _all(self, query: str) -> list[tuple[int, ...]]:
        return self._connection.execute(query).fetchall()

    def _make(self, statement: str, *values: object) -> None:
        self._connection.execute(statement, values)
        self.made += 1

    def prompts(self) -> None:
        """Create placeholder prompts for versions, runs, drafts and verdicts that lost theirs."""
        users = " UNION ".join(f"SELECT prompt_id FROM {table}" for table in ("versions", "runs", "drafts", "verdicts"))
        for (key,) in self._all(f"SELECT prompt_id FROM ({users}) WHERE prompt_id NOT IN (SELECT id FROM prompts)"):
            self._make(
                "INSERT INTO prompts (id, uid, name, created_at, updated_at) VALUES (?, ?, ?, ?, ?)",
                *(key, self._uid(), f"{_PROMPT} {key}", self._now, self._now),
            )
        if any(version is None for _, _, version, _ in self._lost_runs()):
            self._make(
                "INSERT INTO prompts (uid, name, created_at, updated_at) VALUES (?, ?, ?, ?)",
                *(self._uid(), _PROMPT, self._now, self._now),
            )

    def contents(self) -> None:
        """Give each version that lost its text a placeholder text of its own."""
        lost = self._all("SELECT id FROM versions WHERE content_id NOT IN (SELECT id FROM contents) ORDER BY id")
        for (version,) in lost:
            self._connection.execute("UPDATE versions SET content_id = ? WHERE id = ?", (self._lost_text(), version))

    def _lost_text(self) -> int:
        if self._last_text < 0:
            self._last_text = self._last("SELECT max(id) FROM contents", "SELECT max(content_id) FROM versions")
        while True:
            self._last_text += 1
            text = f"{LOST} ({self._last_text})"
            body = f'{{"format":1,"messages":[{{"role":"user","text":"{text}"}}]}}'
            if not self._connection.execute("SELECT 1 FROM contents WHERE hash = ?", (digest(body),)).fetchone():
                break
        self._make("INSERT INTO contents (id, hash, body) VALUES (?, ?, ?)", self._last_text, digest(body), body)
        return self._last_text

    def _last(self, *queries: str) -> int:
        """Return the highest id of a table that is known, so that a new row is not taken for a lost one."""
        return max(value or 0 for query in queries for (value,) in self._all(query))

    def versions(self) -> None:
        """Create placeholder versions for runs and lanes that lost theirs."""
        users = (
            "SELECT version_id, prompt_id FROM runs UNION SELECT lanes.version_id, runs.prompt_id FROM lanes"
            " JOIN runs ON runs.id = lanes.run_id"
        )
        lost = self._all(
            f"SELECT version_id, max(prompt_id) FROM ({users}) WHERE version_id NOT IN (SELECT id FROM versions)"
            " GROUP BY version_id ORDER BY version_id"
        )
        for key, prompt in lost:
            self._version(prompt, key)

    def _version(self, prompt: int, key: int) -> None:
        (newest,) = self._all(f"SELECT coalesce(max(number), 0) FROM versions WHERE prompt_id = {prompt}")[0]
        self._make(
            "INSERT INTO versions (id, uid, prompt_id, number, content_id, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            *(key, self._uid(), prompt, newest + 1, self._lost_text(), self._now),
        )

    def _lost_runs(self) -> list[tuple[int, str, int | None, int | None]]:
        """Return key, time, version and prompt of lost runs that have answers; a lane tells version and prompt."""
        told = (
            "(SELECT versions.{0} FROM lanes JOIN versions ON versions.id = lanes.version_id"
            " WHERE lanes.run_id = outputs.run_id ORDER BY pinned, position LIMIT 1)"
        )
        return self._connection.execute(
            f"SELECT run_id, min(created_at), {told.format('id')}, {told.format('prompt_id')} FROM outputs"
            " WHERE run_id NOT IN (SELECT id FROM runs) GROUP BY run_id ORDER BY run_id"
        ).fetchall()

    def runs(self) -> None:
        """Create runs for answers that lost theirs, in their prompt or in the one for recovered answers."""
        lost = self._lost_runs()
        stray: tuple[int, int] | None = None
        for key, began, version, prompt in lost:
            if version is None or prompt is None:
                stray = version, prompt = stray or self._stray()
            self._make(
                "INSERT INTO runs (id, uid, prompt_id, kind, number, version_id, owner_uid, started_at, summary)"
                " VALUES (?, ?, ?, 'iteration', ?, ?, ?, ?, 'recovered answers')",
                *(key, self._uid(), prompt, self._number(prompt, key), version, self._uid(), began),
            )

    def _number(self, prompt: int, run: int) -> int:
        """Return the number after that of earlier runs if it is free, as that of a lost run is, else the next one."""
        numbers = f"FROM runs WHERE prompt_id = {prompt} AND kind = 'iteration'"
        ((before, newest),) = self._all(
            f"SELECT coalesce(max(number) FILTER (WHERE id < {run}), 0), coalesce(max(number), 0) {numbers}"
        )
        is_taken = self._all(f"SELECT 1 {numbers} AND number = {before + 1}")
        return newest + 1 if is_taken else before + 1

    def _stray(self) -> tuple[int, int]:
        """Return version and prompt for recovered answers of unknown origin."""
        ((prompt,),) = self._all(f"SELECT max(id) FROM prompts WHERE name = '{_PROMPT}'")
        named = ("max(id) FROM versions", "max(version_id) FROM runs", "max(version_id) FROM lanes")
        version = self._last(*(f"SELECT {column}" for column in named)) + 1
        self._version(prompt, version)
        return version, prompt

    def own_versions(self) -> None:
        """Give runs and lanes with a version of another prompt one of their own prompt with the same text."""
        for table, prompt_of in (("runs", "runs.prompt_id"), ("lanes", _RUNS_PROMPT)):
            strange = self._all(
                f"SELECT DISTINCT versions.id, content_id, {prompt_of} FROM {table} JOIN versions ON"
                f" versions.id = {table}.version_id WHERE versions.prompt_id <> {prompt_of} ORDER BY 3, 1"
            )
            for version, content, prompt in strange:
                self._connection.execute(
                    f"UPDATE {table} SET version_id = ? WHERE version_id = ? AND {prompt_of} = ?",
                    (self._same(prompt, content), version, prompt),
                )

    def _same(self, prompt: int, content: int) -> int:
        """Return the version of a prompt with this text, created if it has none."""
        find = f"SELECT id FROM versions WHERE prompt_id = {prompt} AND content_id = {content}"
        if not self._all(find):
            self._make(
                "INSERT INTO versions (uid, prompt_id, number, content_id, created_at)"
                " SELECT ?1, ?2, coalesce(max(number), 0) + 1, ?3, ?4 FROM versions WHERE prompt_id = ?2",
                *(self._uid(), prompt, content, self._now),
            )
        ((key,),) = self._all(find)
        return key

    def places(self) -> None:
        """Give answers that lost their lane or values a lane of their model and no values.

        A run that lost its answers, too, gets a value set all the same, because code that shows runs relies on one.
        """
        lanes = self._all(
            "SELECT run_id, lane, max(model), (SELECT version_id FROM runs WHERE id = run_id) FROM outputs WHERE NOT"
            " EXISTS (SELECT 1 FROM lanes WHERE lanes.run_id = outputs.run_id AND lanes.position = outputs.lane)"
            " GROUP BY run_id, lane"
        )
        for run, position, model, version in lanes:
            self._make(
                "INSERT INTO lanes (run_id, position, uid, slot, endpoint_uid, model, version_id, pinned)"
                " VALUES (?, ?, ?, ?, 'lost', ?, ?, 0)",
                *(run, position, self._uid(), f"lost-{position}", model or "unknown", version),
            )
        self._values()
        for run, position in self._all(
            "SELECT DISTINCT run_id, value_set FROM outputs WHERE NOT EXISTS (SELECT 1 FROM run_values WHERE"
            " run_values.run_id = outputs.run_id AND run_values.position = outputs.value_set)"
            " UNION SELECT id, 0 FROM runs WHERE id NOT IN (SELECT run_id FROM run_values)"
            " AND id NOT IN (SELECT run_id FROM outputs)"
        ):
            self._make(
                "INSERT INTO run_values (run_id, position, values_id) VALUES (?, ?, ?)",
                *(run, position, self._no_values()),
            )

    def _values(self) -> None:
        lost = self._all("SELECT 1 FROM run_values WHERE values_id NOT IN (SELECT id FROM value_bodies) LIMIT 1")
        if lost:
            empty = self._no_values()
            self._connection.execute(
                "UPDATE run_values SET values_id = ? WHERE values_id NOT IN (SELECT id FROM value_bodies)", (empty,)
            )

    def _no_values(self) -> int:
        found = self._connection.execute("SELECT id FROM value_bodies WHERE body = '{}'").fetchone()
        if found is not None:
            return int(found[0])
        self.made += 1
        key = self._connection.execute(
            "INSERT INTO value_bodies (exact, hash, body) VALUES (?, ?, '{}')", (digest("{}"), digest("{}"))
        ).lastrowid
        return int(key or 0)

    def drop(self) -> list[Mapping[str, object]]:
        """Delete the rows that mean nothing alone, and return them."""
        dropped: list[Mapping[str, object]] = []
        for table, condition in self._conditions():
            cursor = self._connection.execute(f"SELECT * FROM {table} WHERE {condition}")
            names = [column[0] for column in cursor.description]
            dropped += [{"table": table, **dict(zip(names, row, strict=True))} for row in cursor.fetchall()]
            self._connection.execute(f"DELETE FROM {table} WHERE {condition}")
        return dropped

    def _conditions(self) -> Sequence[tuple[str, str]]:
        return (
            ("lanes", "run_id NOT IN (SELECT id FROM runs)"),
            ("run_values", "run_id NOT IN (SELECT id FROM runs)"),
            ("verdicts", "run_id IS NOT NULL AND run_id NOT IN (SELECT id FROM runs)"),
            (
                "verdicts",
                "run_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM run_values WHERE run_values.run_id = verdicts.run_id"
                " AND run_values.position = verdicts.value_set)",
            ),
            *((table, f"{column} NOT IN (SELECT id FROM {parent})") for table, column, parent in _DEPENDENT),
            *(
                (
                    table,
                    f"NOT EXISTS (SELECT 1 FROM cell_scores AS s WHERE s.scoring_id = {table}.scoring_id AND"
                    f" s.case_position = {table}.case_position AND s.lane = {table}.lane"
                    f" AND s.sample = {table}.sample)",
                )
                for table in ("check_results", "judge_verdicts")
            ),
        )
