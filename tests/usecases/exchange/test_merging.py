"""Merging histories: no duplicates, no losses, and no changes to existing data of the other."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests import depth
from tests.store.making import FAILED, FULL_RESULT, LATER, NOW, done, lane, run, text
from tests.usecases.exchange.merge_making import Make, everything, fill, make, query, sound
from tests.usecases.exchange.test_llm import take
from workbench.core.cases import Case
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.runs import Verdict
from workbench.host.ids import new_uid
from workbench.store import Store
from workbench.store.records import FirstVersion, WholePrompt
from workbench.usecases.exchange.importer import Importer, ImportReport, ReadingHalt, sentence

__all__ = ["make"]


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
    store.add_whole_prompts([made], NOW).result(60)
    return made.uid


def test_samples_of_both_histories_are_listed_once(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    own, _ = sample(mine), sample(theirs)
    mine.begin_run(run("m1", text("mine"), prompt=own)).result(60)
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
        theirs.begin_run(run("t1", text("long"), prompt=other)).result(60)
    elif touched == "draft":
        theirs.save_draft(other, Draft(text("long"), (("a", "1"),), (lane(),), 2), LATER).result(60)
    elif touched == "note":
        theirs.set_version_note(theirs.versions(other)[0].uid, "mine").result(60)
    elif touched == "case":
        theirs.packs.save_cases(other, [Case("c", "Late", (), ())]).result(60)
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


def test_merged_endpoints_are_archived_and_not_offered(make: Make) -> None:
    """A key in the keyring goes by the identity of its endpoint, and must not follow that to another address."""
    mine, theirs = make("mine"), make("theirs")
    fill(theirs)
    take(mine, theirs.path)
    assert [endpoint.uid for endpoint in mine.endpoints()] == ["builtin", "echo", "litellm"]
    assert query(mine, "SELECT name, archived FROM endpoints") == [("Mine", 1)]


def test_stopped_merge_can_be_continued(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    theirs.create_prompt("p", "Order bot", NOW)
    for number in range(60):
        theirs.begin_run(run(f"r{number:02}", text("x")))
        theirs.finish_output(f"r{number:02}.0.0", done("y"), LATER)
    theirs.rename_prompt("p", "Order bot", LATER).result(60)
    halt = ReadingHalt()
    report = Importer(mine, lambda: NOW).run(theirs.path, halt, lambda report: halt.ask() if report.read else None)
    assert (report.state, report.added.runs) == ("stopped", 25)
    assert take(mine, theirs.path).added.runs == 35
    assert everything(mine) == everything(theirs)


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
            store.finish_output(f"{uid}.0.0", rng.choice((FULL_RESULT, FAILED, done("x"))), now).result(60)
            continue
        row = rng.choice(rows)
        outputs = store.iteration_detail(row.run_uid).outputs
        if act == "mark":
            kind = rng.choice(("tie", "all_bad", "none"))
            store.mark(row.run_uid, new_uid(), Verdict(kind), (outputs[-1].uid,), now).result(60)
        elif act == "retry":
            uid = new_uid()
            store.add_attempt(outputs[0].uid, uid, now)
            store.finish_output(uid, done("again"), now).result(60)
        elif act == "tag":
            store.curation.tag({row.run_uid: [rng.choice("xyz")]}).result(60)
        elif not row.note:
            store.set_note(row.run_uid, "a note").result(60)


@pytest.mark.parametrize("seed", depth.seeds(2, 200))
def test_merging_both_ways_leads_to_the_same_runs(make: Make, seed: int) -> None:
    rng = random.Random(seed)
    mine, theirs = make("mine"), make("theirs")
    for store in (mine, theirs):
        store.create_prompt("p", "Both", NOW).result(60)
    mine.create_prompt("m", "Mine", NOW).result(60)
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
