"""Histories as a stranger or a fault could make them: each kind is a sound one with one change.

Invariant: a kind changes one copy of `sound_history` and nothing else; the same kind always makes the same file. Sizes
are those that once caused harm; `small` ones just exceed what is read at once, for tests that make many.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.store.making import FULL_RESULT, LATER, NOW, done, lane, opened, run, text
from workbench.core.cases import Case
from workbench.core.drafts import Draft
from workbench.core.lanes import Endpoint, Lane
from workbench.core.runs import Verdict
from workbench.store import Store
from workbench.store.sqlite import sqlite3

RUN = "019a0000-0000-7000-8000-000000000001"
"""The uid of the newest run of a sound history."""
MB = 1_000_000
Change = Callable[[sqlite3.Connection], object]

_LONG = "instr(zeroblob(60000000), zeroblob(30000000) || x'01')"
"""One SQL function call that takes days and cannot be interrupted."""
_ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"


def sound_history(path: Path) -> None:
    """Make a history with a row of everything that a kind changes: closed, in one file."""
    store = opened(path)
    try:
        _fill(store)
    finally:
        store.close()


def _fill(store: Store) -> None:
    store.create_prompt("p", "Order bot", NOW)
    lanes = (lane("A", "one"), lane("B", "two"))
    store.begin_run(run("019a0000-0000-7000-8000-000000000000", text("Where is {{order}}?"), lanes=lanes, note="first"))
    store.begin_run(run(RUN, text("Where is my {{order}}, please?"), lanes=lanes, based_on=1))
    for name in ("019a0000-0000-7000-8000-000000000000", RUN):
        store.finish_output(f"{name}.0.0", FULL_RESULT, LATER)
        store.finish_output(f"{name}.1.0", done("It is on its way."), LATER)
        store.mark(name, f"v.{name}", Verdict("winner", (0,)), (f"{name}.0.0", f"{name}.1.0"), LATER)
    store.curation.tag({RUN: ["launch"]})
    store.save_draft("p", Draft(text("typed {{order}}"), (("order", "1"),), (Lane("A", "echo", "echo"),), 2), NOW)
    store.packs.save_cases("p", [Case("c", "Late", (("order", "7"),), ())])
    store.save_endpoint(Endpoint("e", "openai", "Mine", "http://127.0.0.1:9/v1"), NOW)
    store.set_meta("last_prompt", "p")
    store.add_blob(b"\x89PNG\r\n\x1a\nxxxx", "image/png").result(60)


def make(kind: str, path: Path, sound: Path, *, small: bool = True) -> None:
    """Write the history of one kind to `path`, from a copy of a sound one."""
    shutil.copyfile(sound, path)
    if kind in FILES:
        FILES[kind](path)
        return
    with _changing(path) as connection:
        (KINDS | (SIZES_SMALL if small else SIZES))[kind](connection)


@contextmanager
def _changing(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
        yield connection
    finally:
        connection.close()


def _do(*statements: str) -> Change:
    def change(connection: sqlite3.Connection) -> None:
        for statement in statements:
            connection.execute(statement)

    return change


def _trigger(does: str, on: str = "INSERT ON outputs", when: str = "BEFORE") -> Change:
    return _do(f"CREATE TRIGGER helpful {when} {on} BEGIN {does}; END")


def _schema(*statements: str) -> Change:
    """Change the stored schema in ways that no statement could."""

    def change(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA writable_schema = ON")
        _do(*statements)(connection)
        connection.execute("PRAGMA writable_schema = RESET")

    return change


def _rewritten(table: str, old: str, new: str) -> Change:
    def change(connection: sqlite3.Connection) -> None:
        (sql,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
        assert old in sql
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_schema SET sql = ? WHERE name = ?", (sql.replace(old, new), table))
        connection.execute("PRAGMA writable_schema = RESET")

    return change


def _view(table: str, of: str) -> Change:
    return _do("PRAGMA foreign_keys = OFF", f"DROP TABLE {table}", f"CREATE VIEW {table} AS {of}")


def _raw(table: str, column: str, value: str) -> Change:
    """Store a value that the column's type forbids."""

    def change(connection: sqlite3.Connection) -> None:
        (sql,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
        rules = "UPDATE sqlite_schema SET sql = ? WHERE name = ?"
        # SQLite accepts any value while the table is neither STRICT nor has NOT NULL.
        for said in (sql.replace(" STRICT", "").replace(" NOT NULL", ""), sql):
            connection.execute("PRAGMA writable_schema = ON")
            assert said != sql or connection.execute(f"UPDATE {table} SET {column} = {value}").rowcount
            connection.execute(rules, (said, table))
            connection.execute("PRAGMA writable_schema = RESET")

    return change


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _statistics(column: str, rows: str) -> Change:
    """Replace `sqlite_stat1`, which SQLite reads with the schema, by a table with a generated column."""
    return _do(
        "CREATE TABLE odd (tbl, idx)",
        f"INSERT INTO odd VALUES {rows}",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET name = 'sqlite_stat1', tbl_name = 'sqlite_stat1',"
        f" sql = {_quoted(f'CREATE TABLE sqlite_stat1 (tbl, idx, {column})')} WHERE name = 'odd'",
    )


def _collation_of_others(connection: sqlite3.Connection) -> None:
    connection.create_collation("theirs", lambda a, b: (a > b) - (a < b))
    _do("CREATE TABLE mine (a COLLATE theirs UNIQUE)", "INSERT INTO mine VALUES ('x'), ('y')")(connection)


def _many_views(count: int) -> Change:
    return _do(
        "PRAGMA writable_schema = ON",
        f"INSERT INTO sqlite_schema WITH n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {count})"
        " SELECT 'view', 't' || x, 't' || x, 0, 'CREATE VIEW t' || x || ' AS SELECT * FROM t' || (x + 1) FROM n",
    )


def _set(table: str, column: str, value: str, where: str = "1") -> Change:
    return _do(f"UPDATE {table} SET {column} = {value} WHERE {where}")


def _draft(body: object) -> Change:
    """Replace the body of the draft that is opened first; a string is stored as it is."""
    said = body if isinstance(body, str) else json.dumps(body)
    return lambda connection: connection.execute("UPDATE drafts SET body = ?", (said,))


def _params(body: str) -> Change:
    return lambda connection: connection.execute("UPDATE lanes SET params = ?", (body,))


def _content(body: str) -> Change:
    return lambda connection: connection.execute("UPDATE contents SET body = ?", (body,))


_LANE = {"slot": "A", "endpoint": "echo", "model": "echo"}
_NESTED = "[" * 100_000 + "]" * 100_000
_TEXT = "a\x00b\x1b[31mc\u202ed<b>bold</b> file:///etc/passwd <img src='file:///etc/passwd'>"


def _said(table: str, column: str) -> Change:
    return lambda connection: connection.execute(f"UPDATE {table} SET {column} = ?", (_TEXT,))


TRIGGERS: dict[str, Change] = {
    "trigger-rewrites": _trigger("DELETE FROM verdicts; UPDATE outputs SET text = 'mine'", "INSERT ON runs"),
    "trigger-ignores": _trigger("SELECT RAISE(IGNORE)"),
    "trigger-aborts": _trigger("SELECT RAISE(ABORT, 'no')"),
    "trigger-endless": _trigger(_ENDLESS),
    "trigger-zeroblob": _trigger("INSERT INTO blobs VALUES (random(), '', zeroblob(900000000))"),
    "trigger-randomblob": _trigger("SELECT length(hex(randomblob(450000000)))"),
    "trigger-load-extension": _trigger("SELECT load_extension('/tmp/x.so')"),
    "trigger-writefile": _trigger("SELECT writefile('/tmp/x', 'x')"),
    "trigger-index": _trigger("INSERT INTO run_search (run_search) VALUES ('delete-all')"),
    "trigger-on-draft": _trigger(_ENDLESS, "UPDATE ON drafts"),
    "trigger-through-table": _do(
        "CREATE TABLE mine (run REFERENCES runs(id) ON DELETE CASCADE)",
        f"CREATE TRIGGER mine_goes AFTER DELETE ON mine BEGIN {_ENDLESS}; END",
    ),
    "trigger-of-ours-changed": _do(
        "DROP TRIGGER runs_delete", f"CREATE TRIGGER runs_delete BEFORE DELETE ON runs BEGIN {_ENDLESS}; END"
    ),
    "trigger-of-ours-missing": _do("DROP TRIGGER run_values_insert"),
    "trigger-in-old-format": _do(
        f"CREATE TRIGGER q AFTER INSERT ON runs BEGIN {_ENDLESS}; END", "PRAGMA user_version = 1003"
    ),
}
VIEWS: dict[str, Change] = {
    "view-drafts": _view("drafts", f"SELECT 1 AS prompt_id, ({_ENDLESS}) AS body, '' AS saved_at"),
    "view-prompts": _view("prompts", f"SELECT ({_ENDLESS}) AS id"),
    "view-runs": _view("runs", f"SELECT ({_ENDLESS}) AS id"),
    "view-outputs": _view("outputs", "SELECT 1 AS id, hex(zeroblob(400000000)) AS text"),
    "view-named-as-table": _schema(
        "UPDATE sqlite_schema SET sql = 'CREATE VIEW drafts AS SELECT 1', rootpage = 0 WHERE name = 'drafts'"
    ),
    "generated-column": _do("ALTER TABLE runs ADD COLUMN more TEXT AS (hex(zeroblob(150000000)))"),
    "generated-text": _rewritten(
        "outputs", "\n  text TEXT NOT NULL DEFAULT ''", "\n  text TEXT AS (hex(zeroblob(150000000)))"
    ),
    "default-expression": _rewritten(
        "runs", "note TEXT NOT NULL DEFAULT ''", "note TEXT NOT NULL DEFAULT (hex(zeroblob(9)))"
    ),
    "check-constraint": _rewritten(
        "runs", "kind TEXT NOT NULL", "kind TEXT NOT NULL CHECK (length(hex(zeroblob(9))) > 0)"
    ),
    "conflict-replaces": _rewritten(
        "runs", "UNIQUE (prompt_id, kind, number)", "UNIQUE (prompt_id) ON CONFLICT REPLACE"
    ),
    "index-on-expression": _do("CREATE INDEX slow ON runs (length(hex(zeroblob(100000000))))"),
    "index-unique": _do("CREATE UNIQUE INDEX one_run ON outputs (state, lane, run_id)"),
    "virtual-table-unknown": _schema(
        "INSERT INTO sqlite_schema VALUES ('table', 'odd', 'odd', 0, 'CREATE VIRTUAL TABLE odd USING nothing()')"
    ),
    "virtual-table-in-place": _schema(
        "UPDATE sqlite_schema SET rootpage = 0, sql = 'CREATE VIRTUAL TABLE drafts USING nothing()'"
        " WHERE name = 'drafts'"
    ),
    "table-of-others-computes": _do(
        f"CREATE TABLE mine (a INTEGER PRIMARY KEY, b NOT NULL AS ({_LONG}), CHECK ({_LONG} = 1))",
        "PRAGMA ignore_check_constraints = ON",
        "PRAGMA writable_schema = ON",
        "CREATE TABLE odd (a INTEGER PRIMARY KEY)",
        "INSERT INTO odd VALUES (1), (2)",
        "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'odd')"
        " WHERE name = 'mine'",
        "DELETE FROM sqlite_schema WHERE name = 'odd'",
    ),
    "collation-of-others": _collation_of_others,
    "table-of-others-refers": _do(
        "CREATE TABLE odd (a REFERENCES runs(id) ON DELETE CASCADE)",
        "INSERT INTO odd SELECT id FROM runs",
        "PRAGMA writable_schema = ON",
        f"UPDATE sqlite_schema SET sql = replace(sql, 'CASCADE', {_quoted(f'CASCADE, b AS ({_LONG}) UNIQUE')})"
        " WHERE name = 'odd'",
    ),
    "module-of-others": _do(
        f"CREATE VIEW endless AS {_ENDLESS.replace('max(x)', 'x AS rowid, x')}",
        "CREATE VIRTUAL TABLE mine USING fts5 (x, content=endless)",
        "INSERT INTO mine (rowid, x) VALUES (1, 'a')",
        f"CREATE TABLE other (a, b AS ({_LONG}) NOT NULL)",
    ),
    "newer-major-module": _do(
        f"CREATE VIEW endless AS {_ENDLESS.replace('max(x)', 'x AS rowid, x AS body')}",
        "PRAGMA foreign_keys = OFF",
        "DROP TABLE drafts",
        "CREATE VIRTUAL TABLE drafts USING fts5 (prompt_id, body, saved_at, content=endless)",
        "PRAGMA user_version = 2000",
    ),
    "statistics-compute": _statistics(f"stat AS ({_LONG})", "('runs', 'runs_by_time')"),
    "statistics-compute-much": _statistics(
        "stat AS (" + " + ".join(["instr(zeroblob(15000), zeroblob(7500) || x'01')"] * 300) + ")", "(1, 2), (3, 4)"
    ),
    "sequence-computes": _do(
        "CREATE TABLE mine (a INTEGER PRIMARY KEY AUTOINCREMENT)",
        "INSERT INTO sqlite_sequence VALUES ('mine', 1)",
        "PRAGMA writable_schema = ON",
        f"UPDATE sqlite_schema SET sql = {_quoted(f'CREATE TABLE sqlite_sequence(name, seq AS ({_LONG}))')}"
        " WHERE name = 'sqlite_sequence'",
    ),
    "statistics-garbage": _do(
        "ANALYZE",
        "UPDATE sqlite_stat1 SET stat = iif(rowid % 2, x'ff00', '0 0 noskipscan')",
        "INSERT INTO sqlite_stat1 VALUES ('runs', 'runs', '9223372036854775807 0'), (NULL, 7, ''), ('no', 'no', 'no')",
    ),
    "search-index-replaced": _do("DROP TABLE run_search", "CREATE VIEW run_search AS SELECT 1 AS text, 2 AS facts"),
    "search-index-format": _do("UPDATE run_search_config SET v = 9 WHERE k = 'version'"),
    "search-documents-end": _do(
        "UPDATE run_docs SET id = 9223372036854775807 WHERE id = (SELECT max(id) FROM run_docs)"
    ),
    "newer-search-index": _schema(
        "DELETE FROM sqlite_schema WHERE name = 'run_search_idx'", "PRAGMA user_version = 2000"
    ),
    "search-index-emptied": _do("INSERT INTO run_search (run_search) VALUES ('delete-all')"),
}


def _sizes(megabytes: int, views: int) -> dict[str, Change]:
    letters = megabytes * MB
    return {
        "create-many": _many_views(views),
        "size-answer": _set("outputs", "text", f"printf('%.*c', {letters}, 'x')", "id = 3"),
        "size-draft": _set("drafts", "body", f"printf('%.*c', {letters}, '[')"),
        "size-content": _set("contents", "body", f"printf('%.*c', {letters}, 'x')", "id = 2"),
        "size-note": _set("runs", "note", f"printf('%.*c', {letters}, 'x')", "id = 2"),
        "size-blob": _do(f"INSERT INTO blobs VALUES ('{'0' * 64}', 'image/png', zeroblob({letters}))"),
    }


SIZES, SIZES_SMALL = _sizes(300, 100_000), _sizes(68, 2_000)
LANES: dict[str, Change] = {
    "draft-lanes": _draft({"content": {}, "values": {}, "lanes": [{**_LANE, "slot": str(n)} for n in range(100_000)]}),
    "nested-draft": _draft(_NESTED),
    "nested-content": _content(_NESTED),
    "nested-params": _params('{"extra": ' + _NESTED + "}"),
    "nested-values": _set("value_bodies", "body", f"'{_NESTED}'"),
    "nested-marks": _set("outputs", "marks", f"'{_NESTED}'"),
}
JSON: dict[str, Change] = {
    "draft-text": _draft("just words"),
    "draft-null": _draft("null"),
    "draft-list": _draft("[]"),
    "draft-types": _draft({"content": {"messages": 7}, "values": [], "lanes": "many", "based_on": "two"}),
    "draft-slots": _draft({"content": {}, "values": {}, "lanes": [_LANE, _LANE]}),
    "draft-huge-numbers": _draft(
        '{"content": {"format": 1, "messages": []}, "values": {}, "based_on": %s, "lanes": [{"slot": "A", "endpoint":'
        ' "echo", "model": "echo", "pinned": %s, "params": {"temperature": %s, "seed": %s}}]}' % (("9" * 4000,) * 4)
    ),
    "draft-bytes": _set("drafts", "body", "CAST(x'22ff22' AS TEXT)"),
    "content-garbage": _content("{"),
    "content-types": _content('{"format": 1, "messages": [7]}'),
    "content-newer": _content('{"format": 99, "messages": [{"role": "user", "text": "x"}]}'),
    "params-garbage": _params("{"),
    "params-types": _params('{"temperature": "hot", "stop": 7}'),
    "params-newer": _params('{"temperature": 1, "mood": "kind"}'),
    "marks-garbage": _set("outputs", "marks", "'{'"),
    "marks-types": _set("outputs", "marks", "'[[1], 7, null, {\"kind\": 7}]'"),
    "values-garbage": _set("value_bodies", "body", "'{'"),
    "values-types": _set("value_bodies", "body", '\'{"order": {"a": [1]}}\''),
    "steps-garbage": _set("steps", "body", "'['"),
    "steps-types": _set("steps", "body", "'{\"text\": 7}'"),
    "responses-garbage": _set("responses", "body", "'{'"),
    "requests-types": _set("bodies", "body", "'[7]'"),
    "cases-garbage": _set("cases", "checks", "'{'"),
    "meta-garbage": _do("INSERT OR REPLACE INTO meta VALUES ('care', '['), ('last_prompt', 'nobody'), ('limits', '{')"),
    "partials-garbage": _do(
        "UPDATE outputs SET state = 'streaming' WHERE id = 4",
        "INSERT INTO in_flight VALUES (2, 4, 'gone', '')",
        "INSERT INTO partials VALUES (4, 'tool_call', 0, '{'), (4, 'rounds', -7, '[7]'), (4, 'text', -5, 'x')",
    ),
}
VALUES: dict[str, Change] = {
    **{
        f"time-{name}-{table}": _set(table, column, f"'{value}'")
        for table, column in (
            *(("prompts", "updated_at"), ("runs", "started_at"), ("versions", "created_at"), ("outputs", "ended_at")),
            *(("verdicts", "created_at"), ("drafts", "saved_at"), ("run_rows", "started_at")),
        )
        for name, value in (("word", "yesterday"), ("empty", ""), ("late", "9999-12-31T23:59:59.999Z"))
    },
    "kind-run": _set("runs", "kind", "'dance'"),
    "kind-verdict": _set("verdicts", "kind", "'maybe'"),
    "kind-step": _set("steps", "kind", "'thought'"),
    "kind-endpoint": _set("endpoints", "kind", "'cloud'"),
    "kind-row-verdict": _set("runs", "verdict", "'maybe'"),
    "state-output": _set("outputs", "state", "'asleep'"),
    "tokens-high": _set("outputs", "input_tokens", "9223372036854775807"),
    "tokens-low": _set("outputs", "output_tokens", "-9223372036854775808"),
    "tokens-row": _set("run_rows", "tokens", "-9223372036854775808"),
    "cost-infinite": _set("outputs", "cost_usd", "9e999"),
    "cost-row": _set("run_rows", "cost_usd", "9e999"),
    "cost-negative": _set("outputs", "cost_usd", "-1e300"),
    "latency-negative": _set("outputs", "duration_ms", "-5"),
    "latency-high": _set("outputs", "duration_ms", "9223372036854775807"),
    "latency-row": _set("run_rows", "longest_ms", "-9223372036854775808"),
    "timing-negative": _set("outputs", "first_ms", "-9223372036854775808"),
    "version-own-parent": _set("versions", "parent_id", "id"),
    "version-circle": _set("versions", "parent_id", "3 - id"),
    "verdict-own-past": _set("verdicts", "supersedes_id", "id"),
    "number-low": _set("runs", "number", "-9223372036854775808 + id"),
    "position-high": _set("run_beside", "place", "9223372036854775807"),
    "samples-high": _set("outputs", "sample", "9223372036854775807 - id"),
    "endpoint-address": _do("UPDATE endpoints SET base_url = 'http://[broken', headers = '{', secret_headers = '[7]'"),
    "endpoint-known-uid": _do(
        "INSERT INTO endpoints (uid, kind, name, base_url, updated_at) VALUES"
        " ('litellm', 'litellm', 'LiteLLM', 'http://127.0.0.1:9/steal', '2026-11-24T13:20:05.123Z')"
    ),
    "endpoint-litellm-elsewhere": _do("UPDATE endpoints SET kind = 'litellm', base_url = 'http://127.0.0.1:9/steal'"),
    "owner-path": _do(
        "UPDATE runs SET owner_uid = '../../../tmp/x'",
        "UPDATE outputs SET state = 'waiting' WHERE id = 4",
        "INSERT INTO in_flight VALUES (2, 4, '../../../tmp/x', '')",
    ),
    "price-zero": _do("UPDATE prices SET input = 0, output = 0"),
    "price-infinite": _do("UPDATE prices SET input = 9e999, output = -1"),
    **{
        f"type-{table}-{column}": _raw(table, column, value)
        for table, column, value in (
            *(
                ("runs", "note", "7"),
                ("runs", "started_at", "x'ff'"),
                ("runs", "number", "'many' || id"),
                ("runs", "winner", "7"),
            ),
            *(("prompts", "name", "x'ff'"), ("prompts", "uid", "NULL"), ("prompts", "iterations", "'x'")),
            *(("outputs", "text", "7"), ("outputs", "state", "7"), ("outputs", "cost_usd", "'much'")),
            *(("outputs", "input_tokens", "'many'"), ("outputs", "marks", "7"), ("lanes", "model", "NULL")),
            *(("lanes", "position", "position || 'x'"), ("contents", "body", "7"), ("drafts", "body", "NULL")),
            *(
                ("tags", "name", "7"),
                ("versions", "number", "'x' || id"),
                ("meta", "value", "7"),
                ("value_bodies", "body", "7"),
            ),
        )
    },
    "lanes-same-slot": _do("UPDATE lanes SET slot = 'A'"),
    "flags": _do(
        "UPDATE runs SET archived = -1, starred = 77, blind = -9 WHERE id = 1", "UPDATE prompts SET archived = 64"
    ),
}
SCHEMA: dict[str, Change] = {
    "table-missing": _do("PRAGMA foreign_keys = OFF", "DROP TABLE verdict_outputs"),
    "tables-missing": _do(
        "PRAGMA foreign_keys = OFF", *(f"DROP TABLE {name}" for name in ("drafts", "meta", "run_rows", "unindexed"))
    ),
    "create-broken": _schema("UPDATE sqlite_schema SET sql = 'CREATE TABLE runs (' WHERE name = 'runs'"),
    "create-long": _do(f"CREATE TABLE mine (a /* {'x' * 900_000} */)"),
    "tables-in-one-place": _schema(
        "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'outputs')"
        " WHERE name = 'run_search_data'"
    ),
    "create-bytes": _schema("UPDATE sqlite_schema SET sql = CAST(x'435245415445ff' AS TEXT) WHERE name = 'runs'"),
    "name-bytes": _schema("UPDATE sqlite_schema SET name = CAST(x'72ff6e73' AS TEXT) WHERE name = 'runs'"),
    **{
        f"version-{name}": _do(f"PRAGMA user_version = {value}")
        for name, value in (
            *(
                ("1", 1),
                ("1000", 1000),
                ("1002", 1002),
                ("1003", 1003),
                ("1999", 1999),
                ("2000", 2000),
                ("low", -5),
                ("high", 2**31 - 1),
            ),
        )
    },
}
TEXTS: dict[str, Change] = {
    f"text-{table}-{column}": _said(table, column)
    for table, column in (
        *(("prompts", "name"), ("runs", "note"), ("runs", "summary"), ("runs", "winner"), ("outputs", "text")),
        *(("outputs", "model"), ("lanes", "label"), ("lanes", "model"), ("tags", "name"), ("versions", "note")),
    )
}


def _flipped(seed: int, bytes_: int) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        flip(path, seed, bytes_)

    return change


def flip(path: Path, seed: int, count: int, within: slice = slice(None)) -> None:
    """Flip one bit in each of `count` random bytes of a file, or of its part `within`."""
    rng = random.Random(seed)
    body = bytearray(path.read_bytes())
    places = range(len(body))[within]
    for _ in range(count):
        body[rng.choice(places)] ^= 1 << rng.randrange(8)
    path.write_bytes(body)


def _format(path: Path) -> None:
    """Set a schema format in the header that no SQLite supports."""
    body = bytearray(path.read_bytes())
    body[44:48] = (9).to_bytes(4)
    path.write_bytes(body)


def _signed(path: Path) -> None:
    path.unlink()
    with _changing(path) as connection:
        connection.execute(f"PRAGMA application_id = {0x50574248}")


def journal_naming(path: Path, victim: Path) -> None:
    """Write a hot journal beside a database that rolls one page back and then makes SQLite delete `victim`."""
    size, number, nonce = 4096, 2, 7
    page = path.read_bytes()[(number - 1) * size : number * size]
    checksum = (nonce + sum(page[at] for at in range(size - 200, 0, -200))) & 0xFFFFFFFF
    magic, name = bytes.fromhex("d9d505f920a163d7"), os.fsencode(victim)
    head = magic + struct.pack(">5I", 1, nonce, path.stat().st_size // size, 512, size)
    record = struct.pack(">I", number) + page + struct.pack(">I", checksum)
    super_journal = struct.pack(">I", (1 << 30) // size + 1) + name + struct.pack(">2I", len(name), sum(name)) + magic
    Path(f"{path}-journal").write_bytes(head.ljust(512, b"\0") + record + super_journal)


def _instead(make_it: Callable[[Path], object]) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        path.unlink()
        make_it(path)

    return change


FILES: dict[str, Callable[[Path], None]] = {
    "file-other": lambda path: _ignore(path.write_text("just some words\n" * 100)),
    "file-zeros": lambda path: _ignore(path.write_bytes(bytes(65_536))),
    "file-header": lambda path: _ignore(path.write_bytes(path.read_bytes()[:100])),
    "file-first-page": lambda path: _ignore(path.write_bytes(path.read_bytes()[:4096])),
    "file-truncated": lambda path: os.truncate(path, path.stat().st_size * 2 // 3),
    "file-only-signed": _signed,
    "file-fifo": _instead(lambda path: os.mkfifo(path)),
    "file-format": _format,
    "file-journal-fifo": lambda path: os.mkfifo(f"{path}-journal"),
    "file-journal-deletes": lambda path: journal_naming(path, path.with_name("somebody-needs-this")),
    "file-log-folder": lambda path: Path(f"{path}-wal").mkdir(),
    "file-link-zero": _instead(lambda path: path.symlink_to("/dev/zero")),
    "file-link-folder": _instead(lambda path: path.symlink_to(path.parent)),
    "file-link-itself": _instead(lambda path: path.symlink_to(path)),
    **{
        f"file-flips-{count}-{seed}": _flipped(seed, count)
        for count, seeds in ((1, range(10)), (5, range(10, 15)), (50, range(15, 20)), (400, range(20, 25)))
        for seed in seeds
    },
}
KINDS: dict[str, Change] = {**TRIGGERS, **VIEWS, **LANES, **JSON, **VALUES, **SCHEMA, **TEXTS}
ALL: tuple[str, ...] = (*KINDS, *SIZES, *FILES)


def _ignore(_: object) -> None:
    return None
