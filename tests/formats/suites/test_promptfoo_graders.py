"""What a configuration says about its graders: models, prompts and scores."""

from __future__ import annotations

import json

import pytest

from tests.formats.suites.promptfoo_files import lost, suite_of
from workbench.formats.suites.promptfoo_graders import grader_model

HEAD = 'prompts: ["{{x}}"]\nproviders: [echo]\n'


def test_options_of_tests_become_fields_of_their_checks() -> None:
    suite = suite_of(
        HEAD
        + """
defaultTest:
  assert: [{type: llm-rubric, value: polite}, {type: contains, value: a}]
  options: {provider: openai:gpt-5-mini, rubricPrompt: "Judge {{output}} by {{rubric}}"}
tests:
  - vars: {x: a}
    assert: [{type: llm-rubric, value: short, provider: openai:gpt-5}]
"""
    )
    rubric, contains = suite.checks
    assert json.loads(rubric.provider) == "openai:gpt-5-mini"
    assert json.loads(rubric.rubric_prompt) == "Judge {{output}} by {{rubric}}"
    assert (contains.provider, contains.rubric_prompt) == ("", "")
    (own,) = suite.cases[0].case.checks
    assert json.loads(own.provider) == "openai:gpt-5"
    assert "options.provider" not in lost(suite)
    assert "judge model" not in lost(suite)


def test_a_test_with_other_options_gets_checks_of_its_own() -> None:
    suite = suite_of(
        HEAD
        + """
defaultTest:
  assert: [{type: llm-rubric, value: polite}]
  options: {provider: openai:gpt-5-mini}
tests:
  - vars: {x: a}
  - vars: {x: b}
    options: {provider: openai:gpt-5}
"""
    )
    assert suite.checks == ()
    models = [json.loads(one.case.checks[0].provider) for one in suite.cases]
    assert models == ["openai:gpt-5-mini", "openai:gpt-5"]


def test_rubric_prompts_come_from_files_beside_the_configuration() -> None:
    config = """
defaultTest:
  options: {rubricPrompt: "file://judge.json"}
tests:
  - vars: {x: a}
    assert:
      - {type: llm-rubric, value: polite}
      - {type: llm-rubric, value: short, rubricPrompt: "file://judge.txt"}
"""
    messages = '[{"role": "system", "content": "Judge."}, {"role": "user", "content": "{{output}}"}]'
    suite = suite_of(HEAD + config, **{"judge.json": messages, "judge.txt": "Judge {{output}}"})
    first, second = suite.cases[0].case.checks
    assert json.loads(first.rubric_prompt) == json.loads(messages)
    assert json.loads(second.rubric_prompt) == "Judge {{output}}"


def test_keys_and_programs_of_graders_are_left_out() -> None:
    suite = suite_of(
        HEAD
        + """
defaultTest:
  assert: [{type: llm-rubric, value: polite}]
  options: {provider: {id: "openai:gpt-5-mini", config: {apiKey: sk-secret, temperature: 0}}}
tests:
  - vars: {x: a}
  - vars: {x: b}
    options: {provider: "exec:judge.sh", rubricPrompt: "file://judge.py"}
"""
    )
    assert "sk-secret" not in repr(suite)
    said = lost(suite)
    assert "Keys in the file are not used" in said
    assert "The program judge.py is not run" in said
    assert "“exec:judge.sh” cannot be asked here" in said


@pytest.mark.parametrize(
    ("name", "kind", "model"),
    [
        ("openai:gpt-5-mini", "chat", "openai/gpt-5-mini"),
        ("openai:chat:gpt-5-mini", "chat", "openai/gpt-5-mini"),
        ("openai:embedding:text-embedding-3-small", "embedding", "openai/text-embedding-3-small"),
        ("ollama:embeddings:nomic-embed-text", "embedding", "ollama/nomic-embed-text"),
        ("voyage:voyage-3", "embedding", "voyage/voyage-3"),
    ],
)
def test_models_of_graders(name: str, kind: str, model: str) -> None:
    found = grader_model(name, "", kind)  # type: ignore[arg-type]
    assert (found.endpoint, found.model, found.problem) == ("litellm", model, "")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("python:judge.py", "chat"), ("unheard:x", "chat"), ("openai:gpt-5", "embedding"), ("openai:{{m}}", "chat")],
)
def test_what_is_no_model_is_said(name: str, kind: str) -> None:
    found = grader_model(name, "", kind)  # type: ignore[arg-type]
    assert found.endpoint == ""
    assert found.problem.startswith("“")


def test_settings_and_addresses_of_graders() -> None:
    found = grader_model("openai:gpt-5", '{"temperature": 0, "apiBaseUrl": "https://x.example/v1"}', "chat")
    assert found.params.get("temperature") == 0
    assert found.address == "https://x.example/v1"
