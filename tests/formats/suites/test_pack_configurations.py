"""The configuration in a pack, read back, asks what the pack asks."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests import depth
from tests.formats.suites.promptfoo_files import NAME, MemoryFiles, lost, rendered
from tests.packs.making import BODIES, FILES, one
from workbench.core.blocks import Attachment, OutputFormat, Tool
from workbench.core.cases import SET, Case, Check, case_to_json, json_text
from workbench.core.checks.check_types import CHECK_TYPES
from workbench.core.content import Content, Message
from workbench.core.lanes import LITELLM, Lane, Params
from workbench.core.rendered_content import fill_case, fill_plain
from workbench.core.templates import content_variables
from workbench.core.testing.imported_suite import ImportedSuite
from workbench.core.value_kinds import ValueKind, file_text, files_of
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
    files = {file.path: BODIES[file.hash] for file in FILES}
    return read_config(SuiteSource(NAME, MemoryFiles({NAME: write(pack), **files})))


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


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS | st.just("1"), inner, max_size=3),
    max_leaves=6,
)
KINDLY = st.lists(st.sampled_from(["a", "é"]) | st.integers(-9, 9) | st.just(2.5), max_size=3) | st.dictionaries(
    st.sampled_from(["id", "$x", "é", "no"]), st.sampled_from(["", "a: b", "2026-01-01", 7, None, True, ["x"], {}])
)
TYPED = st.builds(
    lambda value, indent, end: json.dumps(value, indent=indent, ensure_ascii=False) + end,
    JSON | KINDLY,
    st.sampled_from([None, 2]),
    st.sampled_from(["", " ", "\n"]),
)
FILE = st.builds(lambda f, name: file_text(Attachment(f.hash, f.media_type, name)), st.sampled_from(FILES), TEXTS)
Given = tuple[str, ValueKind | None]


def of(values: st.SearchStrategy[str], kind: ValueKind | None) -> st.SearchStrategy[Given]:
    return st.tuples(values, st.just(kind))


ANY_VALUE = of(TEXTS, None) | of(TYPED | TEXTS, "json") | of(FILE | TEXTS, "file")
OF_ONE_KIND = st.sampled_from([of(TEXTS, None), of(KINDLY.map(json_text), "json"), of(TYPED, "json"), of(FILE, "file")])


def with_kinds(case: Case, given_values: list[Given]) -> Case:
    pairs = list(zip(VARIABLES, given_values, strict=True))
    kinds = tuple((name, kind) for name, (_, kind) in pairs if kind is not None)
    return replace(case, values=tuple((name, value) for name, (value, _) in pairs), kinds=kinds)


def kindly(cases: list[Case]) -> st.SearchStrategy[list[Case]]:
    """Return the cases with values of all kinds; some variables have one kind in all cases."""
    rows = st.lists(st.just(ANY_VALUE) | OF_ONE_KIND, min_size=len(VARIABLES), max_size=len(VARIABLES)).flatmap(
        lambda row: st.lists(st.tuples(*row).map(list), min_size=len(cases), max_size=len(cases))
    )
    return rows.map(lambda found: [with_kinds(case, row) for case, row in zip(cases, found, strict=True)])


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


SUITES = st.lists(CASES, min_size=1, max_size=3).flatmap(lambda cases: st.just(cases) | kindly(cases))


@depth.examples(60, 3000)
@given(SUITES, st.lists(checks(), max_size=3).map(tuple), NUMBERS)
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
        found = fill_case(suite.prompts[0].content, values, case.kinds).messages
        assert found == fill_case(content, values, case.kinds).messages
    bodies = dict.fromkeys(file.hash for case in cases for file in files_of(dict(case.values), case.kinds).values())
    assert [hashlib.sha256(body).hexdigest() for body, _ in suite.files] == list(bodies)


def test_json_values_are_maps_in_the_file_and_come_back_as_typed() -> None:
    content = Content((Message("user", "{{order}} {{price}} {{true}}"),))
    order, price = '{ "id": 7, "of": ["a", "b"] }', '{"price": 1.50}'
    case = Case(
        "c",
        "C",
        (("order", order), ("price", price), ("true", '["x", "y"]')),
        (Check("equals", value='"{{ order.id }} {{ true[0] }} {{ true }}"'),),
        kinds=(("order", "json"), ("price", "json"), ("true", "json")),
    )
    pack = one(content, cases=(case,))
    written = yaml.safe_load(write(pack))
    (test,) = written["tests"]
    # JavaScript has no 1.50, so that this value stays a text.
    assert test["vars"] == {"order": {"id": 7, "of": ["a", "b"]}, "price": '{"price":1.50}', "var_true": ["x", "y"]}
    assert test["options"] == {"disableVarExpansion": True}
    assert test["assert"] == [{"type": "equals", "value": "{{ order.id }} {{ var_true[0] }} {{ var_true }}"}]
    assert "{{ order | dump }} {{price}} {{ var_true | dump }}" in written["prompts"][0]["raw"]
    assert "promptfoo would print otherwise are texts: price." in write(pack).decode()
    suite = read_back(pack)
    (found,) = suite.cases
    assert without_uid(found.case) == without_uid(case)
    assert suite.prompts[0].content == content
    # A value that was changed in the file counts.
    changed = write(pack).decode().replace("id: 7\n", "id: 8\n", 1)
    (found,) = read_config(SuiteSource(NAME, MemoryFiles({NAME: changed}))).cases
    assert dict(found.case.values)["order"] == '{"id":8,"of":["a","b"]}'
    assert found.case.kinds == case.kinds


def test_files_are_references_to_those_of_the_pack() -> None:
    content = Content((Message("user", "See {{photo}}"),))
    photo = Attachment(FILES[0].hash, "image/png", "Order.png")
    case = Case("c", "C", (("photo", file_text(photo)),), kinds=(("photo", "file"),))
    pack = one(content, cases=(case,))
    (test,) = yaml.safe_load(write(pack))["tests"]
    assert test["vars"] == {"photo": f"file://attachments/{photo.hash}"}
    assert "are files. promptfoo puts their content into the text" in write(pack).decode()
    (found,) = read_back(pack).cases
    assert without_uid(found.case) == without_uid(case)
    # Another file of that name is not taken for it.
    files = MemoryFiles({NAME: write(pack), FILES[0].path: b"Another text."})
    (other,) = read_config(SuiteSource(NAME, files)).cases
    assert (other.case.values, other.case.kinds) == ((("photo", "Another text."),), ())


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
