"""What a test may leave behind: nothing.

A leak found by the test that made it costs minutes; found by another, hours. Processes are found by a variable in their
environment, so that orphans are seen too.
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

# Python's own, one for the rest of the process once it is needed.
_FOREIGN_PROCESSES = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")


def _pids() -> set[int]:
    if sys.platform != "linux":
        return set()
    return {int(entry.name) for entry in os.scandir("/proc") if entry.name.isdigit()}


# Whatever ran before the first test is not ours, this process included, and need not be looked at each time.
_OLDER = frozenset(_pids())


def tag_children() -> str:
    """Mark all processes that this one starts from now on and return the mark."""
    tag = f"{os.getpid()}-{time.monotonic_ns()}"
    os.environ[TAG] = tag
    return tag


def threads() -> set[threading.Thread]:
    """The threads that Python started; those of Qt's own pools are not ours to join."""
    return {t for t in threading.enumerate() if not isinstance(t, threading._DummyThread)}


def processes(tag: str) -> dict[int, str]:
    """Pid and command line of every living process that carries the mark, orphans included."""
    needle = f"{TAG}={tag}".encode()
    found: dict[int, str] = {}
    for pid in _pids() - _OLDER:
        directory = Path(f"/proc/{pid}")
        try:
            # The environment of a zombie is empty, so only the living are found.
            if needle not in (directory / "environ").read_bytes().split(b"\0"):
                continue
            command = (directory / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:  # it ended while we looked, or belongs to somebody else
            continue
        if not any(name in command for name in _FOREIGN_PROCESSES):
            found[pid] = command
    return found


def wait_until_empty(look: Callable[[], list[str]]) -> list[str]:
    """Ask until nothing is left or patience ends, and return what is left."""
    deadline = time.monotonic() + PATIENCE_S
    pause = 0.001
    while (left := look()) and time.monotonic() < deadline:
        time.sleep(pause)
        pause = min(pause * 2, 0.05)
    return left


def release_mouse() -> None:
    """Let go what the mouse holds down.

    Qt remembers that for the whole process, and widgets ask for it. QTest leaves a button pressed where the press, or
    the second one of a double click, closes the window.
    """
    if not (app := _application()) or not (held := app.mouseButtons()).value:
        return
    test, widget = sys.modules["PySide6.QtTest"].QTest, sys.modules["PySide6.QtWidgets"].QWidget()
    for button in type(sys.modules["PySide6.QtCore"].Qt.MouseButton.LeftButton):
        if button.value and button in held and button.name in ("LeftButton", "RightButton", "MiddleButton"):
            test.mouseRelease(widget, button)


def qt_objects() -> set[int]:
    """The addresses of living top-level windows and active timers; empty while nobody uses Qt widgets."""
    return {id(thing) for thing in _windows() + active_timers()}


def qt_leaks(before: set[int]) -> list[str]:
    """Top-level windows and active timers that are there and were not before, after Qt and Python tidied up."""
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
        # A collection takes up to a second in a large process; most leftovers go with the next event.
        if names and next(looks) % 8 == 1:
            # A window that loads something late takes all that is there by then out of the collector's sight.
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete.value)
        return names

    return wait_until_empty(look)


def _application() -> Any:
    widgets = sys.modules.get("PySide6.QtWidgets")
    return widgets.QApplication.instance() if widgets else None


def _windows() -> list[Any]:
    if not (app := _application()) or not hasattr(app, "topLevelWidgets"):
        return []
    # One tool tip is Qt's own and stays for ever.
    return [w for w in app.topLevelWidgets() if w.metaObject().className() != "QTipLabel"]


def active_timers() -> list[Any]:
    """The timers of Qt that count and that Python knows."""
    if not _application():
        return []
    timer, living = sys.modules["PySide6.QtCore"].QTimer, sys.modules["shiboken6"].getAllValidWrappers()
    return [thing for thing in living if isinstance(thing, timer) and thing.isActive()]


def _name(thing: Any) -> str:
    name = f"{type(thing).__name__} {thing.objectName()!r}"
    if hasattr(thing, "interval"):
        return f"{name}, an active timer of {thing.interval()} ms under {thing.parent()!r}"
    return f"{name}, a window titled {thing.windowTitle()!r}"
