"""Rank: a ranking with confidence intervals, and a queue in which pairs are judged blind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.rank.commands import COMMANDS
from workbench.ui.shell.feature import Feature, FeatureView

if TYPE_CHECKING:
    from workbench.ui.features.rank.controller import RankController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> RankController:
    from workbench.ui.features.rank.controller import RankController

    return RankController(services)


FEATURE = Feature(
    "rank",
    COMMANDS,
    _make,
    view=FeatureView(
        "rank",
        "Rank",
        position=4,
        make=lambda controller: controller.make(),
        enter=lambda controller: controller.enter(),
        preload=(
            "workbench.core.ranking",
            "workbench.app.rank.ranking",
            "workbench.app.rank.judging_session",
            "workbench.app.rank.check_ranking",
            "workbench.app.rank.judge_ranking",
            "workbench.ui.features.rank.checks",
            "workbench.ui.features.rank.judge",
            "workbench.ui.features.rank.view",
            "workbench.ui.features.rank.controller",
        ),
    ),
)
