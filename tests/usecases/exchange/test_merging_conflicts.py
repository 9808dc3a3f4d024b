"""Merging histories that know the same things differently: versions, marks, numbers, verdicts, answers."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from tests.store.making import FULL_RESULT, LATER, NOW, done, lane, run, text
from tests.store.schema.old_histories import healthy
from tests.usecases.exchange.llm_making import old_log
from tests.usecases.exchange.merge_making import Make, everything, fill, make, query, sound
from tests.usecases.exchange.test_llm import take
from workbench.core.drafts import Draft
from workbench.core.runs import Verdict
from workbench.core.technique_marks import TechniqueMark
from workbench.host.ids import new_uid
from workbench.store import open_store
from workbench.store.maintenance.history_purge import PurgeTargets
from workbench.store.records import PartialText
from workbench.usecases.exchange.importer import sentence

__all__ = ["make"]


def test_folder_is_kept_where_there_is_one_and_tags_are_joined(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    for store in (mine, theirs):
        for uid in ("p", "q"):
            store.create_prompt(uid, f"Bot {uid}", NOW)
    theirs.create_prompt("new", "New bot", NOW)
    mine.curation.organise_prompt("p", "Mine", ("a", "b")).result(60)
    for uid in ("p", "q", "new"):
        theirs.curation.organise_prompt(uid, "Theirs", ("b", "c")).result(60)
    take(mine, theirs.path)
    assert {row.uid: (row.folder, row.tags) for row in mine.prompts()} == {
        "p": ("Mine", ("a", "b", "c")),
        "q": ("Theirs", ("b", "c")),
        "new": ("Theirs", ("b", "c")),
    }


def test_versions_with_equal_text_are_joined_and_renumbered(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    for store in (mine, theirs):
        store.create_prompt("p", "Order bot", NOW)
    mine.begin_run(run("m1", text("mine")))
    mine.begin_run(run("m2", text("both"), based_on=1)).result(60)
    theirs.begin_run(run("t1", text("both")))
    theirs.begin_run(run("t2", text("theirs"), based_on=1))
    theirs.save_draft("p", Draft(text("typed"), (), (lane("A", pinned=2),), 1), NOW).result(60)
    take(mine, theirs.path)
    assert [(v.number, v.parent, v.content.messages[0].text) for v in mine.versions("p")] == [
        (1, None, "mine"),
        (2, 1, "both"),
        (3, 2, "theirs"),
    ]
    assert {row.run_uid: (row.number, row.version) for row in mine.iterations("p")} == {
        **{"m1": (1, 1), "m2": (2, 2)},
        **{"t1": (3, 2), "t2": (4, 3)},
    }
    assert [(row.name, row.iterations) for row in mine.prompts()] == [("Order bot", 4)]
    # The draft refers to versions by number, and numbers differ between histories.
    assert mine.draft("p") == Draft(text("typed"), (), (lane("A", pinned=3),), 2)
    assert theirs.draft("p") == Draft(text("typed"), (), (lane("A", pinned=2),), 1)


def test_manual_technique_marks_override_inserted_ones(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    for store in (mine, theirs):
        store.create_prompt("p", "Order bot", NOW)
        inserted = (TechniqueMark("role", "Role", "You are kind."), TechniqueMark("tone", "Tone", "Be brief."))
        store.begin_run(replace(run("r" + store.path.stem, text("You are kind. Be brief.")), techniques=inserted))
    theirs.techniques.say("p", 1, "role", "Role", used=False)
    theirs.techniques.say("p", 1, "steps", "Steps", used=True).result(60)
    mine.techniques.say("p", 1, "tone", "Tone", used=False).result(60)
    take(mine, theirs.path)
    take(theirs, mine.path)
    for store in (mine, theirs):
        [version] = store.techniques.of("p", [1])
        assert {mark.key: (mark.used, mark.brought) for mark in version.marks} == {
            **{"role": (False, ""), "tone": (False, ""), "steps": (True, "")}
        }


def test_numbers_of_purged_runs_are_not_reused(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    for store in (mine, theirs):
        store.create_prompt("p", "Order bot", NOW)
    mine.begin_run(run("kept", text("kept")))
    mine.finish_output("kept.0.0", done("a"), LATER)
    mine.begin_run(run("gone", text("gone"), based_on=1))
    mine.finish_output("gone.0.0", done("b"), LATER).result(60)
    theirs.begin_run(run("came", text("theirs")))
    theirs.finish_output("came.0.0", done("c"), LATER).result(60)
    mine.deleting.purge(PurgeTargets(runs=("gone",)), LATER, new_uid)
    take(mine, theirs.path)
    assert {row.run_uid: (row.number, row.version) for row in mine.iterations("p")} == {
        **{"kept": (1, 1), "came": (3, 3)},
    }


def test_local_data_is_kept_and_foreign_data_added_by_a_merge(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    fill(mine)
    mine.close()
    theirs.close()
    shutil.copyfile(mine.path, theirs.path)
    mine, theirs = (open_store(store.path, now=NOW, uid=new_uid) for store in (mine, theirs))
    mine.rename_prompt("p", "Mine", LATER)
    mine.set_note("r1", "my note")
    mine.save_draft("p", Draft(text("mine")), LATER).result(60)
    theirs.set_note("r1", "their note")
    theirs.set_note("r2", "their second")
    theirs.curation.tag({"r1": ["theirs"]})
    theirs.curation.star(["r2"], True)
    theirs.curation.star_answers(["r1.0.0"], True)
    mine.curation.star_answers(["r2.0.0"], True)
    theirs.add_attempt("r2.0.0", "theirs.again", LATER)
    theirs.finish_output("theirs.again", done("their attempt"), LATER).result(60)
    mine.add_attempt("r2.0.0", "mine.again", LATER)
    mine.finish_output("mine.again", done("my attempt"), LATER).result(60)
    report = take(mine, theirs.path)
    assert (report.added.runs, report.added.answers, report.known) == (0, 1, 2)
    assert [row.name for row in mine.prompts()] == ["Mine"]
    assert mine.draft("p") == Draft(text("mine"))
    assert [row.note for row in mine.iterations("p")] == ["their second", "my note"]
    assert query(mine, "SELECT name FROM tags ORDER BY name") == [("launch",), ("theirs",)]
    assert query(mine, "SELECT starred FROM runs ORDER BY id") == [(0,), (1,)]
    assert query(mine, "SELECT uid FROM outputs WHERE starred = 1 ORDER BY uid") == [("r1.0.0",), ("r2.0.0",)]
    outputs = {output.uid: output.attempt for output in mine.iteration_detail("r2").outputs}
    assert outputs == {"r2.0.0": 1, "mine.again": 2, "theirs.again": 3}
    mine.close()
    theirs.close()
    healthy(mine.path)


def test_prompts_with_the_same_name_stay_separate(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    mine.create_prompt("p", "Summary", NOW).result(60)
    theirs.create_prompt("q", "Summary", NOW).result(60)
    take(mine, theirs.path)
    assert sorted((row.uid, row.name) for row in mine.prompts()) == [("p", "Summary"), ("q", "Summary")]


def test_latest_verdict_of_both_histories_counts(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    fill(mine)
    mine.close()
    theirs.close()
    shutil.copyfile(mine.path, theirs.path)
    mine, theirs = (open_store(store.path, now=NOW, uid=new_uid) for store in (mine, theirs))
    both = ("r1.0.0", "r1.again")
    theirs.mark("r1", "t1", Verdict("tie"), both, "2026-11-24T14:00:00.000Z").result(60)
    mine.mark("r1", "m1", Verdict("all_bad"), both, "2026-11-24T15:00:00.000Z")
    mine.mark("r1", "m2", Verdict("winner", (1,)), both, "2026-11-24T16:00:00.000Z").result(60)
    take(mine, theirs.path)
    take(theirs, mine.path)
    for store in (mine, theirs):
        assert store.iteration_detail("r1").verdict == Verdict("winner", (1,))
        assert store.iteration("r1").winner == "two"
        chain = query(store, "SELECT uid FROM verdicts ORDER BY id")
        assert chain == [("v1",), ("t1",), ("m1",), ("m2",)]
    assert everything(mine) == everything(theirs)
    assert query(mine, "SELECT count(*) FROM verdict_list WHERE counts") == [(2,)]
    for store in (mine, theirs):
        sound(store)


def test_answer_merged_as_interrupted_is_completed_by_a_later_merge(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    theirs.create_prompt("p", "Order bot", NOW)
    theirs.begin_run(run("r1", text("x")))
    theirs.save_partials([PartialText("r1.0.0", "text", 0, "half")]).result(60)
    take(mine, theirs.path)
    mine.curation.star_answers(["r1.0.0"], True).result(60)
    assert [(o.result.state, o.result.text) for o in mine.iteration_detail("r1").outputs] == [("interrupted", "half")]
    theirs.finish_output("r1.0.0", FULL_RESULT, LATER).result(60)
    take(mine, theirs.path)
    assert [o.result for o in mine.iteration_detail("r1").outputs] == [FULL_RESULT]
    assert query(mine, "SELECT starred FROM outputs") == [(1,)]
    assert everything(mine) == everything(theirs)
    assert mine.owners_in_flight() == set()


def test_runs_imported_by_both_are_not_duplicated(make: Make, tmp_path: Path) -> None:
    log = old_log(tmp_path / "logs.db")
    mine, theirs = make("mine"), make("theirs")
    take(mine, log)
    take(theirs, log)
    assert sentence(take(mine, theirs.path)) == "Nothing new; 7 were already here."
    later = make("later")
    take(later, theirs.path)
    assert take(later, log).known == 7
    assert everything(later) == everything(theirs)
