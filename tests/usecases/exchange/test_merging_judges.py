"""Merging judges: their prompts, runs, judgements and verdicts, and the labels of both histories, each once."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.store.judging.judges import (
    HASH,
    RUBRIC,
    about,
    ended,
    filled,
    judge_prompt,
    judged,
    judgement,
    label,
)
from tests.store.making import FAILED, LATER, NOW, done, lane, run, text
from tests.store.testing.suites import case, key
from tests.usecases.exchange.test_llm import take
from tests.usecases.exchange.test_merging import Make, make, query, sound
from tests.usecases.judged_pairs import compared
from workbench.core.drafts import Draft
from workbench.core.runs import Verdict
from workbench.core.testing.cells import CellKey
from workbench.core.testing.grid import GridQuery
from workbench.store import Store
from workbench.store.judging.records import ReusedJudgement

__all__ = ["make"]
OF_TEST = "(SELECT id FROM runs WHERE uid = 't1')"
EVERY = (CellKey(0, 0, 0), CellKey(9, 9, 9))


def fill(store: Store) -> list[str]:
    """A prompt whose test is judged and labelled, and a second scoring that uses judgements again."""
    store.create_prompt("p", "Order bot", NOW).result(60)
    outputs = filled(store)
    label(store, outputs[1], "fail", "l3", at=LATER)
    store.tests.begin_scoring("t1", "s2", (RUBRIC,), LATER).result(60)
    first = judgement(about(key(0), 1), "", outputs[0])
    store.judges.reuse("s2", [ReusedJudgement(first.key, RUBRIC, first.identity, "j1.0")]).result(60)
    judged(store, "j2", [judgement(about(key(1), 1), "j2.0", outputs[2])], FAILED, scoring="s2")
    return outputs


def everything(store: Store | Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return what merged histories have in common about judges, without keys."""
    cell = "case_position, j.lane, j.sample"
    return {
        "prompts": query(
            store,
            "SELECT prompts.uid, owners.uid, check_type FROM judge_prompts JOIN prompts ON prompts.id = prompt_id"
            " JOIN prompts AS owners ON owners.id = owner_id ORDER BY 1",
        ),
        "runs": query(
            store,
            "SELECT runs.uid, scorings.uid FROM judge_runs JOIN runs ON runs.id = judge_runs.run_id"
            " JOIN scorings ON scorings.id = scoring_id ORDER BY 1",
        ),
        "given": query(
            store,
            "SELECT runs.uid, set_uid, name, body FROM run_values JOIN runs ON runs.id = run_id"
            " JOIN value_bodies ON value_bodies.id = values_id WHERE kind = 'judge' ORDER BY 1, 2, 3, 4",
        ),
        "judgements": query(
            store,
            f"SELECT scorings.uid, {cell}, seq, repeat, step, outputs.uid, outputs.state, outputs.text, hash, identity"
            " FROM judgements AS j JOIN scorings ON scorings.id = scoring_id JOIN outputs ON outputs.id = output_id"
            " JOIN check_bodies ON check_bodies.id = check_id ORDER BY 1, 2, 3, 4, 5, 6, 7",
        ),
        "verdicts": query(
            store,
            f"SELECT scorings.uid, {cell}, hash, j.state, score, repeats, agreeing, probability"
            " FROM judge_verdicts AS j JOIN scorings ON scorings.id = scoring_id"
            " JOIN check_bodies ON check_bodies.id = check_id ORDER BY 1, 2, 3, 4",
        ),
        "labels": query(
            store,
            "SELECT judge_labels.uid, outputs.uid, judge_labels.check_hash, judge_labels.label, judge_labels.picked,"
            " judge_labels.note, judge_labels.created_at, earlier.uid FROM judge_labels"
            " JOIN outputs ON outputs.id = judge_labels.output_id"
            " LEFT JOIN judge_labels AS earlier ON earlier.id = judge_labels.supersedes_id ORDER BY 1",
        ),
    }


