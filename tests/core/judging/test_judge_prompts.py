"""Shipped judge prompts, rubricPrompts, and what is filled in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from workbench.core import chat_form
from workbench.core.cases import Check, check_from_json
from workbench.core.checks.check_types import CHECK_TYPES
from workbench.core.content import Content, Message, content_hash
from workbench.core.judging import judged_checks
from workbench.core.judging.judge_prompts import (
    PROMPT_TYPES,
    PROMPTFOO_NAMES,
    default_content,
    effective_content,
)
from workbench.core.judging.judged_checks import most_calls, next_questions, question_problem
from workbench.core.judging.questions import JudgedAnswer
from workbench.core.judging.verdict_reading import CATEGORIES
from workbench.core.output_check import schema_problem
from workbench.core.templates import content_variables

JUDGED = [row for row in CHECK_TYPES.values() if row.judged]
WANTED = {
    "llm-rubric": {"output", "rubric"},
    "factuality": {"input", "ideal", "output"},
    "model-graded-closedqa": {"input", "output", "criteria"},
    "answer-relevance": {"output"},
    "select-best": {"input", "first", "second", "criteria"},
}
ANSWER = JudgedAnswer("It is {{ late }}.", "Where is it?", {"output": "mine", "day": "Friday"}, "On its way.", "Soon.")


def test_every_judged_type_is_asked_about_and_read() -> None:
    names = {row.name for row in JUDGED}
    assert judged_checks._TYPES.keys() == names
    assert {row.name for row in JUDGED if row.needs_judge} == PROMPT_TYPES.keys() == PROMPTFOO_NAMES.keys()
    assert {row.name for row in JUDGED if most_calls(Check(row.name)) > 1} == {"answer-relevance", "select-best"}
    assert most_calls(Check("contains")) == 0


@pytest.mark.parametrize("kind", PROMPT_TYPES)
def test_shipped_prompt_is_complete(kind: str) -> None:
    content = default_content(kind)
    assert set(content_variables(content)) == WANTED[PROMPT_TYPES[kind]]
    assert content.template == "plain"
    assert content.messages[-1].role == "user"
    assert content_hash(content) == content_hash(default_content(kind))
    if kind == "answer-relevance":
        assert content.output is None
        return
    assert content.output is not None
    assert schema_problem(content.output) == ""
    assert chat_form.format_form(content.output)["json_schema"]["strict"] is True
    # The system message asks for the fields of the schema in its order: reasons come before verdicts.
    fields = list(json.loads(content.output.schema)["properties"])
    assert fields[0] == "reason"
    places = [content.messages[0].text.index(f'- "{field}"') for field in fields]
    assert places == sorted(places)


def test_factuality_explains_every_category() -> None:
    schema = default_content("factuality").output
    assert schema is not None
    assert json.loads(schema.schema)["properties"]["category"]["enum"] == list(CATEGORIES)
    assert all(f"- {category}: " in default_content("factuality").messages[0].text for category in CATEGORIES)


def test_types_without_a_judge_have_no_prompt() -> None:
    with pytest.raises(ValueError, match="similar has no judge prompt"):
        default_content("similar")


def _asked(content: Content, **check: Any) -> list[tuple[str, str]]:
    questions = next_questions(check_from_json({"type": "llm-rubric", "value": "polite", **check}), ANSWER, content, ())
    assert len(questions) == 1
    return [(message.role, message.text) for message in questions[0].messages]


def test_variables_of_a_case_do_not_replace_the_answer_and_nothing_is_filled_twice() -> None:
    (question,) = next_questions(
        check_from_json({"type": "llm-rubric", "value": "names {{day}}"}), ANSWER, default_content("llm-rubric"), ()
    )
    assert "<answer>\nIt is {{ late }}.\n</answer>" in question.messages[-1].text
    assert question.values == (("output", "It is {{ late }}."), ("rubric", "names Friday"))
    assert question.output == default_content("llm-rubric").output


def test_own_judge_prompts_have_all_variables() -> None:
    names = ["input", "output", "completion", "answer", "rubric", "criteria", "ideal", "expectation", "day", "no"]
    ((_, told),) = _asked(Content((Message("user", " ".join(f"{{{{{name}}}}}" for name in names)),)))
    assert told == f"Where is it? {f'{ANSWER.text} ' * 3}polite polite polite On its way. Friday {{{{no}}}}"


def test_values_that_are_no_texts_are_json() -> None:
    answer = JudgedAnswer("x", values={"order": {"n": [1]}, "list": ["a", {"b": 2}]})
    for prompt, told in ((Content((Message("user", "{{order}} {{list}}"),)), '{"n":[1]} ["a",{"b":2}]'),):
        (question,) = next_questions(check_from_json({"type": "llm-rubric", "value": "x"}), answer, prompt, ())
        assert question.messages[0].text == told
        assert question.values == (("order", '{"n":[1]}'), ("list", '["a",{"b":2}]'))
    own = check_from_json({"type": "llm-rubric", "rubricPrompt": "{{order}} {{list}}"})
    (question,) = next_questions(own, answer, Content(), ())
    # As promptfoo prints them.
    assert question.messages[0].text == '{"n":[1]} a,{"b":2}'


def test_jinja_judge_prompts_are_filled_in() -> None:
    content = Content((Message("user", "{{ rubric | upper }} {{ no }}{# remark #}"),), "jinja")
    assert _asked(content) == [("user", "POLITE ")]


@pytest.mark.parametrize(
    ("prompt", "messages"),
    [
        ("By {{rubric}}: {{output}}", [("user", f"By polite: {ANSWER.text}")]),
        ([{"role": "developer", "content": "{{ day }}"}], [("system", "Friday")]),
        ('[{"role": "system", "content": "{{day}}"}]', [("system", "Friday")]),
        ("- role: assistant\n  content: '{{rubric}}'", [("assistant", "polite")]),
        ([{"role": "user", "content": [{"type": "text", "text": "a"}, "b"]}], [("user", "a\nb")]),
        ("[not messages] {{rubric}}", [("user", "[not messages] polite")]),
        ("{{expectation}}{{input}}!", [("user", "!")]),
        ({}, None),
        ("", None),
        (None, None),
    ],
)
def test_rubric_prompt_replaces_the_judge_prompt(prompt: Any, messages: list[tuple[str, str]] | None) -> None:
    other = Content((Message("user", "another"),))
    assert _asked(other, rubricPrompt=prompt) == (messages or [("user", "another")])
    own = effective_content(check_from_json({"type": "llm-rubric", "rubricPrompt": prompt}), other)
    assert (own is other) == (messages is None)
    assert own.output is None


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"rubricPrompt": "file://grade.txt"}, "The rubricPrompt of the check is in a file, which is not read here."),
        ({"rubricPrompt": 5}, "The rubricPrompt of the check is neither a text nor a list of messages."),
        ({"rubricPrompt": {"steps": "x"}}, "The rubricPrompt of the check is neither a text nor a list of messages."),
        ({"rubricPrompt": [{"role": "tool", "content": "x"}]}, "A message of the rubricPrompt needs a role"),
        ({"rubricPrompt": ["x"]}, "A message of the rubricPrompt needs a role"),
        (
            {"rubricPrompt": "{% if x %}y{% endif %}"},
            "Tags such as {% if %} in the judge prompt are not evaluated here.",
        ),
        ({"rubricPrompt": "a #}"}, "The judge prompt has “#}” without “{#”. Remove it."),
        ({"rubricPrompt": "{{ day | oops }}"}, "The filter “oops” in the judge prompt is not evaluated here."),
        ({"rubricPrompt": "{{ nothing }}"}, "The judge prompt is empty. Write one."),
        ({"value": "{{ 1 + 1 }}"}, "The template “{{ 1 + 1 }}” in the value of the check is not evaluated here."),
        ({"value": ""}, "Enter what the judge has to look for."),
        ({"value": 3}, "The requirement is a number. Write it as a text."),
        ({"value": "file://x.py"}, "The value of the check is in a file, which is not read here."),
        ({"threshold": "0.5"}, "The threshold of the check is not a number. Correct it."),
        ({"transform": "output.trim()"}, "The check transforms the answer by code, which is not run here."),
    ],
)
def test_what_cannot_be_asked_is_told(data: dict[str, Any], sentence: str) -> None:
    check = check_from_json({"type": "llm-rubric", "value": "polite", **data})
    content = default_content("llm-rubric")
    assert question_problem(check, ANSWER, content).startswith(sentence)
    assert next_questions(check, ANSWER, content, ()) == ()
    found = judged_checks.judged_result(check, ANSWER, ())
    assert (found.state, found.score) == ("unscored", None)
    assert found.reason.startswith(sentence)


def test_a_mistake_in_the_judge_prompt_is_told() -> None:
    content = Content((Message("user", "{% for x in y %}"),), "jinja")
    check = check_from_json({"type": "llm-rubric", "value": "polite"})
    assert (
        question_problem(check, ANSWER, content) == "Tags such as {% if %} in the judge prompt are not evaluated here."
    )
    assert question_problem(check, ANSWER, default_content("llm-rubric")) == ""
    assert question_problem(check, ANSWER, Content()) == "The judge prompt is empty. Write one."
