"""Progress messages while the built-in model is installed."""

from __future__ import annotations

from workbench.host.pip import PipProgress
from workbench.usecases.model_installation import InstallationSteps


def test_progress_is_reported_once_per_ten_percent() -> None:
    told: list[str] = []
    steps = InstallationSteps(told.append)
    steps.report(PipProgress(5, None))
    for done in range(0, 98_000_001, 1_000_000):
        steps.report(PipProgress(done, 98_000_000))
    assert len(told) == 11
    assert told[0] == "Downloading the built-in model: 0 of 98 MB."
    assert told[-1] == "Downloading the built-in model: 98 of 98 MB."
