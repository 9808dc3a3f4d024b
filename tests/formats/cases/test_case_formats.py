"""Every format gives the same table for the same cases, exact texts, and sentences for hostile files."""

from __future__ import annotations

import codecs
import csv
import io
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import depth
from workbench.core.testing.case_mapping import default_mapping, map_cases
from workbench.core.testing.case_table import (
    MOST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    CaseTable,
    ReadingStoppedError,
    TableError,
    Watch,
    watch_nothing,
)
from workbench.formats.cases import FORMATS, file_filter, format_of


@dataclass(frozen=True)
class Source:
    raw: bytes
    path: Path = Path("cases")

    def body(self) -> bytes:
        return self.raw

    def workbook(self, watch: Watch) -> CaseTable:
        raise AssertionError


def read(name: str, raw: bytes | str, watch: Watch = watch_nothing) -> CaseTable:
    return FORMATS[name].read(Source(raw.encode() if isinstance(raw, str) else raw), watch)


def refused(name: str, raw: bytes | str) -> str:
    with pytest.raises(TableError) as caught:
        read(name, raw)
    return str(caught.value)


def table_or_sentence(name: str, raw: bytes | str) -> CaseTable | str:
    try:
        return read(name, raw)
    except TableError as error:
        return str(error)


def test_rows_are_complete() -> None:
    extensions = [extension for row in FORMATS.values() for extension in row.extensions]
    assert len(set(extensions)) == len(extensions)
    assert all(row.title and row.help.endswith(".") and row.limit_bytes for row in FORMATS.values())
    assert all(format_of(Path(f"x{one.upper()}")) for one in extensions)
    assert format_of(Path("x.pdf")) is None
    assert file_filter().startswith("Files with cases (*.csv")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("csv", 'order,note\r\n007,"a, ""b""\r\nc"\r\n\r\n8,\r\n'),
        ("csv", 'order,note\r007,"a, ""b""\rc"\r\r8,\r'),
        ("csv", 'order;note\n007;"a, ""b""\nc"\n\n8;\n'),
        ("csv", 'order\tnote\n007\t"a, ""b""\nc"\n\n8\t\n'),
        ("tsv", 'order\tnote\n007\t"a, ""b""\nc"\n\n8\t'),
        ("jsonl", '{"order":"007","note":"a, \\"b\\"\\nc"}\n\n{"order":8,"note":""}\n'),
        ("json", '[{"order":"007","note":"a, \\"b\\"\\r\\nc"},{"order":8,"note":""}]'),
        ("json", '{"tests":[{"order":"007","note":"a, \\"b\\"\\nc"},{"order":8,"note":""}]}'),
        ("yaml", '- order: 007\n  note: "a, \\"b\\"\\nc"\n- {order: 8, note: ""}\n'),
    ],
)
def test_formats_give_the_same_table(name: str, text: str) -> None:
    table = read(name, text)
    assert table.header == ("order", "note")
    assert table.rows == (("007", 'a, "b"\nc'), ("8", ""))
    assert table.notes == ()


def test_rows_are_numbered_as_in_the_source() -> None:
    assert read("csv", "a\n\n1\n\n2\n").numbers == (3, 5)
    assert (read("jsonl", '\n{"a":1}\n').numbers, read("jsonl", '\n{"a":1}\n').unit) == ((2,), "line")
    assert (read("json", '[{"a":1}]').numbers, read("json", '[{"a":1}]').unit) == ((1,), "item")


@pytest.mark.parametrize(
    "raw",
    [
        "größe\nä\n".encode(),
        codecs.BOM_UTF8 + "größe\nä\n".encode(),
        codecs.BOM_UTF16_LE + "größe\nä\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "größe\nä\n".encode("utf-16-be"),
    ],
)
def test_encodings_are_recognised(raw: bytes) -> None:
    table = read("csv", raw)
    assert (table.header, table.rows) == (("größe",), (("ä",),))


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "workbook"])
def test_other_encodings_and_binary_files_get_a_sentence(name: str) -> None:
    assert refused(name, "a\nb\nä\n".encode("latin-1")).startswith("Line 3 is not UTF-8 text. Save the file as UTF-8")
    assert refused(name, "ab".encode("utf-16-le")).startswith("This is not UTF-8 text.")
    assert refused(name, codecs.BOM_UTF16_LE + b"a").startswith("Line 1 is not UTF-16 text.")
    assert "NUL" in refused(name, b'{"a":1}\n12345\0')
    assert "NUL" in refused(name, "ab".encode("utf-32"))
    assert refused(name, b"")
    assert refused(name, b" \n\t\n ")


