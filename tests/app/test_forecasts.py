"""Forecasts always belong to the shown text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from pytestqt.qtbot import QtBot

from workbench.app.compose.forecasts import Forecasts
from workbench.app.tasks import Tasks
from workbench.core.drafts import Draft
from workbench.core.forecast import Forecast
from workbench.usecases.forecaster import Forecaster


class _Held:
    """Tasks that the test completes."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[Any], None]] = []

    def run(self, work: object, then: Callable[[Any], None], on_error: object) -> None:
        self.waiting.append(then)


def test_forecast_of_an_earlier_text_is_not_shown(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.app.compose.forecasts.REST_MS", 1)
    held, shown = _Held(), list[object]()
    forecasts = Forecasts(cast("Forecaster", None), cast("Tasks", held), lambda: ("p", Draft()))
    forecasts.changed.connect(shown.append)
    first, second = cast("Forecast", "of the first text"), cast("Forecast", "of the second text")
    forecasts.wake()
    qtbot.waitUntil(lambda: len(held.waiting) == 1)
    held.waiting[0](first)
    assert shown == [first]
    forecasts.wake()
    qtbot.waitUntil(lambda: len(held.waiting) == 2)
    forecasts.forget()
    assert shown == [first, None]
    held.waiting[1](first)
    assert shown == [first, None]
    qtbot.waitUntil(lambda: len(held.waiting) == 3)
    held.waiting[2](second)
    assert shown == [first, None, second]
