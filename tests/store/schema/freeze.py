"""The history of format 1.3 for the tests of the upgrade.

It is made from two files: `v1_3_schema.sql` holds the statements of a history made by a program of format 1.3, and is
never edited. `v1_3_rows.sql` has one INSERT for each row, including those of the search index. It is written by
`python -m tests.store.schema.freeze > tests/store/schema/v1_3_rows.sql` from a history that this program fills: a row
of every kind, with the columns of 1.3. A test proves that it still writes these rows.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.store.making import FAILED, FULL_RESULT, LATER, NOW, done, lane, opened, run, text
from workbench.core.cases import Case, Check
from workbench.core.content import Content
from workbench.core.drafts import Draft
from workbench.core.lanes import Endpoint
from workbench.core.runs import AnswerStep, BesideLane, Verdict
from workbench.store.maintenance.history_purge import PurgeTargets
from workbench.store.merging.pack_import_store import ArrivingPrompt, PackArrival
from workbench.store.records import PartialCall, PartialRounds, PartialText
from workbench.store.search.fields import with_set, words_of
from workbench.store.search.index_terms import facts_of
from workbench.store.search.saved_searches import SavedSearch
from workbench.store.search.search_index import Indexer
from workbench.store.sqlite import sqlite3

SCHEMA = Path(__file__).with_name("v1_3_schema.sql")
ROWS = Path(__file__).with_name("v1_3_rows.sql")
TRIGGER = "CREATE TRIGGER"
MIGRATIONS = (
    "1.0 prompts, versions, runs, outputs, verdicts",
    "1.1 lanes beside a run",
    "1.2 one index to search runs by",
    "1.3 saved searches, origins, cases, what is deleted",
)
"""The migrations to 1.3, by their names in sqlite-utils."""
CASE = Case(
    "case",
    "Late order",
    (("order", "1"),),
    (Check("contains", value='"late"', weight=2.0), Check("made-up", negated=True, rest='{"why":[1]}')),
    0.5,
    '{"from":"desk"}',
    '{"options":{"prefix":"p"}}',
)


def fill(path: Path) -> None:
    """Make a history with a row of every kind."""
    store = opened(path)
    store.create_prompt("p", "Order bot", NOW)
    store.create_prompt("q", "Archived", NOW)
    store.archive_prompt("q", True, NOW)
    store.save_draft("p", Draft(text("typed"), (("a", "1"),), (lane("A", pinned=1), lane("B")), 2), LATER)
    store.begin_run(run("r1", text("Where is {{order}}?", "Be kind."), lanes=(lane("A", "vendor/one"), lane("B"))))
    store.finish_output("r1.0.0", FULL_RESULT, LATER)
    store.finish_output("r1.1.0", FAILED, LATER)
    store.add_attempt("r1.1.0", "r1.again", LATER)
    store.finish_output("r1.again", done("注文を確認します。"), LATER)
    store.mark("r1", "verdict-1", Verdict("winner", (1,)), ("r1.0.0", "r1.again"), LATER)
    store.mark("r1", "verdict-2", Verdict("winner", (0,), blind=True), ("r1.0.0", "r1.again"), LATER)
    newer = Content(text("礼儀正しく {{order}}").messages, "jinja", '{"later":[{"in":"a","out":"b"}]}')
    lanes, beside = (lane("A", pinned=1), lane("B")), (BesideLane("C", "r1", 2, hidden=True),)
    store.begin_run(run("r2", newer, lanes=lanes, based_on=1, note="a note", samples=2, beside=beside))
    store.save_partials(
        [
            PartialText("r2.0.0", "text", 0, "half an"),
            PartialText("r2.0.0", "reasoning", 0, "hm"),
            PartialRounds(
                "r2.1.0", 0, (AnswerStep("tool_call", "{}", "now", "c1", '{"s": 1}'), AnswerStep("tool_result", "noon"))
            ),
            PartialCall("r2.1.0", 0, "now", "c2", 0, '{"zo'),
        ]
    )
    store.curation.tag({"r2": ["good"]})
    store.save_endpoint(Endpoint("e", "openai", "Mine", "http://localhost/v1", (("X-Title", "t"),), ("X-Key",)), NOW)
    store.searches.saved.save(SavedSearch("s", "Cheap winners", "winner:yes cost:<0.01", NOW))
    store.techniques.say("p", 1, "role", "Give it a role", used=True)
    store.techniques.say("p", 2, "own:calm", "Calm", used=False)
    store.packs.arrive(
        PackArrival("pack", '{"name":"Bots","prompts":[]}', "bots.promptpack", (_cases_for("p"),)), LATER
    )
    store.begin_run(run("purged", newer))
    store.finish_output("purged.0.0", done("never mind"), LATER)
    store.deleting.purge(PurgeTargets(runs=("purged",)), LATER, lambda: "nobody")
    store.create_prompt("d", "Deleted", NOW)
    store.curation.delete_prompt("d", True)
    store.add_blob(b"\x89PNG", "image/png")
    store.set_meta("last_prompt", "p").result(60)
    store.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        # Files may contain these, although the program does not write any at present.
        connection.execute("INSERT INTO prices VALUES ('e', 'model', 1e-6, 2e-6, NULL, 'user', ?)", (NOW,))
        connection.execute("INSERT INTO labels SELECT prompt_id, 'production', id, ? FROM versions LIMIT 1", (LATER,))


def _cases_for(prompt: str) -> ArrivingPrompt:
    return ArrivingPrompt("their-prompt", prompt, "Order bot", new=False, cases=(("their-case", CASE),))


def restore(path: Path) -> None:
    """Write the history of format 1.3 to a file."""
    tables, mark, triggers = SCHEMA.read_bytes().decode().partition(TRIGGER)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        # Triggers come last, because the rows already include their effects.
        connection.executescript(f"{tables}{ROWS.read_bytes().decode()}{mark}{triggers}")
        connection.commit()


def written(path: Path) -> Iterator[str]:
    """Yield an INSERT for each row of a current history, in the tables and columns of 1.3."""
    with closing(sqlite3.connect(":memory:")) as old:
        old.executescript(SCHEMA.read_bytes().decode())
        found = "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main' ORDER BY name"
        tables = [name for (name,) in old.execute(found) if name != "sqlite_schema"]
        columns = {
            table: [name for (name,) in old.execute("SELECT name FROM pragma_table_info(?)", (table,))]
            for table in tables
        }
    with closing(sqlite3.connect(path)) as connection:
        for table in tables:
            if table == "_sqlite_migrations":
                yield from _migrations()
            else:
                yield from _rows(connection, table, columns[table])
        ended = "SELECT id FROM runs WHERE id NOT IN (SELECT run_id FROM unindexed) ORDER BY id"
        for (ran,) in connection.execute(ended).fetchall():
            facts = facts_of(connection, ran)
            for key, words, _, name in Indexer().documents(connection, ran):
                told = facts and with_set(words_of(connection, facts), name)
                values = connection.execute("SELECT quote(?), quote(?)", (words, told)).fetchone()
                yield f"INSERT INTO run_search (rowid, text, facts) VALUES ({key}, {', '.join(values)})"


def _migrations() -> Iterator[str]:
    for number, name in enumerate(MIGRATIONS, 1):
        yield (
            'INSERT INTO "_sqlite_migrations" ("id", "migration_set", "name", "applied_at")'
            f" VALUES ({number}, 'prompt-workbench', '{name}', '2026-11-24 13:20:05.123000+00:00')"
        )


def _rows(connection: sqlite3.Connection, table: str, columns: list[str]) -> Iterator[str]:
    names = ", ".join(f'"{name}"' for name in columns)
    quoted = ", ".join(f'quote("{name}")' for name in columns)
    for row in connection.execute(f'SELECT {quoted} FROM "{table}"'):
        # A lone CR would not survive editors and version control.
        values = ", ".join(row).replace("\r", "' || char(13) || '")
        yield f'INSERT INTO "{table}" ({names}) VALUES ({values})'


def frozen() -> str:
    """Return the expected content of `v1_3_rows.sql`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "history.db")
        fill(path)
        return "".join(f"{statement};\n" for statement in written(path))


def main() -> None:
    sys.stdout.write(frozen())


if __name__ == "__main__":
    main()
