"""Lists, edits and creates the test cases of a prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.cases.commands import COMMANDS
from workbench.ui.shell.feature import Feature, Subscription
from workbench.ui.shell.testing_events import (
    CaseCopyRequested,
    CaseProposalsChosen,
    CaseRestoreRequested,
    CasesRequested,
    FailingCasesRequested,
    RunCasesRequested,
)

if TYPE_CHECKING:
    from workbench.ui.features.cases.controller import CasesController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> CasesController:
    from workbench.ui.features.cases.controller import CasesController

    return CasesController(services)


def _show(controller: CasesController, event: CasesRequested) -> None:
    """Show the cases, and how far adding some to a set is."""
    from workbench.app.cases.wanted_cases import WantedCases

    controller.open()
    if controller.dialog is not None:
        controller.dialog.aim(WantedCases(event.set_name, event.count) if event.count else None)


FEATURE = Feature(
    "cases",
    COMMANDS,
    _make,
    preload=(
        "workbench.usecases.case_import",
        "workbench.ui.features.cases.import_dialog",
        "workbench.ui.features.cases.controller",
    ),
    subscriptions=(
        Subscription(CasesRequested, lambda controller, event: _show(controller, event)),
        Subscription(CaseProposalsChosen, lambda controller, event: controller.proposals.open_earlier(event.run_uid)),
        Subscription(RunCasesRequested, lambda controller, event: controller.kept.of_run(event)),
        Subscription(CaseRestoreRequested, lambda controller, event: controller.kept.as_tested(event)),
        Subscription(FailingCasesRequested, lambda controller, event: controller.kept.of_failures(event)),
        Subscription(CaseCopyRequested, lambda controller, event: controller.kept.copy(event)),
    ),
)
