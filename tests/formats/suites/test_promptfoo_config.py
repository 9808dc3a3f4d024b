"""What a configuration says arrives, and what cannot arrive is named; traps of loading."""

from __future__ import annotations

import re

import pytest

from tests.formats.suites.promptfoo_files import NAME, MemoryFiles, lost, suite_of
from workbench.core.lanes import MOST_SAMPLES
from workbench.core.testing.imported_suite import ImportedSuite
from workbench.formats.suites import formats, recognised
from workbench.formats.suites.promptfoo import read_config
from workbench.formats.suites.suite_format import SuiteFileError, SuiteSource

HEAD = 'prompts: ["{{x}}"]\nproviders: [echo]\n'
ONE = HEAD + "tests: [{vars: {x: a}}]\n"


def with_check(check: str) -> ImportedSuite:
    return suite_of(HEAD + f"tests: [{{vars: {{x: a}}, assert: [{check}]}}]")


def refused(config: str, **files: str | bytes) -> str:
    with pytest.raises(SuiteFileError) as found:
        suite_of(config, **files)
    assert str(found.value).endswith(".")
    return str(found.value)


def test_formats_are_recognised_by_name_or_content() -> None:
    promptfoo = formats()["promptfoo"]
    assert recognised(NAME, b"") is promptfoo
    assert recognised("tests.yaml", b"# x\nprompts: [a]\nproviders: [echo]\n") is promptfoo
    assert recognised("tests.json", b'{\n"prompts": []') is None
    assert recognised("other.yaml", b"messages:\n  - role: user\n") is None


def test_names_samples_and_concurrency() -> None:
    suite = suite_of(
        ONE + "description: My bot\nevaluateOptions: {repeat: 3, maxConcurrency: 8, delay: 5, cache: false}"
    )
    assert (suite.name, suite.samples, suite.concurrency) == ("My bot", 3, 8)
    assert lost(suite) == "evaluateOptions: Not used: delay."
    assert suite_of(ONE).name == "promptfooconfig"
    many = suite_of(ONE + "evaluateOptions: {repeat: 1000}")
    assert many.samples == MOST_SAMPLES
    assert f"At most {MOST_SAMPLES} samples are asked here." in lost(many)


def test_a_json_configuration_may_have_tabs() -> None:
    suite = read_config(
        SuiteSource("c.json", MemoryFiles({"c.json": '{\n\t"prompts": ["{{x}}"],\n\t"providers": ["echo"]\n}'}))
    )
    assert suite.columns[0].model == "echo"


