"""Accepts how the screens are now: `python -m tests.ui.screens [-k GROUP]` rewrites the files below `approved`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.ui.screens.approval import RENEW

if __name__ == "__main__":
    os.environ[RENEW] = "1"
    os.environ["WORKBENCH_TEST_DEPTH"] = "deep"
    here = Path(__file__).with_name("test_screens.py")
    sys.exit(pytest.main([str(here), "-n", "0", "-p", "no:randomly", *sys.argv[1:]]))
