"""Importing cases: files, pastes, duplicates, undo, and hostile input."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.making import NOW, done, opened, run, text, uids
from tests.workbooks import number_cell, ods, text_rows, xlsx
from workbench.core.attachments import MOST_BYTES
from workbench.core.cases import Case, Check
from workbench.core.testing.case_mapping import CaseMapping, ColumnUse, choices, default_mapping
from workbench.core.testing.case_table import CaseTable, ReadingStoppedError, watch_nothing
from workbench.core.value_kinds import files_of
from workbench.store import Store
from workbench.usecases.case_import import MOST_PASTED, CaseImporter, CaseImportPlan
from workbench.usecases.problems import RefusedError

ROWS = [["order", "expected"], ["007", "It is late."], ["8", "It is here."]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(opened(tmp_path / "history.db")) as made:
        made.create_prompt("p", "Order bot", NOW).result()
        yield made


@pytest.fixture
def importer(store: Store) -> CaseImporter:
    return CaseImporter(store, uids("new"))


def plan(importer: CaseImporter, table: CaseTable, *, skips: bool = True) -> CaseImportPlan:
    return importer.plan("p", table, default_mapping(table, ["order"]), ["order"], skips_duplicates=skips)


def pasted(importer: CaseImporter, words: str) -> CaseTable:
    return importer.read_text(words, watch_nothing)


def refused(importer: CaseImporter, path: Path) -> str:
    with pytest.raises(RefusedError) as caught:
        importer.read_file(path, watch_nothing)
    return caught.value.sentence


FILES = {
    "a.csv": b"order,expected\n007,It is late.\n8,It is here.\n",
    "a.tsv": b"order\texpected\n007\tIt is late.\n8\tIt is here.\n",
    "a.jsonl": b'{"order":"007","expected":"It is late."}\n{"order":8,"expected":"It is here."}\n',
    "a.json": b'[{"order":"007","expected":"It is late."},{"order":8,"expected":"It is here."}]',
    "a.YAML": b"- order: 007\n  expected: It is late.\n- order: 8\n  expected: It is here.\n",
    "a.xlsx": xlsx(("One", text_rows(ROWS))),
    "a.ods": ods(ROWS),
}


@pytest.mark.parametrize("name", FILES)
def test_files_of_all_formats_give_the_same_cases(importer: CaseImporter, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name])
    table = importer.read_file(path, watch_nothing)
    assert table.notes == ()
    assert plan(importer, table).cases == (
        Case("", values=(("order", "007"),), expectation="It is late."),
        Case("", values=(("order", "8"),), expectation="It is here."),
    )


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def test_cells_name_files_beside_the_table(importer: CaseImporter, store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    (folder / "in").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "in" / "a.png").write_bytes(PNG)
    (folder / "note.txt").write_text("Late.")
    (folder / "empty.txt").write_text("")
    (folder / "raw.bin").write_bytes(b"\xff\0")
    (folder / "large.txt").write_bytes(b"x" * (MOST_BYTES + 1))
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "away").symlink_to(tmp_path)
    wrong = {
        "../secret.txt": "the file “../secret.txt” is outside of the folder of the table.",
        str(tmp_path / "secret.txt"): "is an absolute path; only files beside the table are read.",
        "~/secret.txt": "is an absolute path; only files beside the table are read.",
        "link.txt": "the file “link.txt” is a link, or in a folder that is one; links are not followed.",
        "away/secret.txt": "is a link, or in a folder that is one; links are not followed.",
        "gone.txt": "the file “gone.txt” does not exist.",
        "in": "the file “in” cannot be read.",
        "large.txt": "the file “large.txt” has more than 20 MB.",
        "empty.txt": "“empty.txt” is empty. Choose another file.",
        "raw.bin": "“raw.bin” is neither a picture",
    }
    rows = ["in/a.png", " ./note.txt ", "", *wrong]
    (folder / "t.csv").write_text("question,photo\n" + "".join(f"{n},{cell}\n" for n, cell in enumerate(rows)))
    table = importer.read_file(folder / "t.csv", watch_nothing)
    mapping = CaseMapping((ColumnUse("variable", "question"), ColumnUse("file", "photo")))
    assert ColumnUse("file", "photo") in choices("photo", ["question"], has_files=True)
    assert ColumnUse("file", "photo") not in choices("photo", ["question"])
    made = importer.plan("p", table, mapping, ["question", "photo"], folder=folder)
    files = [
        (case.kinds, [(one.name, one.media_type) for one in files_of(dict(case.values), case.kinds).values()])
        for case in made.cases
    ]
    kinds = (("photo", "file"),)
    assert files == [(kinds, [("a.png", "image/png")]), (kinds, [("note.txt", "text/plain")]), ((), [])]
    assert dict(made.cases[2].values)["photo"] == ""
    assert made.mapped.left_out == len(wrong)
    said = [one for one in made.mapped.problems if "was left out" in one]
    for line, (number, sentence) in zip(said, enumerate(wrong.values(), start=5), strict=True):
        assert line.startswith(f"Row {number} was left out: ")
        assert sentence in line
    importer.add(made)
    assert [case.kinds for case in store.packs.cases("p")] == [kinds, kinds, ()]
    for case, body in zip(store.packs.cases("p"), (PNG, b"Late."), strict=False):
        (file,) = files_of(dict(case.values), case.kinds).values()
        assert store.blob(file.hash) == body
    # The same files again are duplicates.
    assert importer.plan("p", table, mapping, [], folder=folder).duplicates == 3


def test_changed_and_pasted_files_are_not_taken(importer: CaseImporter, store: Store, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("Late.")
    table = pasted(importer, "photo\tq\nnote.txt\tWhere?\n")
    mapping = CaseMapping((ColumnUse("file", "photo"), ColumnUse("variable", "q")))
    without = importer.plan("p", table, mapping, [])
    assert without.cases == ()
    assert "Row 2 was left out: pasted rows have no files beside them" in without.mapped.problems[0]
    made = importer.plan("p", table, mapping, [], folder=tmp_path)
    (tmp_path / "note.txt").write_text("Other.")
    with pytest.raises(RefusedError, match=r"The file “note.txt” has changed\. Choose the table again\."):
        importer.add(made)
    (tmp_path / "note.txt").unlink()
    with pytest.raises(RefusedError, match=r"The file “note.txt” does not exist\. Nothing was imported\."):
        importer.add(made)
    assert store.packs.cases("p") == ()


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.json", "a.YAML"])
def test_pastes_are_recognised(importer: CaseImporter, name: str) -> None:
    assert len(plan(importer, pasted(importer, FILES[name].decode())).cases) == 2


def test_sheets_of_a_workbook_can_be_chosen(importer: CaseImporter, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx(("Empty", ""), ("Full", text_rows([["order"], ["7"]]))))
    table = importer.read_file(path, watch_nothing)
    assert (table.header, table.sheets, table.sheet) == ((), ("Empty", "Full"), "Empty")
    assert table.notes == ("This sheet is empty.",)
    assert importer.read_file(path, watch_nothing, "Full").rows == (("7",),)
    path.write_bytes(xlsx(("Empty", "")))
    assert refused(importer, path).startswith("“a.xlsx” cannot be read. There are no rows.")


def test_number_formats_and_columns_that_are_not_read_are_said(importer: CaseImporter, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    wide = "".join(number_cell(f"{chr(65 + at // 26)}{chr(65 + at % 26)}1", "1") for at in range(300))
    path.write_bytes(xlsx(("One", f'<row r="1">{wide}</row>')))
    assert importer.read_file(path, watch_nothing).notes[:2] == (
        "Only the first 256 of 300 columns were read.",
        "Of number formats only percentages and leading zeros are read, in .xlsx files: 5 € is 5. Format a column as "
        "text to keep its look.",
    )


def test_hostile_files_get_a_sentence(importer: CaseImporter, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert "a pipe or a device" in refused(importer, tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    assert "cannot be read: Is a directory" in refused(importer, tmp_path / "folder.csv")
    assert "No such file" in refused(importer, tmp_path / "gone.csv")
    assert refused(importer, tmp_path / "a.pdf").startswith("“a.pdf” has no known ending. Cases are read from: CSV,")
    for name in ("large.csv", "large.json", "large.xlsx"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(100 * 2**20)
        assert refused(importer, tmp_path / name).startswith(f"“{name}” has 1")
    (tmp_path / "device.csv").symlink_to("/dev/zero")
    assert "a pipe or a device" in refused(importer, tmp_path / "device.csv")


def test_pastes_that_cannot_be_read_get_a_sentence(importer: CaseImporter) -> None:
    for words, sentence in (
        (" \n", "There is no text to paste."),
        ("{", "This is not JSON"),
        ("x" * (MOST_PASTED + 1), "The text has 16,000,001 characters"),
        ("- a: [", "The file, line"),
    ):
        with pytest.raises(RefusedError, match=sentence):
            pasted(importer, words)


def test_import_is_added_and_undone_as_one(importer: CaseImporter, store: Store) -> None:
    store.packs.add_case("p", Case("old", "Old", (("order", "1"),))).result()
    table = pasted(
        importer, "order,expected,title,tags,group,notes,__expected\n7,late,T,x;y,G,N,contains:late\n8,,,,,,\n"
    )
    made = plan(importer, table)
    added = importer.add(made)
    assert store.packs.cases("p")[1:] == (
        Case(
            added.uids[0],
            "T",
            (("order", "7"),),
            (Check("contains", value='"late"'),),
            expectation="late",
            tags=("x", "y"),
            cluster="G",
            notes="N",
        ),
        Case(added.uids[1], values=(("order", "8"),)),
    )
    importer.take_back(added).result()
    assert [case.uid for case in store.packs.cases("p")] == ["old"]


def test_duplicates_are_counted_and_skipped_on_wish(importer: CaseImporter, store: Store) -> None:
    store.packs.add_case("p", Case("old", "Old", (("order", "1"),))).result()
    table = pasted(importer, "order\n1\n2\n2\n3\n")
    made = plan(importer, table)
    assert ([dict(case.values)["order"] for case in made.cases], made.duplicates) == (["2", "3"], 2)
    assert made.summary == "2 cases to import. 2 duplicates are skipped."
    kept = plan(importer, table, skips=False)
    assert (len(kept.cases), kept.duplicates) == (4, 2)
    assert kept.summary == "4 cases to import. 2 duplicates are imported again."
    assert plan(importer, pasted(importer, "order\n1\n")).summary == (
        "There is nothing to import. 1 duplicate is skipped."
    )


def test_rows_that_cannot_be_cases_are_counted(importer: CaseImporter) -> None:
    made = plan(importer, pasted(importer, '[{"vars":{"order":"1"}},{"vars":{},"assert":[{}]}]'))
    assert made.summary == "1 case to import. 1 row is left out."


def test_reading_is_stopped(importer: CaseImporter, tmp_path: Path) -> None:
    def stop(rows: int) -> None:
        raise ReadingStoppedError

    for name, raw in FILES.items():
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(ReadingStoppedError):
            importer.read_file(tmp_path / name, stop)


def test_answer_becomes_a_case_and_is_undone(importer: CaseImporter, store: Store) -> None:
    uid = "first.0.0"
    store.begin_run(run("first", text("Where is {{order}}?"), values=(("order", "7"),))).result()
    store.finish_output(uid, done("It is late."), NOW).result()
    made = importer.case_of_answer("p", "first", uid)
    importer.keep_answer(made).result()
    (case,) = store.packs.cases("p")
    assert (case.values, case.expectation) == ((("order", "7"),), "It is late.")
    store.packs.change_case("p", replace(case, name="Late", expectation="?")).result()
    again = importer.case_of_answer("p", "first", uid)
    importer.keep_answer(again).result()
    assert store.packs.cases("p") == (replace(case, name="Late"),)
    importer.take_answer_back(again).result()
    assert store.packs.cases("p") == (replace(case, name="Late", expectation="?"),)
    importer.take_answer_back(made).result()
    assert store.packs.cases("p") == ()
    with pytest.raises(RefusedError, match="no answer to make a case of"):
        importer.case_of_answer("p", "first", "nothing")


def test_answer_does_not_change_the_expectation_of_a_held_out_case(importer: CaseImporter, store: Store) -> None:
    uid = "first.0.0"
    store.begin_run(run("first", text("Where is {{order}}?"), values=(("order", "7"),))).result()
    store.finish_output(uid, done("It is late."), NOW).result()
    held = Case("held", "Late", (("order", "7"),), expectation="?", held_out=True)
    store.packs.append_cases("p", (held,)).result()
    with pytest.raises(RefusedError, match="“Late”, which is held out, so its expectation was not changed"):
        importer.case_of_answer("p", "first", uid)
    assert store.packs.cases("p") == (held,)
