"""Values, environment variables and templates of a configuration."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.formats.suites.promptfoo_files import lost, rendered, suite_of
from workbench.core.content import Content, Message
from workbench.core.testing.imported_suite import ImportedSuite
from workbench.formats.suites.nunjucks import SuiteVariables, TemplateRefusedError, VarKind, convert
from workbench.formats.suites.suite_format import SuiteFileError


def suite_with(prompt: str, tests: str, **more: str) -> ImportedSuite:
    return suite_of(f"prompts:\n  - '{prompt}'\nproviders: [echo]\ntests: {tests}\n", **more)


def values(suite: ImportedSuite, case: int = 0) -> dict[str, str]:
    return dict(suite.cases[case].case.values)


def test_maps_are_sent_as_json_and_their_fields_are_variables() -> None:
    suite = suite_with("{{user}} {{user.name}} {{ user.tags[0] }}", "[{vars: {user: {name: Ann, tags: [1]}}}]")
    assert suite.prompts[0].content.messages[0].text == "{{user}} {{user_name}} {{user_tags_0}}"
    assert values(suite) == {"user": '{"name":"Ann","tags":[1]}', "user_name": "Ann", "user_tags_0": "1"}
    assert "vars.user: It is a map, which is sent as JSON; promptfoo sends “[object Object]”." in lost(suite)


def test_checks_use_the_fields_of_maps_too() -> None:
    suite = suite_of(
        """
prompts: ["{{user.name}}"]
providers: [echo]
defaultTest: {assert: [{type: contains, value: "{{ user.name }}"}]}
tests:
  - vars: {user: {name: Ann, city: Bonn}, plain: p}
    assert:
      - {type: contains-any, value: ["{{user.city}}", "{{plain}}", "{{ user.name | upper }}"]}
      - {type: assert-set, assert: [{type: equals, value: "{{user.name}}"}]}
      - {type: javascript, value: "context.vars.user.name === 'Ann'"}
