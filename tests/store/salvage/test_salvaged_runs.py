"""Incomplete runs from a damaged history: shown, exported, and assigned to their prompts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.store.making import opened
from tests.store.salvage.test_salvage import lose, query, saved
from tests.store.search.test_search_index import settled


@pytest.mark.parametrize("lost", [("run_values", "outputs"), ("lanes", "outputs"), ("lanes", "run_values", "outputs")])
def test_runs_without_outputs_and_lanes_are_shown_and_exported(damaged: Path, lost: tuple[str, ...]) -> None:
    lose(damaged, *(f"DELETE FROM {table} WHERE run_id <= 6" for table in lost))
    store = opened(saved(damaged).path)
    rows = [row for prompt in store.prompts() for row in store.iterations(prompt.uid)]
    assert len(rows) == 60
    for row in rows:
        detail = store.iteration_detail(row.run_uid)
        assert len(detail.sets) == 1
    settled(store)
    assert len(list(store.exports.parts([row.run_uid for row in rows]))) == 60
    store.close()


def test_lost_run_is_restored_to_the_prompt_of_its_lanes(damaged: Path) -> None:
    lose(damaged, "DELETE FROM runs WHERE id BETWEEN 16 AND 21")
    store = opened(saved(damaged).path)
    assert sorted((row.name, row.iterations) for row in store.prompts()) == [(f"Prompt {n}", 20) for n in range(3)]
    found = [row for row in store.iterations("p0", limit=100) if row.summary == "recovered answers"]
    assert {store.iteration_detail(row.run_uid).content.messages[0].text for row in found} == {
        "Ask 15 注文",
        "Ask 18 注文",
    }
    assert sorted(row.number for row in found) == [6, 7]
    store.close()


def test_lanes_and_runs_never_refer_to_a_version_of_another_prompt(damaged: Path) -> None:
    # The prompt of a run without lanes is unknown; one lane refers to a version of another prompt.
    lose(
        damaged,
        "DELETE FROM runs WHERE id <= 9",
        "DELETE FROM lanes WHERE run_id = 1",
        "DELETE FROM versions WHERE id IN (2, 5)",
        "UPDATE lanes SET version_id = 5 WHERE run_id = 40",
        "UPDATE lanes SET version_id = 10 WHERE run_id = 41 AND position = 1",
    )
    store = opened(saved(damaged).path)
    rows = [row for prompt in store.prompts() for row in store.iterations(prompt.uid, limit=100)]
    assert len(list(store.exports.parts([row.run_uid for row in rows]))) == 60
    path = store.path
    store.close()
    strange = "JOIN versions ON versions.id = {}.version_id WHERE versions.prompt_id <> runs.prompt_id"
    assert query(path, f"SELECT count(*) FROM runs {strange.format('runs')}") == [(0,)]
    lanes = f"SELECT count(*) FROM lanes JOIN runs ON runs.id = lanes.run_id {strange.format('lanes')}"
    assert query(path, lanes) == [(0,)]


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX permissions")
def test_leftover_file_is_private(damaged: Path) -> None:
    lose(damaged, "DELETE FROM verdicts")
    leftover = saved(damaged).leftover
    assert leftover is not None
    assert leftover.stat().st_mode & 0o077 == 0
