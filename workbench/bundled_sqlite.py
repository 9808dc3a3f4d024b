"""The SQLite library that comes along for Pythons whose own may be too old.

Python 3.11 of Debian 12 is linked with SQLite 3.40, and the search index needs 3.43. The pysqlite3 package has a new
one, but its Python side lacks what bounds a hostile file (Connection.setlimit, blobopen). So only the library in it is
taken: the dynamic linker looks a function up in the libraries that were loaded for everybody (RTLD_GLOBAL) before it
looks in those that a module names, and the standard sqlite3 module, loaded later, then runs on this one.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES, PathFinder
from pathlib import Path


def load() -> None:
    """Load the library of pysqlite3 for all of the process, where that is installed.

    Too late for a process that has sqlite3 already: half of its calls would go to one library and half to the other.
    Raises OSError where the library cannot be loaded.
    """
    package = PathFinder.find_spec("pysqlite3")
    if package is None or package.origin is None or "_sqlite3" in sys.modules:
        return
    # Only here, because most Pythons do not need it and it takes some ms.
    import ctypes

    library = Path(package.origin).with_name(f"_sqlite3{EXTENSION_SUFFIXES[0]}")
    ctypes.CDLL(str(library), mode=os.RTLD_NOW | os.RTLD_GLOBAL)
