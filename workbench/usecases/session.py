"""Time and cost of this session.

Invariant: a session counts only runs of this process; unknown costs are counted separately and never as zero.
"""

from __future__ import annotations

import itertools
import statistics
import threading
from dataclasses import dataclass

from workbench.core.money import saved
from workbench.core.runs import LOOP_GAP_MS, Result


@dataclass(frozen=True, slots=True)
class SessionStats:
    """`spent_usd` is the sum of known costs; `unknown` counts answers of unknown cost, without refused calls.

    `about` is true if a part is estimated. `median_loop_ms` is the time from one run's start to the next on the same
    prompt, without gaps over 10 minutes; None if there is none. `cached` input tokens came from providers' caches,
    which saved `saved_usd` as far as prices are known.
    """

    iterations: int = 0
    spent_usd: float = 0.0
    unknown: int = 0
    about: bool = False
    median_loop_ms: int | None = None
    cached: int = 0
    saved_usd: float = 0.0


class SessionTotals:
    """Accumulates the totals of a session; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._starts: dict[str, list[int]] = {}
        self._spent: list[float] = []
        self._unknown = 0
        self._about = False
        self._cached = 0
        self._saved: list[float] = []

    def started(self, prompt_uid: str, at_ms: int) -> None:
        """Count an iteration that began at `at_ms` of the monotonic clock."""
        with self._lock:
            self._starts.setdefault(prompt_uid, []).append(at_ms)

    def ended(self, result: Result) -> None:
        """Add the cost of an output."""
        spared = saved(result.usage, result.rates)
        with self._lock:
            self._cached += result.usage.cached or 0
            self._saved += [] if spared is None else [spared]
            if result.cost_usd is not None:
                self._spent.append(result.cost_usd)
                self._about |= result.cost_usd > 0 and result.usage.source == "estimate"
            elif result.request is not None and (result.text or result.state != "failed"):
                self._unknown += 1

    def stats(self) -> SessionStats:
        """Return the current totals."""
        with self._lock:
            gaps = [
                later - earlier
                for starts in self._starts.values()
                for earlier, later in itertools.pairwise(starts)
                if 0 <= later - earlier <= LOOP_GAP_MS
            ]
            return SessionStats(
                iterations=sum(map(len, self._starts.values())),
                spent_usd=sum(self._spent),
                unknown=self._unknown,
                about=self._about,
                cached=self._cached,
                saved_usd=sum(self._saved),
                median_loop_ms=int(statistics.median(gaps)) if gaps else None,
            )