def test_cells_of_spreadsheets_that_begin_with_a_quote_are_kept() -> None:
    table = read("tsv", 'a\tb\n"hello" she said\tx\n"never closed\ty\n')
    assert table.rows == (('"hello" she said', "x"), ('"never closed', "y"))


def test_malformed_csv_is_read_as_written_or_refused() -> None:
    assert refused("csv", 'a,b\n1,"x\n2,y\n') == (
        "Row 2 has a quote that is never closed. Close it, or double quotes inside of cells."
    )
    table = read("csv", 'a,b\n"x"y,z\nq"r,s\n')
    assert table.rows == (('"x"y', "z"), ('q"r', "s"))
    assert table.notes == ("Row 2: a quoted cell is followed by text; it was read as written.",)


def test_short_and_long_rows_are_told_apart() -> None:
    table = read("csv", "a,b\n1\n1,2,3\n1,2,,\n")
    assert table.rows == (("1", None), ("1", "2"), ("1", "2"))
    assert table.notes == ("Row 3: there are more cells than names in the first row; they were left out.",)


def test_columns_get_distinct_names() -> None:
    table = read("csv", "a,,a\n1,2,3\n")
    assert table.header == ("a", "Column 2", "a (2)")
    assert table.notes == ("Several columns are called “a”; the later one is called “a (2)” here.",)


def test_tests_of_promptfoo_have_roles() -> None:
    table = read(
        "yaml",
        "- description: 2026-01-31\n  vars: {order: 0x10, no: NO, none: , on: true}\n"
        "  assert: [{type: latency, threshold: 0x10}]\n  threshold: .5\n  metadata: {a: 1}\n  options: {prefix: x}\n"
        "- vars: {order: [a, b], n: [1, 2]}\n",
    )
    assert list(zip(table.header, table.roles, strict=True)) == [
        ("order", "variable"),
        ("no", "variable"),
        ("none", "variable"),
        ("on", "variable"),
        ("description", "name"),
        ("assert", "checks"),
        ("threshold", "threshold"),
        ("metadata", "metadata"),
        ("other keys", "rest"),
        ("n", "variable"),
    ]
    assert table.rows == (
        (
            "0x10",
            "NO",
            None,
            "true",
            "2026-01-31",
            '[{"type":"latency","threshold":16}]',
            ".5",
            '{"a":1}',
            '{"options":{"prefix":"x"}}',
            None,
        ),
        ("a", *[None] * 8, "[1,2]"),
        ("b", *[None] * 8, "[1,2]"),
    )
    assert table.numbers == (1, 2, 2)
    assert table.notes == ("2 tests became 3 cases: lists of values were multiplied.",)


def test_variables_may_have_the_names_of_other_keys() -> None:
    table = read("json", '[{"vars":{"assert":"a","name":"b"},"name":"c"}]')
    assert (table.header, table.roles) == (("assert", "name", "name"), ("variable", "variable", "name"))
    assert table.rows == (("a", "b", "c"),)


def test_numbers_keep_their_spelling() -> None:
    table = read("json", '[{"a":1.50,"b":12345678901234567890,"c":[1.50,-0],"d":1e400,"e":null,"f":false}]')
    assert table.rows == (("1.50", "12345678901234567890", "[1.50,-0]", "1e400", None, "false"),)
    huge = read("json", '[{"vars":{},"assert":[1e400,' + "9" * 5000 + "]}]")
    assert json.loads(huge.rows[0][0] or "") == ["1e400", "9" * 5000]


def test_half_characters_are_replaced_and_reported() -> None:
    table = read("jsonl", '{"a":"\\ud800"}')
    assert (table.rows, table.notes) == ((("�",),), ("Line 1: half of a character was replaced by �.",))


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("json", "[1]", "Item 1 is not an object with names and values. Correct it there."),
        ("json", "[]", "There are no cases. Write a list of objects, one for each case."),
        ("json", "3", "There is no list of cases. Write a list of objects, one for each case."),
        ("json", "[NaN]", "This is not JSON: NaN is not JSON. Correct it there."),
        ("json", "[" * 100_000, "The JSON is nested too deeply. Flatten it."),
        ("jsonl", '{"a":1}\n{', "Line 2 is not JSON (Expecting property name"),
        ("yaml", "- &a [x]\n- *a\n", "The file, line 1, has an anchor or alias"),
        ("yaml", "- !!python/object:os.system x\n", "The file, line 1, has a tag"),
        ("yaml", "- {", "The file, line 2, is not valid YAML."),
        ("yaml", "[" * 1000, "The file, line 1, is nested more than"),
        ("yaml", "a: {", "The file, line 2, is not valid YAML."),
    ],
)
def test_broken_files_get_a_sentence(name: str, text: str, sentence: str) -> None:
    assert refused(name, text).startswith(sentence)


