"""The environment of the tests, independent of the desktop, language, time zone and terminal they are started from."""

from __future__ import annotations

import os
import time
from pathlib import Path

_PREFIXES = ("QT_", "QML", "GTK_", "GDK_", "GNOME_", "KDE_", "XDG_", "LC_")
_NAMES = frozenset(
    [
        "BROWSER",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "COLUMNS",
        "DESKTOP_SESSION",
        "DISPLAY",
        "EDITOR",
        "FORCE_COLOR",
        "LANGUAGE",
        "LINES",
        "NO_COLOR",
        "PAGER",
        "SESSION_MANAGER",
        "VISUAL",
        "WAYLAND_DISPLAY",
    ]
)
_PROXY = "_proxy"


PLATFORM = "WORKBENCH_TEST_PLATFORM"
"""Names the Qt platform to use instead of offscreen: `xcb`, with DISPLAY."""


def leave() -> None:
    """Set the environment of this process and its children; call it before Qt is used."""
    platform, display = os.environ.get(PLATFORM, "offscreen"), os.environ.get("DISPLAY")
    for name in list(os.environ):
        if name.startswith(_PREFIXES) or name in _NAMES or name.lower().endswith(_PROXY):
            del os.environ[name]
    os.environ["LANG"] = "C.UTF-8"
    os.environ["TZ"] = "UTC"
    time.tzset()
    # Threads of OpenBLAS wait for each other by spinning: with all cores busy, 2 s of work take a minute.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    os.environ["QT_QPA_PLATFORM"] = platform
    if platform != "offscreen" and display is not None:
        os.environ["DISPLAY"] = display
    os.environ["FONTCONFIG_FILE"] = str(Path(__file__).with_name("fonts.conf"))
