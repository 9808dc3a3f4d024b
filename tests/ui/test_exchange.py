"""Importing and exporting runs in the real window."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from tests.ui.desk import Desk
from tests.usecases.exchange.llm_making import Called, new_log
from tests.usecases.packs.making import make_pack
from workbench.ui.features.exchange.dialog import ExchangeDialog
from workbench.ui.features.history.view import HistoryView
from workbench.ui.features.testing.view import TestView
from workbench.usecases.exchange.exporter import ExportSelection

pytestmark = pytest.mark.window


def choose(desk: Desk, command: str, path: Path) -> None:
    """Trigger a command and choose a file in its file dialog."""
    desk.window.actions[command].trigger()
    files = desk.window.dialogs.files
    assert isinstance(files, QFileDialog)
    desk.until(lambda: files.isVisible())
    files.selectFile(str(path))
    files.accept()


def dialog(desk: Desk) -> ExchangeDialog:
    desk.until(lambda: desk.window.dialogs.exchange is not None)
    shown = desk.window.dialogs.exchange
    assert shown is not None
    return shown


def history(desk: Desk) -> HistoryView:
    desk.window.views.show("history")
    page = desk.window.views.page("history")
    assert isinstance(page, HistoryView)
    return page


def test_log_is_previewed_and_then_imported_once(desk: Desk, tmp_path: Path) -> None:
    window = desk.open()
    view = history(desk)
    choose(desk, "import_runs", new_log(tmp_path / "logs.db"))
    shown = dialog(desk)
    desk.until(lambda: not shown.is_running)
    assert (shown.what.text(), shown.said.text()) == ("llm log", "New: 7 runs with 7 answers in 2 new prompts.")
    desk.until_rows([(0,)], "SELECT count(*) FROM runs")
    assert shown.go.hasFocus()
    desk.press(Qt.Key.Key_Space)
    desk.until(lambda: not shown.is_running and shown.said.text().startswith("Imported"))
    assert shown.said.text() == "Imported 7 runs with 7 answers in 2 new prompts."
    assert not shown.go.isVisible()
    desk.until(lambda: view.model.rowCount() == 7)
    desk.until(lambda: window.prompts.model.rowCount() == 4)
    desk.press(Qt.Key.Key_Escape)
    desk.until(lambda: window.dialogs.exchange is None)
    choose(desk, "import_runs", tmp_path / "logs.db")
    again = dialog(desk)
    desk.until(lambda: not again.is_running)
    assert again.said.text() == "Nothing new; 7 were already here."
    assert not again.go.isVisible()
    again.close()


def test_unsupported_file_is_reported_in_the_import_dialog(desk: Desk, tmp_path: Path) -> None:
    desk.open()
    notes = tmp_path / "notes.txt"
    notes.write_text("x")
    choose(desk, "import_runs", notes)
    shown = dialog(desk)
    desk.until(lambda: not shown.is_running)
    assert shown.said.text().startswith("“notes.txt” cannot be imported.")
    assert not shown.go.isVisible()
    shown.close()


def test_pack_chosen_for_import_opens_the_pack_dialog(desk: Desk, tmp_path: Path) -> None:
    desk.open()
    choose(desk, "import_runs", make_pack(tmp_path / "other", tmp_path / "bots.promptpack"))
    desk.until(lambda: desk.window.dialogs.pack_import is not None)
    shown = desk.window.dialogs.pack_import
    assert shown is not None
    desk.until(lambda: shown.name.text() == "Bots")
    assert desk.window.dialogs.exchange is None
    shown.close()


def test_import_lists_skipped_runs_with_the_reason(desk: Desk, tmp_path: Path) -> None:
    desk.open()
    log = new_log(tmp_path / "logs.db")
    connection = sqlite3.connect(log)
    connection.execute("UPDATE turns SET parent_message_hash = 'gone' WHERE id = 'a1'")
    connection.commit()
    connection.close()
    choose(desk, "import_runs", log)
    shown = dialog(desk)
    desk.until(lambda: not shown.is_running)
    assert shown.said.text() == "New: 6 runs with 6 answers in 2 new prompts; 1 left out."
    assert [shown.left_out.item(row).text() for row in range(shown.left_out.count())] == [
        "a1: Its messages are missing from the log, or form a loop."
    ]
    shown.close()


def test_import_stops_on_escape_and_when_the_window_closes(desk: Desk, tmp_path: Path) -> None:
    desk.open()
    calls = [Called(f"x{n:05}", f"t{n}", f"number {n}", "yes " * 200) for n in range(2000)]
    choose(desk, "import_runs", new_log(tmp_path / "logs.db", calls))
    shown = dialog(desk)
    desk.until(lambda: not shown.is_running)
    shown.go.click()
    desk.until(lambda: shown.said.text().startswith("Imported"))
    desk.press(Qt.Key.Key_Escape)
    desk.until(lambda: not shown.is_running)
    assert shown.said.text().endswith("Stopped before the end; import again to continue.")
    [(came,)] = desk.rows("SELECT count(*) FROM runs")
    assert 0 < came < 2000
    desk.press(Qt.Key.Key_Escape)
    desk.until(lambda: desk.window.dialogs.exchange is None)
    choose(desk, "import_runs", tmp_path / "logs.db")
    shown = dialog(desk)
    desk.until(lambda: not shown.is_running)
    shown.go.click()
    desk.until(lambda: desk.rows("SELECT count(*) FROM runs") > [(came,)])
    desk.close()
    [(more,)] = desk.rows("SELECT count(*) FROM runs")
    assert came < more < 2000
    desk.until_rows([("ok",)], "PRAGMA integrity_check")


def test_selected_runs_and_found_runs_are_exported_to_a_file(desk: Desk, tmp_path: Path) -> None:
    window = desk.open()
    desk.run()
    desk.run()
    view = history(desk)
    desk.until(lambda: view.model.rowCount() == 2)
    view.table.select(0)
    desk.until(lambda: len(view.selected()) == 1)
    target = tmp_path / "one.jsonl"
    choose(desk, "export_runs", target)
    desk.until(lambda: desk.notice() == f"1 run in {target}")
    lines = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert {line["number"] for line in lines} == {2}
    assert window.dialogs.exchange is None
    everything = tmp_path / "all.html"
    choose(desk, "export_found", everything)
    desk.until(lambda: desk.notice() == f"2 runs in {everything}")
    assert everything.read_text("utf-8").count('<section class="run">') == 2


def test_failed_export_and_empty_selection_are_reported(desk: Desk, tmp_path: Path) -> None:
    window = desk.open()
    desk.run()
    window.dialogs.exchange_actions.write(ExportSelection(query=""), "csv", tmp_path / "gone" / "runs.csv")
    shown = dialog(desk)
    desk.until(lambda: not shown.is_running)
    assert shown.said.text() == f"There is no folder {tmp_path / 'gone'}. Make it, or choose another one."
    shown.close()
    window.dialogs.exchange_actions.export_selected()
    assert desk.notice() == "No runs are selected. Select some in the History, then export them."


CONFIG = """\
description: Greeter
prompts: ['Hello {{name}}']
providers: [echo, 'exec:me']
defaultTest: {assert: [{type: contains, value: Hello}]}
tests:
- vars: {name: Ada}
- vars: {name: Bob}
  assert: [{type: python, value: 'True'}]
