"""Prompt Workbench: iterate on prompts, side by side, with nothing lost."""

import os
import sys

__version__ = "0.1.0"

# Read when numpy is imported. The matrices of a ranking are small: more threads only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

if sys.version_info < (3, 12):
    # As long as nothing has sqlite3, which libraries such as filelock import. Newer Pythons come with a newer SQLite.
    from workbench import bundled_sqlite

    bundled_sqlite.load()
