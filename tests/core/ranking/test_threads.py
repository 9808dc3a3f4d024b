"""Numpy computes rankings with one thread."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_SHOW = """
import os, sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "numpy":
            print(os.environ.get("OPENBLAS_NUM_THREADS"))
sys.meta_path.insert(0, Watch())
"""


@pytest.mark.parametrize(
    "module", ["workbench.core.ranking.davidson", "workbench.usecases.judging_session", "workbench.ui.widgets.chart"]
)
def test_modules_importing_numpy_default_to_one_openblas_thread(module: str) -> None:
    free = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    for env, expected in ((free, "1"), ({**free, "OPENBLAS_NUM_THREADS": "2"}, "2")):
        done = subprocess.run(
            [sys.executable, "-c", f"{_SHOW}\nimport {module}"], env=env, capture_output=True, text=True, check=True
        )
        assert done.stdout.split() == [expected]
