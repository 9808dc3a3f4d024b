"""Test: cases × columns, checked and compared with honest statistics, one key away from the editor."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.ui.features.testing.commands import COMMANDS
from workbench.ui.shell.feature import Feature, FeatureView, Subscription
from workbench.ui.shell.testing_events import (
    ShownSuiteRequested,
    SuccessorTestRequested,
    SuiteRunChosen,
    TestStepRequested,
)

if TYPE_CHECKING:
    from workbench.app.testing.probes import ProbedSuites
    from workbench.ui.features.testing.controller import TestingController
    from workbench.ui.shell.services import Services


def feature(source: Callable[[Services], ProbedSuites]) -> Feature[TestingController]:
    """Return the feature; `source` makes what it reads tests from and runs them with."""

    def make(services: Services) -> TestingController:
        from workbench.ui.features.testing.controller import TestingController

        return TestingController(services, source(services))

    return Feature(
        "testing",
        COMMANDS,
        make,
        subscriptions=(
            Subscription(
                SuiteRunChosen, lambda controller, event: controller.earlier.show(event.prompt_uid, event.run_uid)
            ),
            Subscription(ShownSuiteRequested, lambda controller, event: controller.tell_shown(event)),
            Subscription(TestStepRequested, lambda controller, event: controller.step.request(event)),
            Subscription(SuccessorTestRequested, lambda controller, event: controller.test_successor(event)),
        ),
        view=FeatureView(
            "test",
            "Test",
            position=2,
            make=lambda controller: controller.make(),
            enter=lambda controller: controller.enter(),
            preload=(
                "workbench.app.testing.controller",
                "workbench.app.testing.table_copy",
                "workbench.ui.widgets.diff.text",
                "workbench.app.testing.chart_reader",
                "workbench.ui.features.testing.chart_page",
                "workbench.ui.features.testing.grid",
                "workbench.ui.features.testing.cell_pane",
                "workbench.app.testing.guards",
                "workbench.ui.features.testing.view",
                "workbench.ui.features.testing.controller",
            ),
        ),
    )


def _stored(services: Services) -> ProbedSuites:
    from workbench.app.testing.comparisons import StoredComparisons
    from workbench.app.testing.stored_suites import StoredSuites
    from workbench.host.clock import utc_now
    from workbench.host.ids import new_uid

    backend = services.backend
    find, models = backend.models.endpoints.find, backend.models
    comparisons = StoredComparisons(
        backend.store, lambda: backend.tests, find, models.catalogue.retires, utc_now, models.today
    )
    return StoredSuites(backend.store, lambda: backend.tests, find, new_uid, utc_now, comparisons)


FEATURE = feature(_stored)
