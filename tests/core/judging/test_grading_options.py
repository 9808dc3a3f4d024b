"""Graders of promptfoo files."""

from __future__ import annotations

import json
from typing import Any

import pytest

from workbench.core.cases import Check, check_from_json, check_to_json
from workbench.core.judging.grading_options import OPTIONS, NamedModel, named_model, with_options


@pytest.mark.parametrize(
    ("kind", "provider", "chat", "embedding"),
    [
        ("llm-rubric", "openai:gpt-5", NamedModel("openai:gpt-5"), None),
        ("similar", "openai:embedding:e", NamedModel("openai:embedding:e"), NamedModel("openai:embedding:e")),
        ("answer-relevance", "openai:gpt-5", NamedModel("openai:gpt-5"), None),
        ("answer-relevance", {"text": "a", "embedding": {"id": "b"}}, NamedModel("a"), NamedModel("b")),
        ("answer-relevance", {"embedding": "b"}, None, NamedModel("b")),
        ("llm-rubric", {"id": "a", "config": {"temperature": 0}}, NamedModel("a", '{"temperature":0}'), None),
        ("llm-rubric", {"id": "a", "text": "b"}, NamedModel("b"), NamedModel("a")),
        ("llm-rubric", None, None, None),
        ("llm-rubric", ["a"], None, None),
        ("llm-rubric", {"config": {}}, None, None),
        ("llm-rubric", "", None, None),
    ],
)
def test_models_are_named(kind: str, provider: Any, chat: NamedModel | None, embedding: NamedModel | None) -> None:
    check = check_from_json({"type": kind, "provider": provider})
    assert named_model(check, "chat") == chat
    assert named_model(check, "embedding") == embedding
    assert named_model(Check(kind), "chat") is None


def test_options_of_a_test_are_those_of_its_judged_checks() -> None:
    options = {
        "provider": {"text": "a"},
        "rubricPrompt": [{"role": "user", "content": "x"}],
        "factuality": {"agree": 0.5},
    }
    assert set(options) == set(OPTIONS)
    given = {
        "type": "assert-set",
        "assert": [
            {"type": "llm-rubric", "value": "x"},
            {"type": "not-llm-rubric", "value": "x", "provider": "own", "rubricPrompt": "own"},
            {"type": "factuality", "value": "x", "config": {"other": 1}},
            {"type": "similar", "value": "x"},
            {"type": "contains", "value": "x"},
        ],
    }
    found = check_to_json(with_options(check_from_json(given), options))["assert"]
    graded = {"provider": options["provider"], "rubricPrompt": options["rubricPrompt"]}
    assert found == [
        {"type": "llm-rubric", "value": "x", **graded},
        {"type": "not-llm-rubric", "value": "x", "provider": "own", "rubricPrompt": "own"},
        {"type": "factuality", "value": "x", **graded, "config": {"other": 1, "factuality": {"agree": 0.5}}},
        {"type": "similar", "value": "x", "provider": options["provider"]},
        {"type": "contains", "value": "x"},
    ]
    assert with_options(check_from_json(given), {}) == check_from_json(given)


def test_scores_that_a_check_has_are_kept() -> None:
    check = check_from_json({"type": "factuality", "config": {"factuality": {"agree": 0}}})
    assert json.loads(with_options(check, {"factuality": {"agree": 1}}).config) == {"factuality": {"agree": 0}}
