"""Widgets: what people see and touch.

Invariant: a widget shows state and reports intentions; it never reads or writes the database, a key or the network.
"""

from __future__ import annotations

import builtins

import PySide6.QtCore as _QtCore  # before any other module of the product, see below


def _import_without_reading() -> None:
    """Keep PySide from reading the source of each imported module: that is a sixth of the time to the first paint.

    It goes between every import statement and Python, and looks for its own name in what was imported, to tell modules
    that may switch on its `__feature__` from others. Nothing here does. A PySide that is made otherwise is left as it
    is.
    """
    if (plain := vars(builtins).get("__orig_import__")) is not None:
        builtins.__import__ = plain


_import_without_reading()
del _QtCore
