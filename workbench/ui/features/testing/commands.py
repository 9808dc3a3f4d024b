"""The commands of the Test view."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.app.commands import EVERYWHERE, Command, Enabled, View, always, needs

if TYPE_CHECKING:
    from workbench.ui.features.testing.cell_actions import CellActions
    from workbench.ui.features.testing.controller import TestingController
    from workbench.ui.features.testing.layout_menu import LayoutActions
    from workbench.ui.features.testing.probe_actions import ProbeActions
    from workbench.ui.features.testing.set_actions import SetActions

TEST: tuple[View, ...] = ("test",)
_has_prompt = needs("has_prompt")
_can_write = needs("has_prompt", "writable")


def _in_view(
    name: str,
    title: str,
    act: Callable[[TestingController], object],
    key: str = "",
    *,
    enabled: Enabled = _has_prompt,
    navigates: bool = False,
    repeats: bool = False,
    checked: Callable[[TestingController], bool] | None = None,
) -> Command:
    """Return a command of the shown tests; one that only navigates acts wherever the focus is."""
    return Command(
        name,
        title,
        "Test",
        (key,) if key else (),
        enabled,
        views=TEST,
        navigates_in=TEST if navigates else (),
        repeats=repeats,
        run=act,
        checked=checked,
    )


def _cells(controller: TestingController) -> CellActions:
    # As below.
    assert controller.actions is not None
    return controller.actions


def _probes(controller: TestingController) -> ProbeActions:
    # As below.
    assert controller.probes is not None
    return controller.probes


def _layouts(controller: TestingController) -> LayoutActions:
    # As below.
    assert controller.layouts is not None
    return controller.layouts


def _sets(controller: TestingController) -> SetActions:
    # These commands are there while the view is shown, which makes them.
    assert controller.sets is not None
    return controller.sets


COMMANDS = (
    Command(
        "run_cases",
        "Run all cases",
        "Test",
        ("Ctrl+Shift+Return", "Ctrl+Shift+Enter"),
        _can_write,
        views=EVERYWHERE,
        run=lambda controller: controller.run_cases(),
    ),
    _in_view("pause_cases", "Pause or continue the tests", lambda test: test.toggle_pause(), enabled=_can_write),
    _in_view("stop_cases", "Stop the tests", lambda test: test.stop_run(), enabled=_can_write),
    _in_view("retry_cases", "Retry the calls of the tests that failed", lambda test: test.retry(), enabled=_can_write),
    _in_view("rescore_cases", "Check the stored answers again", lambda test: test.rescore(), enabled=_can_write),
    _in_view(
        "run_listed",
        "Run only the listed cases again",
        lambda test: _probes(test).run_listed(),
        "O",
        enabled=_can_write,
    ),
    _in_view("facts_probe", "Probe: paste facts…", lambda test: _probes(test).paste_facts(), enabled=_can_write),
    _in_view("restore_case", "Bring this case back", lambda test: _cells(test).restore_case(), enabled=_can_write),
    _in_view("copy_case", "Copy as a new case…", lambda test: _cells(test).copy_case(), enabled=_can_write),
    _in_view("keep_failures", "Tag the failing cases", lambda test: _cells(test).keep_failures(), enabled=_can_write),
    _in_view(
        "compare_afresh",
        "Compare champion and challenger afresh…",
        lambda test: test.compare.open_try(),
        enabled=_can_write,
    ),
    _in_view("test_settings", "Settings of the tests…", lambda test: test.compare.edit_settings(), enabled=_can_write),
    _in_view(
        "vote_samples",
        "Vote over samples in all columns",
        lambda test: test.compare.toggle_vote(),
        enabled=_can_write,
        checked=lambda test: test.compare.all_vote,
    ),
    _in_view("test_chart", "Pass rate by version", lambda test: test.toggle_chart()),
    _in_view("case_to_compose", "Open the case in Compose", lambda test: test.to_compose(), "E"),
    _in_view("next_failure", "Next failure", lambda test: test.seek_failure(1), "N", navigates=True, repeats=True),
    _in_view(
        "previous_failure",
        "Previous failure",
        lambda test: test.seek_failure(-1),
        "Shift+N",
        navigates=True,
        repeats=True,
    ),
    _in_view(
        "next_difference",
        "Next answer that differs from the baseline",
        lambda test: test.seek_difference(),
        "D",
        navigates=True,
        repeats=True,
    ),
    _in_view("overrule", "Overrule a check…", lambda test: _cells(test).overrule(), "V", enabled=_can_write),
    _in_view("arrange_grid", "Layout: rows, columns and split…", lambda test: _layouts(test).open_menu(), "L"),
    _in_view(
        "next_part", "Next part of the split", lambda test: _layouts(test).step(1), "T", navigates=True, repeats=True
    ),
    _in_view(
        "previous_part",
        "Previous part of the split",
        lambda test: _layouts(test).step(-1),
        "Shift+T",
        navigates=True,
        repeats=True,
    ),
    _in_view("set_holdout", "Set a hold-out aside…", lambda test: _sets(test).holdouts.set_aside(), enabled=_can_write),
    _in_view(
        "open_holdout_case",
        "Open a case of the hold-out anyway…",
        lambda test: _sets(test).holdouts.open_case(),
        enabled=_can_write,
    ),
    _in_view("end_holdout", "End the hold-out…", lambda test: _sets(test).holdouts.end(), enabled=_can_write),
    _in_view("add_guard", "Add a guard set…", lambda test: _sets(test).guards.open_menu(), enabled=_can_write),
    _in_view(
        "test_results",
        "Results instead of answers in the grid",
        lambda test: test.toggle_results(),
        checked=lambda test: test.suites.model.shows_results,
    ),
    _in_view(
        "tall_rows", "Taller rows in the grid", lambda test: test.toggle_tall(), checked=lambda test: test.is_tall
    ),
    _in_view(
        "head_figures",
        "More figures in the heads of the grid",
        lambda test: test.toggle_detailed(),
        checked=lambda test: test.is_detailed,
    ),
    _in_view("copy_cases", "Copy the selected cases", lambda test: _cells(test).copy_selected()),
    _in_view("copy_table_markdown", "Copy the table as Markdown", lambda test: _cells(test).copy_table("markdown")),
    _in_view("copy_table_csv", "Copy the table as CSV", lambda test: _cells(test).copy_table("csv")),
    _in_view("copy_table_html", "Copy the table as HTML", lambda test: _cells(test).copy_table("html")),
    Command(
        "view_test",
        "Test: cases × columns",
        "View",
        ("Alt+2",),
        always,
        views=EVERYWHERE,
        run=lambda controller: controller.show(),
        after="view_compose",
    ),
)