def test_judges_are_merged_completely_and_only_once(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    fill(theirs)
    report = take(mine, theirs.path)
    assert (report.state, report.left_out) == ("done", 0)
    # People count the prompts that they see.
    assert report.added.prompts == 1
    assert everything(mine) == everything(theirs)
    assert {name for name, rows in everything(mine).items() if not rows} == set()
    assert mine.judges.judge_prompts("p") == theirs.judges.judge_prompts("p")
    assert [row.uid for row in mine.prompts()] == ["p"]
    for scoring in ("s1", "s2"):
        assert mine.judges.replies(scoring, *EVERY) == theirs.judges.replies(scoring, *EVERY)
        assert mine.judges.counts(scoring) == theirs.judges.counts(scoring)
        assert mine.judges.judges(scoring) == theirs.judges.judges(scoring)
        assert mine.judges.runs(scoring) == theirs.judges.runs(scoring)
    assert mine.judges.labels("t1", HASH) == theirs.judges.labels("t1", HASH)
    assert mine.judges.results("t1", "s1", HASH) == theirs.judges.results("t1", "s1", HASH)
    grid = ("t1", "s1", GridQuery("label_differs"))
    assert mine.tests.page(*grid, "", 9) == theirs.tests.page(*grid, "", 9)
    before = everything(mine)
    assert take(mine, theirs.path).added.prompts == 0
    assert everything(mine) == before
    sound(mine)


def test_judge_run_that_grew_in_both_histories_has_all_it_was_given(make: Make, tmp_path: Path) -> None:
    mine = make("mine")
    outputs = fill(mine)
    mine.close()
    shutil.copyfile(tmp_path / "mine.db", tmp_path / "here.db")
    shutil.copyfile(tmp_path / "mine.db", tmp_path / "theirs.db")
    here, theirs = make("here"), make("theirs")

    def grow(store: Store, seq: int, name: str) -> None:
        one = judgement(about(key(0), seq), name, outputs[0], values=(("output", name),), name=name)
        store.judges.start_judgements("j1", [one], "owner", LATER).result(60)
        ended(store, [one])

    grow(here, 5, "here")
    grow(theirs, 6, "there")
    grow(theirs, 7, "there-too")
    # A failed call was repeated there.
    again = judgement(about(key(1), 1), "j2.1", outputs[2])
    theirs.judges.start_judgements("j2", [again], "owner", LATER).result(60)
    ended(theirs, [again])
    label(here, outputs[0], "fail", "here", at="2026-11-25T10:00:00.000Z")
    label(theirs, outputs[0], "unsure", "there", at="2026-11-24T20:00:00.000Z")
    for _ in range(2):
        report = take(here, theirs.path)
        assert report.left_out == 0
        texts = {one.output_uid: one.text for one in here.judges.replies("s1", *EVERY)}
        assert [texts[name] for name in ("here", "there", "there-too")] == [
            "reply here",
            "reply there",
            "reply there-too",
        ]
        detail = here.iteration_detail("j1")
        given = {one.uid: detail.sets[one.value_set].values for one in detail.outputs}
        assert [given[name] for name in ("here", "there", "there-too")] == [
            (("output", name),) for name in ("here", "there", "there-too")
        ]
        assert len(detail.sets) == 7
        assert [one.state for one in here.judges.replies("s2", *EVERY)] == ["finished", "finished"]
        # The latest label counts, wherever it was given.
        assert here.judges.labels("t1", HASH)[0].label == "fail"
    sound(here)


def test_judge_prompts_of_the_same_type_become_one(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    fill(theirs)
    theirs.packs.save_cases("jp", [case(7)]).result(60)
    mine.create_prompt("p", "Order bot", NOW).result(60)
    judge_prompt(mine, uid="mine")
    mine.add_version("mine", "v2", text("Mine."), 1, NOW).result(60)
    take(mine, theirs.path)
    assert [one.uid for one in mine.judges.judge_prompts("p")] == ["mine"]
    assert [row.uid for row in mine.prompts()] == ["p"]
    assert [(one.uid, one.prompt_uid) for one in mine.judges.runs("s1")] == [("j1", "mine")]
    assert [one.version for one in mine.judges.judges("s1")] == [1]
    assert [one.uid for one in mine.packs.cases("mine")] == ["case-7"]
    assert query(mine, "SELECT uid FROM prompts ORDER BY uid") == [("mine",), ("p",)]
    sound(mine)


def test_own_prompt_never_becomes_a_judge_prompt(make: Make) -> None:
    """Another history could hide it that way."""
    mine, theirs = make("mine"), make("theirs")
    fill(theirs)
    mine.create_prompt("jp", "My work", NOW).result(60)
    mine.save_draft("jp", Draft(text("mine")), NOW).result(60)
    take(mine, theirs.path)
    assert sorted(row.uid for row in mine.prompts()) == ["jp", "p"]
    assert mine.judges.judge_prompts("p") == ()
    sound(mine)


@pytest.mark.parametrize(
    ("statement", "kept", "told"),
    [
        ("UPDATE judge_prompts SET check_type = ''", {"prompts": 0, "judgements": 6}, "check type is empty"),
        ("UPDATE judge_prompts SET owner_id = prompt_id", {"prompts": 0}, ""),
        ("UPDATE judge_prompts SET owner_id = 99", {"prompts": 0}, ""),
        (f"UPDATE judge_runs SET run_id = {OF_TEST} WHERE scoring_id = 1", {"runs": 1}, "not a run of judges"),
        ("UPDATE judge_runs SET scoring_id = 99 WHERE scoring_id = 1", {"runs": 1}, ""),
        ("UPDATE judgements SET identity = '../x' WHERE lane = 1", {"judgements": 4}, "identity is not a hash"),
        ("UPDATE judgements SET case_position = case_position + 40 WHERE lane = 1", {"judgements": 4}, ""),
        ("UPDATE judgements SET sample = 7 WHERE lane = 1", {"judgements": 4}, ""),
        ("UPDATE judgements SET step = -1 WHERE lane = 1", {"judgements": 4}, "step is not a number"),
        # An answer of the test is no reply of a judge.
        (f"UPDATE judgements SET output_id = (SELECT id FROM outputs WHERE run_id = {OF_TEST})", {"judgements": 0}, ""),
        ("UPDATE judgements SET output_id = 999", {"judgements": 0}, ""),
        ("UPDATE judge_verdicts SET state = 'won' WHERE lane = 1", {"verdicts": 2}, "state is unknown"),
        ("UPDATE judge_verdicts SET probability = 7 WHERE lane = 1", {"verdicts": 2}, "probability is not from 0 to 1"),
        ("UPDATE judge_verdicts SET repeats = 0", {"verdicts": 0}, "repeats is not a number"),
        ("UPDATE judge_labels SET label = 'x' WHERE uid = 'l1'", {"labels": 2}, "label is unknown"),
        ("UPDATE judge_labels SET picked = 'chosen'", {"labels": 0}, "picked is unknown"),
        ("UPDATE judge_labels SET check_hash = 'x'", {"labels": 0}, "check hash is not a hash"),
        ("UPDATE judge_labels SET created_at = 'yesterday'", {"labels": 0}, "created at is not a valid time"),
        ("UPDATE judge_labels SET output_id = 999", {"labels": 0}, ""),
        # A run without a part of it is left out.
        ("UPDATE run_values SET set_uid = '../x' WHERE name = 'case 1'", {"judgements": 1}, "set uid is not a valid"),
    ],
)
def test_damaged_rows_are_left_out_and_named(make: Make, statement: str, kept: dict[str, int], told: str) -> None:
    mine, theirs = make("mine"), make("theirs")
    fill(theirs)
    theirs.close()
    before = everything(theirs.path)
    connection = sqlite3.connect(theirs.path)
    connection.execute(statement)
    connection.commit()
    connection.close()
    report = take(mine, theirs.path)
    found = everything(mine)
    assert {name: len(found[name]) for name in kept} == kept
    assert all(set(rows) <= set(before[name]) for name, rows in found.items())
    said = " ".join(f"{one.name} {one.sentence}" for one in report.listed)
    assert told in said
    sound(mine)


def test_call_there_is_interrupted_here(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    outputs = fill(theirs)
    one = judgement(about(key(1, 1), 9), "open", outputs[3])
    theirs.judges.start_judgements("j1", [one], "owner", LATER).result(60)
    take(mine, theirs.path)
    assert mine.judges.missing("s1", None, 9) == (about(key(1, 1), 9),)
    ended(theirs, [one], done("late"))
    take(mine, theirs.path)
    assert mine.judges.missing("s1", None, 9) == ()
    assert [found.text for found in mine.judges.replies("s1", *EVERY) if found.output_uid == "open"] == ["late"]
    sound(mine)


def test_verdicts_of_judges_about_pairs_are_merged_once_and_stay_apart(make: Make) -> None:
    theirs, mine = make("theirs"), make("mine")
    theirs.create_prompt("p", "Order bot", NOW).result(60)
    theirs.begin_run(run("r1", text("Hi"), lanes=(lane("A", "one"), lane("B", "two")))).result(60)
    for output in ("r1.0.0", "r1.1.0"):
        theirs.finish_output(output, done(f"{output} says"), LATER).result(60)
    theirs.mark("r1", "v1", Verdict("winner", (0,)), ("r1.0.0", "r1.1.0"), LATER).result(60)
    compared(theirs, "p", [("r1.0.0", "r1.1.0", "second"), ("r1.1.0", "r1.0.0", "neither")])
    for _ in range(2):
        take(mine, theirs.path)
        assert mine.judges.pairs("p") == theirs.judges.pairs("p")
        assert mine.judgements.verdicts("p") == theirs.judgements.verdicts("p")
    assert query(mine, "SELECT kind, count(*) FROM verdicts GROUP BY 1 ORDER BY 1") == [("judge", 2), ("winner", 1)]
    sound(mine)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE verdict_outputs SET place = 2 WHERE verdict_id IN (SELECT id FROM verdicts WHERE kind = 'judge')",
        "UPDATE verdict_outputs SET place = NULL WHERE verdict_id IN (SELECT id FROM verdicts WHERE kind = 'judge')",
        "DELETE FROM verdict_outputs WHERE place IS NULL",
        "UPDATE verdicts SET run_id = 1, value_set = 0 WHERE kind = 'judge'",
    ],
)
def test_impossible_verdicts_of_judges_are_left_out(make: Make, change: str) -> None:
    theirs, mine = make("theirs"), make("mine")
    theirs.create_prompt("p", "Order bot", NOW).result(60)
    theirs.begin_run(run("r1", text("Hi"), lanes=(lane("A", "one"), lane("B", "two")))).result(60)
    for output in ("r1.0.0", "r1.1.0"):
        theirs.finish_output(output, done(f"{output} says"), LATER).result(60)
    compared(theirs, "p", [("r1.0.0", "r1.1.0", "second")])
    with closing(sqlite3.connect(theirs.path)) as connection, connection:
        connection.execute(change)
    take(mine, theirs.path)
    assert query(mine, "SELECT count(*) FROM verdicts") == [(0,)]
