"""Writes a history as SQL text: `python -m tests.store.schema.freeze > tests/store/schema/schemas/v1_1.sql`.

Run once for each schema, when it is released; from then on its file is what histories of that release look like, and
is never written again. The text is made of the schema's own statements and one INSERT for each row, those of the search
index included; triggers come last, because what they did is among the rows.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.store.making import FAILED, FULL_RESULT, LATER, NOW, done, lane, opened, run, text
from workbench.core.cases import Case, Check
from workbench.core.content import Content
from workbench.core.drafts import Draft
from workbench.core.lanes import Endpoint
from workbench.core.runs import BesideLane, Step, Verdict
from workbench.store.maintenance.purging import Doomed
from workbench.store.merging.arriving import Arrival, ArrivingPrompt
from workbench.store.records import PartialCall, PartialRounds, PartialText
from workbench.store.search.facts import facts_of
from workbench.store.search.indexing import Indexer
from workbench.store.search.saved_searches import SavedSearch
from workbench.store.sqlite import sqlite3

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
            PartialRounds("r2.1.0", 0, (Step("tool_call", "{}", "now", "c1", '{"s": 1}'), Step("tool_result", "noon"))),
            PartialCall("r2.1.0", 0, "now", "c2", 0, '{"zo'),
        ],
        LATER,
    )
    store.save_endpoint(Endpoint("e", "openai", "Mine", "http://localhost/v1", (("X-Title", "t"),), ("X-Key",)), NOW)
    store.searches.saved.save(SavedSearch("s", "Cheap winners", "winner:yes cost:<0.01", NOW))
    store.techniques.say("p", 1, "role", "Give it a role", used=True)
    store.techniques.say("p", 2, "own:calm", "Calm", used=False)
    store.packs.arrive(Arrival("pack", '{"name":"Bots","prompts":[]}', "bots.promptpack", (_cases_for("p"),)), LATER)
    store.begin_run(run("purged", newer))
    store.finish_output("purged.0.0", done("never mind"), LATER)
    store.deleting.purge(Doomed(runs=("purged",)), LATER, lambda: "nobody")
    store.create_prompt("d", "Deleted", NOW)
    store.curation.delete_prompt("d", True)
    store.set_meta("last_prompt", "p").result(10)
    store.close()


def _cases_for(prompt: str) -> ArrivingPrompt:
    return ArrivingPrompt("their-prompt", prompt, "Order bot", new=False, cases=(("their-case", CASE),))


def written(path: Path) -> Iterator[str]:
    """Yield the statements that make the file again."""
    connection = sqlite3.connect(path)
    for pragma in ("application_id", "user_version"):
        yield f"PRAGMA {pragma} = {connection.execute(f'PRAGMA {pragma}').fetchone()[0]}"
    shadows = {name for (name,) in connection.execute("SELECT name FROM pragma_table_list WHERE type = 'shadow'")}
    made = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    for kind, name, sql in made:
        if name not in shadows and kind != "trigger" and not (kind == "index" and name.startswith("sqlite_")):
            yield sql
    tables = connection.execute("SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main'")
    for (table,) in sorted(tables.fetchall()):
        if table not in ("sqlite_schema", "sqlite_stat1", "sqlite_stat4"):
            yield from _rows(connection, table)
    ended = "SELECT id FROM runs WHERE id NOT IN (SELECT run_id FROM unindexed) ORDER BY id"
    for (ran,) in connection.execute(ended).fetchall():
        facts = facts_of(connection, ran)
        for key, words, _ in Indexer().documents(connection, ran):
            values = connection.execute("SELECT quote(?), quote(?)", (words, facts and facts.words)).fetchone()
            yield f"INSERT INTO run_search (rowid, text, facts) VALUES ({key}, {', '.join(values)})"
    yield from (sql for kind, _, sql in made if kind == "trigger")
    connection.close()


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    columns = [name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]
    names = ", ".join(f'"{name}"' for name in columns)
    quoted = ", ".join(f'quote("{name}")' for name in columns)
    for row in connection.execute(f'SELECT {quoted} FROM "{table}"'):
        # A lone CR would not survive editors and version control.
        values = ", ".join(row).replace("\r", "' || char(13) || '")
        yield f'INSERT INTO "{table}" ({names}) VALUES ({values})'


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "history.db")
        fill(path)
        sys.stdout.write("".join(f"{statement};\n" for statement in written(path)))


if __name__ == "__main__":
    main()