def test_json_that_is_json_lines_is_read_as_such() -> None:
    assert read("json", '{"a":1}\n{"a":2}\n').rows == (("1",), ("2",))


def test_limits_are_said() -> None:
    rows = read("csv", "a\n" + "1\n" * (MOST_ROWS + 1))
    assert len(rows.rows) == MOST_ROWS
    assert rows.notes == ("Only the first 100,000 rows were read. Split the file to import the others.",)
    wide = read("csv", "a," * 1_000_000 + "\n" + "1," * 1_000_000)
    assert len(wide.header) == len(wide.rows[0]) == MOST_COLUMNS
    assert wide.notes[0] == "Only the first 256 of 1,000,001 columns were read."
    long = read("csv", "a\n" + "x" * (MOST_CELL + 1))
    assert len(long.rows[0][0] or "") == MOST_CELL
    assert long.notes == ("Row 2: a cell was cut to 500,000 characters.",)
    product = json.dumps([{"vars": {name: list("abcdefghij") for name in "abcdefgh"}}])
    assert len(read("json", product).rows) == MOST_ROWS
    many = json.dumps([{f"v{number}": 1 for number in range(300)}])
    assert read("json", many).notes == ("44 values beyond 256 columns were left out.",)


@pytest.mark.parametrize("line", ['"a\t"', '"""\t', '\t""', '"', '""', '"a\n', "\r", '"\r\n"'])
def test_time_is_linear_in_quotes(line: str) -> None:
    started = time.monotonic()
    for name in ("tsv", "csv"):
        try:
            read(name, line * 200_000)
        except TableError:
            continue
    assert time.monotonic() - started < 60


def test_reading_is_stopped() -> None:
    def stop(rows: int) -> None:
        if rows > 10:
            raise ReadingStoppedError

    with pytest.raises(ReadingStoppedError):
        read("csv", "a\n" * 100, stop)
    with pytest.raises(ReadingStoppedError):
        read("jsonl", '{"a":1}\n' * 100, stop)


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
TABLES = st.integers(2, 4).flatmap(lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=6))


@given(
    TABLES,
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
@depth.examples(150, 3000)
def test_tables_written_by_other_programs_are_read_exactly(
    rows: list[list[str]], delimiter: str, end: str, quoting: Literal[0, 1]
) -> None:
    header = [f"c{place}" for place in range(len(rows[0]) if rows else 2)]
    made = io.StringIO()
    csv.writer(made, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows([header, *rows])
    table = read("csv", made.getvalue())
    assert table.header == tuple(header)
    kept = [row for row in rows if any(cell and not cell.isspace() for cell in row)]
    assert [list(row) for row in table.rows] == [[cell.replace("\r\n", "\n") for cell in row] for row in kept]


@given(st.binary(max_size=200), st.sampled_from([name for name in FORMATS if name != "workbook"]))
@depth.examples(150, 5000)
def test_any_bytes_give_a_table_or_a_sentence(raw: bytes, name: str) -> None:
    table = table_or_sentence(name, raw)
    if isinstance(table, str):
        assert table.endswith(".")
        return
    assert all(len(row) == len(table.header) for row in table.rows)
    assert len(table.rows) == len(table.numbers)


@given(st.text('a,;\t"\r\n', max_size=60), st.sampled_from(["csv", "tsv"]))
@depth.examples(150, 5000)
def test_any_quotes_give_a_table_or_a_sentence(text: str, name: str) -> None:
    table = table_or_sentence(name, text)
    assert isinstance(table, CaseTable) or table.endswith(".")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("json", '[{"order": {"id": 1.50, "of": ["é"]}, "tags2": ["x"], "q": "{}", "n": 7}]'),
        ("jsonl", '{"order": {"id": 1.50, "of": ["é"]}, "tags2": ["x"], "q": "{}", "n": 7}'),
        ("yaml", "- order: {id: 1.50, of: [é]}\n  tags2: [x]\n  q: '{}'\n  n: 7\n"),
        ("json", '[{"vars": {"order": {"id": 1.50, "of": ["é"]}, "q": "{}", "n": 7}, "values": {"tags2": ["x"]}}]'),
    ],
)
def test_objects_and_lists_are_kept_as_json(name: str, text: str) -> None:
    table = read(name, text)
    (case,) = map_cases(table, default_mapping(table, ()), ()).cases
    assert dict(case.values) == {"order": '{"id":1.50,"of":["é"]}', "tags2": '["x"]', "q": "{}", "n": "7"}
    assert dict(case.kinds) == {"order": "json", "tags2": "json"}
    assert all(type(value) is str for _, value in case.values)
