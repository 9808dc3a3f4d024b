"""The rows of a search: their fields, hits and counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.store.making import LATER, done, lane, run, text
from tests.store.search.search_pages import page
from workbench.core.money import Usage
from workbench.core.outcome import Outcome
from workbench.core.runs import Failure, Result, Timing, Verdict
from workbench.store import Store


def test_search_row_counts_the_endings_of_its_answers_like_the_timeline(store: Store) -> None:
    store.begin_run(run("r", text("Hi"), lanes=tuple(lane(slot) for slot in "ABCD"))).result(60)
    endings = (
        Result("failed", "", failure=Failure("server", "503")),
        Result("stopped", "so far"),
        replace(done("and so"), finish_reason="length"),
        done("fine"),
    )
    for position, ended in enumerate(endings):
        store.finish_output(f"r.{position}.0", ended, LATER).result(60)
    (row,) = page(store, "fine").rows
    assert row.row.outcome == store.iteration("r").outcome == Outcome(4, failed=1, stopped=1, cut=1)


def test_search_row_has_all_fields_and_hits_shown_in_history(store: Store, path: Path) -> None:
    lanes = (lane("A", "vendor/one"), replace(lane("B", "two"), label="Second"))
    store.begin_run(run("r", text("Where is it?", "Be kind."), lanes=lanes, note="a note")).result(60)
    (going,) = page(store, "").rows
    assert (going.row.running, going.lanes, going.cost_usd, going.tokens) == (True, ("one", "Second"), None, None)
    usage, timing = Usage(100, 20), Timing(0, 5, 10, 905)
    store.finish_output("r.0.0", replace(done("The tracking link"), usage=usage, cost_usd=0.5, timing=timing), LATER)
    store.finish_output("r.1.0", replace(done("No tracking"), timing=Timing(0, 0, 1, 2000)), LATER)
    store.mark("r", "v", Verdict("winner", (1,)), ("r.0.0", "r.1.0"), LATER).result(60)
    (row,) = page(store, "tracking where 123ABCDEFG note").rows
    assert (row.kind, row.prompt_uid, row.prompt, row.value_sets) == ("iteration", "p", "Order bot", 1)
    assert (row.row.number, row.row.version, row.row.verdict, row.row.winner) == (1, 1, "winner", "Second")
    assert (row.cost_usd, row.unpriced, row.tokens, row.longest_ms) == (0.5, 1, 120, 2000)
    assert (row.row.outcome.answers, row.row.running, row.starred, row.archived, row.tags) == (
        2,
        False,
        False,
        False,
        (),
    )
    hits = [(hit.part, hit.output_uid, hit.title, hit.snippet.text) for hit in row.hits]
    assert hits == [
        ("answer", "r.0.0", "one", "The tracking link"),
        ("answer", "r.1.0", "Second", "No tracking"),
        ("note", "", "", "a note"),
        ("values", "", "", "123ABCDEFG"),
        ("prompt", "", "", "Where is it?"),
    ]
    assert row.hits[0].snippet.marks == ((4, 12),)
    assert page(store, "kind:iteration").rows[0].hits == ()


def test_text_after_a_nul_and_after_the_cut_is_searched_in_answers(store: Store) -> None:
    store.begin_run(run("nul", text("x"), lanes=(lane("A", "one"),)))
    store.finish_output("nul.0.0", done("before\0 the needle"), LATER).result(60)
    store.begin_run(run("long", text("x"), lanes=(lane("A", "one"),)))
    store.finish_output("long.0.0", done("x😀" * 99_995 + " needle 😀 behind"), LATER).result(60)
    hits = {row.row.run_uid: row.hits[0].snippet for row in page(store, "needle").rows}
    assert {uid: [one.text[start:end] for start, end in one.marks] for uid, one in hits.items()} == {
        "nul": ["needle"],
        "long": ["needle"],
    }


def test_blind_run_shows_no_model_names_before_its_verdict(store: Store) -> None:
    start = replace(run("r", text("x"), lanes=(lane("A", "one"), lane("B", "two"))), blind=True)
    store.begin_run(start).result(60)
    for position in range(2):
        store.finish_output(f"r.{position}.0", done("an answer"), LATER).result(60)
    (row,) = page(store, "answer is:blind").rows
    assert (row.row.blind, row.lanes, {hit.title for hit in row.hits}) == (True, (), {""})
    store.mark("r", "v", Verdict("tie", blind=True), ("r.0.0", "r.1.0"), LATER).result(60)
    (row,) = page(store, "answer is:blind winner:tie").rows
    assert (row.row.blind, row.lanes, [hit.title for hit in row.hits]) == (False, ("one", "two"), ["one", "two"])
