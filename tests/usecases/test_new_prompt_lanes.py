"""New prompts begin with the lanes that people left."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.usecases.making import PATIENCE_S, SCRIPT, Heard, cloud, draft, echo, opened
from workbench.core.lanes import BUILTIN, Lane, Params
from workbench.host.clock import utc_now
from workbench.usecases.endpoints import EndpointForm
from workbench.usecases.new_prompt_lanes import new_prompt_lanes
from workbench.usecases.prompts import FIRST_DRAFT, SAMPLE, TOOL_SAMPLE
from workbench.usecases.workbench import Workbench

MINI, BIG = replace(cloud("acme/mini", "a"), params=Params(temperature=0.2)), cloud("acme/big", "b")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[tuple[Workbench, Heard]]:
    with opened(tmp_path, SCRIPT, {"ACME_API_KEY": "k", "OPENAI_API_KEY": "k"}) as made:
        yield made


@pytest.fixture
def workbench(bench: tuple[Workbench, Heard]) -> Workbench:
    return bench[0]


def made(workbench: Workbench, name: str, *lanes: Lane) -> str:
    uid, stored = workbench.prompts.create(name, draft(*lanes))
    stored.result(PATIENCE_S)
    return uid


def at_own_endpoint(workbench: Workbench) -> Lane:
    saved = workbench.endpoints.save(EndpointForm("Mine", "http://127.0.0.1:9/v1"), session_only=True)
    saved.done.result(PATIENCE_S)
    return Lane("z", saved.endpoint.uid, "own-model")


def test_first_new_prompt_begins_with_the_built_in_model(workbench: Workbench) -> None:
    assert new_prompt_lanes(workbench.store).draft == FIRST_DRAFT


def test_new_prompt_begins_with_the_lanes_changed_last(workbench: Workbench) -> None:
    made(workbench, "Older", cloud("acme/older"))
    made(workbench, "Newer", MINI, BIG, replace(cloud("acme/x", "c"), hidden=True))
    begun = new_prompt_lanes(workbench.store)
    assert (begun.lanes, begun.sentence) == ((MINI, BIG), "")
    assert begun.draft.content == FIRST_DRAFT.content


def test_prompt_that_was_open_last_comes_before_one_that_changed_later(workbench: Workbench) -> None:
    open_last = made(workbench, "Open", MINI)
    made(workbench, "Imported", BIG)
    workbench.store.set_meta("last_prompt", open_last).result(PATIENCE_S)
    assert new_prompt_lanes(workbench.store).lanes == (MINI,)


def test_samples_count_only_once_they_ran_with_a_real_model(bench: tuple[Workbench, Heard]) -> None:
    workbench, heard = bench
    made(workbench, "Mine", BIG)
    sample = workbench.store.get_meta(SAMPLE) or ""
    workbench.store.set_meta("last_prompt", sample).result(PATIENCE_S)
    assert new_prompt_lanes(workbench.store).lanes == (BIG,)
    tool_sample = workbench.store.get_meta(TOOL_SAMPLE) or ""
    workbench.store.set_meta("last_prompt", tool_sample).result(PATIENCE_S)
    assert new_prompt_lanes(workbench.store).lanes == (BIG,), "its cloud model is the product's choice"
    run = draft(echo(), cloud("openai/gpt-5.4-mini"))
    workbench.prompts.save_draft(sample, run).result(PATIENCE_S)
    assert workbench.runner.start_iteration(sample, run, based_on=None).wait(PATIENCE_S)
    heard.wait("ended")
    workbench.store.set_meta("last_prompt", sample).result(PATIENCE_S)
    assert [lane.model for lane in new_prompt_lanes(workbench.store).lanes] == ["echo", "openai/gpt-5.4-mini"]


def test_damaged_draft_is_passed_over(workbench: Workbench, tmp_path: Path) -> None:
    made(workbench, "Older", MINI)
    damaged = made(workbench, "Newer", BIG)
    with sqlite3.connect(tmp_path / "w.db") as beside:
        beside.execute(
            "UPDATE drafts SET body = '{' WHERE prompt_id = (SELECT id FROM prompts WHERE uid = ?)", (damaged,)
        )
    beside.close()
    assert new_prompt_lanes(workbench.store).lanes == (MINI,)


def test_archived_prompt_is_passed_over(workbench: Workbench) -> None:
    made(workbench, "Older", MINI)
    workbench.prompts.archive(made(workbench, "Newer", BIG)).result(PATIENCE_S)
    assert new_prompt_lanes(workbench.store).lanes == (MINI,)


def test_lane_at_a_removed_endpoint_is_left_out_and_said(workbench: Workbench) -> None:
    own = at_own_endpoint(workbench)
    made(workbench, "Mixed", MINI, own)
    assert new_prompt_lanes(workbench.store).lanes == (MINI, own)
    workbench.store.remove_endpoint(own.endpoint, utc_now()).result(PATIENCE_S)
    begun = new_prompt_lanes(workbench.store)
    assert begun.lanes == (MINI,)
    assert begun.sentence.startswith("own-model was left out, because its endpoint was removed.")


def test_built_in_model_stands_in_if_no_endpoint_is_left(workbench: Workbench) -> None:
    own = at_own_endpoint(workbench)
    made(workbench, "Mine", own)
    workbench.store.remove_endpoint(own.endpoint, utc_now()).result(PATIENCE_S)
    begun = new_prompt_lanes(workbench.store)
    assert [lane.endpoint for lane in begun.lanes] == [BUILTIN]
    assert "own-model" in begun.sentence
