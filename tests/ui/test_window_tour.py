"""The tour of the sample in the real window: steps are ticked by doing them, and it ends."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.ui.desk import Desk
from workbench.host.ids import new_uid
from workbench.ui.features.tour.panel import TourPanel
from workbench.usecases.tour import SampleTour

pytestmark = pytest.mark.window


def panels(desk: Desk) -> list[TourPanel]:
    return [one for one in desk.window.sidebar.findChildren(TourPanel) if one.isVisible()]


def ticks(desk: Desk) -> str:
    return "".join(line[0] for one in panels(desk) for line in one.texts())


def test_steps_are_ticked_by_doing_them(desk: Desk) -> None:
    window = desk.open()
    desk.until(lambda: ticks(desk) == "○○○○○")
    desk.run()
    desk.until(lambda: ticks(desk) == "✓○○○○")
    window.actions["diff"].trigger()
    desk.until(lambda: ticks(desk) == "✓○○✓○")
    desk.press(Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    desk.until(lambda: ticks(desk) == "✓✓○✓○")


def test_ended_tour_stays_away_and_comes_back_from_help(desk: Desk) -> None:
    window = desk.open()
    desk.until(lambda: bool(panels(desk)))
    panels(desk)[0].close_.click()
    desk.until(lambda: not panels(desk))
    store = desk.window.workbench.store
    desk.until(lambda: (found := SampleTour(store, new_uid).progress()) is not None and found.is_over)
    window.actions["tour"].trigger()
    desk.until(lambda: ticks(desk) == "○○○○○")


def test_tour_is_shown_with_the_sample_only(desk: Desk) -> None:
    window = desk.open()
    desk.until(lambda: bool(panels(desk)))
    window.actions["new_prompt"].trigger()
    desk.until(lambda: not panels(desk))


def test_step_of_testing_runs_the_cases_of_the_sample(desk: Desk) -> None:
    desk.open()
    desk.until(lambda: ticks(desk) == "○○○○○")
    panels(desk)[0].steps["test"].button.click()
    desk.until(lambda: ticks(desk) == "○○○○✓")
    desk.until_rows([(5, 2)], "SELECT count(DISTINCT case_position), count(DISTINCT lane) FROM run_cells")
