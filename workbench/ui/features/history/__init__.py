"""The History view: search, curate and delete all recorded runs.

Invariant: viewing changes nothing, and typing never blocks; importing this package loads no widget of the view.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.history.commands import COMMANDS
from workbench.ui.shell.events import HistoryCleaningRequested, PromptDeletionRequested, SearchChosen
from workbench.ui.shell.feature import Feature, FeatureView, Subscription

if TYPE_CHECKING:
    from workbench.ui.features.history.controller import HistoryController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> HistoryController:
    from workbench.ui.features.history.controller import HistoryController

    return HistoryController(services)


FEATURE = Feature(
    "history",
    COMMANDS,
    _make,
    subscriptions=(
        Subscription(SearchChosen, lambda controller, event: controller.search(event.query)),
        Subscription(
            PromptDeletionRequested, lambda controller, event: controller.erasing.delete_prompt(event.prompt_uid)
        ),
        Subscription(HistoryCleaningRequested, lambda controller, _: controller.erasing.clean()),
    ),
    view=FeatureView(
        "history",
        "History",
        position=3,
        make=lambda controller: controller.make(),
        enter=lambda controller: controller.enter(),
        has_side=False,
        preload=(
            "workbench.app.history.detail",
            "workbench.app.history.detail_reader",
            "workbench.app.history.suite_detail",
            "workbench.app.history.table_model",
            "workbench.ui.widgets.diff.text",
            "workbench.ui.features.history.cards",
            "workbench.ui.features.history.detail",
            "workbench.ui.features.history.search",
            "workbench.ui.features.history.view",
            "workbench.usecases.run_document",
            "workbench.usecases.run_texts",
            "workbench.ui.features.history.run_actions",
            "workbench.ui.features.history.saved_searches",
            "workbench.ui.widgets.wire_dialog",
            "workbench.ui.features.history.controller",
        ),
    ),
)
