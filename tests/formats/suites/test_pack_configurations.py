"""The configuration in a pack, read back, asks what the pack asks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests import depth
from tests.formats.suites.promptfoo_files import NAME, MemoryFiles, lost, rendered
from tests.packs.making import one
from workbench.core.blocks import OutputFormat, Tool
from workbench.core.cases import Case, Check
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
