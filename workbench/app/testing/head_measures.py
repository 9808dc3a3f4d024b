"""Further figures of a column, which stand in its head when a person asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # It imports numpy, which the window does not need.
    from workbench.core.statistics.columns import ColumnSummary

MEASURES = 3
"""Lines of a head with further figures."""


def measures_of(summary: ColumnSummary) -> tuple[str, ...]:
    """Return the mean score with its interval, the quartiles of the latency, and the share that is unscored."""
    score, latency = summary.score, summary.latency
    ends = (
        "" if score is None or score.interval is None else f" ({score.interval.low:.2f} to {score.interval.high:.2f})"
    )
    share = 100 * summary.unscored_share
    return (
        "no score" if score is None else f"score {score.mean:.2f}{ends}",
        "" if latency is None else f"quartiles {latency.first:.1f}, {latency.median:.1f}, {latency.third:.1f} s",
        f"{'< 1' if 0 < share < 0.5 else f'{share:.0f}'} % unscored",
    )
