"""Which objects of a file's schema count as the history's own, and which are ignored."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from workbench.store.errors import StoreError
from workbench.store.schema.baseline import STATEMENTS
from workbench.store.schema.format_1_3 import CHANGES, FORMAT, SCHEMA
from workbench.store.schema.format_version import OLDEST, VERSION
from workbench.store.schema.objects import objects_of
from workbench.store.schema.schema_check import check_schema
from workbench.store.schema.sql_words import CreatedObject, made_by, table_words

FORMATS = (FORMAT, *(version for version, _ in CHANGES))
_REFERS = "CREATE TABLE mine (a REFERENCES runs(id)"
_INSTR = "instr(zeroblob(60000000), zeroblob(30000000) || x'01')"


def made(version: int) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    changes = [statement for at, statements in CHANGES if at <= version for statement in statements]
    for statement in STATEMENTS if version == VERSION else (*SCHEMA, *changes):
        connection.execute(statement)
    return connection


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = made(VERSION)
    yield connection
    connection.close()


def why(connection: sqlite3.Connection, version: int = VERSION) -> str:
    with pytest.raises(StoreError) as caught:
        check_schema(connection, version)
    assert caught.value.code == "corrupt"
    assert "Repair it" in caught.value.sentence
    return caught.value.sentence


@pytest.mark.parametrize("version", FORMATS)
def test_schema_of_every_format_is_accepted_and_completely_known(version: int) -> None:
    connection = made(version)
    try:
        assert check_schema(connection, version) == ""
        objects = objects_of(version)
        assert objects is not None
        found = connection.execute(
            "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'trigger') AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        ours = {*objects.tables, *objects.virtual, *objects.shadows, *objects.triggers}
        assert {name for _, name in found} <= ours
    finally:
        connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (a, b AS (hex(a)), CHECK (a > 1))",
        "CREATE TABLE mine (a REFERENCES runs(id) ON DELETE CASCADE)",
        "CREATE TABLE mine (a TEXT DEFAULT 'x' COLLATE nocase UNIQUE REFERENCES runs(uid) ON DELETE SET DEFAULT)",
        "CREATE TRIGGER mine_goes AFTER DELETE ON mine_too BEGIN SELECT 1; END",
        "CREATE VIEW mine AS SELECT * FROM runs",
        "CREATE INDEX runs_by_note ON runs (note COLLATE NOCASE DESC, summary)",
        "CREATE VIRTUAL TABLE mine USING fts5 (a)",
        "ALTER TABLE runs ADD COLUMN mine TEXT",
        "ALTER TABLE runs ADD COLUMN mine INTEGER NOT NULL DEFAULT -1",
        "CREATE TRIGGER on_list INSTEAD OF INSERT ON run_list BEGIN SELECT 1; END",
    ],
)
def test_added_objects_and_columns_are_accepted(connection: sqlite3.Connection, statement: str) -> None:
    connection.execute("CREATE TABLE mine_too (a)")
    connection.execute(statement)
    assert check_schema(connection, VERSION) == ""


def test_index_with_an_unknown_collation_is_refused(connection: sqlite3.Connection) -> None:
    connection.create_collation("theirs", lambda a, b: (a > b) - (a < b))
    connection.execute("CREATE INDEX odd ON runs (note COLLATE theirs)")
    assert "the index “odd” computes" in why(connection)


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        ("CREATE TRIGGER helpful AFTER INSERT ON RUNS BEGIN SELECT 1; END", "trigger helpful on runs"),
        ('CREATE TRIGGER "on x" UPDATE OF note ON [runs] BEGIN SELECT 1; END', "trigger on x on runs"),
        ("CREATE TRIGGER main.inner AFTER INSERT ON run_search_data BEGIN SELECT 1; END", "inner on run_search_data"),
        (
            "CREATE TABLE mine (a REFERENCES runs(id) ON DELETE CASCADE);"
            " CREATE TRIGGER goes AFTER DELETE ON mine BEGIN SELECT 1; END",
            "goes on mine",
        ),
        ("DROP TRIGGER runs_delete", "the trigger “runs_delete” is missing"),
        ("DROP TABLE cases", "the table “cases” is missing"),
        ("DROP TABLE drafts; CREATE VIEW drafts AS SELECT 1", "“drafts” is not a table"),
        ("DROP TABLE drafts; CREATE VIRTUAL TABLE drafts USING fts5 (body)", "“drafts” is a module"),
        ("DROP TABLE drafts; CREATE TABLE drafts AS SELECT 1 AS body", "“drafts” is not created as expected"),
        ("ALTER TABLE runs ADD COLUMN mine TEXT AS (hex(zeroblob(9)))", "“runs” has an extra column with constraints"),
        ("ALTER TABLE runs ADD COLUMN mine TEXT CHECK (mine <> 'x')", "“runs” has an extra column with constraints"),
        ("ALTER TABLE runs ADD COLUMN mine INTEGER REFERENCES runs(id)", "“runs” has an extra column with constraints"),
        ("CREATE INDEX slow ON runs (length(hex(note)))", "the index “slow” computes"),
        ("CREATE INDEX some ON runs (note) WHERE note <> ''", "the index “some” computes"),
        ("CREATE UNIQUE INDEX one ON runs (note)", "the index “one” computes"),
        ("CREATE INDEX alike ON outputs (text LIKE '%a%a%b')", "the index “alike” computes"),
        ("CREATE INDEX thrice ON prompts (name || name || name)", "the index “thrice” computes"),
        ("CREATE INDEX mixed ON runs (note, summary || note DESC)", "the index “mixed” computes"),
        ("DROP TABLE run_search; CREATE TABLE run_search (text, facts)", "“run_search” is not the search index"),
        (
            f"{_REFERS} ON DELETE SET NULL, b AS (hex(a)))",
            "the table “mine”, which names rows of this history, computes",
        ),
        (f"{_REFERS} ON DELETE SET NULL CHECK (a LIKE '%b'))", "“mine”, which names rows of this history, computes"),
        (f"{_REFERS} ON DELETE SET DEFAULT DEFAULT (hex(9)))", "“mine”, which names rows of this history, computes"),
        (f"{_REFERS}); CREATE INDEX odd ON mine (hex(a))", "the index “odd” computes"),
        (f"{_REFERS}); CREATE INDEX odd ON mine (a) WHERE a LIKE '%b'", "the index “odd” computes"),
    ],
)
def test_added_triggers_computed_values_and_constraints_are_refused(
    connection: sqlite3.Connection, statements: str, words: str
) -> None:
    connection.executescript(statements)
    assert words in why(connection)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("note TEXT NOT NULL DEFAULT ''", "note TEXT NOT NULL DEFAULT (hex(zeroblob(9)))"),
        ("note TEXT NOT NULL DEFAULT ''", "note TEXT \"NOT\" NULL DEFAULT ''"),
        ("UNIQUE (prompt_id, kind, number)", "UNIQUE (prompt_id) ON CONFLICT REPLACE"),
        (") STRICT", ")"),
        (") STRICT", ") \ufeff/* */ \x00STRICT"),
        ("CREATE TABLE runs", "CREATE TABLE walks"),
        ("CREATE TABLE", "CREATE /* */ VIRTUAL TABLE"),
    ],
)
def test_altered_create_statement_is_refused(connection: sqlite3.Connection, old: str, new: str) -> None:
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = 'runs'", (old, new))
    assert "“runs”" in why(connection)


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("run_search_data", "CREATE TABLE 'run_search_data'(id INTEGER PRIMARY KEY, block AS (zeroblob(9)))"),
        ("run_search_docsize", "CREATE TABLE 'run_search_docsize'(id INTEGER PRIMARY KEY, sz BLOB)"),
        ("run_search_config", "CREATE TABLE 'run_search_config'(k PRIMARY KEY, v)"),
        ("run_search_idx", None),
    ],
)
def test_altered_shadow_tables_of_the_search_index_are_refused(
    connection: sqlite3.Connection, name: str, sql: str | None
) -> None:
    rewrite(connection, name, sql)
    assert f"the table “{name}” " in why(connection)


def test_internal_sqlite_table_with_computed_values_is_refused(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE mine (a INTEGER PRIMARY KEY AUTOINCREMENT)")
    assert check_schema(connection, VERSION) == ""
    rewrite(connection, "sqlite_sequence", f"CREATE TABLE sqlite_sequence(name, seq AS ({_INSTR}))")
    assert "“sqlite_sequence” computes" in why(connection)


def test_tables_with_the_same_root_page_are_refused(connection: sqlite3.Connection) -> None:
    """What is written to the one would rewrite the other."""
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(
        "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'outputs')"
        " WHERE name = 'run_search_data'"
    )
    assert "two tables are in the same place" in why(connection)


def test_statistics_table_with_computed_values_is_refused(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE mine (tbl, idx)")
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(
        "UPDATE sqlite_schema SET name = 'sqlite_stat1', tbl_name = 'sqlite_stat1', sql = ? WHERE name = 'mine'",
        (f"CREATE TABLE sqlite_stat1 (tbl, idx, stat AS ({_INSTR}))",),
    )
    assert "“sqlite_stat1” computes" in why(connection)


def rewrite(connection: sqlite3.Connection, name: str, sql: str | None) -> None:
    """Replace a table's statement in the schema, or remove the table from it."""
    connection.execute("PRAGMA writable_schema = ON")
    if sql is None:
        connection.execute("DELETE FROM sqlite_schema WHERE name = ?", (name,))
    else:
        connection.execute("UPDATE sqlite_schema SET sql = ? WHERE name = ?", (sql, name))


