"""Widgets: what people see and touch.

Invariant: a widget shows state and reports intentions; it never reads or writes the database, a key or the network.
"""

from __future__ import annotations

import sys

import PySide6.QtCore as _QtCore  # before any other module of the product, see below


def _import_without_reading() -> None:
    """Keep PySide from reading the source of each imported module: that is a sixth of the time to the first paint.

    It looks there for its own name, to tell modules that may switch on its `__feature__` from others. Nothing here
    does, so all may count as those that could. A PySide that is made otherwise is left as it is.
    """
    feature = sys.modules.get("shibokensupport.feature")
    if feature is not None and hasattr(feature, "_mod_uses_pyside"):
        vars(feature)["_mod_uses_pyside"] = lambda module: True


_import_without_reading()
del _QtCore
