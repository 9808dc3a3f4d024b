"""Merging histories: no duplicates, no losses, and no changes to existing data of the other."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests import depth
from tests.store.making import FAILED, FULL_RESULT, LATER, NOW, done, lane, run, text
from tests.store.schema.freeze import restore
from tests.store.schema.test_upgrade import FORMATS, healthy, restore_as
from tests.usecases.exchange.llm_making import old_log
from tests.usecases.exchange.test_llm import take
from workbench.core.cases import Case, Check
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import Endpoint
from workbench.core.runs import BesideLane, Verdict
from workbench.core.technique_marks import TechniqueMark
from workbench.host.ids import new_uid
from workbench.store import Store, StoreError, open_store
from workbench.store.maintenance.history_purge import PurgeTargets
from workbench.store.records import FirstVersion, PartialText, WholePrompt
from workbench.usecases.exchange.importer import Importer, ImportReport, ReadingHalt, sentence
from workbench.usecases.problems import RefusedError

Make = Callable[[str], Store]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: dict[str, Store] = {}

    def open_one(name: str) -> Store:
        if name not in made:
            made[name] = open_store(tmp_path / f"{name}.db", now=NOW, uid=new_uid)
        return made[name]

    yield open_one
    for store in made.values():
        store.close()


def query(store: Store | Path, statement: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(store if isinstance(store, Path) else store.path)
    found = connection.execute(statement).fetchall()
    connection.close()
    return found


def fill(store: Store) -> None:
    """A prompt with two iterations, a retry, verdicts, tags, a draft, a file, and lanes beside a run."""
    store.create_prompt("p", "Order bot", NOW)
    lanes = (lane("A", "one"), lane("B", "two"))
    store.begin_run(run("r1", text("Where is {{order}}?", "Be kind."), lanes=lanes, note="first"))
    store.finish_output("r1.0.0", FULL_RESULT, LATER)
    store.finish_output("r1.1.0", FAILED, LATER)
    store.add_attempt("r1.1.0", "r1.again", LATER)
    store.finish_output("r1.again", done("again"), LATER)
    store.mark("r1", "v1", Verdict("winner", (0,)), ("r1.0.0", "r1.again"), LATER)
    store.curation.tag({"r1": ["launch"]})
    beside = (BesideLane("B", "r1", 1, hidden=True),)
    store.begin_run(run("r2", text("Now where?"), lanes=lanes[:1], based_on=1, beside=beside))
    store.finish_output("r2.0.0", done("there"), LATER)
    store.save_draft("p", Draft(text("typed"), (("a", "1"),), (lane("A", pinned=1), lane("B")), 2), NOW)
    store.packs.save_cases("p", [Case("c", "Late", (("order", "7"),), (Check("contains", value='"7"'),))])
    store.techniques.say("p", 1, "role", "Role", used=True)
    store.techniques.say("p", 2, "own:mine", "Mine", used=False)
    store.save_endpoint(Endpoint("e", "openai", "Mine", "http://localhost/v1"), NOW)
    store.add_blob(b"\x89PNG\r\n\x1a\nxxxx", "image/png").result(10)


def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return the data that merged histories have in common, without keys and numbers."""
    return {
        "runs": query(store, "SELECT uid, kind, started_at, note, verdict, winner FROM runs ORDER BY uid"),
        "outputs": query(
            store,
            "SELECT outputs.uid, runs.uid, lane, value_set, sample, state, text, requests.body, cost_usd FROM outputs"
            " JOIN runs ON runs.id = run_id LEFT JOIN bodies AS requests ON requests.id = request_id ORDER BY 1",
        ),
        "steps": query(
            store, "SELECT uid, seq, kind, body FROM steps JOIN outputs ON id = output_id ORDER BY uid, seq"
        ),
        "responses": query(store, "SELECT uid, body FROM responses JOIN outputs ON id = output_id ORDER BY uid"),
        "versions": query(
            store,
            "SELECT prompts.uid, hash, versions.note FROM versions JOIN prompts ON prompts.id = prompt_id"
            " JOIN contents ON contents.id = content_id ORDER BY 1, 2",
        ),
        "values": query(
            store,
            "SELECT uid, position, run_values.name, hash FROM run_values JOIN runs ON runs.id = run_id"
            " JOIN value_bodies ON value_bodies.id = values_id ORDER BY uid, position",
        ),
        "verdicts": query(
            store,
            "SELECT verdicts.uid, verdicts.kind, runs.uid, earlier.uid FROM verdicts"
            " LEFT JOIN runs ON runs.id = verdicts.run_id"
            " LEFT JOIN verdicts AS earlier ON earlier.id = verdicts.supersedes_id ORDER BY 1",
        ),
        "judged": query(
            store,
            "SELECT verdicts.uid, outputs.uid, shown, place FROM verdict_outputs"
            " JOIN verdicts ON verdicts.id = verdict_id JOIN outputs ON outputs.id = output_id ORDER BY 1, 2",
        ),
        "cases": query(
            store,
            "SELECT prompts.uid, cases.uid, cases.name, hash, checks FROM cases JOIN prompts ON prompts.id = prompt_id"
            " JOIN value_bodies ON value_bodies.id = values_id ORDER BY 1, 2",
        ),
        "tags": query(
            store,
            "SELECT uid, name FROM run_tags JOIN runs ON runs.id = run_id JOIN tags ON tags.id = tag_id ORDER BY 1, 2",
        ),
        "beside": query(
            store,
            "SELECT runs.uid, slot, origins.uid, place FROM run_beside JOIN runs ON runs.id = run_id"
            " JOIN runs AS origins ON origins.id = from_run_id ORDER BY 1, 2",
        ),
        "techniques": query(
            store,
            "SELECT hash, technique, version_techniques.name, brought, used FROM version_techniques"
            " JOIN versions ON versions.id = version_id JOIN contents ON contents.id = content_id ORDER BY 1, 2",
        ),
        "prompts": query(store, "SELECT uid, name, iterations FROM prompts ORDER BY uid"),
        "blobs": query(store, "SELECT hash FROM blobs ORDER BY hash"),
    }


