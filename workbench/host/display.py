"""Check whether a window can open.

Invariant: Qt aborts the process when a display or a library is missing, so this check runs before Qt is imported and
reports the problem as a sentence. It delays the window, so it imports no large module.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from workbench.host.system_libraries import install_command, missing_libraries

_LOCAL_X = re.compile(r"^(?:unix)?:(\d+)(?:\.\d+)?$")
_X_SOCKETS = "/tmp/.X11-unix"


def display_problem(env: Mapping[str, str]) -> str:
    """Return "" when a window can open here, else a sentence that says why not."""
    if sys.platform in ("darwin", "win32") or _is_drawn_elsewhere(env):
        return ""
    wayland, x11 = env.get("WAYLAND_DISPLAY", ""), env.get("DISPLAY", "")
    # A compositor may also pass an open connection.
    if env.get("WAYLAND_SOCKET") or (wayland and _answers(str(Path(env.get("XDG_RUNTIME_DIR", "/"), wayland)))):
        return ""
    if not wayland and not x11:
        return "There is no display here: neither DISPLAY nor WAYLAND_DISPLAY is set."
    local = _LOCAL_X.match(x11)
    if not x11 or (local and not _x_answers(local.group(1))):
        return f"The display {x11 or wayland} does not answer."
    return _missing_library()


def no_display(env: Mapping[str, str]) -> bool:
    """Whether the environment names no display at all."""
    if sys.platform in ("darwin", "win32") or _is_drawn_elsewhere(env):
        return False
    return not any(env.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"))


def _is_drawn_elsewhere(env: Mapping[str, str]) -> bool:
    return env.get("QT_QPA_PLATFORM", "").split(":")[0] in ("offscreen", "minimal", "vnc", "linuxfb", "eglfs")


def _x_answers(number: str) -> bool:
    path = f"{_X_SOCKETS}/X{number}"
    # On Linux, X servers also listen on an abstract socket, which is reachable from sandboxes without /tmp.
    return _answers(path) or (sys.platform == "linux" and _answers(f"\0{path}"))


def _answers(address: str) -> bool:
    # Faster to import than `socket`, which creates enumerations of all constants.
    from _socket import AF_UNIX, SOCK_STREAM, socket

    connection = socket(AF_UNIX, SOCK_STREAM)
    try:
        connection.settimeout(2)
        connection.connect(address)
    except OSError:
        return False
    finally:
        connection.close()
    return True


def _missing_library() -> str:
    if not (missing := missing_libraries("window")):
        return ""
    names = missing[0].name if len(missing) == 1 else f"{missing[0].name} and {len(missing) - 1} more"
    return f"The window needs libraries that are missing here ({names}). Install them: {install_command(missing)}"
