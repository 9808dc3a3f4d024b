"""Resource files of the product.

Invariant: a resource has the same name in a checkout, where `resources` is beside the package, and in an installed
wheel, where it is inside the package.
"""

from __future__ import annotations

from pathlib import Path

from workbench.host.errors import HostError

_PACKAGE = Path(__file__).resolve().parent.parent
_ROOTS = (_PACKAGE / "resources", _PACKAGE.parent / "resources")


def resource(*parts: str) -> Path:
    """Return the path of a resource file or folder. Raises HostError when it is missing."""
    for root in _ROOTS:
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise HostError(
        "A file that belongs to Prompt Workbench is missing. Install it again.",
        f"{'/'.join(parts)} is in none of {', '.join(map(str, _ROOTS))}",
    )
