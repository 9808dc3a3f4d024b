"""Workbooks are read in a child with limits: what arrives, and that hostile ones get a sentence."""

from __future__ import annotations

import io
import os
import time
import zipfile
from pathlib import Path
from random import Random

import pytest

from tests import depth, workbooks
from tests.workbooks import number_cell, ods, text_cell, text_rows, xlsx
from workbench.core.testing.case_table import MOST_ROWS, ReadingStoppedError, TableError, watch_nothing
from workbench.engine.sheets.cell_texts import cell_text
from workbench.engine.sheets.client import SheetRows, read_sheet
from workbench.engine.sheets.number_formats import formatted
from workbench.host.processes import scrubbed_env


def read(path: Path, body: bytes, sheet: str = "") -> SheetRows:
    path.write_bytes(body)
    return read_sheet(path, sheet, scrubbed_env(os.environ), watch_nothing)


def refused(path: Path, body: bytes) -> str:
    with pytest.raises(TableError) as caught:
        read(path, body)
    return str(caught.value)


def test_cells_arrive_as_shown(tmp_path: Path) -> None:
    cells = [
        text_cell("A1", " 007 \nx"),
        number_cell("B1", "7.0"),
        number_cell("C1", "0.1"),
        number_cell("D1", "0.30000000000000004"),
        number_cell("E1", "46000", workbooks.DATE),
        number_cell("F1", "46000.5", workbooks.DATE_TIME),
        number_cell("G1", "1.5", workbooks.DURATION),
        '<c r="H1" t="b"><v>1</v></c>',
        '<c r="I1" t="str"><f>A1&amp;"!"</f><v>late!</v></c>',
        number_cell("J1", "1234567890123"),
        number_cell("K1", "42", workbooks.ZEROS),
        number_cell("L1", "0.5", workbooks.PERCENT),
    ]
    found = read(tmp_path / "a.xlsx", xlsx(("One", f'<row r="1">{"".join(cells)}</row>')))
    assert found.rows == (
        [
            " 007 \nx",
            "7",
            "0.1",
            "0.3",
            "2025-12-09",
            "2025-12-09 12:00:00",
            "36:00:00",
            "TRUE",
            "late!",
            "1234567890123",
            "00042",
            "50%",
        ],
    )
    assert (found.width, found.has_numbers) == (12, True)
    assert found.kinds == {"text", "number", "rounded", "formatted", "date", "truth"}
    assert read(tmp_path / "a.xlsx", xlsx(("One", text_rows([["a"]])))).kinds == {"text"}


@pytest.mark.parametrize(
    ("value", "text"),
    [(-0.0, "0"), (1e15, "1E+15"), (-7.0, "-7"), (1e-7, "1E-07"), (10**20, "1" + "0" * 20), (False, "FALSE")],
)
def test_numbers_have_at_most_15_digits(value: float, text: str) -> None:
    assert cell_text(value) == text


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (0.125, "0.0%", "12.5%"),
        (-0.5, "0%", "-50%"),
        (0.125, "0%", "13%"),
        (0.07, "0%", "7%"),
        (12.5, "000", "013"),
        (-7, "000", "-007"),
        (123456, "00000", "123456"),
        (True, "0%", ""),
        ("x", "00", ""),
        (1e300, "0%", ""),
    ],
)
def test_numbers_are_shown_by_their_format(value: object, code: str, text: str) -> None:
    assert formatted(value, code) == text


def test_formats_are_those_of_the_sheet_and_the_cell(tmp_path: Path) -> None:
    other = '<row r="1">' + number_cell("B1", "1", workbooks.PERCENT) + "</row>"
    rows = '<row r="3">' + number_cell("AB3", "7", workbooks.ZEROS) + number_cell("AC3", "7") + "</row>"
    body = xlsx(("Other", other), ("Mine", rows))
    assert read(tmp_path / "a.xlsx", body, "Mine").rows[-1] == ["00007", "7"]
    # Without its styles a workbook is read as before.
    damaged = body.replace(b"xl/styles.xml", b"xl/stylex.xml")
    assert read(tmp_path / "b.xlsx", damaged, "Mine").rows[-1] == ["7", "7"]


def test_sheets_are_chosen_by_name_and_hidden_ones_are_not_offered(tmp_path: Path) -> None:
    rows = text_rows([["order"], ["7"]])
    book = xlsx(("Secret", rows), ("First", rows), ("Second", text_rows([["x"]])), hidden=["Secret"])
    found = read(tmp_path / "a.xlsx", book)
    assert (found.sheets, found.sheet, found.rows) == (("First", "Second"), "First", (["order"], ["7"]))
    assert read(tmp_path / "a.xlsx", book, "Second").rows == (["x"],)
    assert read(tmp_path / "a.xlsx", book, "Gone").sheet == "First"


