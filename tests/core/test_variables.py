"""Problems with the variables of a prompt."""

from __future__ import annotations

from workbench.core.blocks import Example
from workbench.core.content import Content, Message
from workbench.core.variables import VariableProblems, amiss, likely, renamed, repeats

CONTENT = Content(
    (Message("system", "Answer in {{langauge}}."), Message("user", "{{question}}")),
    examples=(Example("{{topic}}", "{{toen}}"), Example("{{off}}", "", enabled=False)),
)


def test_missing_misspelt_and_unused_variables_are_distinguished() -> None:
    values = {"language": "English", "question": "", "tone": "warm", "off": "x", "empty": ""}
    assert amiss(CONTENT, values) == VariableProblems(
        ("langauge", "topic", "toen"), (("langauge", "language"), ("toen", "tone")), ("language", "tone", "off")
    )


def test_valid_prompt_has_no_variable_problems() -> None:
    assert amiss(Content((Message("user", "{{a}}"),)), {"a": "1"}) == VariableProblems()
    assert amiss(Content(), {}) == VariableProblems()


def test_only_similar_names_are_suggested() -> None:
    assert likely("langauge", ["tone", "language"]) == "language"
    assert likely("order_nr", ["language"]) == ""
    assert likely("id", ["ix"]) == ""
    assert likely("name", ["name"]) == ""


def test_variable_is_renamed_everywhere() -> None:
    content = Content(
        (Message("system", "😀 {{langauge}} {{ langauge }} langauge {{langauges}}"), Message("user", "{{tone}}")),
        examples=(Example("{{langauge}}", "x"), Example("off", "{{langauge}}", enabled=False)),
    )
    mended = renamed(content, "langauge", "language")
    assert mended.messages[0].text == "😀 {{language}} {{ language }} langauge {{langauges}}"
    assert mended.messages[1] == content.messages[1]
    assert mended.examples == (Example("{{language}}", "x"), Example("off", "{{language}}", enabled=False))
    jinja = Content((Message("user", "{% if vpi %}{{ vpi | upper }}{% endif %} vpi"),), "jinja")
    assert renamed(jinja, "vpi", "vip").messages[0].text == "{% if vip %}{{ vip | upper }}{% endif %} vpi"


def test_value_sets_that_differ_only_in_unused_values_are_repeats() -> None:
    content = Content((Message("user", "{{a}} {{b}}"),))
    sets = [{"a": "1", "b": "2"}, {"a": "1", "b": "2", "other": "x"}, {"a": "1", "b": "3"}, {"b": "2", "a": "1"}]
    assert repeats(content, sets) == 2
    assert repeats(Content((Message("user", "Hello"),)), sets) == 3
    assert repeats(content, [{"a": "1"}, {"a": "1"}]) == 0, "incomplete sets are not sent"
    assert repeats(Content((Message("user", "{{ a }}"),), template="jinja"), [{}, {}]) == 1
    assert repeats(content, []) == 0
