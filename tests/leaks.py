"""Finds what a test has left behind: threads, processes, windows, timers.

A leak that is found by the test that caused it costs minutes; found by another, hours. Processes are found by a
variable in their environment, so that orphans are found too.
"""

from __future__ import annotations

import gc
import itertools
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE_S

TAG = "WORKBENCH_TEST_RUN"

# Helper processes of multiprocessing, which stay once they have been started.
_FOREIGN_PROCESSES = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")


def _pids() -> set[int]:
    if sys.platform != "linux":
        return set()
    return {int(entry.name) for entry in os.scandir("/proc") if entry.name.isdigit()}


# Processes from before the first test, this one included, are no leaks and need not be checked each time.
_OLDER = frozenset(_pids())


def tag_children() -> str:
    """Tag all processes that this one starts from now on, and return the tag."""
    tag = f"{os.getpid()}-{time.monotonic_ns()}"
    os.environ[TAG] = tag
    return tag


def threads() -> set[threading.Thread]:
    """Return the threads that Python started, without those of Qt's own pools."""
    return {t for t in threading.enumerate() if not isinstance(t, threading._DummyThread)}


def processes(tag: str) -> dict[int, str]:
    """Return pid and command line of every living process with the tag, orphans included."""
    needle = f"{TAG}={tag}".encode()
    found: dict[int, str] = {}
    for pid in _pids() - _OLDER:
        directory = Path(f"/proc/{pid}")
        try:
            # The environment of a zombie is empty, so only living processes are found.
            if needle not in (directory / "environ").read_bytes().split(b"\0"):
                continue
            command = (directory / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:  # it has ended, or belongs to another user
            continue
        if not any(name in command for name in _FOREIGN_PROCESSES):
            found[pid] = command
    return found


def wait_until_empty(look: Callable[[], list[str]]) -> list[str]:
    """Call `look` until it returns an empty list or the timeout expires; return its last result."""
    deadline = time.monotonic() + PATIENCE_S
    pause = 0.001
    while (left := look()) and time.monotonic() < deadline:
        time.sleep(pause)
        pause = min(pause * 2, 0.05)
    return left


def release_mouse() -> None:
    """Release pressed mouse buttons.

    Qt keeps that state for the whole process, and widgets query it. QTest leaves a button pressed where the press, or
    the second one of a double click, closes the window.
    """
    if not (app := _application()) or not (held := app.mouseButtons()).value:
        return
    test, widget = sys.modules["PySide6.QtTest"].QTest, sys.modules["PySide6.QtWidgets"].QWidget()
    for button in type(sys.modules["PySide6.QtCore"].Qt.MouseButton.LeftButton):
        if button.value and button in held and button.name in ("LeftButton", "RightButton", "MiddleButton"):
            test.mouseRelease(widget, button)


def qt_objects() -> set[int]:
    """Return the addresses of living top-level windows and active timers; empty while no Qt widgets are used."""
    return {id(thing) for thing in _windows() + active_timers()}


def qt_leaks(before: set[int]) -> list[str]:
    """Return top-level windows and active timers that are not in `before`, after deferred deletions and collection."""
    if not _application():
        return []
    core = sys.modules["PySide6.QtCore"]
    looks = itertools.count()

    def look() -> list[str]:
        core.QCoreApplication.processEvents()
        core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete.value)
        left = [thing for thing in _windows() + active_timers() if id(thing) not in before]
        names = [_name(thing) for thing in left]
        left.clear()
        # A collection takes up to a second in a large process; most leftovers are gone after the next event.
        if names and next(looks) % 8 == 1:
            # A window that preloads late freezes all objects that exist then, which hides them from the collector.
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete.value)
        return names

    return wait_until_empty(look) + _ended_loops(core)


def _ended_loops(core: Any) -> list[str]:
    """Return what is wrong if Qt was told to quit after the application had ended: no event loop would run any more."""
    loop = core.QEventLoop()
    core.QTimer.singleShot(0, loop, loop.quit)
    if loop.exec() != -1:
        return []
    # The application's own loop resets it, so that the next tests can wait.
    core.QTimer.singleShot(0, lambda: core.QCoreApplication.exit())
    core.QCoreApplication.exec()
    return ["a request to quit"]


def _application() -> Any:
    widgets = sys.modules.get("PySide6.QtWidgets")
    return widgets.QApplication.instance() if widgets else None


def _windows() -> list[Any]:
    if not (app := _application()) or not hasattr(app, "topLevelWidgets"):
        return []
    # One tool tip widget is Qt's own and is never deleted.
    return [w for w in app.topLevelWidgets() if w.metaObject().className() != "QTipLabel"]


def active_timers() -> list[Any]:
    """Return the active Qt timers that Python knows."""
    if not _application():
        return []
    timer, living = sys.modules["PySide6.QtCore"].QTimer, sys.modules["shiboken6"].getAllValidWrappers()
    return [thing for thing in living if isinstance(thing, timer) and thing.isActive()]


def _name(thing: Any) -> str:
    name = f"{type(thing).__name__} {thing.objectName()!r}"
    if hasattr(thing, "interval"):
        return f"{name}, an active timer of {thing.interval()} ms under {thing.parent()!r}"
    return f"{name}, a window titled {thing.windowTitle()!r}"
