"""Decide: whether prompting is enough, from the person's own results, and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.ui.features.decide.commands import COMMANDS
from workbench.ui.shell.feature import Feature, FeatureView

if TYPE_CHECKING:
    from workbench.app.decide.source import DecisionSource
    from workbench.ui.features.decide.controller import DecideController
    from workbench.ui.shell.services import Services
    from workbench.usecases.decide.decider import Decider


def feature(source: Callable[[Services], DecisionSource]) -> Feature[DecideController]:
    """Return the feature; `source` makes what it reads decisions from."""

    def make(services: Services) -> DecideController:
        from workbench.ui.features.decide.controller import DecideController

        return DecideController(services, source(services))

    return Feature(
        "decide",
        COMMANDS,
        make,
        view=FeatureView(
            "decide",
            "Decide",
            position=5,
            make=lambda controller: controller.make(),
            enter=lambda controller: controller.enter(),
            preload=(
                "workbench.core.decide.rules",
                "workbench.app.decide.reader",
                "workbench.app.decide.words",
                "workbench.ui.features.decide.question_row",
                "workbench.ui.features.decide.rate_chart",
                "workbench.ui.features.decide.cost_chart",
                "workbench.ui.features.decide.lever_list",
                "workbench.ui.features.decide.view",
                "workbench.ui.features.decide.goals_dialog",
                "workbench.ui.features.decide.controller",
            ),
        ),
    )


def _stored(services: Services) -> DecisionSource:
    from workbench.app.decide.stored import StoredDecisions
    from workbench.host.clock import utc_now

    backend = services.backend

    def decider() -> Decider:
        from workbench.usecases.decide.column_evidence import model_book
        from workbench.usecases.decide.decider import Decider

        models = backend.models
        return Decider(backend.store, lambda: backend.tests.tries, model_book(models), utc_now, models.today)

    return StoredDecisions(backend.store, decider)


FEATURE = feature(_stored)
