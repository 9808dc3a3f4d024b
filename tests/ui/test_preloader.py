"""Dialogs are imported before they are opened, and late enough not to disturb the user."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

import pytest
from PySide6.QtCore import QDeadlineTimer, QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from tests.patience import PATIENCE_S, PROCESS_S
from tests.ui.desk import Desk
from workbench.ui.composition import FEATURES
from workbench.ui.shell.preloader import PreloadDelays, Preloader

_LOADS = """
import sys
import workbench.ui.shell.window, workbench.ui.shell.window_builder
before = set(sys.modules)
assert "workbench.ui.features.models.dialog" not in before
import workbench.ui.shell.preloader
from workbench.ui.composition import FEATURES
for name in (*FEATURES.preload_views(), *workbench.ui.shell.preloader._MODULES, *FEATURES.preload()):
    __import__(name)
late = set(sys.modules)
import workbench.app.models.picker_source, workbench.ui.features.models.controller
import workbench.app.settings.source, workbench.ui.features.settings.controller
import workbench.ui.features.lanes.params, workbench.ui.widgets.wire_dialog
import workbench.ui.features.packs.controller, workbench.ui.features.exchange.controller
assert not set(sys.modules) - late, sorted(set(sys.modules) - late)
assert "http.client" not in late, "the network is for who looks for servers"
"""


def test_preload_imports_every_dialog_and_no_network_library() -> None:
    subprocess.run([sys.executable, "-c", _LOADS], check=True, timeout=PROCESS_S)


def test_preloader_stops_once_all_modules_are_imported(qtbot: QtBot) -> None:
    parent = QObject()
    warmth = Preloader(parent, FEATURES, waits=PreloadDelays(0, 0))
    assert warmth._timer.isActive()
    qtbot.waitUntil(lambda: not warmth._timer.isActive())
    parent.deleteLater()


@pytest.mark.window
def test_closing_the_window_ends_preloading(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    late = partial(Preloader, waits=PreloadDelays(3_600_000, 0))
    monkeypatch.setattr("workbench.ui.shell.window.Preloader", late)
    window, made = desk.open(), list[object]()
    window.views.made.connect(made.append)
    preloader = window.preloader
    assert preloader is not None
    preloader._timer.setInterval(0)
    patience = QDeadlineTimer(int(PATIENCE_S * 1000))
    while not made and not patience.hasExpired():
        QApplication.processEvents()
    assert len(made) == 1, "the other views are still to be made"
    desk.close()
    assert not isValid(preloader)
    for _ in range(20):
        QApplication.processEvents()
    assert len(made) == 1
