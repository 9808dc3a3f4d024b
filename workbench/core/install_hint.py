"""How a further package is added to the product, in a command. Pure."""

from __future__ import annotations

from pathlib import PurePath

PRODUCT = "prompt-workbench"


def install_command(distribution: str, prefix: str) -> str:
    """Return the command that adds a package to the Python environment at `prefix` (`sys.prefix`)."""
    parts = PurePath(prefix).parts
    if "pipx" in parts:
        return f"pipx inject {PRODUCT} {distribution}"
    if "uv" in parts and "tools" in parts:
        return f"uv pip install --python {PurePath(prefix) / 'bin' / 'python'} {distribution}"
    return f"{PurePath(prefix) / 'bin' / 'python'} -m pip install {distribution}"
