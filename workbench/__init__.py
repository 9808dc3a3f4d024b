"""Prompt Workbench: iterate on prompts, side by side, with nothing lost."""

import os

__version__ = "0.1.0"

# Read when numpy is imported. The matrices of a ranking are small: more threads only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
