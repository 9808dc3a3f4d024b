"""Tests of a configuration in a sheet: promptfoo's columns, which sheet, and what its cells become."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.formats.suites.promptfoo_files import NAME, MemoryFiles, lost
from workbench.core.cases import Check, json_text
from workbench.core.testing.imported_suite import ImportedSuite
from workbench.formats.suites.promptfoo import read_config
from workbench.formats.suites.suite_files import SuiteFileProblemError
from workbench.formats.suites.suite_format import SheetReader, SuiteFileError, SuiteSheet, SuiteSource

CONFIG = "prompts: ['{{q}}']\nproviders: [echo]\ntests: file://cases.xlsx"
HEAD = ["q", "__expected", "__description", "__metric"]


def reader(rows: Sequence[Sequence[str]], *kinds: str) -> SheetReader:
    return lambda body, name: SuiteSheet(name or "First", rows, frozenset(kinds))


def suite(sheet: SheetReader | None, config: str = CONFIG, **files: str) -> ImportedSuite:
    named = {NAME: config, "cases.xlsx": b"x", **{name.replace("__", "."): body for name, body in files.items()}}
    return read_config(SuiteSource(NAME, MemoryFiles(named), {}, sheet))


def refusal(make: Callable[[], object]) -> str:
    with pytest.raises(SuiteFileError) as caught:
        make()
    return str(caught.value)


def test_columns_mean_what_they_mean_in_csv() -> None:
    rows = [HEAD, [" Where? ", "icontains:ship", "asks"], ["Who?", "", "", "tone"], ["  "], ["x", "levenshtein(3):y"]]
    found = suite(reader(rows))
    assert [one.case.name for one in found.cases] == ["asks", "Row #2", "Row #4"]
    assert [dict(one.case.values)["q"] for one in found.cases] == ["Where?", "Who?", "x"]
    assert found.cases[0].case.checks == (Check("icontains", value=json_text("ship")),)
    assert found.cases[2].case.checks[0].threshold == 3
    # The same rows as CSV.
    text = "q,__expected,__description,__metric\nWhere?,icontains:ship,asks,\nWho?,,,tone\nx,levenshtein(3):y,,\n"
    other = suite(None, CONFIG.replace("xlsx", "csv"), cases__csv=text)
    assert [one.case.checks for one in other.cases] == [one.case.checks for one in found.cases]
    assert lost(found) == "cases.xlsx: 1 empty row is left out; promptfoo tests empty values."


def test_the_sheet_is_named_behind_the_path() -> None:
    asked: list[str] = []

    def sheet(body: bytes, name: str) -> SuiteSheet:
        asked.append(name)
        return SuiteSheet(name or "First", [["q"], ["a"]])

    for path in ("cases.xlsx", "file://cases.xlsx#Two", "cases.xlsx#2", "*.xlsx#Two"):
        suite(sheet, CONFIG.replace("file://cases.xlsx", f"'{path}'"))
    assert asked == ["", "Two", "2", "Two"]


def test_cells_that_promptfoo_reads_in_another_way_are_named() -> None:
    said = lost(suite(reader([["q"], ["2026-01-31"]], "date", "truth", "rounded", "number")), "differs")
    assert "Dates of the sheet" in said
    assert "TRUE and FALSE" in said
    assert "at most 15 digits" in said
    assert lost(suite(reader([["q"], ["7"]], "number"))) == ""
    config = CONFIG.replace("cases.xlsx", "cases.ods")
    assert "promptfoo does not read .ods files" in lost(suite(reader([["q"], ["7"]]), config, cases__ods="x"))


def test_a_sheet_without_names_or_rows_refuses_the_file() -> None:
    assert refusal(lambda: suite(reader([]))).startswith(
        "tests: the sheet “First” of cases.xlsx has no names of columns in its first row."
    )
    assert "has no names of columns" in refusal(lambda: suite(reader([["", " "], ["a"]])))
    assert "has no rows below" in refusal(lambda: suite(reader([["q"], [], [" "]])))

    def broken(body: bytes, name: str) -> SuiteSheet:
        raise SuiteFileProblemError("cannot be read. It has no sheet “x”.")

    assert refusal(lambda: suite(broken)) == ("tests: the file “cases.xlsx” cannot be read. It has no sheet “x”.")
    missing = CONFIG.replace("cases", "gone")
    assert "no file matches “gone.xlsx”" in refusal(lambda: suite(reader([]), missing))


def test_values_below_a_column_without_a_name_are_left_out() -> None:
    found = suite(reader([["q", "", "note"], ["a", "lost", "kept"]]))
    assert dict(found.cases[0].case.values) == {"q": "a", "note": "kept"}


def test_without_a_reader_of_sheets_they_are_listed() -> None:
    config = CONFIG.replace("file://cases.xlsx", "[cases.xlsx, {vars: {q: a}}]")
    assert lost(suite(None, config)) == "tests[0]: The tests of cases.xlsx are left out. Save the sheet as CSV."