def test_without_prompts_the_variable_prompt_is_sent() -> None:
    suite = suite_of("providers: [echo]\ntests: [{vars: {prompt: Hello}}]")
    assert suite.prompts[0].content.messages[0].text == "{{prompt}}"


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("- a", "is not a configuration of promptfoo: a map with prompts and providers"),
        ("a: [", "cannot be read as YAML: line "),
        (ONE + "tests: []", "the key “tests” is there twice"),
        ("prompts: 7\nproviders: [echo]", "prompts: this is neither a text nor a list of prompts"),
        ("prompts: [{label: x}]\nproviders: [echo]", r"prompts\[0\]: a prompt is a text, or a map with id or raw"),
        (HEAD.replace("[echo]", "[1]"), r"providers\[0\]: a provider is a text"),
        (HEAD + "tests: 7", "tests: this is neither a list nor a path of tests"),
        (HEAD + "tests: [7]", r"tests\[0\]: this is not a test"),
        (HEAD + "tests: [{description: x}]", r"tests\[0\]: this test has neither vars nor assert"),
        (HEAD + "tests: [{vars: 7}]", r"tests\[0\].vars: this is not a map"),
        (HEAD + "tests: [{vars: {x: a}, assert: {type: contains}}]", r"tests\[0\].assert: this is not a list"),
        (HEAD + "tests: [{vars: {x: a}, assert: [contains]}]", r"tests\[0\].assert\[0\]: a check is a map"),
        (HEAD + "tests: [{vars: {x: a}, assert: [{value: b}]}]", r"tests\[0\].assert\[0\] needs a type"),
        (HEAD + "defaultTest: 7", "defaultTest: this is not a map"),
        (HEAD + "scenarios: [7]", r"scenarios\[0\]: this is not a map with config and tests"),
        (HEAD + "tests: [{vars: {x: file://none.txt}}]", r"tests\[0\].vars.x: the file “none.txt” does not exist"),
        (HEAD + "tests: [{vars: {x: file://none/*.txt}}]", "no file matches"),
        (HEAD + "tests: [{vars: none.yaml}]", "no file matches “none.yaml”"),
        (HEAD + "tests: none.csv", "tests: no file matches “none.csv”"),
        (HEAD + "tests: [../../t.yaml]", r"tests\[0\]: the path “../../t.yaml” is outside of the folder"),
        ("prompts: [file:///etc/passwd]\nproviders: [echo]", "“/etc/passwd” is an absolute path"),
        ("prompts: [file://../a.txt]\nproviders: [echo]", "“../a.txt” is outside of the folder"),
        ("prompts: [prompts/none.txt]\nproviders: [echo]", "“prompts/none.txt” does not exist"),
        ("prompts: ['prompts/*.txt']\nproviders: [echo]", "no file matches “prompts/.*txt”"),
        (HEAD + "tests: [{vars: {x: file://../../secret}}]", "is outside of the folder"),
        (HEAD + "defaultTest: file://../d.yaml", "is outside of the folder"),
        (HEAD + "tests: [{vars: {x: a}, assert: [{type: is-json, value: file:///s.json}]}]", "is an absolute path"),
        (HEAD.replace("[echo]", "[file://../p.yaml]"), "is outside of the folder"),
        ("a: &a {b: *a}", "contains itself"),
        (HEAD + "r: {$ref: '#/r'}", "the reference “#/r” contains itself"),
        (HEAD + f"tests: [{{vars: {{x: {['a'] * 101}, y: {['b'] * 101}}}}}]", "make more than 10,000 tests"),
    ],
)
def test_configurations_that_cannot_be_read_say_where_and_what_to_do(config: str, said: str) -> None:
    assert re.search(said, refused(config))


def test_files_that_are_no_text_or_too_large_are_refused() -> None:
    assert "“a.txt” is not UTF-8 text. Save it as UTF-8." in refused(
        "prompts: [file://a.txt]\nproviders: [echo]", a__txt=b"\xff\xfe"
    )
    assert "has more than 4 MB. Move tests into files." in refused(ONE + "#" + "x" * (4 * 2**20))


@pytest.mark.parametrize("text", ["[" * 200_000, "{a: " * 50_000, "- " * 50_000, '{"a":' * 100_000])
def test_deeply_nested_files_are_refused(text: str) -> None:
    refused(text)
    refused(HEAD + "tests: t.json", t__json=text)


def test_yaml_bombs_are_refused() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))
    assert "there are more than 500,000 values, counting those of aliases" in refused(bomb + HEAD)


def test_reference_bombs_are_refused() -> None:
    bomb = "a0: [x, x, x, x, x, x, x, x, x, x]\n"
    for number in range(1, 10):
        reference = f'{{$ref: "#/a{number - 1}"}}'
        bomb += f"a{number}: [{', '.join([reference] * 10)}]\n"
    assert "The references ($ref) of this configuration make it too large." in refused(bomb + HEAD)


def test_unknown_keys_are_named_with_the_one_that_may_be_meant() -> None:
    said = lost(suite_of(HEAD + "Tests: []\ntestcases: []\nextensions: [file://e.py]\nredteam: {}\noutputPath: o.json"))
    assert "Tests: promptfoo does not know “Tests”, so it is not used. Did you mean “tests”?" in said
    assert "testcases: promptfoo does not know “testcases”, so it is not used. Did you mean “tests”?" in said
    assert "extensions: Extensions are programs and are not run." in said
    assert "redteam: Red-team attacks are not run." in said
    assert "outputPath" not in said
    assert "Choose a model." in lost(suite_of('prompts: ["{{x}}"]\nProviders: [echo]'))


