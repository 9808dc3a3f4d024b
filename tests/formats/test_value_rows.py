"""Value sets from the rows of a spreadsheet."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from workbench.formats.value_rows import MOST, read_value_rows, taken


def test_spreadsheet_rows_become_value_sets() -> None:
    rows = read_value_rows("Name\tquestion\tlanguage\nlate\tWhere is it?\tEnglish\n\nrefund\t\tFrench\n")
    assert rows.sets == (
        ("late", (("question", "Where is it?"), ("language", "English"))),
        ("refund", (("question", ""), ("language", "French"))),
    )
    assert taken(rows, ["question", "tone"]) == (
        "2 cases with values for question and language. language is not used by the messages. "
        "There is no column for tone; every case keeps the current value."
    )


def test_column_of_a_variable_called_name_does_not_name_the_set() -> None:
    assert read_value_rows("name,age\nBo,3\n", ["name"]).sets == (("", (("name", "Bo"), ("age", "3"))),)
    assert read_value_rows("name\nBo\n").sets == (("", (("name", "Bo"),)),)


def test_quoted_cells_with_line_breaks_and_semicolons_are_read() -> None:
    rows = read_value_rows('q;a\r\n"one\r\ntwo ""x""";2,5\r\n')
    assert rows.sets == (("", (("q", 'one\ntwo "x"'), ("a", "2,5"))),)


def test_cells_that_begin_with_a_quote_are_kept() -> None:
    rows = read_value_rows('q\ta\n"hello" she said\tx\n"never closed\ty\n')
    assert rows.sets == (
        ("", (("q", '"hello" she said'), ("a", "x"))),
        ("", (("q", '"never closed'), ("a", "y"))),
    )
    assert read_value_rows('q,a\n1,2\n"x,3\n').left_out == (
        "Row 3 has a quote that is never closed. Close it, or double quotes inside of cells.",
    )


def test_omitted_cells_and_rows_are_reported() -> None:
    assert read_value_rows("a,b\n1,2,3\n").left_out == ("Row 2 has more cells than the first row; they were left out.",)
    assert read_value_rows("a,a\n1,2\n").sets == ()
    assert read_value_rows("  ").left_out[0].startswith("There is no text")
    assert read_value_rows("a\n").left_out == ("There are no rows below the names of the variables.",)
    many = read_value_rows("a\n" + "x\n" * (MOST + 2))
    assert (len(many.sets), many.left_out) == (MOST, (f"2 more rows were left out; the limit is {MOST} at a time.",))


cells = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=12)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=6))
def test_cells_are_read_unchanged(rows: list[tuple[str, str]]) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([("q", "a"), *rows])
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    assert read_value_rows(written.getvalue()).sets == tuple(("", (("q", q), ("a", a))) for q, a in kept)
