"""Lanes for reuse: without what belongs to one prompt, each once, and only at endpoints that exist."""

from __future__ import annotations

from workbench.core.lanes import BUILTIN, ECHO, LITELLM, Lane, Params
from workbench.core.reused_lanes import available, calls_real_model, reusable

MINI, BIG = Lane("a", LITELLM, "acme/mini"), Lane("b", "own", "big", Params(temperature=0.2), samples=3)


def test_hidden_lanes_and_baselines_are_not_reused() -> None:
    hidden = Lane("c", LITELLM, "acme/hidden", hidden=True)
    baseline = Lane("d", LITELLM, "acme/kept", baseline="run-1")
    assert reusable([hidden, MINI, baseline, BIG]) == (MINI, BIG)


def test_lane_with_a_pinned_version_is_reused_once_and_without_its_label() -> None:
    pinned = Lane("c", LITELLM, "acme/mini", pinned=3, label="Before the rewrite")
    assert reusable([pinned, MINI]) == (Lane("c", LITELLM, "acme/mini"),)


def test_same_model_with_other_parameters_is_another_lane() -> None:
    warm = Lane("c", LITELLM, "acme/mini", Params(temperature=1.0), label="Warm")
    assert reusable([MINI, warm]) == (MINI, warm)


def test_lanes_at_removed_endpoints_are_left_out_and_named() -> None:
    found = available([MINI, BIG], {LITELLM, BUILTIN})
    assert found.lanes == (MINI,)
    assert found.sentence == "big was left out, because its endpoint was removed. Add a lane with another model."
    both = available([MINI, BIG, Lane("c", "own", "big")], set())
    assert both.sentence == (
        "mini and big were left out, because their endpoints were removed. Add lanes with other models."
    )
    assert available([MINI, BIG], {LITELLM, "own"}).sentence == ""


def test_built_in_model_and_echo_are_no_real_models() -> None:
    assert not calls_real_model([Lane("a", BUILTIN, "tiny"), Lane("b", ECHO, "echo")])
    assert calls_real_model([Lane("a", BUILTIN, "tiny"), BIG])
