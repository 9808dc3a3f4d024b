"""Switches the product's mechanisms for speed off, from outside, so that a program runs with and without one.

Invariant: what a person sees is the same in the end; only when and in which steps it is done differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Switch = Callable[[], Iterator[None]]
"""Runs to its `yield` before the product's window is imported, and on after it, before the window opens."""


def load_without(names: str, load: Callable[[], Callable[..., int]]) -> Callable[..., int]:
    """Return what `load` returns, with the mechanisms in `names`, separated by commas, switched off.

    Raises KeyError for a mechanism without a switch.
    """
    begun = [SWITCHES[name]() for name in names.split(",")]
    for switch in begun:
        next(switch)
    window = load()
    for switch in begun:
        next(switch, None)
    return window


def _import_swap() -> Iterator[None]:
    import builtins

    import PySide6.QtCore  # noqa: F401 - it puts its own function there

    theirs = builtins.__import__
    import workbench.ui  # noqa: F401

    builtins.__import__ = theirs
    yield


def _gc_off_at_start() -> Iterator[None]:
    import gc

    disable, gc.disable = gc.disable, lambda: None
    yield
    gc.disable = disable


def _gc_freeze() -> Iterator[None]:
    yield
    import gc

    gc.freeze = lambda: None


def _thread_switches() -> Iterator[None]:
    yield
    import sys

    sys.setswitchinterval = lambda seconds: None


def _small_collections() -> Iterator[None]:
    yield
    import gc

    from workbench.host import garbage

    garbage.BATCHES = gc.get_threshold()


def _two_phase_start() -> Iterator[None]:
    """Open the history and make all widgets before the window is shown."""
    yield
    import threading
    from concurrent.futures import wait

    from workbench.ui.shell.frame import WindowFrame
    from workbench.ui.shell.start import WindowStart

    WindowStart._begin = lambda self: None
    show = WindowFrame.show

    def shown(frame: Any) -> None:
        start = frame.findChild(WindowStart)
        if start is None or start._is_built:
            show(frame)
            return
        start._arrived.disconnect()
        start._thread = threading.Thread(target=start._open)
        start._thread.start()
        start._thread.join()
        start._steps = start._building(start._opened)
        while start._advance():
            if start._awaited is not None:
                wait([start._awaited])
        show(frame)

    WindowFrame.show = shown


def _preloader() -> Iterator[None]:
    yield
    from workbench.ui.shell import window

    window.Preloader = lambda *_: None


def _hidden_page_theme() -> Iterator[None]:
    yield
    from workbench.ui.features.history import view as history
    from workbench.ui.features.rank import view as rank

    history.HiddenPageTheme = rank.HiddenPageTheme = lambda theme, page: theme


def _deferred_restyle() -> Iterator[None]:
    """Restyle hidden widgets at once; messages out of sight have a mechanism of their own."""
    yield
    from workbench.ui.widgets import deferred_restyle

    def apply(restyle: deferred_restyle.Restyle, change: Callable[[], None]) -> None:
        deferred_restyle.dress(restyle._parts)
        restyle._parts.clear()
        deferred_restyle._keeping_focus(change)

    deferred_restyle.Restyle.apply = apply


def _deferred_blocks() -> Iterator[None]:
    yield
    from workbench.ui.editor import code_help

    code_help.DeferredBlocks = lambda *_: None


def _idle_queue() -> Iterator[None]:
    """Do all of the queued work in one turn of the event loop."""
    yield
    from workbench.ui.widgets import idle_queue

    idle_queue.BUDGET_MS = 1e9


def _lane_slots() -> Iterator[None]:
    """Create and fill all columns at once."""
    yield
    from workbench.ui.features.lanes.visible_lanes import VisibleLanes

    def look_around(self: Any) -> None:
        for seat in self._seats():
            seat.near = seat.seen = True
            if seat.is_late:
                self._build(seat)

    def soon(self: Any, seat: Any) -> None:
        if seat.is_late:
            self._build(seat)

    VisibleLanes.look_around = VisibleLanes.begin = look_around
    VisibleLanes.soon = soon


def _chunked_insert() -> Iterator[None]:
    yield
    from workbench.ui.editor import field

    field._AT_ONCE = 1 << 60


SWITCHES: dict[str, Switch] = {
    "two_phase_start": _two_phase_start,
    "import_swap": _import_swap,
    "gc_off_at_start": _gc_off_at_start,
    "gc_freeze": _gc_freeze,
    "small_collections": _small_collections,
    "thread_switches": _thread_switches,
    "preloader": _preloader,
    "hidden_page_theme": _hidden_page_theme,
    "deferred_restyle": _deferred_restyle,
    "deferred_blocks": _deferred_blocks,
    "idle_queue": _idle_queue,
    "lane_slots": _lane_slots,
    "chunked_insert": _chunked_insert,
}
