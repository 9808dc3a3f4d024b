"""Code that repeats a lane outside the workbench: one module per target, each a function from a Source to a text.

Invariant: a snippet sends exactly the texts and parameters that it was given, runs as pasted, and holds no key: keys
are read from environment variables. What a target cannot send is a comment in the snippet, never left out in silence.
A target is a module with a row FORMAT.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.formats.code.source import CannotWriteError, CodeSource
from workbench.formats.code.target import CodeTarget
from workbench.formats.format_rows import rows_of

TARGETS: Mapping[str, CodeTarget] = {row.title: row for row in rows_of(__name__, __path__, CodeTarget)}
"""By the name that people see, in the order in which they are offered."""

__all__ = ["TARGETS", "CannotWriteError", "CodeSource"]
