"""Code snippets that repeat a lane outside the workbench: one module per target, each a function of a CodeSource.

Invariant: a snippet sends exactly the given texts and parameters, runs as pasted, and contains no key: keys are read
from environment variables. What a target cannot send is noted in a comment, never dropped silently. A target is a
module with a row FORMAT.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.formats.code.source import CannotWriteError, CodeSource, CodeTarget
from workbench.formats.format_rows import rows_of

TARGETS: Mapping[str, CodeTarget] = {row.title: row for row in rows_of(__name__, __path__, CodeTarget)}
"""Targets by their title, in display order."""

__all__ = ["TARGETS", "CannotWriteError", "CodeSource"]
