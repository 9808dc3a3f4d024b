"""The generated promptfoo configuration.

Nunjucks is not available here. Jinja stands in: it renders the subset that we write (variables, strings, the filter
`load`) in the same way. The assumed behaviour of the real promptfoo (values that it changes, a stray `#}` that it
refuses) was verified by running it on these texts.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from tests import depth
from tests.corpus import EXACT_TEXTS
from tests.packs.making import FILES, FIRST, PACK, one, prompt
from workbench.core.blocks import Attachment, Example, OutputFormat, Tool
from workbench.core.cases import Case, Check
from workbench.core.content import Content, Message
from workbench.core.lanes import LITELLM, Lane, Params
from workbench.core.rendered_content import fill_plain
from workbench.core.templates import content_variables
from workbench.core.text import unify_newlines
from workbench.packs.pack_contents import Pack, PackAbout, PackPrompt
from workbench.packs.promptfoo_config import write

pieces = st.lists(
    st.sampled_from(
        ["{", "}", "{{", "}}", "%", "#", "x", "{{x}}", "{{ y }}", " ", "\n", "-", "'", '"', "\\", "{%", "%}"]
    )
    | st.sampled_from(
        ["{{true}}", "{#", "#}", "{% raw %}", "{{{x}}}", "é", "{{é}}", "$&", "file://x", "{{constructor}}"]
    ),
    max_size=10,
).map("".join)


def config(pack: Pack) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(write(pack))
    return read


def rendered(made: dict[str, Any], number: int) -> list[dict[str, str]]:
    """Return the first prompt as promptfoo renders it with the values of a test."""
    values = {}
    for name, value in made["tests"][number]["vars"].items():
        assert not value.startswith(("file://", "package:")), "promptfoo would load that file"
        assert not re.search(r"\{\{\s*\w+\s*\}\}", value), "promptfoo would replace the placeholder"
        assert not value.endswith("\n"), "promptfoo would drop the line end"
        values[name] = value
    environment = Environment(keep_trailing_newline=True, newline_sequence="\n")
    environment.filters["load"] = json.loads
    messages = []
    for message in json.loads(made["prompts"][0]["raw"]):
        assert "#}" not in message["content"].replace("'#}'", ""), "Nunjucks refuses it outside of strings"
        # Jinja normalises line ends in templates; Nunjucks does not.
        template = message["content"].replace("\r", "\ue000")
        messages.append(
            {**message, "content": environment.from_string(template).render(values).replace("\ue000", "\r")}
        )
    return messages


def same(content: Content, values: dict[str, str]) -> None:
    case = Case("1", "", tuple(values.items()))
    made = config(one(content, cases=(case,)))
    sent = fill_plain(content, values).messages
    if all(m.text for m in content.messages) and len(sent) == len(json.loads(made["prompts"][0]["raw"])):
        assert rendered(made, 0) == [{"role": m.role, "content": m.text} for m in sent]


@depth.examples(80, 4500)
@given(pieces, pieces, st.lists(pieces, min_size=4, max_size=4))
def test_promptfoo_renders_any_prompt_like_the_workbench(text: str, user: str, values: list[str]) -> None:
    content = Content(
        (Message("system", f"S{text}"), Message("user", f"U{user}")), examples=(Example("q" + text, "a"),)
    )
    names = content_variables(content)
    same(content, dict(zip(names, [*values, *values], strict=False)))


@pytest.mark.parametrize("name", EXACT_TEXTS)
def test_promptfoo_renders_exact_texts_unchanged(name: str) -> None:
    text = unify_newlines(EXACT_TEXTS[name])
    content = Content((Message("user", f"{text}{{{{value_}}}}"),))
    same(content, dict.fromkeys(content_variables(content), text))


def test_lanes_become_providers_with_parameters_and_tools() -> None:
    content = Content(
        (Message("user", "{{x}}"),),
        output=OutputFormat("schema", '{"type": "object"}', "ans"),
        tools=(Tool("look", "Looks.", "{}"),),
    )
    lanes = (
        Lane(
            "a",
            LITELLM,
            "openai/gpt-5.4-mini",
            Params(temperature=0.5, stop=("END",), extra='{"user": "u"}'),
            label="A",
        ),
        Lane("b", LITELLM, "claude-haiku-4.5", Params(max_tokens=9, seed=1)),
        Lane("c", LITELLM, "openrouter/meta/llama-5"),
        Lane("d", "builtin", "SmolLM2-135M-Instruct"),
        Lane("e", LITELLM, "gpt-5", hidden=True),
        Lane("f", LITELLM, "somebody/else"),
    )
    made = config(one(content, lanes=lanes))
    first, second, third = made["providers"]
    assert (first["id"], first["label"]) == ("openai:chat:gpt-5.4-mini", "A")
    assert first["config"]["temperature"] == 0.5
    assert first["config"]["passthrough"] == {"user": "u"}
    assert first["config"]["tools"][0]["function"]["name"] == "look"
    assert first["config"]["response_format"]["json_schema"]["name"] == "ans"
    assert second == {"id": "anthropic:messages:claude-haiku-4.5", "config": {"max_tokens": 9}}
    assert third["id"] == "openrouter:meta/llama-5"
    assert third["config"]["omitDefaults"] is True, "without it promptfoo sends its own temperature and limit"
    assert third["config"]["tools"] == first["config"]["tools"]


def test_tool_with_template_syntax_is_passed_through() -> None:
    content = Content((Message("user", "x"),), tools=(Tool("look", "Looks {{up}} {#", "{}"),))
    made = config(one(content, lanes=(Lane("a", LITELLM, "gpt-5"),)))
    assert "tools" not in made["providers"][0]["config"]
    assert made["providers"][0]["config"]["passthrough"]["tools"][0]["function"]["description"] == "Looks {{up}} {#"


def test_cases_become_tests() -> None:
    (test,) = config(
        one(
            Content((Message("user", "{{x}}"),)),
            cases=(
                Case(
                    "1",
                    "Late",
                    (("x", "1"), ("unused", "2")),
                    (Check("icontains", True, '"a"'),),
                    0.5,
                    '{"k":1}',
                    '{"options":{"prefix":"p"}}',
                ),
            ),
        )
    )["tests"]
    assert test == {
        "description": "Late",
        "vars": {"x": "1", "unused": "2"},
        "assert": [{"type": "not-icontains", "value": "a"}],
        "threshold": 0.5,
        "metadata": {"k": 1},
        "options": {"prefix": "p"},
    }


def test_tests_and_providers_are_bound_to_their_prompts() -> None:
    def small(slug: str) -> PackPrompt:
        content = Content((Message("user", f"{slug} {{{{x}}}}"),))
        return prompt(content, slug=slug, values=(("x", "1"),), lanes=(Lane("a", LITELLM, "gpt-5"),))

    made = config(Pack(PackAbout("u", "Two"), (small("a"), small("b"))))
    assert [test["prompts"] for test in made["tests"]] == [["a"], ["b"]]
    gpt = {"id": "openai:chat:gpt-5", "config": {"omitDefaults": True}}
    assert made["providers"] == [{**gpt, "prompts": ["a", "b"]}]
    silent = prompt(Content((Message("user", "{{x}}"),)), slug="c")
    assert config(Pack(PackAbout("u", "Two"), (small("a"), silent)))["providers"] == [
        {**gpt, "prompts": ["a"]},
        {"id": "echo", "prompts": ["c"]},
    ]


def test_providers_of_several_prompts_have_unique_labels() -> None:
    """promptfoo looks their prompts up by label, else id, and every provider stands under its id, too."""

    def small(slug: str, label: str = "", **params: float) -> PackPrompt:
        lane = Lane("a", LITELLM, "gpt-5", Params(**params), label=label)  # type: ignore[arg-type]
        return prompt(Content((Message("user", f"{slug} {{{{x}}}}"),)), slug=slug, lanes=(lane,))

    twice = prompt(
        FIRST,
        slug="f",
        lanes=(
            Lane("a", LITELLM, "gpt-5", Params(temperature=0.6)),
            Lane("b", LITELLM, "gpt-5", Params(temperature=0.7)),
        ),
    )
    prompts = (
        small("a", temperature=0.1),
        small("b", temperature=0.2),
        small("c", "Mine", temperature=0.3),
        small("d", "Mine", temperature=0.4),
        small("e", "openai:chat:gpt-5 (a)", temperature=0.5),
        twice,
    )
    made = config(Pack(PackAbout("u", "Many"), prompts))["providers"]
    names = [one.get("label", one["id"]) for one in made]
    assert [one["prompts"] for one in made] == [["a"], ["b"], ["c"], ["d"], ["e"], ["f"], ["f"]]
    assert len({*names, *(one["id"] for one in made)}) == len(made) + 1
    assert names[1:4] == ["openai:chat:gpt-5 (b)", "Mine (c)", "Mine (d)"]


def test_checks_refer_to_values_as_encoded_in_the_test() -> None:
    content = Content((Message("user", "{{x}} {{true}} {{y}}"),))
    check = Check(
        "assert-set",
        checks=(
            Check("contains", value='"{{x}} {{ x | upper }} {{y}} {{ true }} {{z}}"'),
            Check("llm-rubric", value='{"a": ["{{x}}"]}', rubric_prompt='"{{x}}"'),
            Check("javascript", value='"output == 1"', transform="{{x}}"),
        ),
    )
    cases = (Case("1", "", (("x", "1\n"), ("true", "2"), ("y", "3")), (check,)),)
    (test,) = config(one(content, cases=cases))["tests"]
    assert test["vars"] == {"x": '"1\\n"', "var_true": "2", "y": "3"}
    first, second, third = test["assert"][0]["assert"]
    assert first["value"] == "{{x | load}} {{ x | load | upper }} {{y}} {{ var_true }} {{z}}"
    assert second == {"type": "llm-rubric", "value": {"a": ["{{x | load}}"]}, "rubricPrompt": "{{x | load}}"}
    assert third["transform"] == "{{x}}"


def test_unsupported_features_are_noted_in_the_header() -> None:
    content = Content((Message("user", "{{ x|upper }}", (Attachment(FILES[0].hash, "image/png", "a.png"),)),), "jinja")
    head = write(one(content)).decode().partition("description:")[0]
    assert "Jinja" in head
    assert "attachments" in head
    assert "so echo is used" in head
    assert head.startswith("# yaml-language-server: $schema=https://promptfoo.dev/config-schema.json\n")
    assert "echo" not in write(PACK).decode()


def test_checks_for_all_cases_are_a_default_test() -> None:
    content = Content((Message("user", "{{true}} {{x}}"),))
    checks = (Check("contains", value='"{{true}}"'), Check("is-json"))
    cases = (Case("c", "One", (("x", "1"),), (Check("equals", value='"1"'),)),)
    made = config(one(content, cases=cases, checks=checks, threshold=0.5))
    assert made["defaultTest"] == {
        "assert": [{"type": "contains", "value": "{{var_true}}"}, {"type": "is-json"}],
        "threshold": 0.5,
    }
    assert made["tests"][0]["assert"] == [{"type": "equals", "value": "1"}]
    assert "defaultTest" not in config(one(content, cases=cases))


def test_checks_for_all_cases_of_one_of_several_prompts_are_in_its_tests() -> None:
    content = Content((Message("user", "{{x}}"),))
    first = prompt(content, slug="first", checks=(Check("is-json"),), threshold=0.5)
    cases = (Case("c", "One", (("x", "1"),), (Check("equals", value='"1"'),), 0.9),)
    second = prompt(content, slug="second", cases=cases)
    made = config(Pack(PackAbout("pack", "Two"), (first, replace(first, slug="third", cases=cases), second)))
    assert "defaultTest" not in made
    assert [(test.get("assert"), test.get("threshold")) for test in made["tests"]] == [
        ([{"type": "is-json"}], 0.5),
        ([{"type": "is-json"}, {"type": "equals", "value": "1"}], 0.9),
        ([{"type": "equals", "value": "1"}], 0.9),
    ]


def test_value_that_only_a_check_uses_is_a_variable() -> None:
    content = Content((Message("user", "{{x}}"),))
    check = Check("equals", value='"{{want}} {{true}} {{odd}}"')
    case = Case("1", "", (("x", "1"), ("want", "2"), ("true", "3"), ("odd", "a{#b#}c")), (check,))
    (test,) = config(one(content, cases=(case,)))["tests"]
    assert test["vars"] == {"x": "1", "want": "2", "var_true": "3", "odd": '"a\\u007b#b#\\u007dc"'}
    assert test["assert"][0]["value"] == "{{want}} {{var_true}} {{odd | load}}"
    assert test["metadata"] == {"workbench": {"json": ["odd"], "names": {"var_true": "true"}}}


@pytest.mark.parametrize("value", ["{% raw %}", "a #} b", "{# c #}", "{{x}}", "end\n", "file://x"])
def test_value_that_promptfoo_would_change_is_written_as_json_without_templates(value: str) -> None:
    content = Content((Message("user", "{{x}}"),))
    (test,) = config(one(content, cases=(Case("1", "", (("x", value),)),)))["tests"]
    written = test["vars"]["x"]
    assert json.loads(written) == value
    assert not re.search(r"\{[{%#]|#\}|\Afile://|\n\Z", written)


def test_parts_of_a_case_that_promptfoo_has_no_place_for_are_metadata() -> None:
    case = Case("1", "", (("x", "1"),), metadata='{"k":1}', expectation="E", tags=("t",), cluster="c", notes="n")
    content = Content((Message("user", "{{x}}"),))
    (test,) = config(one(content, cases=(case,)))["tests"]
    further = {"expectation": "E", "tags": ["t"], "cluster": "c", "notes": "n"}
    assert test["metadata"] == {"workbench": further, "k": 1}
    (test,) = config(one(Content((Message("user", "{{ x }}"),), "jinja"), cases=(case,)))["tests"]
    assert test["metadata"]["workbench"] == further
