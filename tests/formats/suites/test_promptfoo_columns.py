"""Providers become columns only if they are known; keys and addresses are never used silently."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.formats.suites.promptfoo_files import lost, suite_of
from workbench.core.provider_table import ROWS
from workbench.core.providers import PROVIDERS
from workbench.core.testing.imported_suite import ImportedSuite
from workbench.formats.suites.promptfoo_csv import read_row
from workbench.formats.suites.promptfoo_providers import PROVIDER_NAMES
from workbench.formats.suites.suite_format import SuiteFileError


def suite_with(providers: str, **files: str) -> ImportedSuite:
    return suite_of(f'prompts: ["{{{{x}}}}"]\nproviders: {providers}\ntests: [{{vars: {{x: a}}}}]\n', **files)


@pytest.mark.parametrize(
    ("source", "model"),
    [
        ("openai:gpt-5-mini", "openai/gpt-5-mini"),
        ("openai:chat:gpt-5-mini", "openai/gpt-5-mini"),
        ("openai:responses:gpt-5", "openai/gpt-5"),
        ("openai:chat:ft:gpt-4o:org::id", "openai/ft:gpt-4o:org::id"),
        ("anthropic:messages:claude-haiku-4-5", "anthropic/claude-haiku-4-5"),
        ("anthropic:claude-haiku-4-5", "anthropic/claude-haiku-4-5"),
        ("google:gemini-3-flash", "gemini/gemini-3-flash"),
        ("vertex:gemini-3-flash", "vertex_ai/gemini-3-flash"),
        ("mistral:mistral-small-latest", "mistral/mistral-small-latest"),
        ("groq:llama-3.3-70b", "groq/llama-3.3-70b"),
        ("ollama:chat:llama3.2:3b", "ollama_chat/llama3.2:3b"),
        ("openrouter:a/b:free", "openrouter/a/b:free"),
        ("azure:chat:my-deployment", "azure/my-deployment"),
        ("bedrock:us.anthropic.claude-v1:0", "bedrock/us.anthropic.claude-v1:0"),
        ("litellm:groq/x", "groq/x"),
        ("echo", "echo"),
    ],
)
def test_known_providers_become_models(source: str, model: str) -> None:
    (column,) = suite_with(f"['{source}']").columns
    assert (column.model, column.source) == (model, source)
    assert column.endpoint == ("echo" if source == "echo" else "litellm")


@pytest.mark.parametrize(
    "source",
    [
        *("openai:embedding:x", "openai:image:gpt-image-1", "exec:a", "python:a.py", "file://a.py", "a.js"),
        *("http://localhost/x", "https://x", "webhook:x", "foo:bar", "openai:", "huggingface:text-generation:x", "mcp"),
    ],
)
def test_other_providers_have_no_model_and_a_reason(source: str) -> None:
    suite = suite_with(f"['{source}', echo]")
    assert (suite.columns[0].endpoint, suite.columns[0].model) == ("", "")
    assert f"providers[0]: “{source}” cannot be asked here." in lost(suite, "refused")
    assert suite.groups()[0].cells == ((0, 1),)


def test_every_name_leads_to_a_provider() -> None:
    assert all(provider in PROVIDERS for provider in PROVIDER_NAMES.values() if provider)
    for row in ROWS:
        if row.promptfoo is not None:
            assert PROVIDERS[PROVIDER_NAMES[row.promptfoo.name]].name == row.name


def test_settings_become_parameters_and_the_rest_is_named() -> None:
    suite = suite_with(
        "[{id: openai:gpt-5, label: five, delay: 5, transform: output.x, config: {temperature: 0.5, max_tokens: 9, "
        "stop: [x], seed: 1, reasoning_effort: low, passthrough: {top_k: 4}, tool_choice: auto, apiKey: sk-1, "
        "foo: bar, organization: o}}]"
    )
    (column,) = suite.columns
    assert column.title == "five"
    assert dict(column.params.values) == {
        "temperature": 0.5,
        "max_tokens": 9,
        "stop": ("x",),
        "seed": 1,
        "reasoning_effort": "low",
        "top_k": 4,
    }
    said = lost(suite)
    assert "providers[0]: Not used: delay and transform. Answers are checked as they come" in said
    assert "providers[0].config: Not sent: tool_choice, foo and organization." in said
    assert "Keys in the file are not used." in said
    assert "sk-1" not in repr(suite)


TOOL = "{type: function, function: {name: find, description: Finds., parameters: {type: object}}}"
FORMAT = "{type: json_schema, json_schema: {name: answer, schema: {type: object}}}"


def test_tools_and_formats_that_all_models_share_are_parts_of_the_prompt() -> None:
    suite = suite_with(
        f"[{{id: openai:a, config: {{tools: [{TOOL}], response_format: {FORMAT}}}}}, echo, "
        f"{{id: anthropic:messages:b, config: {{tools: file://t.yaml, passthrough: {{response_format: {FORMAT}}}}}}}]",
        t__yaml="- {name: find, description: Finds., input_schema: {type: object}}\n",
    )
    content = suite.prompts[0].content
    assert [(tool.name, tool.description, json.loads(tool.parameters)) for tool in content.tools] == [
        ("find", "Finds.", {"type": "object"})
    ]
    assert content.output is not None
    assert (content.output.kind, content.output.name) == ("schema", "answer")
    assert "Not sent" not in lost(suite)


@pytest.mark.parametrize(
    ("config", "name"),
    [
        ("tools: [7]", "tools"),
        ("tools: [{type: function, function: {name: 'a'}}, {type: function, function: {name: 'a'}}]", "tools"),
        ("tools: [{type: function, function: {name: f, description: '{{x}}'}}]", "tools"),
        ("tools: [{type: web_search}]", "tools"),
        ("response_format: {type: grammar}", "response_format"),
        ("response_format: {type: json_schema, json_schema: {name: '{{x}}', schema: {}}}", "response_format"),
    ],
)
def test_tools_and_formats_that_cannot_be_taken_are_named(config: str, name: str) -> None:
    suite = suite_with(f"[{{id: openai:a, config: {{{config}}}}}]")
    assert suite.prompts[0].content.tools == ()
    assert suite.prompts[0].content.output is None
    assert f"providers[0].config: Not sent: {name}." in lost(suite, "differs")


def test_tools_of_some_models_only_are_not_sent() -> None:
    suite = suite_with(f"[{{id: openai:a, config: {{tools: [{TOOL}]}}}}, openai:b]")
    assert suite.prompts[0].content.tools == ()
    assert "are not sent, because its models have different ones." in lost(suite, "differs")


def test_values_out_of_range_are_named() -> None:
    suite = suite_with("[{id: openai:gpt-5, config: {temperature: 3, max_tokens: many}}]")
    assert suite.columns[0].params.values == ()
    assert "“temperature” must be a number from 0 to 2." in lost(suite)


def test_addresses_must_be_confirmed() -> None:
    suite = suite_with("[{id: openai:gpt-5, config: {apiBaseUrl: 'https://user:pw@evil.example/v1?key=1'}}]")
    assert suite.columns[0].address == "https://user:pw@evil.example/v1?key=1"
    said = lost(suite)
    assert "evil.example" in said
    assert "Confirm this address before anything is sent there." in said
    assert "pw" not in said


def test_defaults_of_promptfoo_are_named_once() -> None:
    said = lost(suite_with("[openai:gpt-5, openai:gpt-5-mini]"))
    assert said.count("promptfoo sends 0 and 1,024 to most models") == 1
    assert "1,024" not in lost(suite_with("[{id: openai:gpt-5, config: {temperature: 0, max_tokens: 5}}]"))


def test_providers_come_from_files_and_short_maps() -> None:
    suite = suite_with("[file://p.yaml, {'groq:x': {config: {temperature: 1}}}]", p__yaml="- id: openai:a\n- echo\n")
    assert [column.model for column in suite.columns] == ["openai/a", "echo", "groq/x"]
    assert dict(suite.columns[2].params.values) == {"temperature": 1.0}
    with pytest.raises(SuiteFileError):
        suite_with("[file://p.yaml]", p__yaml="- 7\n")


def test_targets_are_providers() -> None:
    suite = suite_of('prompts: ["{{x}}"]\ntargets: [echo]\ntests: [{vars: {x: a}}]')
    assert suite.columns[0].endpoint == "echo"


def test_a_filter_binds_its_own_provider_only() -> None:
    suite = suite_of(
        'prompts: [{raw: "A {{x}}", label: a}, {raw: "B {{x}}", label: b}]\n'
        "providers: [{id: openai:x, prompts: [a]}, {id: openai:x}]\ntests: [{vars: {x: a}}]"
    )
    assert [column.prompts for column in suite.columns] == [(0,), (0, 1)]
    assert "promptfoo gives it those of a later one with the same id" in lost(suite)


def no_difference(sentence: str) -> None:
    """Ignore a sentence about a difference."""


@given(
    st.dictionaries(
        st.sampled_from(["q", "__expected", "__expected2", "__metadata:a[]", "__threshold", "__config:x"]),
        st.text(max_size=20),
    )
)
def test_any_row_is_a_test(row: dict[str, str]) -> None:
    test = read_row(row, "Row 1", no_difference)
    assert len(test["assert"]) == sum(bool(row.get(name, "").strip()) for name in ("__expected", "__expected2"))
    assert test["vars"] == {name: cell for name, cell in row.items() if name == "q"}
