"""Models of the user's own server can be found by name while it does not answer, and no other company's model is
picked instead."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.fakes.provider import FakeProvider, models
from tests.ui.desk import Desk
from workbench.core.lanes import Endpoint
from workbench.host.clock import utc_now
from workbench.ui.features.models.dialog import ModelPicker
from workbench.ui.features.palette.dialog import PaletteDialog

UID = "e-acme"


class Acme:
    """A server that lists two models until it is stopped."""

    def __init__(self, stack: ExitStack) -> None:
        self.server = stack.enter_context(FakeProvider())
        self.base_url = self.server.base_url
        self.stop = stack.close
        self.server.answer = lambda _: models("acme-mini", "acme-max")


@pytest.fixture
def acme() -> Iterator[Acme]:
    with ExitStack() as stack:
        yield Acme(stack)


def set_up(desk: Desk, address: str) -> None:
    """Open a window with the server among its endpoints."""
    window = desk.open(None)
    endpoint = Endpoint(UID, "openai", "Acme", address)
    window.store.save_endpoint(endpoint, utc_now()).result(20)


def picked(desk: Desk, text: str) -> ModelPicker:
    """Open the picker for a new lane, wait for its lists and type a name."""
    desk.ctrl(Qt.Key.Key_L)
    picker = desk.window.dialogs.picker
    assert picker is not None
    desk.until(lambda: picker._model.offer.catalogue)
    desk.until(lambda: picker._models.listing(UID).models is not None)
    desk.type(text)
    return picker


def palette(desk: Desk, text: str) -> PaletteDialog:
    desk.window.frame.activateWindow()
    desk.until(desk.window.frame.isActiveWindow)
    desk.ctrl(Qt.Key.Key_K)
    dialog = desk.window.dialogs.palette
    assert dialog is not None
    desk.until(lambda: QApplication.focusWidget() is dialog.field)
    desk.until(lambda: not dialog.is_reading)
    desk.type(text)
    return dialog


def stored(desk: Desk) -> list[tuple[str, str]]:
    draft = desk.stored_draft()
    return [] if draft is None else [(lane.endpoint, lane.model) for lane in draft.lanes]


def list_once(desk: Desk, acme: Acme) -> None:
    """Let the workbench read the server's list of models, then stop the server."""
    picker = picked(desk, "")
    desk.until(lambda: picker._model.position(UID, "acme-mini") >= 0)
    picker.reject()
    desk.until(lambda: desk.window.dialogs.picker is None)
    acme.stop()


def test_known_model_can_be_chosen_while_its_server_is_down(desk: Desk, acme: Acme) -> None:
    set_up(desk, acme.base_url)
    list_once(desk, acme)
    desk.close()
    desk.open(None)
    picker = picked(desk, "acme-mini")
    current = picker._list.currentIndex()
    assert current.data() == "acme-mini"
    assert "not reachable" in current.data(Qt.ItemDataRole.AccessibleTextRole)
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: stored(desk)[-1] == (UID, "acme-mini"))


@pytest.mark.parametrize("name", [pytest.param("acme-mini", marks=pytest.mark.deep(only=True)), "gptmini"])
def test_unknown_model_of_a_server_that_is_down_is_used_as_typed(desk: Desk, acme: Acme, name: str) -> None:
    acme.stop()
    set_up(desk, acme.base_url)
    picker = picked(desk, name)
    titles = [picker._model.row(i).title for i in range(picker._model.rowCount())]
    assert ("Similar" in titles) == (name == "gptmini")
    assert titles.index(f"Use “{name}” as typed") < [*titles, "Similar"].index("Similar")
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: stored(desk)[-1] == (UID, name))


def test_palette_sends_no_request_to_servers(desk: Desk, acme: Acme) -> None:
    set_up(desk, acme.base_url)
    dialog = palette(desk, "@acme-max")
    desk.until(lambda: not dialog.is_reading)
    desk.press(Qt.Key.Key_Escape)
    desk.until(lambda: desk.window.dialogs.palette is None)
    desk.rest()
    assert acme.server.requests == []


def test_palette_lists_known_models_of_a_server_that_is_down(desk: Desk, acme: Acme) -> None:
    set_up(desk, acme.base_url)
    list_once(desk, acme)
    before = desk.window.slots()
    dialog = palette(desk, "@acme-max")
    entry = dialog.current()
    assert entry is not None
    assert entry.title == "acme-max"
    assert "Acme" in entry.detail
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: len(stored(desk)) == len(before) + 1)
    assert stored(desk)[-1] == (UID, "acme-max")


@pytest.mark.parametrize("text", ["gptmini", pytest.param("@clde hku", marks=pytest.mark.deep(only=True))])
def test_palette_does_not_choose_a_similar_model_on_enter(desk: Desk, text: str) -> None:
    desk.open()
    before = stored(desk)
    dialog = palette(desk, text)
    assert dialog.current() is None
    desk.press(Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert "arrow keys" in dialog.remark()
    desk.press(Qt.Key.Key_Down)
    similar = dialog.current()
    assert similar is not None
    desk.press(Qt.Key.Key_Escape)
    desk.until(lambda: desk.window.dialogs.palette is None)
    assert stored(desk) == before


def test_picker_does_not_choose_a_similar_model_on_enter(desk: Desk) -> None:
    desk.open()
    desk.ctrl(Qt.Key.Key_L)
    desk.until(lambda: len(stored(desk)) == len(desk.window.draft_lanes))
    before = stored(desk)
    picker = desk.window.dialogs.picker
    assert picker is not None
    desk.until(lambda: picker._model.offer.catalogue)
    desk.type("clde hku")
    titles = [picker._model.row(i).title for i in range(picker._model.rowCount())]
    assert titles[0] == "Similar"
    assert not picker._list.currentIndex().isValid()
    desk.press(Qt.Key.Key_Return)
    assert picker.isVisible()
    assert "arrow keys" in picker._remark.text()
    search = next(f for f in picker.findChildren(QLineEdit) if f.accessibleName() == "Search models")
    assert search.hasFocus()
    picker.reject()
    desk.until(lambda: desk.window.dialogs.picker is None)
    assert stored(desk) == before
