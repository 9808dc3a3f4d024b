"""Importing cases in the real window: files, pastes, drops, mapping, problems, undo."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from tests.ui.desk import Desk
from tests.workbooks import text_rows, xlsx
from workbench.core.cases import Case, Check
from workbench.core.testing.case_mapping import ColumnUse
from workbench.core.value_kinds import files_of
from workbench.ui.features.cases.import_dialog import CaseImportDialog

pytestmark = [pytest.mark.window, pytest.mark.usefixtures("short_pauses")]
ROWS = "question\trecord\texpected\ttags\nWhere is it?\torder 1\tIt is late.\tlate; eu\nLost?\t\t\t\n"


def shown(desk: Desk) -> CaseImportDialog:
    """Open the dialog for the sample, whose variables are question and record."""
    desk.open()
    desk.window.actions["add_cases"].trigger()
    dialog = desk.window.dialogs.case_import
    assert dialog is not None
    desk.until(dialog.isActiveWindow)
    return dialog


def planned(desk: Desk, dialog: CaseImportDialog) -> None:
    desk.until(lambda: dialog.plan is not None)


def cells(dialog: CaseImportDialog) -> list[list[str]]:
    model = dialog.preview
    return [[model.index(row, at).data() for at in range(model.columnCount())] for row in range(model.rowCount())]


def columns(dialog: CaseImportDialog) -> list[str]:
    model = dialog.columns
    return [model.index(row, 2).data() for row in range(model.rowCount())]


def problems(dialog: CaseImportDialog) -> list[str]:
    return [dialog.problems.item(row).text() for row in range(dialog.problems.count())]


def stored(desk: Desk) -> tuple[Case, ...]:
    return desk.window.store.packs.cases(desk.window.prompt_uid)


def choose_use(desk: Desk, dialog: CaseImportDialog, column: int, use: ColumnUse) -> None:
    """Choose in the box what a column becomes."""
    dialog.column_list.selectRow(column)
    dialog.use.setCurrentIndex(next(at for at in range(dialog.use.count()) if dialog.use.itemData(at) == use))
    dialog.use.activated.emit(dialog.use.currentIndex())
    planned(desk, dialog)


def test_pasted_rows_are_previewed_imported_and_undone(desk: Desk) -> None:
    dialog = shown(desk)
    assert not dialog.go.isVisible()
    QGuiApplication.clipboard().setText(ROWS)
    desk.ctrl(Qt.Key.Key_V)
    planned(desk, dialog)
    assert columns(dialog) == ["{{question}}", "{{record}}", "Expectation", "Tags"]
    assert cells(dialog) == [
        ["2", "Where is it?", "order 1", "It is late.", "late, eu"],
        ["3", "Lost?", "", "", ""],
    ]
    assert dialog.told.text() == "2 cases to import."
    # Pasted rows have no files beside them.
    assert "file" not in [dialog.use.itemData(at).role for at in range(dialog.use.count())]
    assert problems(dialog) == ["Row 3: no value for {{record}}."]
    assert dialog.go.text() == "Import 2 cases"
    assert dialog.go.hasFocus()
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: desk.notice() == "2 cases were added.")
    assert desk.window.dialogs.case_import is None
    first, second = stored(desk)
    assert first == Case(
        first.uid,
        values=(("question", "Where is it?"), ("record", "order 1")),
        expectation="It is late.",
        tags=("late", "eu"),
    )
    assert second.values == (("question", "Lost?"), ("record", ""))
    desk.window.notice.focus_action()
    desk.press(Qt.Key.Key_Space)
    desk.until(lambda: stored(desk) == ())


def test_file_is_chosen_and_columns_are_mapped(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("text,record,expected\nWhere?,a,Here.\nLost?,b,Yes.\n")
    dialog = shown(desk)
    dialog.choose.click()
    files = desk.window.dialogs.files
    assert isinstance(files, QFileDialog)
    files.selectFile(str(path))
    files.accept()
    planned(desk, dialog)
    assert dialog.name.text() == "orders.csv"
    # The one column that is called like a question becomes the one variable that is left.
    assert columns(dialog) == ["{{question}}", "{{record}}", "Expectation"]
    choose_use(desk, dialog, 1, ColumnUse("ignore"))
    assert columns(dialog)[1] == "Ignore"
    assert problems(dialog) == ["No column for {{record}}: every case will lack it."]
    dialog.expectation.setCurrentIndex(2)
    dialog.expectation.activated.emit(2)
    planned(desk, dialog)
    dialog.go.click()
    desk.until(lambda: len(stored(desk)) == 2)
    assert stored(desk)[0].checks == (Check("contains", value='"Here."'),)
    assert stored(desk)[0].values == (("question", "Where?"),)


def test_column_of_files_reads_those_beside_the_table(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("Late.")
    path = tmp_path / "orders.csv"
    path.write_text("question,record\nWhere?,note.txt\nLost?,/etc/passwd\n")
    dialog = shown(desk)
    dialog.path_dropped.emit(path)
    planned(desk, dialog)
    choose_use(desk, dialog, 1, ColumnUse("file", "record"))
    assert columns(dialog) == ["{{question}}", "File for {{record}}"]
    assert cells(dialog) == [["2", "Where?", "note.txt"]]
    assert problems(dialog) == [
        "Row 3 was left out: the file “/etc/passwd” is an absolute path; only files beside the table are read."
    ]
    dialog.go.click()
    desk.until(lambda: len(stored(desk)) == 1)
    (case,) = stored(desk)
    assert case.kinds == (("record", "file"),)
    (file,) = files_of(dict(case.values), case.kinds).values()
    assert desk.window.store.blob(file.hash) == b"Late."


def test_duplicates_are_skipped_or_not(desk: Desk) -> None:
    dialog = shown(desk)
    dialog.text_pasted.emit("question\nA\nA\nB\n")
    planned(desk, dialog)
    assert dialog.told.text() == "2 cases to import. 1 duplicate is skipped."
    dialog.skip.click()
    planned(desk, dialog)
    assert dialog.told.text() == "3 cases to import. 1 duplicate is imported again."
    dialog.reject()
    assert stored(desk) == ()


def test_sheet_of_a_dropped_workbook_is_chosen(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    path.write_bytes(xlsx(("Empty", ""), ("Full", text_rows([["question"], ["007"]]))))
    dialog = shown(desk)
    assert drop(dialog, path)
    desk.until(lambda: dialog.name.text() == "orders.xlsx · Empty")
    assert dialog.notes.text() == "This sheet is empty."
    assert not dialog.go.isVisible()
    dialog.sheet.setCurrentText("Full")
    dialog.sheet.activated.emit(1)
    planned(desk, dialog)
    assert cells(dialog) == [["2", "007"]]
    dialog.close()


def test_file_dropped_on_the_list_of_cases_opens_the_import(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "orders.tsv"
    path.write_text("question\nWhere?\n")
    desk.open()
    desk.window.actions["cases"].trigger()
    cases = desk.window.dialogs.cases
    assert cases is not None
    assert drop(cases, path)
    dialog = desk.window.dialogs.case_import
    assert dialog is not None
    planned(desk, dialog)
    dialog.go.click()
    desk.until(lambda: cases.cases.rowCount() == 1)
    assert cases.told.text() == "1 case was added."
    cases.undo.click()
    desk.until(lambda: cases.cases.rowCount() == 0)
    cases.close()


def test_unreadable_files_are_explained_and_another_can_be_tried(desk: Desk, tmp_path: Path) -> None:
    dialog = shown(desk)
    path = tmp_path / "bad.csv"
    path.write_bytes(b"question\n\xff\n")
    assert drop(dialog, path)
    desk.until(lambda: "“bad.csv” cannot be read. Line 2 is not UTF-8 text." in dialog.told.text())
    QGuiApplication.clipboard().setText(" ")
    dialog.paste.click()
    desk.until(lambda: dialog.told.text().startswith("There is no text to paste."))
    dialog.text_pasted.emit("question\nA\n")
    planned(desk, dialog)
    assert dialog.told.text() == "1 case to import."
    dialog.close()


def test_reading_is_stopped_with_esc(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_text("question\n" + "\n" * 20_000_000)
    dialog = shown(desk)
    dialog.path_dropped.emit(path)
    assert dialog.close_.text() == "Stop"
    desk.press(Qt.Key.Key_Escape)
    desk.until(lambda: dialog.told.text() == "Stopped. Nothing was imported.")
    assert dialog.isVisible()
    desk.press(Qt.Key.Key_Escape)
    desk.until(lambda: desk.window.dialogs.case_import is None)


def test_answer_becomes_a_case(desk: Desk) -> None:
    window = desk.open()
    window.values.focus("question")
    desk.type("Where is it?")
    desk.run()
    window.focus_lane(0)
    desk.until(lambda: window.actions["keep_answer_case"].isEnabled())
    QApplication.processEvents()
    desk.press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier)
    desk.until(lambda: desk.notice() == "The answer and its values are now a case of this prompt.")
    (case,) = stored(desk)
    assert dict(case.values)["question"].startswith("Where is it?")
    assert case.expectation == desk.text(0)
    window.notice.focus_action()
    desk.press(Qt.Key.Key_Space)
    desk.until(lambda: stored(desk) == ())


def drop(widget: QWidget, path: Path) -> bool:
    """Drag a file over a widget and drop it; return whether it was accepted."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    at = QPointF(widget.rect().center())
    entering = QDragEnterEvent(at.toPoint(), Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(widget, entering)
    if not entering.isAccepted():
        return False
    dropping = QDropEvent(at, Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(widget, dropping)
    return dropping.isAccepted()


def test_cases_have_the_focus_again_after_adding(desk: Desk) -> None:
    desk.open()
    desk.window.actions["cases"].trigger()
    listing = desk.window.dialogs.case_actions.dialog
    assert listing is not None
    listing.add.click()
    dialog = desk.window.dialogs.case_import
    assert dialog is not None
    desk.until(dialog.isActiveWindow)
    desk.press(Qt.Key.Key_Escape)
    desk.until(listing.isActiveWindow)
    desk.press(Qt.Key.Key_Escape)
    desk.until(lambda: desk.window.dialogs.case_actions.dialog is None)
