"""Presets of lanes: saved, renamed, removed, and what new prompts start with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.usecases.making import PATIENCE_S, cloud, draft, opened
from workbench.core.lane_presets import LanePreset
from workbench.core.lanes import Lane, Params
from workbench.host.clock import utc_now
from workbench.usecases.endpoints import EndpointForm
from workbench.usecases.lane_presets import LanePresets
from workbench.usecases.new_prompt_lanes import new_prompt_lanes
from workbench.usecases.problems import RefusedError
from workbench.usecases.workbench import Workbench

MINI, BIG = replace(cloud("acme/mini", "a"), params=Params(temperature=0.2)), cloud("acme/big", "b")


@pytest.fixture
def workbench(tmp_path: Path) -> Iterator[Workbench]:
    with opened(tmp_path) as (made, _):
        yield made


@pytest.fixture
def presets(workbench: Workbench) -> LanePresets:
    return LanePresets(workbench.store)


def test_new_prompt_starts_with_the_chosen_preset_instead_of_the_last_used_lanes(
    workbench: Workbench, presets: LanePresets
) -> None:
    presets.save("Two clouds", [MINI, BIG]).result(PATIENCE_S)
    uid, stored = workbench.prompts.create("Newer", draft(cloud("acme/other")))
    stored.result(PATIENCE_S)
    workbench.store.set_meta("last_prompt", uid).result(PATIENCE_S)
    assert [lane.model for lane in new_prompt_lanes(workbench.store).lanes] == ["acme/other"]
    presets.start_with("Two clouds").result(PATIENCE_S)
    assert new_prompt_lanes(workbench.store).lanes == (MINI, BIG)
    presets.remove("Two clouds").result(PATIENCE_S)
    assert [lane.model for lane in new_prompt_lanes(workbench.store).lanes] == ["acme/other"]


def test_lane_of_a_preset_at_a_removed_endpoint_is_left_out_and_said(
    workbench: Workbench, presets: LanePresets
) -> None:
    saved = workbench.endpoints.save(EndpointForm("Mine", "http://127.0.0.1:9/v1"), session_only=True)
    saved.done.result(PATIENCE_S)
    own = Lane("z", saved.endpoint.uid, "own-model")
    presets.save("Mixed", [MINI, own]).result(PATIENCE_S)
    presets.start_with("Mixed").result(PATIENCE_S)
    assert presets.usable([MINI, own]).sentence == ""
    workbench.store.remove_endpoint(own.endpoint, utc_now()).result(PATIENCE_S)
    assert presets.usable([MINI, own]).lanes == (MINI,)
    begun = new_prompt_lanes(workbench.store)
    assert begun.lanes == (MINI,)
    assert begun.sentence.startswith("own-model was left out, because its endpoint was removed.")


def test_preset_needs_a_name_and_a_lane_that_runs(presets: LanePresets) -> None:
    with pytest.raises(RefusedError, match="needs a name"):
        presets.save("  ", [MINI])
    with pytest.raises(RefusedError, match="at most 60"):
        presets.save("x" * 61, [MINI])
    with pytest.raises(RefusedError, match="No lane runs"):
        presets.save("Hidden", [replace(MINI, hidden=True)])
    presets.save("  Two \n clouds ", [MINI, BIG]).result(PATIENCE_S)
    assert presets.read().presets == (LanePreset("Two clouds", (MINI, BIG)),)


def test_removed_preset_is_put_back_as_what_new_prompts_start_with(presets: LanePresets) -> None:
    presets.save("fast", [MINI]).result(PATIENCE_S)
    presets.start_with("fast").result(PATIENCE_S)
    before = presets.read()
    preset = before.get("fast")
    assert preset is not None
    presets.remove("fast").result(PATIENCE_S)
    assert presets.read().first == ""
    presets.put_back(preset, is_first=True).result(PATIENCE_S)
    assert presets.read() == before
    presets.rename("fast", " quick ").result(PATIENCE_S)
    assert (presets.read().first, presets.read().get("fast")) == ("quick", None)
