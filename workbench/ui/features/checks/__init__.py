"""Edits the checks of a prompt and of its cases, tries them on the shown answers, and checks those in the lanes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.checks.commands import COMMANDS
from workbench.ui.shell.check_events import CaseChecksRequested, ChecksRequested, ShownAnswersChanged
from workbench.ui.shell.feature import Feature, Subscription

if TYPE_CHECKING:
    from workbench.ui.features.checks.controller import ChecksController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> ChecksController:
    from workbench.ui.features.checks.controller import ChecksController

    return ChecksController(services)


FEATURE = Feature(
    "checks",
    COMMANDS,
    _make,
    preload=(
        "workbench.core.checks.check_types",
        "workbench.core.checks.similarity_checks",
        "workbench.core.checks.xml_checks",
        "workbench.core.checks.evaluator",
        "workbench.ui.features.checks.controller",
        "workbench.ui.features.checks.dialog",
    ),
    subscriptions=(
        Subscription(ShownAnswersChanged, lambda controller, _: controller.follow()),
        Subscription(ChecksRequested, lambda controller, _: controller.open()),
        Subscription(CaseChecksRequested, lambda controller, event: controller.edit_case(event)),
    ),
)
