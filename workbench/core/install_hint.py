"""Packages that are not installed with the product: whether they are there, and the command that adds them.

Invariant: nothing is imported to find out.
"""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import PurePath

PRODUCT = "prompt-workbench"


def is_installed(module: str) -> bool:
    """Return whether a module can be imported, also one that was installed since the start."""
    importlib.invalidate_caches()
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        # A package above it is not there.
        return False


def install_command(distribution: str, prefix: str) -> str:
    """Return the command that adds a package to the Python environment at `prefix` (`sys.prefix`)."""
    parts = PurePath(prefix).parts
    python = PurePath(prefix) / "bin" / "python"
    if "pipx" in parts:
        return f"pipx inject {PRODUCT} {distribution}"
    if "uv" in parts and "tools" in parts:
        return f"uv pip install --python {python} {distribution}"
    return f"{python} -m pip install {distribution}"
