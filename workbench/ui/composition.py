"""The features of the window.

Invariant: every package in `ui/features` is a feature, described by its `FEATURE`; none is listed anywhere else.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from workbench.ui import features
from workbench.ui.shell.feature import FeatureSet


def _found() -> FeatureSet:
    names = sorted(found.name for found in pkgutil.iter_modules(features.__path__))
    return FeatureSet(import_module(f"{features.__name__}.{name}").FEATURE for name in names)


FEATURES = _found()
