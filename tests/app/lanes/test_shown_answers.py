"""Answers as checks see them."""

from __future__ import annotations

from workbench.app.lanes.shown_answers import checked_answer
from workbench.core.blocks import Tool
from workbench.core.runs import AnswerStep, Result, Timing


def test_answer_has_the_facts_of_its_call() -> None:
    steps = (AnswerStep("tool_call", "{}", "find"),)
    result = Result("finished", "late", finish_reason="stop", cost_usd=0.5, timing=Timing(0, 10, 20, 110), steps=steps)
    found = checked_answer(result, (("order", "7"),), (Tool("find"),))
    assert (found.text, found.values, found.finish_reason) == ("late", {"order": "7"}, "stop")
    assert (found.latency_ms, found.cost_usd, found.steps, found.tools) == (100, 0.5, steps, (Tool("find"),))
    assert checked_answer(Result("finished", ""), (), ()).latency_ms is None
