"""Highlighting of a line, and the state it passes on to the next one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.ui.editor.grammar import LONGEST_CODE, PROSE, GrammarState, LineLexer, leads_on, read
from workbench.ui.editor.lexers import CodeLanguages, load

NONE: dict[str, LineLexer] = {}


def seen(text: str, *, jinja: bool = False, begins: bool = True) -> list[tuple[str, str]]:
    pieces, _ = read(text, PROSE, NONE.get, jinja=jinja, begins=begins)
    return [(text[at : at + size], kind) for at, size, kind in pieces]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Steps:", [("Steps:", "structure")]),
        ("步骤：", [("步骤：", "structure")]),
        ("3. Answer (shipped, in transit, lost).", [("3.", "structure"), ("(shipped, in transit, lost)", "literal")]),
        ("# Role", [("# Role", "structure")]),
        ("#hashtag", []),
        ("a (b, c) d", []),
        ("It is 3. Not more", []),
        ("use `a b` and ``c ` d``", [("`a b`", "literal"), ("``c ` d``", "literal")]),
        ("<doc id='7'>x</doc>", [("<doc id=", "tag"), ("'7'", "literal"), (">", "tag"), ("</doc>", "tag")]),
        ("if a < b and c > d", []),
        ("**bold**", [("**", "comment"), ("**", "comment")]),
        ('say "no"', [('"no"', "literal")]),
        ("a <!-- b --> c", [("<!-- b -->", "comment")]),
        ("snake_case_name and 2*3*4", []),
    ],
)
def test_prose_structure_is_highlighted(text: str, wanted: list[tuple[str, str]]) -> None:
    assert seen(text) == wanted


def test_continued_paragraph_has_no_list_marker() -> None:
    assert seen("1. x", begins=False) == []


def test_template_tags_are_highlighted_only_in_jinja_templates() -> None:
    text = "{% if x %}a{# b #}{{ y | upper }}"
    assert seen(text) == []
    assert seen(text, jinja=True) == [
        ("{% if x %}", "keyword"),
        ("{# b #}", "comment"),
        ("{{ y | upper }}", "variable"),
    ]


def through(lines: list[str], languages: CodeLanguages) -> list[list[tuple[str, str]]]:
    state, found = PROSE, []
    for line in lines:
        pieces, state = read(line, state, languages)
        found.append([(line[at : at + size], kind) for at, size, kind in pieces])
    assert state == PROSE
    return found


@pytest.fixture(scope="module")
def languages() -> CodeLanguages:
    return CodeLanguages(lambda work, then: then(work()), lambda: None)


def test_fenced_code_is_highlighted_line_by_line(languages: CodeLanguages) -> None:
    found = through(["```python", "def f():", '    """a', '    b"""', "    return 1", "```", "return"], languages)
    assert found[1] == [("def", "keyword"), ("f", "structure")]
    assert found[2] == [('"""a', "literal")]
    assert found[3] == [('    b"""', "literal")]
    assert found[4] == [("return", "keyword"), ("1", "literal")]
    assert found[6] == []


def test_multiline_comment_is_highlighted_up_to_its_end(languages: CodeLanguages) -> None:
    found = through(["~~~js", "let a; /* x", "let b;", "*/ let c;", "~~~"], languages)
    assert found[1][-1] == ("/* x", "comment")
    assert found[2] == [("let b;", "comment")]
    assert found[3] == [("*/", "comment"), ("let", "keyword")]


def test_json_is_highlighted_without_a_fence(languages: CodeLanguages) -> None:
    found = through(["{", '  "a": [1, true],', "}"], languages)
    assert found[1] == [('"a"', "tag"), ("1", "literal"), ("true", "keyword")]


def test_code_in_an_unknown_language_is_plain_text(languages: CodeLanguages) -> None:
    assert through(["```no-such", "def f():", "```"], languages)[1] == []
    assert load("no-such") is None


def test_very_long_code_line_is_plain_text(languages: CodeLanguages) -> None:
    assert through(["```json", "[" + "1," * LONGEST_CODE + "1]", "```"], languages)[1] == []


@given(
    st.text(alphabet="`~<!-# {%}\"'*_a1.\u05d0😀([),: /", max_size=60),
    st.sampled_from(["", "-->", "#}"]),
    st.booleans(),
)
def test_highlighted_pieces_are_ordered_and_inside_the_line(text: str, ends: str, jinja: bool) -> None:
    pieces, after = read(text, GrammarState(ends=ends), NONE.get, jinja=jinja)
    position = 0
    for start, length, _ in pieces:
        assert start >= position
        assert length >= 0
        position = start + length
    assert position <= len(text)
    if not ends and not leads_on(text):
        assert after == PROSE


@pytest.mark.parametrize("language", ["python", "json", "html", "yaml", "js", "markdown"])
@given(lines=st.lists(st.text(alphabet="ab{}<>/*\"'`# :-!\n\u05d0", max_size=30), max_size=4))
def test_highlighted_code_pieces_stay_inside_the_line(
    languages: CodeLanguages, language: str, lines: list[str]
) -> None:
    state = GrammarState("```", language)
    languages(language)
    for line in lines:
        line = line.replace("\n", "")
        pieces, state = read(line, state, languages)
        assert all(0 <= at <= at + size <= len(line) for at, size, _ in pieces)