def test_parts_of_tests_that_have_no_effect_are_named() -> None:
    said = lost(
        suite_of(
            HEAD
            + """
defaultTest: {options: {transform: output.trim()}}
tests:
  - vars: {x: a}
    providerOutput: ready
    expected: a
    assertScoringFunction: file://s.js
    options: {transformVars: "{}", storeOutputAs: y, temperature: 1, repeat: 4}
"""
        )
    )
    for where in (
        "defaultTest.options.transform: It is code, which is not run",
        "tests[0].options.transformVars: It is code",
        "tests[0].options.storeOutputAs: Answers are not used in later tests",
        "tests[0].options.temperature: It is not used",
        "tests[0].options.repeat: A number of repeats",
        "tests[0].providerOutput: The ready answer is not used",
        "tests[0].assertScoringFunction: It is a program",
        "tests[0]: promptfoo does not know expected, so it has no effect",
    ):
        assert where in said


def test_checks_that_are_not_evaluated_are_named_once_with_their_number() -> None:
    suite = suite_of(
        HEAD
        + """
defaultTest: {assert: [{type: llm-rubric, value: polite}]}
tests:
  - {vars: {x: a}, assert: [{type: python, value: "True"}, {type: llm-rubric, value: b}]}
  - {vars: {x: b}, assert: [{type: Contains, value: b, ignoreCase: true}, {type: greater-than, value: 1}]}
"""
    )
    assert [check.type for check in suite.checks] == ["llm-rubric"]
    said = lost(suite)
    assert "assert: llm-rubric: 2 checks for a judge model, which you choose in the settings of the test." in said
    assert "llm-rubric: A reply without a clear verdict makes the check unscored; promptfoo fails" in lost(
        suite, "differs"
    )
    assert "assert: python: 1 check unscored. It runs a program outside of the workbench" in said
    assert "There is no type of check called “Contains”. Did you mean contains?" in said
    assert "There is no type of check called “greater-than”." in said
    assert "assert: Contains: promptfoo does not know ignoreCase, so it has no effect." in said


def test_checks_that_promptfoo_refuses_are_kept() -> None:
    suite = with_check(
        '{type: levenshtein, value: b, threshold: "3"}, '
        "{type: assert-set, assert: [{type: assert-set, assert: [{type: contains, value: x}]}]}"
    )
    said = lost(suite, "differs")
    assert "tests[0].assert[0].threshold: It is a text, so that the check is unscored; promptfoo refuses" in said
    assert "Sets in sets and negated sets count here; promptfoo refuses them." in said


def test_a_schema_with_references_inside_is_kept() -> None:
    suite = with_check("{type: is-json, value: {$ref: '#/definitions/a', definitions: {a: {type: object}}}}")
    assert '"$ref":"#/definitions/a"' in suite.cases[0].case.checks[0].value
    assert "is kept as it is; promptfoo refuses the file because of it" in lost(suite, "differs")


def test_values_of_checks_are_read_from_files() -> None:
    config = HEAD + (
        "tests: [{vars: {x: a}, assert: [{type: is-json, value: file://s/schema.yaml}, "
        "{type: equals, value: file://s/e.txt}, {type: javascript, value: file://s/c.js}]}]"
    )
    suite = suite_of(config, s___schema__yaml="type: object\n", s___e__txt=" same \n", s___c__js="secret()")
    assert [check.value for check in suite.cases[0].case.checks] == [
        '{"type":"object"}',
        '"same"',
        '"file://s/c.js"',
    ]
    assert "The program s/c.js is not run, so that the check is unscored." in lost(suite)


