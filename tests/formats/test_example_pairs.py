"""Examples from tables and JSON Lines."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.blocks import Example
from workbench.formats.example_pairs import MOST, MOST_LEFT_OUT, read_pairs

cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), min_size=1).filter(str.strip)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=4), st.sampled_from("\t,"))
def test_spreadsheet_rows_are_read_unchanged(rows: list[tuple[str, str]], delimiter: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows([("user", "assistant"), *rows])
    found = read_pairs(out.getvalue())
    assert found.examples == tuple(Example(*row) for row in rows)
    assert found.left_out == ()


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=4))
def test_json_lines_are_read_unchanged(rows: list[tuple[str, str]]) -> None:
    text = "\n".join(json.dumps({"input": a, "output": b}) for a, b in rows)
    assert read_pairs(text).examples == tuple(Example(*row) for row in rows)


@given(st.text())
def test_any_text_yields_examples_or_reports_omissions(text: str) -> None:
    found = read_pairs(text)
    assert found.examples or found.left_out


@pytest.mark.parametrize(
    ("text", "examples", "form", "left_out"),
    [
        ("Where?\tThere.\nWho?\tMe.", [("Where?", "There."), ("Who?", "Me.")], "a table with tabs", []),
        ("id;Answer;Question\n1;b;a\n2;d;c", [("a", "b"), ("c", "d")], "“Question” and “Answer”", []),
        ('"a, b",c\nalone\n', [("a, b", "c")], "a table with commas", ["Line 2 has no second column."]),
        ('[{"user":"a","assistant":"b"},{"user":"c"}]', [("a", "b")], "JSON", ["Item 2 has no pair"]),
        ('{"user":"a","assistant":"b"}\n{"user":', [("a", "b")], "JSON Lines", ["Line 2 is not JSON"]),
        (
            '{"messages":[{"role":"system","content":"s"},{"role":"user","content":"a"},'
            '{"role":"assistant","content":"b"}]}',
            [("a", "b")],
            "JSON",
            [],
        ),
        ("  ", [], "", ["There is no text."]),
    ],
)
def test_detected_form_and_omissions_are_reported(
    text: str, examples: list[tuple[str, str]], form: str, left_out: list[str]
) -> None:
    found = read_pairs(text)
    assert found.examples == tuple(Example(*pair) for pair in examples)
    assert form in found.form
    assert len(found.left_out) == len(left_out)
    for sentence, start in zip(found.left_out, left_out, strict=True):
        assert sentence.startswith(start)


def test_number_of_examples_is_limited() -> None:
    found = read_pairs("\n".join(f"q{n}\ta{n}" for n in range(MOST + 7)))
    assert len(found.examples) == MOST
    assert found.left_out == (f"7 more examples were left out; the limit is {MOST} at a time.",)


@pytest.mark.parametrize("line", ["{", '{"a": 1}', "only one column"])
def test_reading_stops_after_too_many_unreadable_lines(line: str) -> None:
    found = read_pairs(f"{line}\n" * (3 * MOST_LEFT_OUT))
    assert not found.examples
    assert len(found.left_out) == MOST_LEFT_OUT + 1
    assert found.left_out[-1] == "Reading stopped at line 1000, after 1,000 that could not be read."
