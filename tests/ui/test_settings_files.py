"""Model files in the settings: list with paths, rename, remove, and missing files."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QListWidget, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.desk import Desk
from tests.ui.dialog_support import OLLAMA, SentenceError, SettingsDouble, bad, theme
from workbench.app.settings.form_data import EndpointInfo, FileForm
from workbench.core.lanes import Endpoint
from workbench.ui.features.settings.endpoints import EndpointsPanel
from workbench.ui.features.settings.file_form import FileFormView
from workbench.ui.widgets.controls import StatusLabel
from workbench.ui.widgets.theme import Theme
from workbench.usecases.endpoint_form import FieldMistake

__all__ = ["theme"]

TUNED = Endpoint("e-file", "gguf", "Tuned", path="/models/tuned.gguf")
GONE = EndpointInfo(TUNED, troubles=(FieldMistake("path", "The file /models/tuned.gguf is not there any more."),))
LEFT = Qt.MouseButton.LeftButton


def _form(qtbot: QtBot, source: SettingsDouble, info: EndpointInfo, file: str = "") -> FileFormView:
    form = FileFormView(source, info, [TUNED, OLLAMA], choose=lambda _parent, _title: file)
    qtbot.addWidget(form)
    form.show()
    return form


def _field(form: QWidget, name: str) -> QLineEdit:
    return next(field for field in form.findChildren(QLineEdit) if field.accessibleName() == name)


def _button(form: QWidget, text: str) -> QPushButton:
    return next(b for b in form.findChildren(QPushButton) if text in (b.text(), b.accessibleName()))


def _said(form: QWidget) -> list[str]:
    return [status.text() for status in form.findChildren(StatusLabel) if status.isVisible()]


def test_model_file_can_be_renamed_and_relocated(qtbot: QtBot, theme: Theme) -> None:
    source = SettingsDouble()
    form = _form(qtbot, source, GONE, "/elsewhere/tuned.gguf")
    assert _said(form) == ["The file /models/tuned.gguf is not there any more."]
    assert not _button(form, "Save").isEnabled()
    QTest.mouseClick(_button(form, "Choose the Model file (GGUF)"), LEFT)
    _field(form, "Name").setText("My tuned one")
    QTest.mouseClick(_button(form, "Save"), LEFT)
    qtbot.waitUntil(lambda: _said(form) == ["Saved My tuned one."])
    assert source.calls == [("save_file", FileForm("e-file", "My tuned one", "/elsewhere/tuned.gguf", ""))]
    assert not form.is_dirty()


@pytest.mark.parametrize(
    ("name", "path", "sentence"),
    [
        ("", "/m.gguf", "needs a name"),
        ("my ollama", "/m.gguf", "already"),
        ("a/b", "/m.gguf", "slash"),
        ("Fine", "", "Choose the model file."),
    ],
)
def test_invalid_fields_are_reported_and_not_saved(
    qtbot: QtBot, theme: Theme, name: str, path: str, sentence: str
) -> None:
    source = SettingsDouble()
    form = _form(qtbot, source, EndpointInfo(TUNED))
    _field(form, "Name").setText(name)
    _field(form, "Model file (GGUF)").setText(path)
    QTest.mouseClick(_button(form, "Save"), LEFT)
    assert any(sentence in said for said in _said(form))
    assert source.calls == []


def test_errors_of_the_source_are_shown_at_their_field(qtbot: QtBot, theme: Theme) -> None:
    source = SettingsDouble()
    source.answers["save_file"] = bad(
        SentenceError("No.", (FieldMistake("adapter", "The file x is not a GGUF file."),))
    )
    form = _form(qtbot, source, EndpointInfo(TUNED))
    _field(form, "LoRA adapter").setText("x")
    QTest.mouseClick(_button(form, "Save"), LEFT)
    qtbot.waitUntil(lambda: _said(form) == ["The file x is not a GGUF file."])
    assert _button(form, "Save").isEnabled()


def test_list_shows_file_paths_and_removes_files(qtbot: QtBot, theme: Theme) -> None:
    source = SettingsDouble()
    source.own = [EndpointInfo(OLLAMA), GONE]
    panel = EndpointsPanel(theme, source)
    qtbot.addWidget(panel)
    panel.show()
    panel.load()
    rows = panel.findChild(QListWidget)
    assert rows is not None
    qtbot.waitUntil(lambda: rows.count() == 2)
    assert rows.item(1).data(Qt.ItemDataRole.AccessibleTextRole) == "Tuned, file not usable · /models/tuned.gguf"
    rows.setCurrentRow(1)
    form = panel.findChild(FileFormView)
    assert form is not None
    QTest.mouseClick(_button(form, "Remove…"), LEFT)
    yes = next(b for b in form.findChildren(QPushButton) if b.text() == "Remove from list")
    qtbot.waitUntil(lambda: yes.height() > 0)
    QTest.mouseClick(yes, LEFT)
    qtbot.waitUntil(lambda: rows.count() == 1)
    assert ("remove_endpoint", "e-file") in source.calls
    panel.close_work()


@pytest.mark.window
def test_renaming_a_file_renames_its_lanes(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(b"GGUF")
    window = desk.open()
    workbench = window.workbench
    saved = workbench.endpoints.save_file("Old name", file)
    saved.done.result()
    uid, slot = saved.endpoint.uid, window.slots()[0]
    window.session.endpoints_changed()
    window.lane_list.set_model(slot, uid, "Old name")
    window.editor.focus_first()
    desk.run()
    window.dialogs.show_settings("endpoints", uid)
    dialog = window.dialogs.settings
    assert dialog is not None
    desk.until(lambda: dialog.findChild(FileFormView) is not None)
    form = dialog.findChild(FileFormView)
    assert form is not None
    _field(form, "Name").setText("New name")
    QTest.mouseClick(_button(form, "Save"), LEFT)
    desk.until(lambda: window.lane_title(slot) == "New name")
    assert window.lane_heads[0].answered_by == ""
    assert [e.name for e in workbench.endpoints.custom()] == ["New name"]
    desk.until(lambda: (draft := desk.stored_draft()) is not None and draft.lanes[0].model == "New name")
    dialog.reject()
