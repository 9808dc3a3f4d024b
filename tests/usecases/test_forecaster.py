"""Forecasts of a run, computed with the real catalogue and prices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.usecases.making import PATIENCE_S, cloud, echo, new_prompt, opened
from workbench.core.blocks import Attachment, Tool
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft, ValueSet
from workbench.core.forecast import LaneForecast
from workbench.core.lanes import Lane
from workbench.core.money import Rates
from workbench.usecases.endpoints import EndpointForm
from workbench.usecases.workbench import Workbench

LONG = "Be kind to customers. " * 100
CLAUDE = "anthropic/claude-haiku-4-5"


@pytest.fixture
def workbench(tmp_path: Path) -> Iterator[Workbench]:
    with opened(tmp_path, {}) as (made, _):
        made.start_engine()
        yield made


def asked(*messages: Message, lane: Lane, tools: tuple[Tool, ...] = ()) -> Draft:
    return Draft(Content(messages, tools=tools), (), (lane,))


def forecast(workbench: Workbench, draft: Draft) -> LaneForecast:
    (lane,) = workbench.forecaster.forecast(new_prompt(workbench), draft).lanes
    return lane


def test_cache_breakpoint_turns_the_input_cost_into_a_range(workbench: Workbench) -> None:
    """Up to the last breakpoint, with the tools that come before all messages, and no further."""
    messages = (Message("system", LONG, cache=True), Message("user", "Hi"), Message("assistant", "Ho", cache=True))
    draft = asked(*messages, Message("user", LONG), lane=cloud(CLAUDE))
    lane = forecast(workbench, draft)
    rates = lane.rates
    assert rates is not None
    assert rates.cached is not None
    assert rates.written is not None
    assert rates.cached < rates.input < rates.written
    system, hi, ho, _ = lane.counts[0].parts
    assert lane.cacheable == system + hi + ho + 3 * 4
    given = lane.input_cost
    assert given is not None
    rest = lane.input - lane.cacheable
    assert given.low == pytest.approx(rest * rates.input + lane.cacheable * rates.cached)
    assert given.high == pytest.approx(rest * rates.input + lane.cacheable * rates.written)
    with_tools = replace(draft, content=replace(draft.content, tools=(Tool("look", "Looks things up."),)))
    more = forecast(workbench, with_tools)
    assert more.cacheable - lane.cacheable == more.input - lane.input > 0


def test_pictures_are_cacheable_only_before_the_breakpoint(workbench: Workbench) -> None:
    picture = (Attachment("0" * 64, "image/png", "a.png"),)
    before = forecast(workbench, asked(Message("user", "Hi", picture, cache=True), lane=cloud(CLAUDE)))
    after = forecast(
        workbench, asked(Message("system", "Hi", cache=True), Message("user", "Hi", picture), lane=cloud(CLAUDE))
    )
    assert before.cacheable > 800 > after.cacheable > 0


def test_without_a_breakpoint_the_input_has_one_price(workbench: Workbench) -> None:
    lane = forecast(workbench, asked(Message("system", LONG), lane=cloud(CLAUDE)))
    given = lane.input_cost
    assert given is not None
    assert (lane.cacheable, given.low) == (0, given.high)


def test_breakpoints_that_are_not_sent_do_not_affect_the_forecast(workbench: Workbench) -> None:
    saved = workbench.endpoints.save(EndpointForm("Mine", "http://127.0.0.1:9/v1"))
    saved.done.result(PATIENCE_S)
    for lane in (cloud("gpt-5-mini"), Lane("a", saved.endpoint.uid, "claude-haiku-4-5"), echo()):
        assert forecast(workbench, asked(Message("system", LONG, cache=True), lane=lane)).cacheable == 0


def test_manual_price_has_no_cache_range(workbench: Workbench) -> None:
    workbench.pricing.set_price("litellm", CLAUDE, Rates(1e-3, 1e-2))
    lane = forecast(workbench, asked(Message("system", LONG, cache=True), lane=cloud(CLAUDE)))
    given = lane.input_cost
    assert given is not None
    assert lane.cacheable > 0
    assert given.low == given.high == pytest.approx(lane.input * 1e-3)


@pytest.mark.parametrize("lane", [replace(echo(), samples=3), Lane("gone", "e-removed", "m", samples=3)])
def test_calls_are_counted_for_lanes_without_token_counts(workbench: Workbench, lane: Lane) -> None:
    """A limit on calls is about every call, also of a lane whose model counts nothing."""
    sets = tuple(ValueSet(f"s{number}", "", (("a", str(number)),), ticked=True) for number in range(2))
    draft = replace(asked(Message("user", "{{a}}"), lane=lane), sets=sets)
    assert forecast(workbench, draft).calls == 2 * 3
