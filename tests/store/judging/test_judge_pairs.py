"""Verdicts of judges about pairs: stored apart from those of people, merged, and deleted with the answers."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.store.making import FULL_RESULT, LATER, NOW, lane, run, text, uids
from tests.store.search.search_pages import every
from tests.usecases.judged_pairs import JUDGE, compared
from workbench.core.runs import Verdict
from workbench.store import Store
from workbench.store.errors import StoreError
from workbench.store.judging.judge_pairs import JudgePairStart
from workbench.store.maintenance import space
from workbench.store.maintenance.history_purge import PurgeTargets
from workbench.store.maintenance.row_check import wrong_rows
from workbench.store.runs.ranking_queries import Answerer
from workbench.usecases.packs.evidence import evidence
from workbench.usecases.ranking import rank
from workbench.usecases.training import Trainer

SECRET = "a secret word"
WORDS = {
    "r1.0": "Your parcel left Hamburg at noon.",
    "r1.1": "I do not know such an order, sorry.",
    "r2.0": "Two chairs: they arrive on Monday, between nine and eleven.",
    "r2.1": "Please call our hotline about deliveries.",
    "r3.0": "It was delivered to your neighbour yesterday evening.",
    "r3.1": "Somewhere in the warehouse, I guess?",
    "r4.0": "Nothing was ordered under that number.",
    "r4.1": "Soon!",
}


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def two(store: Store, name: str, order: str = "1") -> tuple[str, str]:
    lanes = (lane("A", "vendor/one"), lane("B", "vendor/two"))
    store.begin_run(run(name, text("Where is {{order}}?"), lanes=lanes, values=(("order", order),))).result(60)
    outputs = f"{name}.0.0", f"{name}.1.0"
    for output in outputs:
        store.finish_output(output, replace(FULL_RESULT, text=WORDS[output[:4]], steps=()), NOW).result(60)
    return outputs


def filled(store: Store) -> None:
    """Two runs that a person judged, and one that only the judge will compare."""
    for name in ("r1", "r2", "r3"):
        two(store, name)
    store.mark("r1", "v1", Verdict("winner", (0,)), ("r1.0.0", "r1.1.0"), NOW).result(60)
    store.mark("r2", "v2", Verdict("tie"), ("r2.0.0", "r2.1.0"), NOW).result(60)


def judged(store: Store) -> str:
    """Let a judge contradict the person and decide what the person did not."""
    pairs = [("r1.0.0", "r1.1.0", "second"), ("r3.0.0", "r3.1.0", "first"), ("r3.0.0", "r1.1.0", "neither")]
    return compared(store, "p", pairs, secret=SECRET)  # type: ignore[arg-type]


def training(store: Store, kind: str) -> Any:
    made = Trainer(store).prepare("p", kind, share=0)
    return made.train, made.left_out


def told_of_people(store: Store) -> list[dict[str, Any]]:
    """Return the evidence of a pack without what it says of judges, apart from people."""
    lines, _ = evidence(store, "p", {row.hash for row in store.versions("p")})
    found: list[dict[str, Any]] = [json.loads(line) for line in lines.splitlines()]
    for one in found:
        for values in one["value_sets"]:
            del values["judges"]
    return found


READERS: dict[str, Callable[[Store, Path], Any]] = {
    "rank": lambda store, _: rank(store, "p", "model"),
    "verdicts": lambda store, _: store.judgements.verdicts("p"),
    "verdicts of all prompts": lambda store, _: store.judgements.verdicts(None),
    "winner": lambda store, _: [store.winning_answer(f"r{n}.{lane}.0") for n in (1, 2, 3) for lane in (0, 1)],
    "timeline": lambda store, _: store.timeline("p"),
    "past run": lambda store, _: [store.iteration_detail(name) for name in ("r1", "r2", "r3")],
    "answers for an improvement": lambda store, _: store.recent_answers("p"),
    "pairs to judge": lambda store, _: store.judgements.answers("p"),
    "evidence of a pack": lambda store, _: told_of_people(store),
    "search winner:yes": lambda store, _: every(store, "winner:yes"),
    "search winner:tie": lambda store, _: every(store, "winner:tie"),
    "search winner:no": lambda store, _: every(store, "winner:no"),
    "view of verdicts": lambda _, path: rows(path, "SELECT * FROM verdict_list ORDER BY created_at, output"),
    "view of runs": lambda _, path: rows(path, "SELECT verdict, winner FROM run_list WHERE kind = 'iteration'"),
}


@pytest.mark.parametrize("reader", READERS)
def test_readers_of_peoples_verdicts_leave_those_of_judges_out(store: Store, path: Path, reader: str) -> None:
    filled(store)
    before = READERS[reader](store, path)
    judged(store)
    assert READERS[reader](store, path) == before
    assert before or reader == "verdicts"


@pytest.mark.parametrize("kind", ["openai-sft", "trl-kto", "trl-preference"])
def test_training_files_have_nothing_of_judges(store: Store, kind: str) -> None:
    filled(store)
    before = training(store, kind)
    judged(store)
    assert training(store, kind) == before


def test_raw_responses_are_not_kept_because_a_judge_prefers_an_answer(store: Store, path: Path) -> None:
    filled(store)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        before = space.droppable(connection)[0]
        compared(store, "p", [("r3.0.0", "r3.1.0", "first")])
        assert space.droppable(connection)[0] == before > 0


def test_pairs_are_read_with_their_judge_and_the_latest_of_each_counts(store: Store) -> None:
    filled(store)
    judged(store)
    found = store.judges.pairs("p")
    assert [[(one.uid, one.place) for one in pair.verdict.outputs] for pair in found] == [
        [("r1.0.0", 2), ("r1.1.0", 1)],
        [("r3.0.0", 1), ("r3.1.0", 2)],
        [("r3.0.0", 1), ("r1.1.0", 1)],
    ]
    assert [pair.verdict.kind for pair in found] == ["winner", "winner", "tie"]
    assert all(pair.verdict.blind and pair.verdict.run == "" for pair in found)
    assert found[0].verdict.outputs[1].who == Answerer(1, "echo", "vendor/two")
    judge = found[0].judge
    assert (judge.model, judge.version, judge.criterion) == (JUDGE, 1, "The kinder one.")
    compared(store, "p", [("r1.1.0", "r1.0.0", "second")])
    compared(store, "p", [("r1.1.0", "r1.0.0", "first")], criterion="The shorter one.")
    again = store.judges.pairs("p")
    assert len(again) == 4
    assert again[2].verdict.outputs[0].place == 2
    assert again[3].judge.criterion == "The shorter one."
    assert store.judges.pairs(None) == again


def test_a_verdict_needs_replies_of_a_judge_and_answers_to_the_same_values(store: Store) -> None:
    filled(store)
    two(store, "r4", "another")
    replies = judged(store)
    with pytest.raises(StoreError) as caught:
        compared(store, "p", [("r1.0.0", "r4.0.0", "first")])
    assert caught.value.code == "incomparable"
    for first, said in (("r1.0.0", ("r2.0.0",)), ("r1.0.0", ()), ("r1.1.0", (f"{replies}.0",))):
        with pytest.raises(ValueError, match="two answers"):
            store.judges.compare([JudgePairStart("x", first, "r1.1.0", "first", said)], NOW).result(60)
    with pytest.raises(StoreError):
        store.judges.compare([JudgePairStart("x", "nothing", "r1.1.0", "first", (f"{replies}.0",))], NOW).result(60)


def test_pairs_with_a_deleted_answer_do_not_count(store: Store) -> None:
    filled(store)
    judged(store)
    store.curation.delete(["r1"], True).result(60)
    assert [pair.verdict.outputs[0].uid for pair in store.judges.pairs("p")] == ["r3.0.0"]


def test_answers_that_are_deleted_for_good_leave_nothing_with_the_judge(store: Store, path: Path) -> None:
    filled(store)
    judged(store)
    extent = store.deleting.extent(PurgeTargets(runs=("r1",)))
    # The person's verdict goes with its run; verdicts of the judge are none of a person.
    assert (extent.verdicts, extent.judgements) == (0, 4)
    store.deleting.purge(PurgeTargets(runs=("r1",)), LATER, uids())
    assert [pair.verdict.outputs[0].uid for pair in store.judges.pairs("p")] == ["r3.0.0"]
    held = rows(path, "SELECT body FROM value_bodies")
    assert not any("r1." in body for (body,) in held)
    assert any("r3." in body for (body,) in held)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert wrong_rows(connection) == []


def test_pairs_about_answers_are_those_that_compare_them_and_not_those_they_are_replies_of(store: Store) -> None:
    filled(store)
    replies = judged(store)

    def about(*uids: str) -> list[list[str]]:
        return [[output.uid for output in one.verdict.outputs] for one in store.judges.pairs_about(uids)]

    assert about("r1.1.0") == [["r1.0.0", "r1.1.0"], ["r3.0.0", "r1.1.0"]]
    assert about("r3.1.0", "r3.0.0") == [["r3.0.0", "r3.1.0"], ["r3.0.0", "r1.1.0"]]
    assert about() == about("r2.0.0") == about("nothing") == about(f"{replies}.0") == []
    compared(store, "p", [("r1.1.0", "r1.0.0", "first")])
    assert about("r1.0.0") == [["r1.1.0", "r1.0.0"]]
    store.curation.delete(["r3"], True).result(60)
    assert about("r1.1.0") == [["r1.1.0", "r1.0.0"]]