def test_any_sheet_is_found_by_name_or_number_or_refused(tmp_path: Path) -> None:
    sheets = [(name, text_rows([[text]])) for name, text in (("Secret", "s"), ("2", "x"), ("Third", "y"))]
    book = xlsx(*sheets, hidden=["Secret"])
    path = tmp_path / "a.xlsx"
    path.write_bytes(book)

    def any_sheet(name: str) -> SheetRows:
        return read_sheet(path, name, scrubbed_env(os.environ), watch_nothing, any_sheet=True)

    found = {name: any_sheet(name).rows[0][0] for name in ("", "1", " 2 ", "3", "Third", "Secret")}
    assert found == {"": "s", "1": "s", " 2 ": "x", "3": "y", "Third": "y", "Secret": "s"}
    for name, sentence in (
        ("4", "It has 3 sheets, and none with the number 4. Name one of them."),
        ("third", "It has no sheet “third”. Its sheets are “Secret”, “2”, “Third”."),
    ):
        with pytest.raises(TableError) as caught:
            any_sheet(name)
        assert str(caught.value) == sentence


def test_rows_keep_their_numbers_when_the_table_does_not_begin_at_the_top(tmp_path: Path) -> None:
    body = f'<row r="3">{text_cell("B3", "x")}</row><row r="5">{text_cell("B5", "y")}</row>'
    assert read(tmp_path / "a.xlsx", xlsx(("One", body))).rows == ([], [], ["x"], [], ["y"])


def test_open_document_sheets_are_read(tmp_path: Path) -> None:
    assert read(tmp_path / "a.ods", ods([["order", "007"]])).rows == (["order", "007"],)


def test_hostile_workbooks_get_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    corners = f'<row r="1">{number_cell("A1", "1")}</row><row r="1048576">{number_cell("XFD1048576", "1")}</row>'
    sparse = xlsx(("One", corners))
    assert len(sparse) < 2_000
    assert refused(path, sparse).startswith("This workbook needs too much memory or time")
    row = number_cell("A1048576", "1") + number_cell("XFD1048576", "1")
    assert refused(path, xlsx(("One", f'<row r="1048576">{row}</row>'))) == (
        "This sheet has 1,048,576 rows and 16,384 columns, which are too many. Delete cells far outside the table."
    )
    bomb = xlsx(("One", f'<row r="1">{text_cell("A1", "x" * 300_000_000)}</row>'))
    assert len(bomb) < 400_000
    assert refused(path, bomb).startswith("This workbook needs too much memory or time")
    repeated = '<table:table-row table:number-rows-repeated="1048576"><table:table-cell '
    repeated += 'table:number-columns-repeated="16384" office:value-type="float" office:value="1"/></table:table-row>'
    assert refused(tmp_path / "a.ods", ods([["a"]], repeated))
    assert refused(path, b"PK\x03\x04" + bytes(500)).startswith("This is not a workbook")
    assert refused(path, b"hello").startswith("This is not a workbook")
    assert refused(path, xlsx()).startswith("This workbook has no sheets")


def test_claimed_dimension_is_not_believed(tmp_path: Path) -> None:
    book = xlsx(("One", text_rows([["a"]])), dimension="A1:XFD1048576")
    assert read(tmp_path / "a.xlsx", book).rows == (["a"],)


def test_rows_beyond_the_limit_are_not_sent(tmp_path: Path) -> None:
    corners = f'<row r="1">{number_cell("A1", "1")}</row><row r="1048576">{number_cell("A1048576", "1")}</row>'
    found = read(tmp_path / "a.xlsx", xlsx(("One", corners)))
    assert MOST_ROWS < len(found.rows) < MOST_ROWS + 5_000


def test_pipes_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.xlsx")
    with pytest.raises(TableError, match="a pipe or a device"):
        read_sheet(tmp_path / "a.xlsx", "", scrubbed_env(os.environ), watch_nothing)


def test_reading_is_stopped_by_its_watch_and_by_time(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx(("One", text_rows([["a"]]))))
    env = scrubbed_env(os.environ)

    def stop(rows: int) -> None:
        raise ReadingStoppedError

    with pytest.raises(ReadingStoppedError):
        read_sheet(path, "", env, stop)
    started = time.monotonic()
    with pytest.raises(TableError, match=r"took longer than 0\.3 seconds"):
        read_sheet(path, "", env, watch_nothing, limit_s=0.3, command=["sleep", "60"])
    assert time.monotonic() - started < 30
    with pytest.raises(TableError, match="does not start"):
        read_sheet(path, "", env, watch_nothing, command=["/nowhere"])
    with pytest.raises(TableError, match="too much memory or time"):
        read_sheet(path, "", env, watch_nothing, command=["true"])


@pytest.mark.parametrize("seed", depth.seeds(quick=6, deep=300))
def test_damaged_workbooks_give_rows_or_a_sentence(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    whole = ods([["order", "007"]] * 5) if seed % 2 else xlsx(("One", text_rows([["order", "007"]] * 5)))
    # Damage what the archive holds, since a damaged archive is refused at once.
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            body = bytearray(source.read(name))
            for _ in range(random.randrange(3)):
                place = random.randrange(len(body))
                body[place : place + random.randrange(4)] = random.choice([b"9999999", b"<", b"", b"\0", b'"', b"XFD"])
            target.writestr(name, bytes(body))
    path = tmp_path / "a.xlsx"
    path.write_bytes(made.getvalue())
    try:
        told = str(read_sheet(path, "", scrubbed_env(os.environ), watch_nothing).sheets)
    except TableError as error:
        told = str(error)
    assert told.endswith((".", ")"))
