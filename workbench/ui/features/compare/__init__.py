"""Compares rows of the timeline, versions and runs in one dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.compare.commands import COMMANDS
from workbench.ui.shell.events import RowsComparison, RunsComparison, VersionsComparison
from workbench.ui.shell.feature import Feature, Subscription

if TYPE_CHECKING:
    from workbench.ui.features.compare.controller import CompareController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> CompareController:
    from workbench.ui.features.compare.controller import CompareController

    return CompareController(services)


FEATURE = Feature(
    "compare",
    COMMANDS,
    _make,
    preload=("workbench.ui.features.compare.dialog", "workbench.ui.features.compare.controller"),
    subscriptions=(
        Subscription(RowsComparison, lambda controller, wanted: controller.compare_rows(wanted.old, wanted.new)),
        Subscription(VersionsComparison, lambda controller, wanted: controller.compare_versions(wanted)),
        Subscription(RunsComparison, lambda controller, wanted: controller.compare_runs(wanted)),
    ),
)