def test_keys_in_checks_are_dropped() -> None:
    suite = with_check(
        "{type: llm-rubric, value: x, provider: {id: openai:gpt-5, config: {apiKey: sk-1, max_tokens: 5}}, "
        "config: {headers: {Authorization: Bearer t}}}"
    )
    told = repr(suite)
    assert "sk-1" not in told
    assert "Bearer" not in told
    assert '"max_tokens":5' in suite.cases[0].case.checks[0].provider
    assert "Keys in the file are not used. Set them in the environment." in lost(suite)


def test_programs_are_named_and_never_run() -> None:
    suite = suite_of(
        'prompts: ["{{x}}", file://p.py, "exec:rm -rf x", file://p.js:fn, langfuse://p]\n'
        "providers: [echo, exec:run.sh, 'python:p.py', file://p.ts]\n"
        "nunjucksFilters: {f: f.js}\n"
        "tests: [file://gen.py:make, t.xlsx, 'https://docs.google.com/spreadsheets/x', "
        "{vars: {x: file://v.js}}, {vars: {x: 'package:a:b'}}, {vars: {x: a}}]",
    )
    assert [prompt.label for prompt in suite.prompts] == ["{{x}}"]
    assert [column.endpoint for column in suite.columns] == ["echo", "", "", ""]
    assert len(suite.cases) == 1
    said = lost(suite)
    assert said.count("It is a program") == 6
    assert "The prompt “langfuse://p” is left out. It is kept by another service, which is not asked." in said
    assert "tests[0]: The tests of gen.py:make are left out, because it is a program." in said
    assert "tests[1]: The tests of t.xlsx are left out. Save the sheet as CSV." in said
    assert "tests[2]: Tests on the web are not read." in said
    assert "nunjucksFilters: Filters of the file are programs and are not run." in said
    assert "tests[3].vars.x: The case is left out: v.js is a program" in said
    assert "tests[4].vars.x: The case is left out" in said


def test_a_configuration_of_programs_alone_is_refused() -> None:
    assert "No prompt of this configuration can be tested here." in refused("prompts: [file://a.py]\nproviders: [echo]")
    assert "No test of this configuration can be run here." in refused(
        HEAD + "tests: [{vars: {x: file://a.png}}]", a__png=b""
    )


@pytest.mark.parametrize("text", ["Answer yes/no: {{x}}", "Price in a.b: {{x}}", r"Use \frac for {{x}}"])
def test_texts_that_promptfoo_takes_for_paths_are_texts(text: str) -> None:
    suite = suite_of(f"prompts: ['{text}']\nproviders: [echo]\ntests: [{{vars: {{x: a}}}}]")
    assert suite.prompts[0].content.messages[0].text == text
    if "/" in text or "\\" in text:
        assert "prompts[0]: It is a text here; promptfoo takes it for a path" in lost(suite)


def test_unquoted_dates_stay_texts() -> None:
    suite = suite_of(HEAD + "tests: [{vars: {x: 2024-01-02}}]")
    assert dict(suite.cases[0].case.values) == {"x": "2024-01-02"}
    assert "The date 2024-01-02 stays a text here; promptfoo sends “[object Object]” for it." in lost(suite)


def test_losses_are_bounded() -> None:
    tests = ", ".join(f"{{vars: {{x: a}}, key{number}: 1}}" for number in range(500))
    suite = suite_of(HEAD + f"tests: [{tests}]")
    assert len(suite.losses) == 201
    assert suite.losses[-1].sentence == "300 more remarks are not listed."


def test_the_same_loss_in_many_places_is_named_once() -> None:
    tests = ", ".join(["{vars: {x: a}, providerOutput: b}"] * 500)
    suite = suite_of(HEAD + f"tests: [{tests}]")
    assert lost(suite) == "tests[0].providerOutput and 499 more: The ready answer is not used: the model is asked."


