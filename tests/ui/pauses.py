"""Shortens the pauses that the window waits for after input stops.

The order of events stays the same, and tests wait for conditions; only the waiting time is removed.
"""

from __future__ import annotations

import pytest

_SHORT_MS = {
    "workbench.app.compose.forecasts.REST_MS": 10,
    "workbench.app.compose.timeline_filter._LATE_MS": 10,
    "workbench.app.compose.draft_saver.PAUSE_MS": 30,
    "workbench.app.compose.draft_saver.LIMIT_MS": 60,
    "workbench.app.compose.draft_saver.RETRY_MS": 100,
    "workbench.ui.features.cases.dialog._SAVE_MS": 30,
    "workbench.ui.features.cases.controller.RETRY_MS": 100,
    "workbench.ui.features.checks.controller.RETRY_MS": 100,
    "workbench.ui.features.checks.dialog._SAVE_MS": 30,
    "workbench.ui.features.checks.dialog._TRY_MS": 10,
    "workbench.ui.features.compose.draft_checks.PAUSE_MS": 10,
    "workbench.ui.features.conversation.dialog._PAUSE_MS": 10,
    "workbench.ui.editor.block_note._DELAY_MS": 10,
    "workbench.ui.editor.paste_dialog._PAUSE_MS": 10,
    "workbench.ui.features.packs.export_choice._LOOK_MS": 10,
    "workbench.ui.features.rank.view._LATE_MS": 10,
    "workbench.ui.features.settings.appearance._SETTLE_MS": 10,
    "workbench.ui.features.lanes.lane_checks.PAUSE_MS": 10,
    "workbench.ui.features.lanes.lane_checks.START_MS": 10,
    "workbench.ui.features.maintenance.backups._SETTLE_MS": 10,
    "workbench.ui.features.training.dialog._PAUSE_MS": 10,
}


def shorten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the pauses of all windows that are made from now on."""
    for name, pause in _SHORT_MS.items():
        monkeypatch.setattr(name, pause)
