"""Filters of the grid about judges, clicked in the real window: judge against rule, and repeats that disagree."""

from __future__ import annotations

import pytest

from tests.ui.desk import Desk
from tests.ui.judged_support import judged_test, says
from workbench.core.testing.grid import RowFilter
from workbench.ui.features.testing.view import TestView

pytestmark = [pytest.mark.window, pytest.mark.usefixtures("short_pauses")]
CASES = 24


def opened(desk: Desk) -> TestView:
    """Open the Test view of a stored test whose judge was asked three times, and was of two minds about some cases."""
    window = desk.open()
    judged_test(
        window.store,
        CASES,
        prompt=window.prompt_uid,
        agreeing=lambda case, column: 2 if case in (4, 9) and column else 3,
    )
    window.views.show("test")
    view = window.views.page("test")
    assert isinstance(view, TestView)
    desk.until(lambda: view.suites.figures.report is not None and view.suites.model.rowCount() == CASES)
    return view


def listed(desk: Desk, view: TestView, chosen: RowFilter, count: int) -> list[str]:
    """Click a filter, which shows its number of rows, and return the names of the cases that are listed then."""
    chip = view.filters.filters[chosen]
    desk.until(lambda: chip.text().endswith(f" {count}"))
    chip.click()
    desk.until(lambda: view.suites.model.rowCount() == count)
    model = view.suites.model
    desk.until(lambda: all(model.row(place) is not None for place in range(count)))
    return [row.name for place in range(count) if (row := model.row(place)) is not None]


def test_a_judge_against_a_rule_is_a_filter(desk: Desk) -> None:
    view = opened(desk)
    # The rule fails every fifth case.
    differing = [case for case in range(CASES) if any((says(case, at) == "pass") != (case % 5 != 0) for at in (0, 1))]
    assert 0 < len(differing) < CASES
    assert listed(desk, view, "rule_differs", len(differing)) == [f"Order {case}" for case in differing]
    chip = view.filters.filters["rule_differs"]
    assert chip.text().startswith("Rule differs")
    view.filters.filters["all"].click()
    desk.until(lambda: view.suites.model.rowCount() == CASES)


def test_repeats_that_disagree_are_a_filter(desk: Desk) -> None:
    view = opened(desk)
    assert listed(desk, view, "repeats_differ", 2) == ["Order 4", "Order 9"]
