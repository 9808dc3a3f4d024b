"""Scenes of importing and exporting runs."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.e2e.driving import Demo
from tests.e2e.scenes.staging import opened, shots
from tests.usecases.exchange.llm_making import Called, new_log
from workbench.ui.features.exchange.dialog import ExchangeDialog

_LONG = "logs of the evaluation of all customer letters of the last year, second attempt, with the other model.db"


def exchange(demo: Demo) -> None:
    """The preview of an import, with and without skipped rows, and the result of each."""
    controller = demo.window.dialogs.exchange_actions
    with TemporaryDirectory() as folder:
        log = new_log(Path(folder) / "logs.db")
        controller.preview(log)
        shown = _ended(demo)
        shots(demo, "import-preview", narrow=True)
        shown.go.click()
        demo.until("it is imported", lambda: shown.said.text().startswith("Imported") and not shown.is_running)
        shots(demo, "import-done")
        shown.close()

        calls = [Called(f"x{n:05}", f"t{n}", f"number {n}", "yes " * 20) for n in range(40)]
        damaged = new_log(Path(folder) / _LONG, calls)
        connection = sqlite3.connect(damaged)
        connection.execute("UPDATE turns SET parent_message_hash = 'gone' WHERE rowid % 3 = 0")
        connection.commit()
        connection.close()
        controller.preview(damaged)
        shown = _ended(demo)
        shots(demo, "import-left-out", narrow=True)
        shown.close()

        notes = Path(folder) / "notes.txt"
        notes.write_text("x")
        controller.preview(notes)
        shown = _ended(demo)
        shots(demo, "import-refused")
        shown.close()
    demo.window.frame.activateWindow()


def _ended(demo: Demo) -> ExchangeDialog:
    shown = opened(demo, ExchangeDialog)
    demo.until("it was looked at", lambda: not shown.is_running)
    return shown
