"""Deleting hides and can be undone; purging removes every byte, except of what others use."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.filters import parse
from tests.store.making import FULL_RESULT, LATER, NOW, done, lane, opened, run, text, uids
from workbench.core.blocks import Attachment
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.runs import AnswerStep, BesideLane, Verdict
from workbench.store import Store, StoreError
from workbench.store.maintenance import backups
from workbench.store.maintenance.history_purge import KeptVersion, PurgeExtent, PurgeTargets
from workbench.store.records import PartialText

SECRET = "zqplantedsecret"
"""In every text of the purged run; no other text has a word with this prefix."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "live").mkdir()
    store = opened(tmp_path / "live" / "history.db", busy_ms=300)
    store.create_prompt("p", "Order bot", NOW)
    yield store
    store.close()


def rows(store: Store, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(f"file:{store.path}?mode=ro", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def settled(store: Store) -> None:
    """Wait for the index: the writer indexes before it takes the next task."""
    for _ in range(1000):
        if not store.searches.behind():
            return
        store.set_meta("wait", "").result(60)


def found(store: Store, query: str = "") -> list[str]:
    settled(store)
    page = store.searches.page(parse(query).query, lambda moment: moment)
    return [row.row.run_uid for row in page.rows]


def timeline(store: Store, prompt: str = "p") -> list[str]:
    return [row.uid for row in store.timeline(prompt).rows]


def answered(store: Store, name: str, words: str = "An answer.", **given: Any) -> None:
    content = given.pop("content", text("Where is it?"))
    lanes = given.pop("lanes", (lane(),))
    store.begin_run(run(name, content, lanes=lanes, **given)).result(60)
    for position in range(len(lanes)):
        store.finish_output(f"{name}.{position}.0", done(words), LATER).result(60)


def purged(store: Store, *runs: str, prompts: tuple[str, ...] = ()) -> tuple[PurgeExtent, tuple[KeptVersion, ...]]:
    gone = store.deleting.purge(PurgeTargets(runs, prompts), LATER, uids("purge"))
    store.deleting.clean()
    sound(store)
    return gone


def sound(store: Store) -> None:
    assert store.upkeep.check() == []
    assert rows(store, "SELECT name FROM sqlite_schema WHERE name LIKE 'purging%'") == []


def traces(store: Store, word: str = SECRET) -> list[str]:
    """Return the live files that contain a word, in any case, encoded as UTF-8."""
    folder = store.path.parent
    return [file.name for file in folder.iterdir() if file.is_file() and word.encode() in file.read_bytes().lower()]


def test_deleted_runs_are_hidden_and_undelete_restores_them(store: Store) -> None:
    for name in ("r1", "r2", "r3"):
        answered(store, name, content=text(f"Text of {name}"))
    store.curation.archive(["r1"], True).result(60)
    store.curation.delete(["r1", "r2"], True).result(60)
    assert found(store) == ["r3"]
    assert found(store, "text") == ["r3"]
    assert found(store, "is:archived") == []
    assert found(store, "is:deleted") == ["r2", "r1"]
    assert found(store, "text is:deleted") == ["r2", "r1"]
    assert found(store, "-is:deleted") == ["r3"]
    assert timeline(store) == ["r3"]
    assert store.iteration_of("p", "r2") is None
    assert store.iteration_count("p") == 1
    assert store.deleting.deleted() == PurgeTargets(("r1", "r2"))
    store.curation.delete(["r1", "r2"], False).result(60)
    assert found(store) == ["r3", "r2"]
    assert found(store, "is:archived") == ["r1"]
    assert timeline(store) == ["r3", "r2", "r1"]
    assert store.iteration_count("p") == 3
    assert not store.deleting.deleted()


def test_new_iteration_does_not_reuse_the_number_of_a_deleted_one(store: Store) -> None:
    answered(store, "r1")
    answered(store, "r2")
    store.curation.delete(["r2"], True).result(60)
    answered(store, "r3")
    assert rows(store, "SELECT uid, number FROM runs ORDER BY id") == [("r1", 1), ("r2", 2), ("r3", 3)]


def test_running_run_cannot_be_deleted_or_purged(store: Store) -> None:
    answered(store, "r1")
    store.begin_run(run("r2", text("Where is it?"))).result(60)
    for refused in (
        lambda: store.curation.delete(["r1", "r2"], True).result(60),
        lambda: store.deleting.extent(PurgeTargets(("r2",))),
        lambda: purged(store, "r1", "r2"),
        lambda: purged(store, prompts=("p",)),
        lambda: store.curation.delete_prompt("p", True).result(60),
    ):
        with pytest.raises(StoreError, match="in progress") as caught:
            refused()
        assert caught.value.code == "running"
    assert timeline(store) == ["r2", "r1"]
    assert not store.deleting.is_unclean


def everywhere(store: Store, name: str) -> None:
    """Add a run with the secret in each of its texts."""
    blob = store.add_blob(f"a file that says {SECRET}blob".encode(), "text/plain").result(60)
    files = (Attachment(blob, "text/plain", f"{SECRET}file.txt"),)
    content = Content((Message("system", f"{SECRET}system"), Message("user", f"{SECRET}prompt {{order}}", files)))
    lanes = (replace(lane(model=f"vendor/{SECRET}model"), label=f"{SECRET}label"), lane("B"))
    store.begin_run(
        run(name, content, lanes=lanes, values=(("order", f"{SECRET}value"),), note=f"{SECRET}note")
    ).result(60)
    store.save_partials([PartialText(f"{name}.0.0", "text", 0, f"{SECRET}partial")]).result(60)
    result = replace(
        FULL_RESULT,
        text=f"{SECRET}answer and {SECRET}注文",
        reasoning=f"{SECRET}reasoning",
        request={"messages": [{"role": "user", "content": f"{SECRET}request"}], "model": f"{SECRET}asked"},
        response={"text": f"{SECRET}response"},
        steps=(AnswerStep("text", f"{SECRET}step"),),
    )
    store.finish_output(f"{name}.0.0", result, LATER).result(60)
    store.finish_output(f"{name}.1.0", done(f"{SECRET}other"), LATER).result(60)
    store.mark(name, f"{name}.v", Verdict("winner", (0,)), (f"{name}.0.0", f"{name}.1.0"), LATER).result(60)
    store.curation.tag({name: [f"{SECRET}tag"]}).result(60)


def test_purge_of_a_run_leaves_no_text_in_the_files(store: Store) -> None:
    answered(store, "before", content=text("Nothing of it here."))
    everywhere(store, "r")
    answered(store, "after", content=text("Nor here."))
    settled(store)
    assert traces(store)
    assert found(store, f"{SECRET}answer") == ["r"]
    extent, kept = purged(store, "r")
    assert extent == PurgeExtent(1, 2, 0, 0, 0)
    assert kept == ()
    assert traces(store) == []
    assert found(store) == ["after", "before"]
    assert found(store, "answer") == ["after", "before"]
    assert not store.deleting.is_unclean
    for table in ("bodies", "responses", "steps", "partials", "blobs", "tags"):
        assert rows(store, f"SELECT 1 FROM {table}") == []
    connection = sqlite3.connect(store.path)
    connection.execute("INSERT INTO run_search (run_search, rank) VALUES ('integrity-check', 1)")
    connection.close()


def test_purge_clears_pages_freed_earlier(store: Store) -> None:
    everywhere(store, "r")
    connection = sqlite3.connect(store.path, isolation_level=None)
    connection.execute("PRAGMA secure_delete = OFF")
    connection.execute("INSERT INTO meta VALUES ('earlier', ?)", (f"{SECRET}earlier " * 2000,))
    connection.execute("DELETE FROM meta WHERE key = 'earlier'")
    connection.close()
    assert traces(store, f"{SECRET}earlier")
    purged(store, "r")
    assert traces(store) == []


def test_purge_keeps_data_used_by_other_runs(store: Store) -> None:
    blob = store.add_blob(b"a shared file", "text/plain").result(60)
    content = Content((Message("user", "Shared text", (Attachment(blob, "text/plain", "a.txt"),)),))
    answered(store, "r1", content=content)
    answered(store, "r2", content=content)
    answered(store, "r3", content=text("pinned"), lanes=(lane(pinned=1), lane("B")))
    extent, kept = purged(store, "r1", "r2")
    assert (extent.runs, kept) == (2, ())
    assert [version.number for version in store.versions("p")] == [1, 2]
    assert store.blob(blob) == b"a shared file"
    detail = store.iteration_detail("r3")
    assert [output.result.text for output in detail.outputs] == ["An answer."] * 2
    assert detail.row.number == 3


def test_purge_keeps_numbers_and_never_reuses_them(store: Store) -> None:
    answered(store, "r1", content=text("one"))
    answered(store, "r2", content=text("two"), based_on=1)
    answered(store, "r3", content=text("three"), based_on=2)
    purged(store, "r1", "r3")
    assert rows(store, "SELECT uid, number FROM runs") == [("r2", 2)]
    answered(store, "r4", content=text("four"), based_on=2)
    assert rows(store, "SELECT uid, number FROM runs ORDER BY id") == [("r2", 2), ("r4", 4)]
    assert [(version.number, version.parent) for version in store.versions("p")] == [(2, None), (4, 2)]
    assert store.iteration_count("p") == 2


def test_children_of_a_purged_version_move_to_its_parent(store: Store) -> None:
    answered(store, "r1", content=text("one two"))
    answered(store, "r2", content=text(f"one two {SECRET}"), based_on=1)
    answered(store, "r3", content=text("one two"), based_on=2)
    answered(store, "r4", content=text("one"), based_on=2)
    assert SECRET in store.iteration("r4").summary
    purged(store, "r2")
    assert [(version.number, version.parent) for version in store.versions("p")] == [(1, None), (3, 1)]
    assert traces(store) == []
    assert store.iteration("r4").summary == ""
    assert store.iteration_detail("r4").based_on is None


def test_purge_keeps_and_reports_versions_used_by_draft_or_labels(store: Store) -> None:
    for number, name in enumerate(("r1", "r2", "r3", "r4"), start=1):
        answered(store, name, content=text(name), based_on=number - 1 or None)
    store.save_draft("p", Draft(text("new"), (), (lane(pinned=2), lane("B")), 4), LATER).result(60)
    connection = sqlite3.connect(store.path)
    connection.execute(
        "INSERT INTO labels SELECT prompt_id, 'production', id, created_at FROM versions WHERE number = 1"
    )
    connection.commit()
    connection.close()
    _, kept = purged(store, "r1", "r2", "r3", "r4")
    assert kept == (
        KeptVersion("Order bot", 1, "#1 (production)"),
        KeptVersion("Order bot", 2, "#2"),
        KeptVersion("Order bot", 4, "#4"),
    )
    assert [version.number for version in store.versions("p")] == [1, 2, 4]


def test_verdicts_that_lose_their_winner_to_a_purge_no_longer_count(store: Store) -> None:
    answered(store, "old", lanes=(lane(), lane("B")))
    beside = (BesideLane("C", "old", 1),)
    for name in ("lost", "won", "tied"):
        answered(store, name, lanes=(lane("C"), lane("D")), beside=beside)
    store.mark("lost", "v1", Verdict("winner", (0,)), ("lost.0.0", "old.0.0"), LATER).result(60)
    store.mark("lost", "v2", Verdict("winner", (), kept=("A",)), ("lost.0.0", "old.0.0"), LATER).result(60)
    store.mark("won", "v3", Verdict("winner", (1,)), ("won.0.0", "won.1.0", "old.0.0"), LATER).result(60)
    store.mark("tied", "v4", Verdict("tie", (0,), kept=("A",)), ("tied.0.0", "old.0.0"), LATER).result(60)
    store.judgements.judge("v5", "winner", ("won.0.0", "old.0.0"), "won.0.0", LATER, blind=True).result(60)
    store.judgements.judge("v6", "winner", ("won.0.0", "lost.0.0"), "won.0.0", LATER, blind=True).result(60)
    store.curation.delete(["old"], True).result(60)
    hidden = [(verdict.run, [one.uid for one in verdict.outputs]) for verdict in store.judgements.verdicts("p")]
    assert hidden == [("won", ["won.0.0", "won.1.0"]), ("", ["won.0.0", "lost.0.0"])]
    extent, _ = purged(store, "old")
    assert (extent.verdicts, extent.beside) == (3, 3)
    counting = [(verdict.run, [one.uid for one in verdict.outputs]) for verdict in store.judgements.verdicts("p")]
    assert counting == hidden
    assert [store.iteration(name).verdict for name in ("lost", "won", "tied")] == ["none", "winner", "none"]
    assert store.iteration_detail("lost").beside == ()
    assert rows(store, "SELECT uid FROM verdicts WHERE run_id IS NULL") == [("v6",)]


def test_deleting_and_undeleting_a_prompt_includes_its_runs(store: Store) -> None:
    answered(store, "r1")
    answered(store, "r2", content=text("two"))
    store.create_prompt("q", "Other", NOW).result(60)
    answered(store, "q1", prompt="q")
    store.save_draft("p", Draft(text("a draft")), LATER).result(60)
    store.curation.delete(["r1"], True).result(60)
    store.curation.delete_prompt("p", True).result(60)
    assert [row.uid for row in store.prompts()] == ["q"]
    assert store.prompts(archived=True) == []
    assert found(store) == ["q1"]
    assert store.last_prompt() == "q"
    assert store.searches.known()["prompt"] == ("Other",)
    assert store.deleting.deleted() == PurgeTargets(("r1", "r2"), ("p",))
    store.curation.delete_prompt("p", False).result(60)
    assert {row.uid: row.iterations for row in store.prompts()} == {"p": 1, "q": 1}
    assert found(store) == ["q1", "r2"]
    assert found(store, "is:deleted") == ["r1"]


def test_undeleting_a_run_undeletes_its_prompt(store: Store) -> None:
    answered(store, "r1")
    answered(store, "r2")
    store.curation.delete_prompt("p", True).result(60)
    store.curation.delete(["r2"], False).result(60)
    assert [(row.uid, row.iterations) for row in store.prompts()] == [("p", 1)]
    assert found(store) == ["r2"]


def test_purge_of_a_prompt_leaves_no_text_in_the_files(store: Store) -> None:
    store.create_prompt("q", f"{SECRET}name", NOW).result(60)
    answered(store, "q1", prompt="q", content=text(f"{SECRET}text"))
    store.save_draft("q", Draft(text(f"{SECRET}draft")), LATER).result(60)
    answered(store, "r1")
    settled(store)
    extent, _ = purged(store, prompts=("q",))
    assert (extent.runs, extent.prompts) == (1, 1)
    assert traces(store) == []
    assert found(store) == ["r1"]


def test_copies_containing_purged_or_unreadable_data_are_found_and_removed(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    answered(store, "r1")
    older = backups.make(store.path, folder, "2026-11-24T14:00:00.000Z").path
    answered(store, "r2", content=text("two"))
    newer = backups.make(store.path, folder, "2026-11-24T15:00:00.000Z").path
    upgrade = store.path.with_name("history.before-upgrade-1-from-1.2.db")
    upgrade.write_bytes(newer.read_bytes())
    assert store.deleting.copies(folder, PurgeTargets(("r2",))) == [newer, upgrade]
    assert store.deleting.copies(folder, PurgeTargets(("r1",))) == [newer, older, upgrade]
    assert store.deleting.copies(folder, PurgeTargets(("gone",))) == []
    newer.write_bytes(b"damaged")
    assert store.deleting.copies(folder, PurgeTargets(("gone",))) == [newer]
    crafted = sqlite3.connect(upgrade)
    crafted.executescript(
        "PRAGMA foreign_keys = OFF; DROP TABLE runs; CREATE VIEW runs AS"
        " WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) AS uid, 1 AS id FROM n"
    )
    crafted.close()
    assert store.deleting.copies(folder, PurgeTargets(("gone",))) == [newer, upgrade]
    store.deleting.remove_copies([newer, upgrade])
    assert sorted(path.name for path in folder.iterdir()) == [older.name]


def test_copies_left_by_moves_and_repairs_are_found_and_removed(store: Store, tmp_path: Path) -> None:
    answered(store, "r1")
    whole = backups.make(store.path, tmp_path, "2026-11-24T14:00:00.000Z").path.read_bytes()
    stem = store.path.stem
    left = [
        store.path.with_name(f"{stem}.{name}")
        for name in ("moved-1.db", "repaired-1.db", "replaced-1.db", "repaired-1.leftover.jsonl")
    ]
    for path in left:
        path.write_bytes(whole if path.name != f"{stem}.replaced-1.db" else b"damaged")
    log = store.path.with_name(f"{stem}.replaced-1.db-wal")
    log.write_bytes(b"the log of a damaged one")
    folder = tmp_path / "none"
    assert store.deleting.copies(folder, PurgeTargets(("r1",))) == left
    # Neither of these can be queried.
    assert store.deleting.copies(folder, PurgeTargets(("gone",))) == left[2:]
    store.deleting.remove_copies(left)
    assert not any(path.exists() for path in (*left, log))
    assert store.path.exists()


def test_cleaning_fails_while_another_program_reads_and_works_afterwards(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.store.maintenance.deletion._TRIES", 1)
    everywhere(store, "r")
    reader = sqlite3.connect(store.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT 1 FROM runs").fetchone()
    store.deleting.purge(PurgeTargets(("r",)), LATER, uids())
    with pytest.raises(StoreError, match="Close that program and try again"):
        store.deleting.clean()
    assert store.deleting.is_unclean
    reader.close()
    store.deleting.clean()
    assert not store.deleting.is_unclean
    assert traces(store) == []


def test_search_index_drops_purged_text_when_row_ids_are_reused(store: Store) -> None:
    answered(store, "r1", content=text("first words"))
    settled(store)
    purged(store, "r1")
    answered(store, "r2", content=text("other things"))
    assert found(store, "things") == ["r2"]
    assert found(store, "first") == []
