"""From an address typed into the model picker to a lane that uses it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from tests.fakes.provider import FakeProvider, models, status
from tests.ui.desk import Desk
from workbench.ui.features.models.dialog import ModelPicker

ADDRESS = "http://127.0.0.1:9/v1"


def search(picker: ModelPicker) -> QLineEdit:
    return next(field for field in picker.findChildren(QLineEdit) if field.accessibleName() == "Search models")


@pytest.mark.parametrize("way", ["enter", "button"])
def test_typed_address_becomes_an_endpoint_listed_in_the_picker(desk: Desk, way: str) -> None:
    window = desk.open()
    desk.ctrl(Qt.Key.Key_L)
    picker = window.dialogs.picker
    assert picker is not None
    desk.until(lambda: picker._model.offer.catalogue)
    QTest.keyClicks(search(picker), ADDRESS)
    if way == "enter":
        desk.press(Qt.Key.Key_Return, on=search(picker))
    else:
        next(b for b in picker.findChildren(QPushButton) if b.text() == "Add endpoint…").click()
    settings = window.dialogs.settings
    assert settings is not None
    fields = {field.accessibleName(): field for field in settings.findChildren(QLineEdit)}
    assert fields["Base URL"].text() == ADDRESS
    QTest.keyClicks(fields["Name"], "Mine")
    desk.press(Qt.Key.Key_Return, on=fields["Name"])
    desk.until(lambda: [e.base_url for e in window.workbench.endpoints.custom()] == [ADDRESS])
    desk.until(lambda: window.dialogs.settings is None)
    assert search(picker).text() == ""
    desk.until(lambda: "Mine" in [picker._model.row(i).title for i in range(picker._model.rowCount())])
    picker.reject()
    desk.until(lambda: window.dialogs.picker is None)


def test_added_endpoint_is_gone_on_with_at_its_first_model(desk: Desk) -> None:
    with FakeProvider() as fake:
        fake.answer = lambda request: (
            models("fake-1", "fake-2") if request.path == "/v1/models" else status(404, b"<html></html>")
        )
        window = desk.open(None)
        desk.ctrl(Qt.Key.Key_L)
        picker = window.dialogs.picker
        assert picker is not None
        desk.until(lambda: picker._model.offer.catalogue)
        host = f"127.0.0.1:{fake.port}"
        desk.type(host)
        desk.press(Qt.Key.Key_Return)
        settings = window.dialogs.settings
        assert settings is not None
        fields = {field.accessibleName(): field for field in settings.findChildren(QLineEdit)}
        assert (fields["Base URL"].text(), fields["Name"].text()) == (f"http://{host}", host)
        desk.until(fields["Name"].hasFocus)
        desk.press(Qt.Key.Key_Return)
        desk.until(lambda: window.dialogs.settings is None)
        desk.until(lambda: picker._list.currentIndex().data() == "fake-1")
        (endpoint,) = window.workbench.endpoints.custom()
        assert endpoint.base_url == fake.base_url
        desk.until(lambda: QApplication.focusWidget() is search(picker))
        desk.press(Qt.Key.Key_Return)
        desk.until(lambda: window.lanes.heads()[-1].model == "fake-1")
        desk.until(lambda: window.dialogs.picker is None)


def test_typing_in_the_picker_takes_precedence_over_the_new_endpoint(desk: Desk) -> None:
    window = desk.open()
    desk.ctrl(Qt.Key.Key_L)
    picker = window.dialogs.picker
    assert picker is not None
    desk.until(lambda: picker._model.offer.catalogue)
    picker.go_on_with("e-unknown")
    assert picker._new_endpoint == "e-unknown"
    desk.type("echo")
    assert picker._new_endpoint == ""
    picker.reject()
    desk.until(lambda: window.dialogs.picker is None)


def test_endpoint_form_is_empty_without_a_typed_address(desk: Desk) -> None:
    window = desk.open()
    desk.ctrl(Qt.Key.Key_L)
    picker = window.dialogs.picker
    assert picker is not None
    QTest.keyClicks(search(picker), "own endpoint")
    desk.press(Qt.Key.Key_Return, on=search(picker))
    settings = window.dialogs.settings
    assert settings is not None
    assert [f.text() for f in settings.findChildren(QLineEdit) if f.accessibleName() == "Base URL"] == [""]
    settings.reject()
    picker.reject()
    desk.until(lambda: window.dialogs.picker is None)
