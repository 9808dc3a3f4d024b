"""The widgets of the window.

Invariant: a widget shows state and emits intentions; it never accesses the database, a key or the network.
"""

from __future__ import annotations

import builtins

import PySide6.QtCore as _QtCore  # before any other module of the product, see below


def _import_without_reading() -> None:
    """Stop PySide from reading the source of each imported module, which takes a sixth of the time to the first paint.

    PySide wraps `__import__` and searches the imported sources for its own name, to find modules that may enable its
    `__feature__`. No module here does. A PySide with another implementation is left unchanged.
    """
    if (plain := vars(builtins).get("__orig_import__")) is not None:
        builtins.__import__ = plain


_import_without_reading()
del _QtCore
