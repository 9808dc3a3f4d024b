"""Opens the window.

Invariant: one window per database; whatever keeps the window from opening is a sentence on the screen, not a trace.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from workbench import __version__
from workbench.host import settings as stored
from workbench.host.dirs import default_database, make_private, named_database, places
from workbench.host.errors import HostError
from workbench.host.locks import WindowLock
from workbench.store.errors import MISUSE, StoreError
from workbench.store.peek import peek
from workbench.store.place import check_place
from workbench.ui.arguments import database
from workbench.ui.frame import Frame
from workbench.ui.start import Start
from workbench.ui.theme import STYLE, Theme

DESKTOP_FILE = "prompt-workbench"
_TURN_S = 0.001
"""How long a thread that computes keeps the window waiting; Python's own five ms, many times over, can be felt."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the window until it is closed; return the exit code."""
    chosen = database(sys.argv[1:] if argv is None else argv)
    sys.setswitchinterval(_TURN_S)
    app = QApplication([sys.argv[0] or "prompt-workbench", "-style", STYLE])
    app.setApplicationName("prompt-workbench")
    app.setApplicationDisplayName("Prompt Workbench")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName(DESKTOP_FILE)
    db = default_database(os.environ) if chosen is None else named_database(chosen)
    try:
        return _run(app, db)
    except (StoreError, HostError) as error:
        return _explain(db, error)


def _run(app: QApplication, db: Path) -> int:
    found = places(os.environ)
    check_place(db)
    make_private(db.parent)
    lock = WindowLock(db)
    if not lock.acquire():
        return _raise_first(db)
    is_ours = True
    try:
        loaded = stored.load(found.config)
        theme = Theme(app, loaded.settings.theme, loaded.settings.font_scale, set_style=False)
        theme.set_motion(loaded.settings.motion)
        frame = Frame(theme, loaded.settings, peek(db))
        start = Start(frame, db, found, loaded.notice)
        start.failed.connect(app.quit)
        frame.completed.connect(_collect_garbage)
        frame.show()
        frame.painted.connect(lambda: _listen_for_signals(app, frame))
        if any(name.startswith("WORKBENCH_BENCH_") for name in os.environ):
            _be_measured(frame)
        code = app.exec()
        unsaved = start.end()
        if unsaved:
            from workbench.usecases.problems import unsaved_sentence

            sys.stderr.write(f"{unsaved_sentence(unsaved)}\n")
        if start.refusal is not None:
            return 1
        if start.error is not None:
            raise start.error
        return code
    except StoreError as error:
        is_ours = error.code != "not_a_database"
        raise
    finally:
        lock.release(remove=not is_ours)


def _collect_garbage() -> None:
    """Collect from now on, and never look again at what was loaded: that would stall the window each time."""
    gc.freeze()
    gc.enable()


def _be_measured(frame: Frame) -> None:
    from workbench.ui import bench_hook

    def install() -> None:
        bench_hook.install(frame, frame.view.editor.first_viewport(), frame.view.editor.focus_first)

    if frame.glimpse is None:
        frame.completed.connect(install)
    else:
        install()


def _raise_first(db: Path) -> int:
    from workbench.app.single import ask_to_raise

    if ask_to_raise(db):
        sys.stderr.write("Prompt Workbench is open already; its window was brought to the front.\n")
        return 0
    sys.stderr.write(
        f"Another Prompt Workbench uses {db} and does not answer. Close it, or open another database with --db.\n"
    )
    return 1


def _listen_for_signals(app: QApplication, frame: Frame) -> None:
    """Close properly on Ctrl+C and on a polite kill."""
    import signal

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: frame.close())
    # Python runs signal handlers between bytecodes only; an idle Qt loop executes none.
    timer = QTimer(app, interval=300)
    timer.timeout.connect(lambda: None)
    timer.start()


def _explain(db: Path, error: StoreError | HostError) -> int:
    """Show a sentence where the window would have been."""
    import signal

    from PySide6.QtWidgets import QMessageBox

    # There is no window left that could be closed properly.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)

    sys.stderr.write(f"{error.sentence}\n")
    box = QMessageBox(QMessageBox.Icon.Warning, "Prompt Workbench", error.sentence)
    box.setInformativeText(f"Database: {_shown(db)}\nYou can open another one with --db PATH or WORKBENCH_DB.")
    if error.detail:
        box.setDetailedText(error.detail)
    box.exec()
    return 2 if isinstance(error, StoreError) and error.code in MISUSE else 1


def _shown(path: Path) -> str:
    """Return a path as text, bytes of it that are none as escapes."""
    return os.fsencode(path).decode(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
