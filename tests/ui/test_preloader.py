"""Dialogs are imported before they are opened, and late enough not to disturb the user."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import time
from functools import partial
from typing import cast

import pytest
from PySide6.QtCore import QDeadlineTimer, QObject, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from tests.patience import PATIENCE_S, PROCESS_S
from tests.ui.desk import Desk
from workbench.ui.composition import FEATURES
from workbench.ui.shell.feature import FeatureSet
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


# Counts calls, because times vary; compiling a large regular expression is many calls too.
_COUNTS = """
import json, sys
from importlib import import_module
import workbench.ui.shell.preloader, workbench.ui.shell.start, workbench.ui.shell.window
from workbench.ui.composition import FEATURES
for name in (*workbench.ui.shell.start._REST, *FEATURES.preload_parts()):
    import_module(name)
calls = {}
for name in (*FEATURES.preload_views(), *workbench.ui.shell.preloader._MODULES, *FEATURES.preload()):
    count = 0
    def profile(frame, event, argument):
        global count
        count += event in ("call", "c_call")
    sys.setprofile(profile)
    import_module(name)
    sys.setprofile(None)
    calls[name] = count
print(json.dumps(calls))
"""
_MOST_CALLS = 90_000
"""Of a step; 52,000 take 14 ms of CPU time."""


def test_no_import_step_of_preloading_does_much() -> None:
    done = subprocess.run([sys.executable, "-c", _COUNTS], check=True, timeout=PROCESS_S, stdout=subprocess.PIPE)
    calls = json.loads(done.stdout)
    assert len(calls) > 50
    assert {name: count for name, count in calls.items() if count > _MOST_CALLS} == {}


class _Steps:
    """Features whose only step is a number of imports of the same module."""

    def preload_views(self) -> tuple[str, ...]:
        return ()

    def preload(self) -> tuple[str, ...]:
        return ("json",) * 3


def test_preloading_waits_once_after_the_window_was_busy(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    parent, order = QObject(), list[str]()
    later = QTimer(parent, singleShot=True, interval=1)
    later.timeout.connect(lambda: order.append("later"))

    def step(name: str) -> None:
        order.append("step")
        if order == ["step"]:
            QTimer.singleShot(0, parent, block)

    def block() -> None:
        time.sleep(0.05)
        order.append("busy")
        later.start()

    monkeypatch.setattr(importlib, "import_module", step)
    preloader = Preloader(parent, cast(FeatureSet, _Steps()), waits=PreloadDelays(0, 0))
    qtbot.waitUntil(lambda: not preloader._timer.isActive())
    assert [name for name in order if name != "step"] == ["busy", "later"]
    assert order[order.index("busy") + 1] == "later"
    parent.deleteLater()


def test_preloading_ends_while_every_step_is_late(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.ui.shell.preloader._BUSY_S", -1.0)
    parent = QObject()
    preloader = Preloader(parent, cast(FeatureSet, _Steps()), waits=PreloadDelays(0, 0))
    qtbot.waitUntil(lambda: not preloader._timer.isActive())
    parent.deleteLater()


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
