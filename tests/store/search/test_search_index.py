"""The search index matches the tables after changes by other programs and after failures."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests import depth
from tests.filters import parse
from tests.patience import PATIENCE_S
from tests.store.database_files import sql
from tests.store.making import FAILED, FULL_RESULT, LATER, NOW, done, lane, opened, run, text
from workbench.core.content import Content, Message
from workbench.core.runs import RunSet, Verdict
from workbench.core.search.query import SearchQuery
from workbench.store import OutputStart, RunStart, Store, StoreError
from workbench.store import writer as writer_module
from workbench.store.errors import failure
from workbench.store.records import LaneStart
from workbench.store.runs import output_endings, run_starts
from workbench.store.search import search_index
from workbench.store.search.search_index import Indexer, rebuild
from workbench.store.search.search_pages import MatchedRun
from workbench.store.search.search_rows import rows_for


def found(store: Store, words: str) -> list[str]:
    return [row.row.run_uid for row in store.searches.page(parse(words).query, str, limit=1000).rows]


def add(store: Store, name: str, answer: str, prompt: str = "a prompt", **more: object) -> None:
    store.begin_run(run(name, text(prompt), **more)).result(60)  # type: ignore[arg-type]
    store.finish_output(f"{name}.0.0", done(answer), LATER).result(60)


def with_sets(name: str, answers: list[str]) -> RunStart:
    """Return a run of one lane with a value set for each answer."""
    return RunStart(
        uid=name,
        kind="test",
        prompt_uid="p",
        owner_uid="owner",
        started_at=NOW,
        based_on=None,
        content=text("the prompt"),
        version_uid=f"{name}.version",
        sets=tuple(RunSet("", f"set {n}", (("case", f"case{n}"),)) for n in range(len(answers))),
        lanes=(
            LaneStart(f"{name}.0", lane(), 0, tuple(OutputStart(f"{name}.{n}", 0, n) for n in range(len(answers)))),
        ),
    )


def settled(store: Store) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while store.searches.behind():
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)


def indexed(path: Path) -> dict[int, list[tuple[str, str]]]:
    """Return every term of the index by document, in order."""
    connection = sqlite3.connect(path)
    connection.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, run_search, instance)")
    documents: dict[int, list[tuple[str, str]]] = {}
    for doc, column, word in connection.execute("SELECT doc, col, term FROM words ORDER BY doc, col, offset"):
        documents.setdefault(doc, []).append((column, word))
    connection.execute("INSERT INTO run_search (run_search, rank) VALUES ('integrity-check', 1)")
    connection.close()
    return documents


def made_anew(path: Path) -> dict[int, list[tuple[str, str]]]:
    """Return the index after a rebuild, which keeps positions because they are in chronological order here."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN")
    rebuild(connection)
    assert Indexer().work(connection, 10**9) is False
    connection.execute("COMMIT")
    connection.close()
    return indexed(path)


def test_run_is_searchable_once_all_its_outputs_have_ended(store: Store) -> None:
    store.begin_run(run("r", text("Wo ist es?"), lanes=(lane("A"), lane("B")), note="seltsam")).result(60)
    assert (found(store, "wo"), found(store, "")) == ([], ["r"])
    store.finish_output("r.0.0", done("hier"), LATER).result(60)
    assert found(store, "hier") == []
    store.finish_output("r.1.0", done("dort 模型"), LATER).result(60)
    for words in ("hier dort wo seltsam 123abcdefg", "模型", "-x kind:iteration"):
        assert found(store, words) == ["r"], words
    assert store.searches.behind() == 0


def test_run_is_reindexed_when_its_retry_ends(store: Store) -> None:
    store.begin_run(run("r", text("x"))).result(60)
    store.finish_output("r.0.0", FAILED, LATER).result(60)
    assert (found(store, "error:yes"), found(store, "half")) == (["r"], ["r"])
    store.add_attempt("r.0.0", "again", LATER).result(60)
    assert found(store, "error:rate_limit") == ["r"]
    store.finish_output("again", done("fine at last"), LATER).result(60)
    assert (found(store, "error:yes"), found(store, "error:no fine"), found(store, "half")) == ([], ["r"], ["r"])


