"""Optional packages: whether they are installed, and the command that installs them.

Invariant: the optional module itself is never imported to find out.
"""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import PurePath

PRODUCT = "prompt-workbench"


def is_installed(module: str) -> bool:
    """Return whether a module can be imported, including one installed since the program started."""
    importlib.invalidate_caches()
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        # A parent package is missing.
        return False


def install_command(distribution: str, prefix: str) -> str:
    """Return the command that installs a package into the Python environment at `prefix` (`sys.prefix`)."""
    parts = PurePath(prefix).parts
    python = PurePath(prefix) / "bin" / "python"
    if "pipx" in parts:
        return f"pipx inject {PRODUCT} {distribution}"
    if "uv" in parts and "tools" in parts:
        return f"uv pip install --python {python} {distribution}"
    return f"{python} -m pip install {distribution}"