def sound(store: Store) -> None:
    store.close()
    healthy(store.path)


def test_another_history_is_merged_completely_and_only_once(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    fill(theirs)
    preview = Importer(mine, lambda: NOW).preview(theirs.path, ReadingHalt(), lambda _: None)
    assert sentence(preview, preview=True) == "New: 2 runs with 4 answers in 1 new prompt."
    assert query(mine, "SELECT count(*) FROM runs") == [(0,)]
    told: list[ImportReport] = []
    report = take(mine, theirs.path, told.append)
    assert sentence(report) == "Imported 2 runs with 4 answers in 1 new prompt."
    assert (report.kind, report.state, report.read, report.total) == ("workbench", "done", 2, 2)
    assert everything(mine) == everything(theirs)
    assert mine.iteration_detail("r1") == theirs.iteration_detail("r1")
    assert mine.iteration_detail("r2") == theirs.iteration_detail("r2")
    assert mine.draft("p") == theirs.draft("p")
    assert [version.content for version in mine.versions("p")] == [version.content for version in theirs.versions("p")]
    assert sentence(take(mine, theirs.path)) == "Nothing new; 2 were already here."
    assert everything(mine) == everything(theirs)
    sound(mine)


def sample(store: Store, name: str = "Order status bot") -> str:
    """Make a prompt in the way the samples are made; return its uid."""
    versions = (FirstVersion(new_uid(), text("short"), "first"), FirstVersion(new_uid(), text("long"), "second"))
    made = WholePrompt(new_uid(), name, versions, Draft(text("long"), (), (lane(),), 2), "sample_prompt")
    store.add_whole_prompts([made], NOW).result(10)
    return made.uid


def test_samples_of_both_histories_are_listed_once(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    own, _ = sample(mine), sample(theirs)
    mine.begin_run(run("m1", text("mine"), prompt=own)).result(10)
    seen = Importer(mine, lambda: NOW).preview(theirs.path, ReadingHalt(), lambda _: None)
    report = take(mine, theirs.path)
    assert (seen.added.prompts, report.added.prompts, report.left_out) == (0, 0, 0)
    assert [row.uid for row in mine.prompts()] == [own]


@pytest.mark.parametrize("touched", ["run", "draft", "note", "name", "case"])
def test_used_or_changed_sample_is_merged(make: Make, touched: str) -> None:
    mine, theirs = make("mine"), make("theirs")
    own = sample(mine)
    other = sample(theirs, "My bot" if touched == "name" else "Order status bot")
    if touched == "run":
        theirs.begin_run(run("t1", text("long"), prompt=other)).result(10)
    elif touched == "draft":
        theirs.save_draft(other, Draft(text("long"), (("a", "1"),), (lane(),), 2), LATER).result(10)
    elif touched == "note":
        theirs.set_version_note(theirs.versions(other)[0].uid, "mine").result(10)
    elif touched == "case":
        theirs.packs.save_cases(other, [Case("c", "Late", (), ())]).result(10)
    assert take(mine, theirs.path).added.prompts == 1
    assert {row.uid for row in mine.prompts()} == {own, other}


def test_nothing_is_written_to_the_other_file(make: Make, tmp_path: Path) -> None:
    theirs = make("theirs")
    fill(theirs)
    theirs.close()
    folder = tmp_path / "there"
    folder.mkdir()
    shutil.copyfile(theirs.path, folder / "h.db")
    before = (folder / "h.db").read_bytes()
    take(make("mine"), folder / "h.db")
    assert [path.name for path in folder.iterdir()] == ["h.db"]
    assert (folder / "h.db").read_bytes() == before


@pytest.mark.parametrize("version", FORMATS)
def test_histories_of_older_formats_are_merged(make: Make, tmp_path: Path, version: int) -> None:
    restore_as(version, tmp_path / "old.db")
    before = sorted(tmp_path.iterdir())
    mine = make("mine")
    report = take(mine, tmp_path / "old.db")
    assert (report.state, report.added.runs) == ("done", 2)
    assert query(tmp_path / "old.db", "PRAGMA user_version") == [(version,)]
    assert [(row.run_uid, row.note) for row in mine.iterations("p")] == [("r2", "a note"), ("r1", "")]
    # Running outputs are merged with the text that they had so far.
    states = [output.result.state for output in mine.iteration_detail("r2").outputs]
    assert set(states) == {"interrupted"}
    assert mine.iteration_detail("r2").outputs[0].result.text == "half an"
    mine.close()
    assert sorted(tmp_path.iterdir()) == sorted([*before, mine.path])
    healthy(mine.path)


def test_a_history_that_is_too_old_is_refused(make: Make, tmp_path: Path) -> None:
    restore(tmp_path / "old.db")
    query(tmp_path / "old.db", "PRAGMA user_version = 1002")
    with pytest.raises(StoreError, match=r"“old\.db” was not imported\. This history has format 1\.2") as refused:
        take(make("mine"), tmp_path / "old.db")
    assert refused.value.code == "too_old"
    assert f"workbench history salvage --db {tmp_path / 'old.db'} NEW.db" in refused.value.sentence


def test_a_history_of_a_newer_major_is_refused(make: Make) -> None:
    theirs = make("theirs")
    fill(theirs)
    theirs.close()
    connection = sqlite3.connect(theirs.path)
    connection.execute("PRAGMA user_version = 2000")
    connection.close()
    with pytest.raises(StoreError, match=r"written by a newer release \(format 2\.0\)"):
        take(make("mine"), theirs.path)


def test_damaged_and_own_files_are_refused(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    with pytest.raises(RefusedError, match="the history that is open"):
        take(mine, mine.path)
    fill(theirs)
    theirs.close()
    body = bytearray(theirs.path.read_bytes())
    body[20 * 4096 : 40 * 4096] = b"\xff" * (20 * 4096)
    theirs.path.write_bytes(body)
    with pytest.raises(StoreError, match=r"“theirs\.db” is damaged") as damaged:
        take(mine, theirs.path)
    assert f"workbench history salvage --db {theirs.path} NEW.db" in damaged.value.sentence
    assert query(mine, "SELECT count(*) FROM runs") == [(0,)]
    assert mine.read_only is False


@pytest.mark.parametrize("tables_are_lost", [True, False], ids=["tables", "end"])
def test_unreadable_history_is_refused_with_the_salvage_command(make: Make, tables_are_lost: bool) -> None:
    theirs = make("theirs")
    fill(theirs)
    theirs.close()
    body = bytearray(theirs.path.read_bytes())
    if tables_are_lost:
        body[100:3000] = b"\xff" * 2900
    theirs.path.write_bytes(body if tables_are_lost else body[: len(body) // 2])
    with pytest.raises(
        StoreError, match=r"“theirs\.db” is damaged\. Recover what is readable into a new file"
    ) as damaged:
        take(make("mine"), theirs.path)
    assert damaged.value.sentence.endswith(f"workbench history salvage --db {theirs.path} NEW.db")


def test_versions_with_equal_text_are_joined_and_renumbered(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    for store in (mine, theirs):
        store.create_prompt("p", "Order bot", NOW)
    mine.begin_run(run("m1", text("mine")))
    mine.begin_run(run("m2", text("both"), based_on=1)).result(10)
    theirs.begin_run(run("t1", text("both")))
    theirs.begin_run(run("t2", text("theirs"), based_on=1))
    theirs.save_draft("p", Draft(text("typed"), (), (lane("A", pinned=2),), 1), NOW).result(10)
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
    theirs.techniques.say("p", 1, "steps", "Steps", used=True).result(10)
    mine.techniques.say("p", 1, "tone", "Tone", used=False).result(10)
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
    mine.finish_output("gone.0.0", done("b"), LATER).result(10)
    theirs.begin_run(run("came", text("theirs")))
    theirs.finish_output("came.0.0", done("c"), LATER).result(10)
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
    mine.save_draft("p", Draft(text("mine")), LATER).result(10)
    theirs.set_note("r1", "their note")
    theirs.set_note("r2", "their second")
    theirs.curation.tag({"r1": ["theirs"]})
    theirs.curation.star(["r2"], True)
    theirs.curation.star_answers(["r1.0.0"], True)
    mine.curation.star_answers(["r2.0.0"], True)
    theirs.add_attempt("r2.0.0", "theirs.again", LATER)
    theirs.finish_output("theirs.again", done("their attempt"), LATER).result(10)
    mine.add_attempt("r2.0.0", "mine.again", LATER)
    mine.finish_output("mine.again", done("my attempt"), LATER).result(10)
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
    mine.create_prompt("p", "Summary", NOW).result(10)
    theirs.create_prompt("q", "Summary", NOW).result(10)
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
    theirs.mark("r1", "t1", Verdict("tie"), both, "2026-11-24T14:00:00.000Z").result(10)
    mine.mark("r1", "m1", Verdict("all_bad"), both, "2026-11-24T15:00:00.000Z")
    mine.mark("r1", "m2", Verdict("winner", (1,)), both, "2026-11-24T16:00:00.000Z").result(10)
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
    theirs.save_partials([PartialText("r1.0.0", "text", 0, "half")]).result(10)
    take(mine, theirs.path)
    mine.curation.star_answers(["r1.0.0"], True).result(10)
    assert [(o.result.state, o.result.text) for o in mine.iteration_detail("r1").outputs] == [("interrupted", "half")]
    theirs.finish_output("r1.0.0", FULL_RESULT, LATER).result(10)
    take(mine, theirs.path)
    assert [o.result for o in mine.iteration_detail("r1").outputs] == [FULL_RESULT]
    assert query(mine, "SELECT starred FROM outputs") == [(1,)]
    assert everything(mine) == everything(theirs)
    assert mine.owners_in_flight() == set()


def test_merged_endpoints_are_archived_and_not_offered(make: Make) -> None:
    """A key in the keyring goes by the identity of its endpoint, and must not follow that to another address."""
    mine, theirs = make("mine"), make("theirs")
    fill(theirs)
    take(mine, theirs.path)
    assert [endpoint.uid for endpoint in mine.endpoints()] == ["builtin", "echo", "litellm"]
    assert query(mine, "SELECT name, archived FROM endpoints") == [("Mine", 1)]


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


def test_stopped_merge_can_be_continued(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    theirs.create_prompt("p", "Order bot", NOW)
    for number in range(60):
        theirs.begin_run(run(f"r{number:02}", text("x")))
        theirs.finish_output(f"r{number:02}.0.0", done("y"), LATER)
    theirs.rename_prompt("p", "Order bot", LATER).result(10)
    halt = ReadingHalt()
    report = Importer(mine, lambda: NOW).run(theirs.path, halt, lambda report: halt.ask() if report.read else None)
    assert (report.state, report.added.runs) == ("stopped", 25)
    assert take(mine, theirs.path).added.runs == 35
    assert everything(mine) == everything(theirs)


def test_inconsistent_rows_are_left_out_and_listed(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    fill(theirs)
    theirs.begin_run(run("r3", text("good"), lanes=(lane(),)))
    theirs.finish_output("r3.0.0", done("fine"), LATER).result(10)
    theirs.close()
    connection = sqlite3.connect(theirs.path)
    connection.execute("UPDATE lanes SET params = '[' WHERE run_id = 1")
    connection.execute("UPDATE contents SET body = replace(body, 'Now', 'Yes') WHERE body LIKE '%Now where%'")
    connection.commit()
    connection.close()
    report = take(mine, theirs.path)
    # The text, both lanes, and the runs that need them.
    assert (report.added.runs, report.left_out) == (1, 5)
    assert [(one.name.split()[0], one.sentence) for one in report.listed] == [
        ("contents", "This row was left out: the text does not match its hash."),
        ("lanes", "This row was left out: its parameters cannot be read."),
        ("lanes", "This row was left out: its parameters cannot be read."),
        ("r1", "It has no lane or no values."),
        ("r2", "Its text does not match its hash."),
    ]
    sound(mine)


def _random_history(store: Store, rng: random.Random, moment: int) -> None:
    """Do some random actions, of which some conflict with those in the other history."""
    prompts = [row.uid for row in store.prompts()]
    for step in range(12):
        now = f"2026-11-24T{moment:02}:{step:02}:00.000Z"
        prompt = rng.choice(prompts)
        act = rng.choice(("run", "run", "mark", "retry", "tag", "note"))
        rows = store.iterations(prompt)
        if act == "run" or not rows:
            uid = new_uid()
            start = run(uid, Content((Message("user", rng.choice("abcdef")),)), prompt=prompt, at=now)
            store.begin_run(replace(start, version_uid=new_uid()))
            store.finish_output(f"{uid}.0.0", rng.choice((FULL_RESULT, FAILED, done("x"))), now).result(10)
            continue
        row = rng.choice(rows)
        outputs = store.iteration_detail(row.run_uid).outputs
        if act == "mark":
            kind = rng.choice(("tie", "all_bad", "none"))
            store.mark(row.run_uid, new_uid(), Verdict(kind), (outputs[-1].uid,), now).result(10)
        elif act == "retry":
            uid = new_uid()
            store.add_attempt(outputs[0].uid, uid, now)
            store.finish_output(uid, done("again"), now).result(10)
        elif act == "tag":
            store.curation.tag({row.run_uid: [rng.choice("xyz")]}).result(10)
        elif not row.note:
            store.set_note(row.run_uid, "a note").result(10)


@pytest.mark.parametrize("seed", depth.seeds(2, 200))
def test_merging_both_ways_leads_to_the_same_runs(make: Make, seed: int) -> None:
    rng = random.Random(seed)
    mine, theirs = make("mine"), make("theirs")
    for store in (mine, theirs):
        store.create_prompt("p", "Both", NOW).result(10)
    mine.create_prompt("m", "Mine", NOW).result(10)
    for round_ in range(3):
        _random_history(mine, rng, 2 * round_)
        _random_history(theirs, rng, 2 * round_ + 1)
        take(mine, theirs.path)
        take(theirs, mine.path)
        # Tags removed on one side come back: the result is the union.
        take(mine, theirs.path)
        assert json.dumps(everything(mine)) == json.dumps(everything(theirs))
        before = everything(mine)
        assert take(mine, theirs.path).added.answers == 0
        assert everything(mine) == before
    for store in (mine, theirs):
        sound(store)