def test_comments_appended_to_any_statement_are_ignored(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(
        "UPDATE sqlite_schema SET sql = sql || ' -- mine' WHERE type IN ('table', 'index', 'trigger') AND sql <> ''"
        " AND name NOT LIKE 'run_search%'"
    )
    assert check_schema(connection, VERSION) == ""


def test_comments_within_a_statement_are_ignored(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("UPDATE sqlite_schema SET sql = replace(sql, '-- Counted', '-- Reckoned') WHERE name = 'runs'")
    assert check_schema(connection, VERSION) == ""


def test_older_and_unknown_formats_with_an_extra_trigger_are_refused(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TRIGGER later AFTER INSERT ON runs BEGIN SELECT 1; END")
    assert "later on runs" in why(connection, FORMAT)
    assert "a format that does not exist" in why(connection, 1)


@pytest.mark.parametrize("version", [1000, OLDEST - 1])
def test_a_format_that_cannot_be_upgraded_is_refused(connection: sqlite3.Connection, version: int) -> None:
    with pytest.raises(StoreError, match=r"format 1\.\d, which this release cannot upgrade\. Recover what") as caught:
        check_schema(connection, version)
    assert caught.value.code == "too_old"


@pytest.mark.parametrize("kind", ["trigger", "index", "table"])
def test_older_format_must_have_its_own_objects(kind: str) -> None:
    connection = made(FORMAT)
    changed = {
        "trigger": ("DROP TRIGGER runs_delete", "the trigger “runs_delete” is missing"),
        "index": ("DROP INDEX runs_hidden; CREATE INDEX runs_hidden ON runs (id) WHERE archived > 2", "“runs_hidden”"),
        "table": ("DROP TABLE cases", "the table “cases” is missing"),
    }
    statements, words = changed[kind]
    connection.executescript(statements)
    assert words in why(connection, FORMAT)
    connection.close()


def test_triggers_of_a_newer_minor_format_are_reported_and_accepted(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TRIGGER later AFTER INSERT ON runs BEGIN SELECT 1; END")
    assert check_schema(connection, VERSION + 1) == "later on runs"
    assert check_schema(made(VERSION), VERSION + 1) == ""


def test_newer_major_format_with_missing_tables_and_triggers_is_accepted(connection: sqlite3.Connection) -> None:
    connection.executescript("DROP TABLE prices; CREATE TRIGGER later AFTER INSERT ON runs BEGIN SELECT 1; END")
    assert check_schema(connection, 2000) == ""


@pytest.mark.parametrize(
    "statements",
    [
        "DROP TABLE drafts; CREATE VIEW drafts AS SELECT 1",
        "DROP TABLE drafts; CREATE VIEW odd AS SELECT 1; CREATE VIRTUAL TABLE drafts USING fts5 (a, content=odd)",
        "DROP TABLE run_search; CREATE VIRTUAL TABLE run_search USING fts5 (text, facts, content=outputs)",
        "DROP TABLE run_search; CREATE TABLE run_search (text, facts)",
        "DROP TABLE run_search; CREATE VIEW run_search_data AS SELECT 1",
        f"ALTER TABLE runs ADD COLUMN b INTEGER AS ({_INSTR})",
        "ALTER TABLE runs ADD COLUMN b INTEGER CHECK (b <> 1)",
    ],
)
def test_newer_major_format_with_computed_or_substituted_tables_is_refused(
    connection: sqlite3.Connection, statements: str
) -> None:
    connection.executescript(statements)
    with pytest.raises(StoreError, match="newer release") as caught:
        check_schema(connection, 2000)
    assert caught.value.code == "newer_major"


def test_create_statements_are_tokenised_like_sqlite_does() -> None:
    assert made_by("create unique index if not exists main.'x y' on [T] (a)") == CreatedObject("index", "x y", "t")
    assert made_by('CREATE TRIGGER t UPDATE OF "on" ON b BEGIN SELECT 1; END') == CreatedObject("trigger", "t", "b")
    assert made_by("CREATE -- a table\nTABLE x(a)") == CreatedObject("table", "x")
    assert made_by("SELECT 1") is None
    # U+00A0 and the Kelvin sign are letters in SQLite's names, distinct from the ASCII ones.
    assert made_by("CREATE TABLE pac\u212as(a)") == CreatedObject("table", "pac\u212as")
    assert made_by("CREATE TABLE\u00a0x(a)") is None
    # A byte order mark is white space between words and a letter within a name; nothing is read after a NUL.
    assert made_by("\ufeffCREATE \ufeff\ufeffVIEW\t\ufeffx\ufeff AS SELECT 1") == CreatedObject("view", "x\ufeff")
    assert made_by("CREATE TABLE x(a)\x00") is None
    assert table_words("CREATE TABLE x AS SELECT 1") is None
    found = table_words("CREATE TABLE x (a TEXT DEFAULT 'it''s, (', b, UNIQUE (a, b)) STRICT")
    assert found is not None
    assert [part[0] for part in found.parts] == ["a", "b", "unique"]
