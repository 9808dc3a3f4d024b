"""The variables of a Jinja template."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, meta

from workbench.core.content import Content, Message
from workbench.core.jinja_names import jinja_names, jinja_places
from workbench.core.templates import content_variables, missing

TEMPLATES = [
    "{{ name }} and {{name|upper}} {{ order.number }} {{ f(x, key=y) }}",
    "{% for item in items if item.open and item is not none %}{{ loop.index }} {{ item }}{% endfor %}",
    "{% for key, value in pairs %}{{ key }}={{ value ~ tail }}{% else %}{{ none_left }}{% endfor %}",
    "{% set total = a + b %}{{ total }}",
    "{# {{ no }} #}{% raw %}{{ neither }}{% endraw %}{{ 'quoted {{ no }} name' ~ \"it's\" }}",
    "{% macro card(title, body='x') %}{{ title }}{{ body }}{% endmacro %}{{ card(heading) }}",
    "{% if a is defined and not b or c in d %}{{ e if f == 1 else g }}{% elif h %}{% endif %}",
    "{%- if x -%}{{- y -}}{%- endif -%}",
    "{% filter upper %}{{ inner }}{% endfilter %}{{ v | default('d', true) | replace(old, new) }}",
    "{% with a = b %}{{ a }}{% endwith %}{{ items[index].name }}",
    "plain { text } {{",
    "",
    "{{ größe }} {{ _x1 }}",
]


@pytest.mark.parametrize("template", TEMPLATES)
def test_names_match_those_found_by_jinja(template: str) -> None:
    if template == "plain { text } {{":
        assert jinja_names([template]) == ()
        return
    found = meta.find_undeclared_variables(Environment().parse(template))
    assert set(jinja_names([template])) == found


def test_unfinished_tag_does_not_hide_other_tags() -> None:
    assert jinja_names(["{{ firs and the order {{ number }} of {% if x"]) == ("number",)
    assert jinja_names(["{{" * 100_000, "{#" * 100_000, "{% raw %}" * 10_000, "{{ '" * 10_000]) == ()


def test_names_are_listed_once_in_text_order() -> None:
    assert jinja_names(["{{ b }}{{ a }}", "{{ b.x }}{{ c }}"]) == ("b", "a", "c")


def test_positions_point_at_the_names() -> None:
    text = "é {{ 'it''s' ~ name }}{% if name == other %}"
    assert [(name, text[at : at + len(name)]) for name, at in jinja_places(text)] == [
        (n, n) for n in ("name", "name", "other")
    ]


@given(st.text("{}%# axy|.'\"=for in set\n", max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    assert all(name.isidentifier() for name in jinja_names([text]))


def test_variables_depend_on_the_template_kind() -> None:
    messages = (Message("user", "{% for x in xs %}{{ x }}{% endfor %}{{ y | upper }}{{ z }}"),)
    assert content_variables(Content(messages, "plain")) == ("x", "z")
    assert content_variables(Content(messages, "jinja")) == ("xs", "y", "z")
    assert missing(Content(messages, "jinja"), {"xs": "a", "z": ""}) == ("y",)


def test_very_long_tag_is_read_in_one_pass() -> None:
    """Looking back from every name to the beginning of its tag would take minutes here, and most of the memory."""
    long = "{{ x." + "a + b." * 10_000 + "c + d }}"
    assert jinja_names([long]) == ("x", "b", "d")
    assert len(jinja_places("{{ " + "a + " * 101_000 + "a }}{{ b }}")) == 100_000
    assert jinja_names(["{% for " + "y" * 60_000 + " in z %}"]) != ()
