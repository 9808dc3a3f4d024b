"""Prompts and their drafts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.making import LATER, NOW, lane, opened, run, text
from workbench.core.drafts import Draft
from workbench.core.lanes import ECHO, Lane, Params
from workbench.store import Store, StoreError
from workbench.store.records import FirstVersion, WholePrompt


def test_saving_the_draft_of_a_new_prompt_creates_no_version(store: Store) -> None:
    assert store.draft("p") is None
    assert store.versions("p") == []
    draft = Draft(text("Hi {{name}}"), (("b", "2"), ("a", "1")), (lane(),), None)
    store.save_draft("p", draft, LATER).result(60)
    assert store.draft("p") == draft
    assert store.versions("p") == []
    assert store.prompts()[0].updated_at == LATER


def test_last_saved_draft_is_kept(store: Store) -> None:
    for n in range(20):
        saved = store.save_draft("p", Draft(text(f"draft {n}")), NOW)
    saved.result(60)
    assert store.draft("p") == Draft(text("draft 19"))


def test_prompts_are_listed_by_last_change(store: Store) -> None:
    store.create_prompt("q", "Summary", LATER).result(60)
    assert [(row.uid, row.name) for row in store.prompts()] == [("q", "Summary"), ("p", "Order bot")]
    store.rename_prompt("p", "Orders", "2026-11-24T13:21:00.000Z").result(60)
    assert [row.name for row in store.prompts()] == ["Orders", "Summary"]


def test_clock_set_back_does_not_reorder_iterations_or_prompts(store: Store) -> None:
    back = "2025-11-24T13:20:05.123Z"
    store.create_prompt("q", "Summary", LATER).result(60)
    store.begin_run(run("r1", text("one"), at=LATER)).result(60)
    store.begin_run(run("r2", text("two"), at=back)).result(60)
    assert [(row.number, row.run_uid) for row in store.iterations("p")] == [(2, "r2"), (1, "r1")]
    assert [row.uid for row in store.prompts()] == ["p", "q"]
    store.save_draft("q", Draft(text("three")), back).result(60)
    assert [row.uid for row in store.prompts()] == ["q", "p"]
    store.create_prompt("s", "Newest", back).result(60)
    assert [row.uid for row in store.prompts()] == ["s", "q", "p"]
    assert store.last_prompt() == "s"


def test_archived_prompts_are_listed_separately(store: Store) -> None:
    store.archive_prompt("p", True, LATER).result(60)
    assert store.prompts() == []
    assert [(row.uid, row.archived) for row in store.prompts(archived=True)] == [("p", True)]
    store.archive_prompt("p", False, LATER).result(60)
    assert [row.uid for row in store.prompts()] == ["p"]


def test_last_prompt_is_the_stored_one_or_the_last_changed(store: Store) -> None:
    store.create_prompt("q", "Summary", LATER).result(60)
    assert store.last_prompt() == "q"
    store.set_meta("last_prompt", "p").result(60)
    assert store.last_prompt() == "p"
    store.archive_prompt("p", True, LATER).result(60)
    assert store.last_prompt() == "q"


def test_an_empty_history_has_no_last_prompt(path: Path) -> None:
    store = opened(path)
    assert store.last_prompt() is None
    assert store.get_meta("last_prompt") is None
    store.close()


def test_unknown_prompt_raises_an_error(store: Store) -> None:
    for ask in (
        lambda: store.draft("x"),
        lambda: store.versions("x"),
        lambda: store.iterations("x"),
        lambda: store.iteration_count("x"),
        lambda: store.rename_prompt("x", "name", NOW).result(60),
        lambda: store.save_draft("x", Draft(), NOW).result(60),
        lambda: store.duplicate_prompt("x", "y", "name", NOW).result(60),
        lambda: store.begin_run(run("r", text("Hi"), prompt="x")).result(60),
    ):
        with pytest.raises(StoreError, match="prompt is not in the history") as caught:
            ask()
        assert caught.value.code == "missing"


def test_duplicate_has_the_draft_and_only_its_base_and_pinned_versions(store: Store) -> None:
    for number, words in enumerate(("one", "two", "three", "four"), start=1):
        store.add_version("p", f"v{number}", text(words), number - 1 or None, NOW).result(60)
    store.save_draft("p", Draft(text("five"), (("a", "1"),), (lane("A", pinned=2), lane("B")), 4), NOW).result(60)
    store.begin_run(run("r", text("four"), based_on=4)).result(60)
    store.duplicate_prompt("p", "copy", "Order bot (copy)", LATER).result(60)

    versions = store.versions("copy")
    assert [(v.number, v.content, v.parent) for v in versions] == [(1, text("two"), None), (2, text("four"), 1)]
    assert store.draft("copy") == Draft(text("five"), (("a", "1"),), (lane("A", pinned=1), lane("B")), 2)
    assert store.iteration_count("copy") == 0
    assert store.iteration_count("p") == 1
    assert len(store.versions("p")) == 4


def test_duplicate_drops_the_baseline_answers_of_the_original(store: Store) -> None:
    store.begin_run(run("r", text("one"))).result(60)
    store.save_draft("p", Draft(text("one"), (), (Lane("A", ECHO, "echo", baseline="r"),), 1), NOW).result(60)
    store.duplicate_prompt("p", "copy", "Copy", NOW).result(60)
    assert store.draft("copy") == Draft(text("one"), (), (Lane("A", ECHO, "echo"),), 1)


def test_duplicate_of_a_prompt_without_draft_has_the_newest_version(store: Store) -> None:
    store.add_version("p", "v1", text("one"), None, NOW).result(60)
    store.add_version("p", "v2", text("two"), 1, NOW).result(60)
    store.duplicate_prompt("p", "copy", "Copy", NOW).result(60)
    assert [(v.number, v.content) for v in store.versions("copy")] == [(1, text("two"))]
    assert store.draft("copy") is None


def test_duplicate_of_a_prompt_without_versions_has_only_the_draft(store: Store) -> None:
    store.save_draft("p", Draft(text("just typed")), NOW).result(60)
    store.duplicate_prompt("p", "copy", "Copy", NOW).result(60)
    assert store.draft("copy") == Draft(text("just typed"))
    assert store.versions("copy") == []


def test_complete_prompts_are_added_all_or_none(store: Store) -> None:
    versions = (FirstVersion("w1", text("one"), "what it was"), FirstVersion("w2", text("two")))
    made = WholePrompt("w", "Whole", versions, Draft(text("three"), based_on=2), "the_sample")
    store.add_whole_prompts([made], NOW).result(60)
    assert [(v.number, v.parent, v.content) for v in store.versions("w")] == [
        (1, None, text("one")),
        (2, 1, text("two")),
    ]
    assert store.draft("w") == made.draft
    assert store.get_meta("the_sample") == "w"
    broken = WholePrompt("x", "Broken", (FirstVersion("x1", text("\ud800")),), Draft(), "the_other")
    made_too = WholePrompt("y", "Before it", (), Draft(), "the_one_before")
    with pytest.raises(StoreError):
        store.add_whole_prompts([made_too, broken], NOW).result(60)
    assert [row.name for row in store.prompts()] == ["Whole", "Order bot"]
    assert store.get_meta("the_other") is None


def test_drafts_keep_lanes_with_all_parameters(store: Store) -> None:
    params = Params(
        temperature=0.0,
        top_p=1.0,
        max_tokens=5,
        stop=("\n", "END"),
        seed=0,
        reasoning_effort="high",
        extra='{"logit_bias": {"1": -100}}',
    )
    full = Lane("slot", "endpoint", "vendor/model", params, 3, "Mine")
    store.save_draft("p", Draft(text("x"), (), (full,), 3), NOW).result(60)
    assert store.draft("p") == Draft(text("x"), (), (full,), 3)
