"""What the command's exit codes mean.

Invariant: scripts rely on these numbers; they do not change within a major release.
"""

from __future__ import annotations

OK = 0
FAILED = 1
"""An answer failed, or something is not in order."""
WRONG_USE = 2
UNREAD = 141
"""The reader of our output left, as a shell reports it (128 + SIGPIPE)."""