def test_a_case_whose_values_do_not_fit_an_expression_is_left_out() -> None:
    suite = suite_of(
        "prompts: [\"{{ l | join(', ') }}\"]\nproviders: [echo]\ntests: [{vars: {l: [1, 2]}}, {vars: {l: a}}]"
    )
    assert [dict(one.case.values)["l_join"] for one in suite.cases] == ["1, 2"]
    assert "tests[1]: The case is left out, because an expression of a prompt cannot be evaluated" in lost(suite)


def test_tests_come_from_files_of_many_kinds() -> None:
    suite = suite_of(
        HEAD + "tests: [t/a.yaml, t/b.json, t/c.jsonl, t/d.csv, t/one.yaml, {vars: v.yaml}]",
        t___a__yaml="- vars: {x: a1}\n- vars: more.yaml\n",
        t___more__yaml="x: a2\n",
        t___b__json='[{"vars": {"x": "b1"}}]',
        t___c__jsonl='{"vars": {"x": "c1"}}\n\n{"vars": {"x": "c2"}}\n',
        t___d__csv="x\nd1\n",
        t___one__yaml="vars: {x: e1}\n",
        v__yaml="x: f1\n",
    )
    assert [dict(one.case.values)["x"] for one in suite.cases] == ["a1", "a2", "b1", "c1", "c2", "d1", "e1", "f1"]


def test_tables_with_mistakes_name_the_row() -> None:
    assert "Line 2 of t.csv has 1 cells, and the first one 2." in refused(HEAD + "tests: t.csv", t__csv="a,b\n1\n")
    suite = suite_of(
        HEAD + "tests: t.csv",
        t__csv='x,_expected,__expected,__config:__expected1:threshold,__config:no\n1,y,"contains-any:""a",x,1\n',
    )
    assert suite.cases[0].case.checks[0].value == '"\\"a"'
    said = lost(suite, "differs")
    assert "t.csv: Row 1: “__config:__expected1:threshold” is not understood" in said
    assert "t.csv: Row 1: “__config:no” is not understood" in said
    assert "t.csv: “_expected” begins with one underscore, so it is a variable." in said


def test_cases_keep_their_uid_when_checks_change() -> None:
    first = suite_of(HEAD + "tests: [{vars: {x: a}}, {vars: {x: a}}, {vars: {x: b}}]")
    later = suite_of(HEAD + "tests: [{vars: {x: a}, assert: [{type: contains, value: a}]}, {vars: {x: a}}]")
    uids = [one.case.uid for one in first.cases]
    assert len(set(uids)) == 3
    assert [one.case.uid for one in later.cases] == uids[:2]


def test_groups_are_grids_without_holes() -> None:
    suite = suite_of(
        """
prompts: [{raw: "A {{x}}", label: a}, {raw: "B {{x}}", label: b}]
providers: [echo, {id: echo, label: only, prompts: [b]}, exec:x]
tests:
  - vars: {x: "1"}
  - {vars: {x: "2"}, prompts: [a]}
  - vars: {x: "3"}
  - {vars: {x: "4"}, prompts: []}
"""
    )
    assert [(group.cells, len(group.cases)) for group in suite.groups()] == [
        (((0, 0), (1, 0), (1, 1)), 2),
        (((0, 0),), 1),
    ]
    assert "tests[3].prompts: This test is for no prompt" in lost(suite)


def test_an_empty_list_of_prompts_is_named() -> None:
    with pytest.raises(SuiteFileError, match="prompts: there is no prompt in the list"):
        suite_of("prompts: []\nproviders: [echo]\n")


def test_checks_with_tags_in_their_values_are_named() -> None:
    checks = "[{type: contains, value: '{% if a %}x{% endif %}'}, {type: contains, value: '{% raw %}{{{% endraw %}'}]"
    suite = suite_of(f"prompts: [p]\nproviders: [echo]\ntests: [{{vars: {{a: 1}}, assert: {checks}}}]\n")
    assert "assert: contains: 1 check unscored. Tags such as {% if %} in the value of a check are not" in lost(suite)
