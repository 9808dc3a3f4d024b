"""Telling an outage of an endpoint from a single failure.

Invariant: an outage is a row of failures of one kind without an answer between them, which has lasted for a while. A
refusal for too many calls, and a failure for which the endpoint names a pause, are none.
"""

from __future__ import annotations

from workbench.engine.child.failures import CallError

FEWEST = 6
"""Failures in a row."""
LASTS_S = 10.0
"""Seconds since the first of them: a server that restarts is waited for."""
RETRIES = 2
"""Repetitions of a call during an outage; an endpoint that is back is noticed by the next call."""
_REFUSED = "rate_limited"


class OutageWatch:
    """The failures in a row at one endpoint. `now` are monotonic seconds."""

    def __init__(self) -> None:
        self._code = ""
        self._count = 0
        self._since = 0.0

    def answered(self) -> None:
        """End the row."""
        self._code, self._count = "", 0

    def failed(self, error: CallError, now: float) -> None:
        """Count a failed attempt; one of another kind begins a new row."""
        code = error.failure.code
        if code == _REFUSED or error.after is not None:
            self.answered()
        elif code == self._code:
            self._count += 1
        else:
            self._code, self._count, self._since = code, 1, now

    def retries(self, allowed: int, now: float) -> int:
        """Return how often a call is repeated, of the repetitions that it allows."""
        is_out = self._count >= FEWEST and now - self._since >= LASTS_S
        return min(allowed, RETRIES) if is_out else allowed
