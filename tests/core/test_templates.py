"""Plain templates replace `{{name}}` and nothing else, in one pass."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.core import strategies as make
from workbench.core.content import Content, Message
from workbench.core.rendered_content import fill_plain
from workbench.core.templates import content_variables, fill, missing, variables

VERBATIM = [
    "{# a comment in another language #}",
    "{% if x %}yes{% endif %}",
    r"\frac{a}{b} $\{x\}$ \textbf{{a b}} \hat{{}}",
    "${x} $x %(x)s %x% #{x} <%= x %> {x} { {x} } {{ x }",
    "{{ not a name }}",
    "{{x|upper}} {{x.y}} {{x[0]}} {{x + 1}} {{ 'x' }} {{1x}} {{x-y}} {{}} {{ }}",
    "{{\nx\n}} {{x\n}} {{\u00a0x}}",
    "{ {x}} {{x} }",
    "{{#each x}}{{/each}} {{>x}} {{^x}} {{!x}} {{-x-}}",
    '{"a": {"b": {}}}',
    "\r\n\r\u2028\u00a0\0{{",
]


@pytest.mark.parametrize("text", VERBATIM)
def test_text_that_is_not_a_variable_is_unchanged(text: str) -> None:
    assert fill(text, {"x": "VALUE", "a": "VALUE", "": "VALUE", "not": "VALUE"}) == text
    assert variables([text]) == ()


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{x}}", "1"),
        ("{{ x }}{{\tx \t}}", "11"),
        ("a{{x}}{{x}}b", "a11b"),
        ("{{{x}}}", "{1}"),
        ("{{{{x}}}}", "{{1}}"),
        ("{{{{x}} }}", "{{1 }}"),
        ("{{x}}}", "1}"),
        ("{{x {{x}}", "{{x 1"),
        ("{{_a1}} {{é}} {{变量}} {{X}}", "2 3 4 {{X}}"),
        ("{{unknown}} {{ unknown }}", "{{unknown}} {{ unknown }}"),
        ("{{empty}}|", "|"),
    ],
)
def test_variables_are_replaced_by_their_values(text: str, filled: str) -> None:
    assert fill(text, {"x": "1", "_a1": "2", "é": "3", "变量": "4", "empty": ""}) == filled


@pytest.mark.parametrize("value", ["{{x}}", "{{y}}", "\\1 \\g<1>", "\\", "{{", "}}", "\r\n\0\u2028"])
def test_variables_in_values_are_not_replaced(value: str) -> None:
    assert fill("<{{x}}>{{y}}", {"x": value, "y": "Y"}) == f"<{value}>Y"


@given(make.texts, make.texts)
@example("{{x}}", "{{x}}")
def test_filling_is_a_single_pass_over_the_typed_text(text: str, value: str) -> None:
    expected = re.sub(r"\{\{[ \t]*x[ \t]*\}\}", lambda _: value, text)
    assert fill(text, {"x": value}) == expected
    assert fill(text, {}) == text


@given(st.lists(st.sampled_from(["b", "a", "c1", "_"]), max_size=6))
def test_variables_are_listed_once_in_order_of_appearance(names: list[str]) -> None:
    texts = [f"x {{{{ {name} }}}} y" for name in names]
    assert variables(texts) == tuple(dict.fromkeys(names))
    assert variables(["".join(texts)]) == tuple(dict.fromkeys(names))


CONTENT = Content((Message("system", "{{b}} {{a}}"), Message("user", "{{a}}{{c}}"), Message("assistant", "{{c}}")))


def test_variables_of_content_cover_all_messages() -> None:
    assert content_variables(CONTENT) == ("b", "a", "c")


def test_empty_value_is_not_missing() -> None:
    assert missing(CONTENT, {"a": "", "z": "1"}) == ("b", "c")
    assert missing(CONTENT, {"a": "", "b": "", "c": ""}) == ()


def test_messages_that_render_empty_are_left_out() -> None:
    assert fill_plain(CONTENT, {"b": " ", "a": "", "c": ""}).messages == (Message("system", "  "),)
    assert fill_plain(CONTENT, {"b": "1", "a": "2", "c": "3"}).messages == (
        Message("system", "1 2"),
        Message("user", "23"),
        Message("assistant", "3"),
    )


@given(make.contents)
def test_content_without_values_is_sent_as_typed(content: Content) -> None:
    bare = replace(content, examples=())
    assert fill_plain(bare, {}).messages == tuple(m for m in content.messages if m.text or m.attachments)
