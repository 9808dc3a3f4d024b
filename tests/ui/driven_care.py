"""The program in its own process, killed during maintenance: `python -m tests.ui.driven_care DB WHAT STEP`.

It maintains its history from the settings and kills itself at a step of the file operations (see
`tests.store.maintenance.care_child`). Prints `began` before.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication, QFileDialog

from tests.store.maintenance.care_child import Steps
from tests.ui.program import Driven, Script
from workbench.store.maintenance.upkeep import Upkeep
from workbench.ui.features.maintenance.panel import HistoryPanel


def script(driven: Driven, what: str, steps: Steps, last: int) -> Script:
    """Do the maintenance from the settings page."""
    yield driven.is_open
    driven.window.dialogs.show_settings("history")
    page = driven.history_page
    yield lambda: page.backups._now.isEnabled() and page._room is not None
    first = driven.frame
    print("began", flush=True)
    if what == "backup":
        steps.begin(driven.db.parent, last)
        driven.click(driven.settings, "Back up now")
        yield lambda: page.progress.status.text()
    elif what == "smaller":
        driven.click(driven.settings, "Make smaller…")
        shrink = Upkeep.shrink
        Upkeep.shrink = lambda mine, watch: shrink(mine, lambda share: steps.step() and watch(share))  # type: ignore[method-assign,assignment]
        steps.begin(driven.db.parent, last)
        driven.click(driven.settings, "Make smaller")
        yield lambda: page.progress.status.text()
    else:
        yield from change(driven, page, what)
        steps.begin(driven.db.parent, last)
        driven.click(driven.settings, "Restore" if what == "restore" else "Move, remove the old file")
        yield lambda: driven.is_gone(first)
        yield driven.is_open
    driven.frame.close()


def change(driven: Driven, page: HistoryPanel, what: str) -> Script:
    """Start an operation that needs the history closed."""
    if what == "restore":
        # The list of backups is loaded separately from the sizes.
        yield page.backups.list.count
        page.ask_which_backup()
        yield lambda: page.backups._restore.isEnabled()
        driven.click(driven.settings, "Restore…")
    else:
        away = driven.db.parent / "away"
        away.mkdir()
        QFileDialog.getExistingDirectory = lambda *_: str(away)  # type: ignore[method-assign,assignment]
        driven.click(driven.settings, "Move to another folder…")


def main(db: Path, what: str, step: str) -> int:
    app = QApplication(sys.argv[:1])
    driven = Driven(app, db)
    return driven.run(script(driven, what, Steps(), int(step)))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