"""


def configuration(tmp_path: Path) -> Path:
    path = tmp_path / "promptfooconfig.yaml"
    path.write_text(CONFIG)
    return path


def test_configuration_of_promptfoo_is_previewed_with_its_losses_and_can_be_tested(desk: Desk, tmp_path: Path) -> None:
    window = desk.open()
    before = window.prompt_uid
    choose(desk, "import_runs", configuration(tmp_path))
    shown = dialog(desk)
    desk.until(lambda: not shown.is_running)
    assert (shown.what.text(), shown.said.text()) == (
        "promptfoo configuration",
        "New: “Greeter” with 1 version, 2 cases, 1 check for all cases and 1 column.",
    )
    listed = [shown.left_out.item(row).text() for row in range(shown.left_out.count())]
    assert "providers[1]: “exec:me” cannot be asked here. It is a program, which is never run." in " ".join(listed)
    assert any("python" in one for one in listed)
    desk.until_rows([(0,)], "SELECT count(*) FROM prompts WHERE name = 'Greeter'")
    assert shown.go.hasFocus()
    desk.press(Qt.Key.Key_Space)
    desk.until(lambda: desk.notice() == "Imported “Greeter” with 2 cases.")
    assert window.dialogs.exchange is None
    assert window.prompt_uid != before
    assert window.editor.content().messages[0].text == "Hello {{name}}"
    assert dict(window.draft().values) == {"name": "Ada"}
    uid = window.prompt_uid
    # Its cases and columns are in Test.
    desk.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    view = desk.window.views.page("test")
    assert isinstance(view, TestView)
    desk.until(lambda: view.head.heading.text() == "2 cases × 1 column")
    assert view.head.run.text().startswith("Run 2 new")
    desk.press(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    # Importing it again adds nothing.
    choose(desk, "import_runs", tmp_path / "promptfooconfig.yaml")
    again = dialog(desk)
    desk.until(lambda: not again.is_running)
    assert again.said.text() == "“Greeter” already has all of its texts and cases. It keeps its own columns."
    assert not again.go.isVisible()
    again.close()
    assert window.prompt_uid == uid


def test_import_of_a_configuration_is_undone_as_one(desk: Desk, tmp_path: Path) -> None:
    window = desk.open()
    choose(desk, "import_runs", configuration(tmp_path))
    shown = dialog(desk)
    desk.until(lambda: not shown.is_running)
    shown.go.click()
    desk.until(lambda: desk.notice() == "Imported “Greeter” with 2 cases.")
    uid = window.prompt_uid
    window.notice.focus_action()
    desk.press(Qt.Key.Key_Space)
    desk.until(lambda: desk.notice() == "Removed: 1 prompt.")
    assert window.prompt_uid != uid
    desk.until_rows([(0,)], "SELECT count(*) FROM prompts WHERE name = 'Greeter'")


def test_configuration_that_cannot_be_read_is_refused_with_the_reason(desk: Desk, tmp_path: Path) -> None:
    desk.open()
    path = tmp_path / "promptfooconfig.yaml"
    path.write_text("prompts: ['Hi']\nproviders: [echo]\ntests: file://gone.yaml\n")
    choose(desk, "import_runs", path)
    shown = dialog(desk)
    desk.until(lambda: not shown.is_running)
    assert shown.said.text() == "tests: no file matches “gone.yaml”. Correct it there."
    assert not shown.go.isVisible()
    shown.close()