def test_notes_verdicts_and_tags_added_later_are_searchable(store: Store, path: Path) -> None:
    add(store, "r", "answer")
    store.set_note("r", "brilliant").result(60)
    assert found(store, "brilliant winner:no") == ["r"]
    store.mark("r", "v", Verdict("winner", (0,)), ("r.0.0",), LATER).result(60)
    assert (found(store, "winner:yes"), found(store, "winner:no")) == (["r"], [])
    store.set_version_note("r.version", "turning").result(60)
    assert found(store, "turning brilliant") == ["r"]
    sql(
        path,
        "INSERT INTO tags (name) VALUES ('Keep this')",
        "INSERT INTO run_tags SELECT runs.id, tags.id FROM runs, tags",
        "UPDATE runs SET starred = 1",
    )
    store.set_note("r", "").result(60)
    assert found(store, 'tag:keep is:starred tag:"keep this"') == ["r"]
    assert store.searches.known()["tag"] == ("Keep this",)
    sql(path, "DELETE FROM tags", "UPDATE runs SET archived = 1")
    assert found(store, "") == []
    store.set_note("r", "put away").result(60)
    assert (found(store, "tag:keep"), found(store, "away"), found(store, "away is:archived")) == ([], [], ["r"])


def test_changes_and_deletions_by_other_programs_are_indexed(store: Store, path: Path) -> None:
    add(store, "r1", "first")
    add(store, "r2", "second")
    sql(path, "UPDATE outputs SET text = 'rewritten' WHERE uid = 'r1.0.0'")
    store.set_meta("any", "change").result(60)
    assert (found(store, "first"), found(store, "rewritten")) == ([], ["r1"])
    sql(path, "PRAGMA foreign_keys = ON", "DELETE FROM runs WHERE uid = 'r1'")
    assert (found(store, "rewritten"), found(store, "second"), found(store, "")) == ([], ["r2"], ["r2"])
    add(store, "r3", "third")
    assert found(store, "prompt") == ["r3", "r2"]
    sql(path, "PRAGMA foreign_keys = ON", "DELETE FROM prompts")
    assert (found(store, ""), found(store, "prompt")) == ([], [])
    counts = "SELECT (SELECT count(*) FROM run_rows), (SELECT count(*) FROM run_docs), (SELECT count(*) FROM unindexed)"
    assert sql(path, counts) == [(0, 0, 0)]
    assert indexed(path) == {}


def test_run_with_many_value_sets_is_indexed_in_parts(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "_SMALL", 40)
    monkeypatch.setattr(writer_module, "_LARGE", 60)
    store = opened(path)
    store.create_prompt("p", "P", NOW)
    answers = [f"answer number {n}" for n in range(30)]
    store.begin_run(with_sets("r", answers)).result(60)
    ends = [store.finish_output(f"r.{n}", done(answer), LATER) for n, answer in enumerate(answers)]
    ends[-1].result(60)
    settled(store)
    for n in (0, 13, 29):
        (row,) = store.searches.page(parse(f"number {n} case{n}").query, str).rows
        assert (row.value_sets, [hit.output_uid for hit in row.hits if hit.part == "answer"]) == (30, [f"r.{n}"])
    assert found(store, "case1 2") == []
    store.close()
    assert len(indexed(path)) == 30


@pytest.mark.parametrize("is_here", [True, False], ids=["by this connection", "by another process"])
@pytest.mark.parametrize("after", [1, 3, 5])
def test_change_while_a_run_is_indexed_in_pieces_is_found(store: Store, path: Path, after: int, is_here: bool) -> None:
    answers = [f"answer{n}" for n in range(6)]
    store.begin_run(with_sets("t", answers))
    for n, answer in enumerate(answers):
        store.finish_output(f"t.{n}", done(answer), LATER).result(60)
    store.close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN")
    rebuild(connection)
    connection.execute("COMMIT")
    indexer = Indexer()
    for piece in range(100):
        if piece == after:
            changing = connection if is_here else sqlite3.connect(path, isolation_level=None)
            changing.execute("UPDATE outputs SET starred = 1, cost_usd = 0.5 WHERE value_set = 2")
        connection.execute("BEGIN")
        more = indexer.work(connection, 1)
        connection.execute("COMMIT")
        if not more:
            break
    assert connection.execute("SELECT cost_usd FROM run_rows").fetchall() == [(0.5,)]
    connection.close()
    assert indexed(path) == made_anew(path)


