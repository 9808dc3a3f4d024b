"""Exit codes of the command.

Invariant: scripts rely on these numbers; they do not change within a major release.
"""

from __future__ import annotations

OK = 0
FAILED = 1
"""An answer failed, a check found a problem, a search found nothing, or packs differ."""
WRONG_USE = 2
BUDGET_REACHED = 3
"""A test was ended by its budget."""
UNREAD = 141
"""The reader closed the pipe of our output; the code that a shell reports (128 + SIGPIPE)."""
