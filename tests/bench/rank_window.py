"""The real main window, which opens Rank, groups by everything, and judges pairs.

Prints the line of `walking` with `first_ms` from the key to the first painted ranking, and `pairs`, the ms from each
verdict to the next pair. BENCH_RANK holds the number of verdicts to give in the queue.
"""

from __future__ import annotations

import os
import sys
import time

from tests.bench.walking import Steps, Walk, go

GROUPINGS = ("version", "model", "technique", "everywhere", "both")


class Ranker(Walk):
    """Ranks and judges."""

    ranked = 0

    def steps(self) -> Steps:
        window = self.product
        self.gaps.begin("nothing")
        for _ in range(6):
            yield self.calm()
        began = time.monotonic_ns()
        self.gaps.begin("first ranking")
        window.views.show("rank")
        assert window.rank_view is not None
        window.rank.rank.ranked.connect(self._count)
        view = window.rank_view
        yield lambda: bool(self.ranked) and view.table.isVisible()
        yield self.painted(view.table.viewport())
        self.told["first_ms"] = (time.monotonic_ns() - began) / 1e6
        yield self.calm()
        for grouping in GROUPINGS:
            before = self.ranked
            self.gaps.begin(f"by {grouping}")
            window.actions[f"group_{grouping}"].trigger()
            yield lambda before=before: self.ranked > before  # type: ignore[misc]
            yield self.calm()
        yield from self._judge()

    def _judge(self) -> Steps:
        ranking, pairs = self.product.rank, []
        self.gaps.begin("queue opens")
        ranking.judge()
        sittings = ranking.sittings
        yield lambda: sittings.state == "showing"
        yield self.calm()
        self.gaps.begin("queue")
        for number in range(int(os.environ["BENCH_RANK"])):
            at, shown = time.monotonic_ns(), sittings.shown
            sittings.judge("winner", 1 + number % 2)
            yield lambda shown=shown: sittings.state == "showing" and sittings.shown is not shown  # type: ignore[misc]
            pairs.append((time.monotonic_ns() - at) / 1e6)
        self.told["pairs"] = pairs
        self.gaps.begin("queue ends")
        before = self.ranked
        ranking.end()
        yield lambda: self.ranked > before
        yield self.calm()

    def _count(self, _: object) -> None:
        self.ranked += 1


if __name__ == "__main__":
    sys.exit(go(Ranker))
