"""Answers as checks see them."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.app.lanes.shown_answers import checked_answer, prompt_text
from workbench.core.blocks import Tool
from workbench.core.runs import AnswerStep, Result, Timing


def test_answer_has_the_facts_of_its_call() -> None:
    steps = (AnswerStep("tool_call", "{}", "find"),)
    result = Result("finished", "late", finish_reason="stop", cost_usd=0.5, timing=Timing(0, 10, 20, 110), steps=steps)
    found = checked_answer(result, (("order", "7"),), (Tool("find"),))
    assert (found.text, found.values, found.finish_reason) == ("late", {"order": "7"}, "stop")
    assert (found.latency_ms, found.cost_usd, found.steps, found.tools) == (100, 0.5, steps, (Tool("find"),))
    assert checked_answer(Result("finished", ""), (), ()).latency_ms is None


def test_json_values_are_objects_for_checks() -> None:
    values = (("order", '{"id": 7}'), ("note", "{ no JSON"), ("q", '{"id": 7}'))
    found = checked_answer(Result("finished", "late"), values, (), (("order", "json"), ("note", "json")))
    assert found.values == {"order": {"id": 7}, "note": "{ no JSON", "q": '{"id": 7}'}


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        ({"messages": [{"role": "user", "content": "Where?"}]}, "Where?"),
        (
            {"messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Wo? ü"}]},
            '[{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Wo? ü"}]',
        ),
        (
            {"messages": [{"role": "user", "content": [{"text": "See"}, {"image_url": "x"}, {"text": "this"}]}]},
            "See\nthis",
        ),
        ({"messages": [{"role": "user", "content": "x" * 1_000_001}]}, ""),
        ({"messages": "odd"}, ""),
        ({"messages": [1]}, ""),
        (None, ""),
    ],
)
def test_prompt_is_read_from_the_request(request_: Any, text: str) -> None:
    assert prompt_text(request_) == text
