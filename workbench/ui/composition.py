"""The features of the window.

Invariant: every package in `ui/features` is a feature, described by its `FEATURE`; none is listed anywhere else, except
those that are not complete yet.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from workbench.ui import features
from workbench.ui.shell.feature import FeatureSet

INCOMPLETE = frozenset({"testing"})
"""Features that the window does not have yet: what they read is not stored."""


def _found() -> FeatureSet:
    names = sorted({found.name for found in pkgutil.iter_modules(features.__path__)} - INCOMPLETE)
    return FeatureSet(import_module(f"{features.__name__}.{name}").FEATURE for name in names)


FEATURES = _found()