def test_unindexed_runs_are_indexed_at_the_next_start(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Indexer, "due", lambda *_: False)
        store = opened(path)
        store.create_prompt("p", "P", NOW)
        add(store, "r", "forgotten")
        assert (found(store, "forgotten"), store.searches.behind()) == ([], 1)
        assert store.searches.page(parse("x").query, str).behind == 1
        store.close()
    store = opened(path)
    settled(store)
    assert found(store, "forgotten") == ["r"]
    store.close()


def test_damaged_index_is_rebuilt(path: Path) -> None:
    store = opened(path)
    store.create_prompt("p", "P", NOW)
    add(store, "r1", "first words")
    store.close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE run_search_data SET block = zeroblob(40)")
    connection.commit()
    connection.close()
    store = opened(path)
    add(store, "r2", "second words")
    settled(store)
    assert store.searches.trouble is None
    assert found(store, "words") == ["r2", "r1"]
    store.close()
    assert len(indexed(path)) == 2


def test_indexing_failure_loses_no_answer_and_is_retried(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bool:
        raise failure("full")

    monkeypatch.setattr(Indexer, "work", broken)
    add(store, "r", "kept")
    assert store.iteration_detail("r").outputs[0].result.text == "kept"
    assert "disk is full" in str(store.searches.trouble)
    assert (store.searches.behind(), found(store, "kept")) == (1, [])
    monkeypatch.undo()
    store.set_note("r", "n").result(60)
    assert (store.searches.trouble, found(store, "kept")) == (None, ["r"])


def test_rolled_back_change_leaves_no_cached_prompt_text(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its keys are given to the next one, which was indexed with the words of a prompt that is nowhere."""
    index = Indexer.work

    def full(self: Indexer, connection: sqlite3.Connection, characters: int) -> bool:
        index(self, connection, characters)
        raise failure("full")

    tries: list[int] = []

    def once(connection: sqlite3.Connection) -> None:
        tries.append(1)
        if len(tries) > 1:
            raise failure("full")
        run_starts.begin_run(connection, run("lost", text("nowhere")))
        output_endings.finish_output(connection, "lost.0.0", done("x"), LATER)

    monkeypatch.setattr(Indexer, "work", full)
    with pytest.raises(StoreError, match="disk is full"):
        store._write(once).result(60)
    monkeypatch.undo()
    add(store, "r", "answer", prompt="somewhere")
    assert (found(store, "nowhere"), found(store, "somewhere")) == ([], ["r"])


def test_rebuilding_the_index_orders_runs_by_time(store: Store, path: Path) -> None:
    for n, day in enumerate((5, 3, 4)):
        add(store, f"r{day}", "words", at=f"2026-11-0{day}T00:00:00.000Z", prompt=f"prompt {n}")
    assert found(store, "") == found(store, "words") == ["r4", "r3", "r5"]
    store.searches.rebuild().result(60)
    settled(store)
    assert found(store, "") == found(store, "words") == ["r5", "r4", "r3"]


def test_unreadable_texts_are_searched_as_stored(store: Store, path: Path) -> None:
    add(store, "r", "x")
    sql(
        path,
        'UPDATE contents SET body = \'{"format":9,"odd":"strangeness"}\'',
        "UPDATE value_bodies SET body = 'no json'",
    )
    store.searches.rebuild().result(60)
    settled(store)
    assert found(store, "strangeness json") == ["r"]


def test_every_part_of_a_prompt_is_searchable(store: Store) -> None:
    from workbench.core.blocks import Example, Tool

    content = Content(
        (Message("system", "alpha"), Message("user", "beta gamma")),
        examples=(Example("delta", "epsilon"),),
        tools=(Tool("zeta_tool", "eta", "{}", "theta"),),
    )
    store.begin_run(run("r", content)).result(60)
    store.finish_output("r.0.0", done("iota"), LATER).result(60)
    assert found(store, "alpha beta delta epsilon zeta eta theta iota") == ["r"]
    assert found(store, '"alpha beta"') == found(store, '"gamma iota"') == []


CHANGES = st.lists(
    st.tuples(st.sampled_from(["run", "note", "mark", "retry", "delete", "star", "version"]), st.integers(0, 5)),
    min_size=3,
    max_size=14,
)


@given(CHANGES)
@depth.examples(20, 1000, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_incremental_index_equals_a_rebuilt_one(tmp_path: Path, changes: list[tuple[str, int]]) -> None:
    path = tmp_path / f"{time.monotonic_ns()}.db"
    store = opened(path)
    store.create_prompt("p", "P", NOW)
    _apply(store, path, changes)
    store.set_meta("any", "change").result(60)
    settled(store)
    store.close()
    assert indexed(path) == made_anew(path)


def _apply(store: Store, path: Path, changes: list[tuple[str, int]]) -> None:
    words: Iterator[str] = iter(f"word{n} 漢{chr(0x4E00 + n)}" for n in range(1000))
    names: list[str] = []
    does: dict[str, Callable[[str], object]] = {
        "note": lambda name: store.set_note(name, next(words)).result(60),
        "mark": lambda name: store.mark(
            name, next(words), Verdict("tie"), (f"{name}.0.0", f"{name}.1.0"), LATER
        ).result(60),
        "star": lambda name: sql(path, f"UPDATE runs SET starred = 1 - starred WHERE uid = '{name}'"),
        "version": lambda name: store.set_version_note(f"{name}.version", next(words)).result(60),
    }
    for change, which in changes:
        if change == "run" or not names:
            name = f"r{len(names)}-{next(words).split()[0]}"
            at = f"2026-11-24T13:{len(names):02}:00.000Z"
            store.begin_run(run(name, text(next(words)), lanes=(lane("A"), lane("B")), at=at)).result(60)
            store.finish_output(f"{name}.0.0", FULL_RESULT, LATER)
            store.finish_output(f"{name}.1.0", done(next(words)), LATER).result(60)
            names.append(name)
            continue
        name = names[which % len(names)]
        if change == "retry":
            again = f"again-{next(words).split()[0]}"
            store.add_attempt(f"{name}.1.0", again, LATER)
            store.finish_output(again, FAILED, LATER).result(60)
        elif change == "delete":
            if name == names[-1]:
                sql(path, "PRAGMA foreign_keys = ON", f"DELETE FROM runs WHERE uid = '{name}'")
                names.pop()
        else:
            does[change](name)


def test_running_runs_are_not_due_for_indexing(store: Store) -> None:
    store.begin_run(run("r", text("x"))).result(60)
    with store._readers.use() as connection:
        assert search_index.behind(connection, 10) == 0
        assert Indexer().due(connection) is False


def test_run_totals_survive_a_rebuild_and_missing_ones_are_flagged(store: Store, path: Path) -> None:
    """Imports order all places anew; their rows are not counted, and everybody else's are."""
    store.begin_run(run("old", text("x"))).result(60)
    store.finish_output("old.0.0", FULL_RESULT, LATER).result(60)
    settled(store)
    store.close()
    with sqlite3.connect(path) as connection:
        before = connection.execute("SELECT * FROM run_rows").fetchall()
        connection.execute("BEGIN")
        rebuild(connection)
        assert connection.execute("SELECT count(*) FROM unindexed").fetchone() == (1,)
        assert connection.execute("SELECT * FROM run_rows").fetchall() == before
        connection.execute("UPDATE run_rows SET cost_usd = NULL, answers = 0")
        (row,) = rows_for(connection, [MatchedRun(before[0][0])], SearchQuery())
        assert (row.cost_usd, row.is_uncounted) == (None, True)
        connection.execute("DELETE FROM unindexed")
        (row,) = rows_for(connection, [MatchedRun(before[0][0])], SearchQuery())
        assert not row.is_uncounted
    connection.close()
