"""Previews training files and writes them, with stand-ins for the services."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.store.making import opened
from tests.ui.features.standins import StandInNotices, StandInSession, standin_models, standins, window_modules
from tests.ui.pasts import ORDER, TRIAGE, judge
from workbench.store import Store
from workbench.ui.features.training import FEATURE
from workbench.ui.features.training.controller import TrainingController
from workbench.ui.shell.events import TrainingRequested
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.shell.training_events import HandOverRequested
from workbench.ui.widgets.theme import Theme


def main(folder: Path) -> None:
    """Print the preview and the written files."""
    app = QApplication([])
    with closing(opened(folder / "history.db")) as store:
        judge(store)
        told = _train(store, Theme(app, "light"), folder / "files")
    told["windows"] = window_modules()
    print(json.dumps(told))


def _train(store: Store, theme: Theme, folder: Path) -> dict[str, object]:
    folder.mkdir()
    services = standins(store, theme, session=StandInSession(ORDER))
    models = standin_models(store, folder)
    services = replace(services, backend=replace(services.backend, models=models))  # type: ignore[type-var]
    host = FeatureHost((FEATURE,), services)
    actions = host.actions()
    actions["training"]()
    controller = host.controller("training")
    assert isinstance(controller, TrainingController)
    dialog = controller.dialog
    assert dialog is not None
    title, counts = dialog.windowTitle(), dialog.counts.text()
    dialog.write_to(folder)
    written = dialog.told.text()
    dialog.close()
    services.events.publish(TrainingRequested(TRIAGE))
    other = controller.dialog
    assert other is not None
    other_title, refused = other.windowTitle(), other.told.text()
    other.close()
    services.events.publish(HandOverRequested(ORDER))
    hand_over = controller.handover.dialog
    assert hand_over is not None
    handed_over, parts = hand_over.windowTitle(), hand_over.counts.text()
    hand_over.write_to(folder / "handover")
    hand_over.close()
    host.stop()
    notices = services.notices
    assert isinstance(notices, StandInNotices)
    return {
        "commands": sorted(actions),
        "title": title,
        "counts": counts,
        "written": written,
        "files": sorted(file.name for file in folder.iterdir() if file.is_file()),
        "handed_over": handed_over,
        "parts": parts,
        "handover_files": sorted(file.name for file in (folder / "handover").iterdir()),
        "other": other_title,
        "refused": refused,
        "said": notices.said,
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
