"""The configuration in a pack, read back, asks what the pack asks."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests import depth
from tests.formats.suites.promptfoo_files import NAME, MemoryFiles, lost, rendered
from tests.packs.making import one
from workbench.core.blocks import OutputFormat, Tool
from workbench.core.cases import SET, Case, Check, case_to_json, json_text
from workbench.core.checks.check_types import CHECK_TYPES
from workbench.core.content import Content, Message
from workbench.core.lanes import LITELLM, Lane, Params
from workbench.core.rendered_content import fill_plain
from workbench.core.templates import content_variables
from workbench.core.testing.imported_suite import ImportedSuite
from workbench.formats.suites.promptfoo import read_config
from workbench.formats.suites.suite_format import SuiteSource
from workbench.packs.pack_contents import Pack
from workbench.packs.promptfoo_config import write

PIECES = st.lists(
    st.sampled_from(
        ["{", "}", "{{", "}}", "%", "#", "x", "{{x}}", "{{ y }}", " ", "\n", "-", "'", '"', "\\", "{%", "%}"]
    )
    | st.sampled_from(["{{true}}", "{#", "#}", "{% raw %}", "{{{x}}}", "é", "{{é}}", "$&", "file://x", "endraw"]),
    max_size=10,
).map("".join)


def read_back(pack: Pack) -> ImportedSuite:
    return read_config(SuiteSource(NAME, MemoryFiles({NAME: write(pack)})))


@depth.examples(80, 4500)
@given(PIECES, PIECES, st.lists(PIECES, min_size=4, max_size=4))
def test_prompts_of_a_pack_come_back(text: str, user: str, values: list[str]) -> None:
    content = Content((Message("system", f"S{text}"), Message("user", f"U{user}")))
    given_values = dict(zip(content_variables(content), values, strict=False))
    suite = read_back(one(content, cases=(Case("1", "A case", tuple(given_values.items())),)))
    (case,) = suite.cases
    sent = fill_plain(content, given_values).messages
    assert rendered(suite.prompts[0].content, dict(case.case.values)) == [(m.role, m.text) for m in sent]
    assert case.case.name == "A case"


def test_checks_lanes_and_metadata_of_a_pack_come_back() -> None:
    content = Content(
        (Message("user", "Say {{x}}"),),
        output=OutputFormat("schema", '{\n  "type": "object"\n}', "answer"),
        tools=(Tool("look", "Looks.", '{\n  "type": "object"\n}'),),
    )
    checks = (
        Check("contains", value='"{{x}}"', weight=2, metric="m"),
        Check("is-json", True, value='{"type":"object"}'),
        Check("assert-set", checks=(Check("icontains-any", value='["a","b"]'),), threshold=0.5),
    )
    lanes = (
        Lane("a", LITELLM, "openai/gpt-5.4-mini", Params(temperature=0.5, stop=("END",)), label="A"),
        Lane("b", LITELLM, "groq/llama-3.3-70b", Params(max_tokens=9)),
        Lane("c", LITELLM, "openrouter/meta/llama-5"),
    )
    case = Case("1", "First", (("x", "a"),), checks, 0.75, '{"topic":"t"}')
    suite = read_back(one(content, cases=(case,), lanes=lanes))
    (found,) = suite.cases
    assert (found.case.checks, found.case.threshold, found.case.metadata) == (checks, 0.75, '{"topic":"t"}')
    assert [column.model for column in suite.columns] == [lane.model for lane in lanes]
    assert suite.columns[0].label == "A"
    assert [dict(column.params.values) for column in suite.columns] == [dict(lane.params.values) for lane in lanes]
    assert suite.prompts[0].content == content
    assert lost(suite, "refused") == ""


VARIABLES = ("x", "y", "é", "true", "if", "__own", "constructor", "var_if", "only_checked", "load")
TEXTS = PIECES.filter(lambda text: not text.startswith(("file://", "package:")))
REFERENCES = st.sampled_from(
    [f"{{{{{name}}}}}" for name in VARIABLES] + ["{{ x | upper }}", "{{x}} {{x}}", "{{other}}"]
)
EXPECTED = st.lists(REFERENCES | st.sampled_from(["a", " ", "%}", "#", '"', "\\"]), max_size=4).map("".join)
SCALARS = st.booleans() | st.integers(-9, 9) | st.sampled_from([0.5, -2.25, 1e-9]) | EXPECTED
EXPECTATIONS = (
    SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.sampled_from(["min", "a"]), SCALARS, max_size=2)
)
NUMBERS = st.none() | st.sampled_from([0.0, 0.5, 1.0, 2.25, 7.0])
TYPES = sorted({*CHECK_TYPES, "unknown-type"} - {SET})


def checks(depth_: int = 0) -> st.SearchStrategy[Check]:
    single = st.builds(
        Check,
        st.sampled_from(TYPES),
        st.booleans(),
        value=st.just("") | EXPECTATIONS.map(json_text),
        threshold=NUMBERS,
        weight=NUMBERS,
        metric=st.sampled_from(["", "tone", "a b"]),
        provider=st.sampled_from(["", '"openai:gpt-5"', '{"id":"x","config":{"temperature":0}}']),
        rubric_prompt=st.just("") | EXPECTED.map(json_text),
        transform=st.sampled_from(["", "output.trim()", "{{x}}"]),
        config=st.sampled_from(["", '{"k":[1]}']),
        rest=st.sampled_from(["", '{"note":"n"}']),
    )
    if depth_ > 1:
        return single
    many = st.lists(checks(depth_ + 1), min_size=1, max_size=3).map(tuple)
    return single | st.builds(Check, st.just(SET), st.booleans(), threshold=NUMBERS, weight=NUMBERS, checks=many)


CASES = st.builds(
    Case,
    st.just(""),
    st.sampled_from(["", "late", "a: b", "Name " * 30, "no", "1"]).map(str.strip),
    st.lists(TEXTS, min_size=len(VARIABLES), max_size=len(VARIABLES)).map(
        lambda values: tuple(zip(VARIABLES, values, strict=True))
    ),
    st.lists(checks(), max_size=3).map(tuple),
    NUMBERS,
    st.sampled_from(["", '{"topic":"t","n":[1,{"a":null}]}']),
    expectation=TEXTS,
    tags=st.lists(st.sampled_from(["a", "b c", "1"]), unique=True, max_size=2).map(tuple),
    cluster=st.sampled_from(["", "pair", "2026-01-01"]),
    notes=TEXTS,
    held_out=st.booleans(),
)


@depth.examples(60, 3000)
@given(st.lists(CASES, min_size=1, max_size=3), st.lists(checks(), max_size=3).map(tuple), NUMBERS)
def test_cases_and_checks_of_a_pack_come_back(
    cases: list[Case], shared: tuple[Check, ...], threshold: float | None
) -> None:
    content = Content((Message("user", "Say {{x}} {{if}} {{true}} {{é}} {{y}} {{__own}} {# {% raw %}"),))
    pack = one(content, cases=tuple(cases), checks=shared, threshold=threshold)
    suite = read_back(pack)
    assert [without_uid(found.case) for found in suite.cases] == [without_uid(case) for case in cases]
    assert (suite.checks, suite.threshold) == (shared, threshold)
    assert lost(suite, "refused") == ""
    # The prompt uses the same names.
    for case in cases:
        values = dict(case.values)
        sent = fill_plain(content, values).messages
        assert rendered(suite.prompts[0].content, values) == [(m.role, m.text) for m in sent]


def without_uid(case: Case) -> dict[str, object]:
    return {**case_to_json(case), "uid": ""}


def test_marks_of_another_shape_are_metadata() -> None:
    config = {
        "prompts": ["Say {{x}} {{ y | load }}"],
        "providers": ["echo"],
        "tests": [
            {"vars": {"x": "a", "y": '"b"'}, "metadata": {"workbench": marks}}
            for marks in ("mine", {"other": 1}, {"tags": ["t", 7], "json": "y", "notes": ""})
        ],
    }
    suite = read_config(SuiteSource(NAME, MemoryFiles({NAME: json.dumps(config)})))
    metadata = [json.loads(found.case.metadata or "{}") for found in suite.cases]
    assert metadata == [{"workbench": "mine"}, {"workbench": {"other": 1}}, {}]
    assert [found.case.tags for found in suite.cases] == [(), (), ()]
    assert dict(suite.cases[0].case.values)["y"] == '"b"'


def test_variables_are_restored_only_if_all_tests_agree() -> None:
    config = {
        "prompts": ["Say {{var_if}} {{ y | load }}"],
        "providers": ["echo"],
        "tests": [
            {
                "vars": {"var_if": "a", "y": '"b"'},
                "metadata": {"workbench": {"json": ["y"], "names": {"var_if": "if"}}},
            },
            {"vars": {"var_if": "c", "y": '"d"'}},
        ],
    }
    suite = read_config(SuiteSource(NAME, MemoryFiles({NAME: json.dumps(config)})))
    first = dict(suite.cases[0].case.values)
    assert (first["var_if"], first["y"]) == ("a", '"b"')
    assert rendered(suite.prompts[0].content, first) == [("user", "Say a b")]
    hostile = json.loads(json.dumps(config))
    hostile["tests"] = [
        {"vars": {"var_if": "a", "y": "1"}, "metadata": {"workbench": {"json": ["y"], "names": {"var_if": "y"}}}}
    ]
    suite = read_config(SuiteSource(NAME, MemoryFiles({NAME: json.dumps(hostile)})))
    assert dict(suite.cases[0].case.values)["var_if"] == "a"


def test_metadata_of_the_same_name_stays_and_is_noted_in_the_header() -> None:
    content = Content((Message("user", "{{x}}"),))
    case = Case("c", "", (("x", "a"),), metadata='{"workbench":{"mine":1}}', notes="n")
    pack = one(content, cases=(case,))
    assert "# Cases of" in write(pack).decode()
    assert "have metadata called “workbench”" in write(pack).decode()
    (found,) = read_back(pack).cases
    assert (found.case.metadata, found.case.notes) == ('{"workbench":{"mine":1}}', "")
    assert "have metadata called" not in write(one(content, cases=(replace(case, notes=""),))).decode()
