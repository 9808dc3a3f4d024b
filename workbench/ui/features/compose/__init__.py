"""Feature Compose: the draft in its editor, the lanes beside it, and the commands on both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.compose.commands import COMMANDS as OF_DRAFT
from workbench.ui.features.compose.set_commands import COMMANDS as OF_SETS
from workbench.ui.shell.compose_room import COMPOSE
from workbench.ui.shell.feature import Feature, FeaturePart, FeatureView
from workbench.ui.shell.views import at_once

if TYPE_CHECKING:
    from workbench.ui.features.compose.controller import ComposeController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> ComposeController:
    from workbench.ui.features.compose.controller import ComposeController

    return ComposeController(services)


FEATURE = Feature(
    "compose",
    (*OF_DRAFT, *OF_SETS),
    _make,
    view=FeatureView(
        "compose",
        "Compose",
        position=1,
        make=lambda controller: at_once(lambda: controller.view)(),
        enter=lambda controller: controller.view.editor.focus_first(),
    ),
    part=FeaturePart(
        COMPOSE,
        make=lambda controller, owner: controller.enter(owner),
        preload=(
            "workbench.ui.features.compose.controller",
            "workbench.ui.draft_page.blind_bar",
            "workbench.ui.draft_page.pager",
            "workbench.ui.draft_page.viewing_bar",
        ),
    ),
)