"""
    )
    first, inner, _ = suite.cases[0].case.checks
    assert suite.checks[0].value == '"{{user_name}}"'
    assert first.value == '["{{user_city}}", "{{plain}}", "{{user_name_upper}}"]'
    assert inner.checks[0].value == '"{{user_name}}"'
    assert values(suite)["user_city"] == "Bonn"
    assert values(suite)["user_name_upper"] == "ANN"
    assert "vars.user: JavaScript checks get the variable user as a text; in promptfoo it is none." in lost(suite)


def test_numbers_and_booleans_are_texts_and_javascript_is_warned() -> None:
    suite = suite_with("{{n}} {{b}}", "[{vars: {n: 1.50, b: false}, assert: [{type: javascript, value: vars.n > 1}]}]")
    assert values(suite) == {"n": "1.5", "b": "false"}
    assert "JavaScript checks get the variable n as a text" in lost(suite)
    assert "variable b" not in lost(suite)


def test_a_name_with_a_dash_is_a_variable() -> None:
    suite = suite_with("{{user-name}}", "[{vars: {user-name: Ann}}]")
    assert rendered(suite.prompts[0].content, values(suite)) == [("user", "Ann")]
    assert "“user-name” is a variable here; promptfoo calculates with it, and prints NaN." in lost(suite)


def test_missing_variables_are_empty_and_counted() -> None:
    suite = suite_with("{{a}}{{b}}", "[{vars: {a: x}}, {vars: {b: y}}, {vars: {a: z}}]")
    assert values(suite, 1) == {"b": "y", "a": ""}
    assert "vars.b: The variable b has no value in 2 tests. It is empty there." in lost(suite, "note")


def test_values_that_are_templates_are_filled_in() -> None:
    suite = suite_with("{{a}}{{b}}", "[{vars: {a: '{{b}}!', b: c}}, {vars: {a: '{% if b %}x{% endif %}', b: c}}]")
    assert values(suite) == {"a": "c!", "b": "c"}
    assert values(suite, 1)["a"] == "{% if b %}x{% endif %}"
    assert "tests[1].vars.a: This text is a template that is not filled in here; it stays as it is." in lost(suite)


def test_values_that_contain_each_other_end() -> None:
    suite = suite_with("{{a}}", "[{vars: {a: '{{b}}{{b}}', b: '{{a}}{{a}}'}}]")
    assert len(values(suite)["a"]) < 10_000


def test_values_that_multiply_each_other_are_refused() -> None:
    tests = ", ".join(["{vars: {big: file://big.txt, x: '{{big}}{{ big | upper }}'}}"] * 300)
    with pytest.raises(SuiteFileError, match="The values of this configuration have more than 200 million characters"):
        suite_with("{{x}}", f"[{tests}]", big__txt="a" * 500_000)


def test_line_ends_and_lone_surrogates_can_be_stored() -> None:
    suite = suite_of(
        '{"prompts": ["{{x}} \\ud800"], "providers": ["echo"], "tests": [{"vars": {"x": "a\\r\\nb\\udfff"}}]}'
    )
    suite.prompts[0].content.messages[0].text.encode()
    assert values(suite)["x"] == "a\nb�"


def test_prefix_and_suffix_for_all_become_part_of_the_prompt() -> None:
    suite = suite_of(
        'prompts: ["{{x}}"]\nproviders: [echo]\ndefaultTest: {options: {prefix: "> ", suffix: "!"}}\n'
        "tests: [{vars: {x: a}}]"
    )
    assert suite.prompts[0].content.messages[0].text == "> {{x}}!"


def test_a_prefix_of_single_tests_becomes_a_variable() -> None:
    suite = suite_with("{{x}}", "[{vars: {x: a}, options: {prefix: '<{{x}}> '}}, {vars: {x: b}}]")
    sent = [rendered(suite.prompts[0].content, values(suite, case))[0][1] for case in (0, 1)]
    assert sent == ["<a> a", "b"]


def test_a_prefix_around_messages_is_refused() -> None:
    with pytest.raises(SuiteFileError, match="A prefix or suffix around a prompt in JSON breaks it"):
        suite_of(
            'prompts: [\'[{"role": "user", "content": "x"}]\']\nproviders: [echo]\ntests: [{options: {prefix: a}}]'
        )


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ('[{"role": "user", "content": {{x}}}]', "It is JSON only after its variables are filled in."),
        ('[{"role": "tool", "content": "x"}]', "Message 1 is no text of a system, user or assistant message."),
        ('[{"role": "user", "content": [{"type": "image_url"}]}]', "Message 1 is no text"),
        ("{{ _conversation }}", "It uses _conversation, the turns of a chat"),
        ('{% include "a" %}', "which reads another file. Paste its text instead."),
        ("{% macro f() %}", "It uses the tag {% macro %}, which is not converted."),
        ("{% if n %}x{% endif %}", "depends on n, which is not a text in every test."),
        ("{% if x > 1 %}x{% endif %}", "The condition “x > 1” is not converted. Simplify it."),
        ("{% if x %}", "A tag {% if %} is not closed."),
        ("a #} b", "“#}” without “{#” is an error in promptfoo."),
        ("{{ x | own }}", "It uses the filter own, which is code of this file and is not run."),
        ("{% if y is defined %}{{ y }}{% endif %}", "The variable y has no value in some tests"),
    ],
)
def test_prompts_without_an_equivalent_are_refused_with_the_reason(prompt: str, said: str) -> None:
    quoted = prompt.replace("'", "''")
    suite = suite_of(
        f"prompts: ['fine {{{{x}}}}', {{raw: '{quoted}', label: bad}}]\nproviders: [echo]\n"
        "nunjucksFilters: {own: f.js}\ntests: [{vars: {x: a, n: 1, y: b}}, {vars: {x: a, n: 2}}]"
    )
    assert [one.label for one in suite.prompts] == ["fine {{x}}"]
    assert said in lost(suite, "refused")


def test_texts_of_several_parts_and_developers_are_messages() -> None:
    suite = suite_of(
        'prompts: [\'[{"role": "developer", "content": [{"type": "text", "text": "Be brief."}]}, '
        '{"role": "user", "content": "{{x}}", "name": "n"}]\']\nproviders: [echo]\ntests: [{vars: {x: a}}]'
    )
    assert rendered(suite.prompts[0].content, values(suite)) == [("system", "Be brief."), ("user", "a")]
    said = lost(suite)
    assert "Messages of the role developer are sent with the role system." in said
    assert "Of message 2, name is not sent." in said


ENV = """
prompts: ["{{ env.CITY }} {{env.OPENAI_API_KEY}} {{ env['LAND'] }} {{x}}"]
providers: ["{{ env.MODEL }}"]
env: {LAND: "in {{ env.CITY }}", MY_TOKEN: secret}
tests: [{vars: {x: "{{ env.CITY }}"}, assert: [{type: contains, value: "{{ env.CITY }}"}]}]
"""


def test_environment_variables_are_only_those_that_were_given() -> None:
    given = {"CITY": "Bonn", "MODEL": "openai:gpt-5", "OPENAI_API_KEY": "sk-1", "MY_TOKEN": "t"}
    suite = suite_of(ENV, given)
    told = rendered(suite.prompts[0].content, values(suite))
    assert told == [("user", "Bonn  in Bonn Bonn")]
    assert suite.columns[0].model == "openai/gpt-5"
    assert suite.cases[0].case.checks[0].value == '"Bonn"'
    assert suite.env_names == ("OPENAI_API_KEY",)
    assert "sk-1" not in repr(suite)
    assert "secret" not in repr(suite)


def test_other_environment_variables_become_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITY", "Rome")
    suite = suite_of(ENV)
    assert suite.prompts[0].content.messages[0].text.startswith("{{env_CITY}} {{env_OPENAI_API_KEY}} ")
    assert values(suite)["env_CITY"] == ""
    assert "Rome" not in repr(suite)
    assert set(suite.env_names) == {"CITY", "OPENAI_API_KEY", "MODEL"}
    assert "The environment variable CITY is not read, so that it is the variable env_CITY" in lost(suite)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GITHUB_PAT", "planted"),
        ("DB_PASS", "planted"),
        ("CITY", "postgres://me:word@db.example/x"),
        ("CITY", "ghp_abcdef"),
    ],
)
def test_variables_that_may_hold_keys_are_not_filled_in(name: str, value: str) -> None:
    config = f"prompts: ['{{{{q}}}} {{{{env.{name}}}}}']\nproviders: [echo]\ntests: [{{vars: {{q: a}}}}]\n"
    suite = suite_of(config, env={name: value})
    assert value not in repr(suite)
    own = f"env: {{{name}: '{value}'}}\n{config}"
    suite = suite_of(own)
    assert value not in repr(suite)
    assert "Keys in the file are not used" in lost(suite)


NAMES = st.sampled_from(["a", "b", "c"])
TEXTS = st.text(alphabet="ab {}#%-\"'\n", max_size=12)
PIECES = st.one_of(
    TEXTS,
    NAMES.map(lambda name: f"{{{{ {name} }}}}"),
    NAMES.map(lambda name: f"{{{{- {name} | upper -}}}}"),
    NAMES.map(lambda name: f"{{% if {name} %}}x{{% else %}}y{{% endif %}}"),
    TEXTS.map(lambda text: f"{{% raw %}}{text}{{% endraw %}}"),
)


@given(st.lists(PIECES, max_size=6).map("".join), st.fixed_dictionaries({"a": TEXTS, "b": TEXTS, "c": TEXTS}))
def test_converted_templates_render_or_are_refused(text: str, given_values: dict[str, str]) -> None:
    text_kind: frozenset[VarKind] = frozenset({"text"})
    variables = SuiteVariables(dict.fromkeys("abc", text_kind), lambda expression: "It is not converted.")
    try:
        converted = convert([text], variables)
    except TemplateRefusedError:
        return
    content = Content((Message("user", converted.texts[0]),), converted.template)
    ((_, told),) = rendered(content, {**dict.fromkeys(converted.printed, ""), **given_values})
    if "{" not in text:
        assert told == text


@given(st.text(max_size=60))
def test_any_prompt_is_sent_or_refused(text: str) -> None:
    variables = SuiteVariables({}, lambda expression: "It is not converted.")
    try:
        converted = convert([text], variables)
    except TemplateRefusedError:
        return
    content = Content((Message("user", converted.texts[0]),), converted.template)
    ((_, told),) = rendered(content, dict.fromkeys(converted.printed, ""))
    if not any(mark in text for mark in ("{{", "{%", "{#")):
        assert told == text


@pytest.mark.parametrize(
    "text",
    [
        *("{{" * 200_000 + "}", '{{"' + '\\"' * 200_000 + "}}", "{{" + " " * 400_000 + "}", "{%" * 200_000 + "%"),
        *("{% if " + "a and " * 50_000 + "b %}", "{{ x | " + "upper | " * 50_000 + "}}", "{#" * 200_000),
        *("{{ x }}" * 50_000, "{% raw %}" * 50_000, "'" * 400_000 + "{{ ' }}"),
    ],
)
def test_hostile_templates_take_no_time(text: str) -> None:
    suite = suite_of(
        "prompts: [{raw: ok}, file://p.md]\nproviders: [echo]\n"
        "tests: [{vars: {x: {a: 1}, y: file://p.md}, assert: [{type: contains, value: file://p.txt}]}]",
        p__md=text,
        p__txt=text,
    )
    assert suite.cases
