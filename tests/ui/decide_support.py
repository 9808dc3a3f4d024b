"""Decide in the real window, over a stand-in's decisions or a history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from PySide6.QtCore import Qt

from tests.app.decide.standin_decisions import StandInDecisions
from tests.store.making import opened as opened_store
from tests.ui import desk as desks
from tests.ui.desk import Desk
from tests.usecases.decide.histories import PROMPT, TODAY, History
from workbench.ui.composition import FEATURES
from workbench.ui.features.decide import feature
from workbench.ui.features.decide.view import DecideView
from workbench.ui.shell.feature import FeatureSet

ALT = Qt.KeyboardModifier.AltModifier


@contextmanager
def over(source: StandInDecisions) -> Iterator[None]:
    """Open windows over a stand-in's decisions."""
    rest = [one for one in FEATURES if one.id != "decide"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desks, "FEATURES", FeatureSet((*rest, feature(lambda _: source))))
        yield


def shown(desk: Desk, size: tuple[int, int] = (1440, 900)) -> DecideView:
    """Open the window at Decide, and wait for the decision."""
    desk.open(size=size, today=lambda: TODAY)
    return entered(desk)


def entered(desk: Desk) -> DecideView:
    """Show Decide by its shortcut, and wait for the decision."""
    desk.press(Qt.Key.Key_5, ALT)
    view = desk.window.views.page("decide")
    assert isinstance(view, DecideView)
    desk.until(lambda: view.currentWidget() is view.area)
    desk.rest()
    return view


def fill(desk: Desk, make: Callable[[History], object]) -> None:
    """Write a history, whose prompt opens with the window."""
    store = opened_store(desk.db)
    make(History(store))
    store.set_meta("last_prompt", PROMPT).result(60)
    store.close()
