"""System libraries that the program needs, and the Debian and Ubuntu packages that contain them.

Invariant: the only table is `resources/system-libraries.txt`, which `packaging/system-libs.sh` reads too. A check loads
a library only if it is in none of the usual folders.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from workbench.host.dirs import resource

TABLE = "system-libraries.txt"


class SystemLibrary(NamedTuple):
    """A library's file name and the package that contains it."""

    name: str
    package: str


def missing_libraries(purpose: str) -> list[SystemLibrary]:
    """Return the libraries missing for `purpose`: "window", or "model" for the built-in model and GGUF files."""
    if sys.platform != "linux":
        return []  # Qt's wheels contain them
    rows = (line.split() for line in resource(TABLE).read_text("utf-8").splitlines() if not line.startswith("#"))
    libraries = [SystemLibrary(name, package) for what, kind, name, package in rows if (what, kind) == (purpose, "lib")]
    return [library for library in libraries if not _is_there(library.name)]


def install_command(libraries: Sequence[SystemLibrary]) -> str:
    """Return the command that installs `libraries` on Debian and Ubuntu."""
    return f"sudo apt-get install -y {' '.join(library.package for library in libraries)}"


def _is_there(name: str) -> bool:
    if any(Path(folder, name).exists() for folder in _usual_folders()):
        return True
    import ctypes

    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _usual_folders() -> tuple[str, ...]:
    """Return the usual library folders of distributions; others are found by the loader only."""
    return f"/usr/lib/{os.uname().machine}-linux-gnu", "/usr/lib64", "/usr/lib"
