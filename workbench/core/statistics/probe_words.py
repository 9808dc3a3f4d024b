"""Sentences about probes.

Invariant: a sentence gives the counts of both sides, because failing cases partly pass by themselves when they are
asked again. It says that something helps only if the paired test does.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.core.statistics.clusters import FEWEST
from workbench.core.statistics.comparisons import ColumnComparison
from workbench.core.statistics.wording import left_out_words, p_words
from workbench.core.text import counted, plural

_FEWEST_PAIRS = 6
"""The exact test of five pairs is never below 0.05."""
_SAID = {"better": "the facts help", "worse": "the facts do harm", "no_difference": "no difference shown"}


def facts_words(comparison: ColumnComparison) -> str:
    """Return what facts did; the column was asked with them, and its baseline, the same cases, without them."""
    passes, left_out = comparison.passes, left_out_words(comparison.left_out)
    if passes is None:
        return " ".join(filter(None, ("No case is scored with the facts and without them yet.", left_out)))
    with_facts, without = passes.both + passes.fixed, passes.both + passes.broken
    counts = (
        f"With the facts {with_facts:,} of {passes.pairs:,} {plural(with_facts, 'passes', 'pass')},"
        f" without them {without:,} of {passes.pairs:,} by {plural(without, 'itself', 'themselves')}"
    )
    if passes.verdict == "too_few":
        clusters = f"{counted(passes.clusters, 'cluster')} {plural(passes.clusters, 'is', 'are')} too few for a test"
        said = f"{counts}. {clusters}: {FEWEST} are needed."
    else:
        said = f"{counts}: {_SAID[passes.verdict]} ({p_words(passes)})."
        if passes.verdict == "no_difference" and passes.pairs < _FEWEST_PAIRS:
            said = f"{said} Fewer than {_FEWEST_PAIRS} cases cannot show a difference."
    return " ".join(filter(None, (said, left_out)))


def again_words(comparisons: Sequence[ColumnComparison]) -> str:
    """Return how the answers of a probe differ from the stored ones, over all columns; "" without a pair."""
    passes = [one.passes for one in comparisons if one.passes is not None]
    if not passes:
        return ""
    failed, passed = sum(one.fixed + one.neither for one in passes), sum(one.both + one.broken for one in passes)
    fixed, broken = sum(one.fixed for one in passes), sum(one.broken for one in passes)
    parts = []
    if failed:
        parts.append(f"of {counted(failed, 'cell')} that failed {fixed:,} now {plural(fixed, 'passes', 'pass')}")
    if passed:
        parts.append(f"of {counted(passed, 'cell')} that passed {broken:,} now {plural(broken, 'fails', 'fail')}")
    return f"Asked again: {', and '.join(parts)}. Failing cases partly pass by themselves, so a probe never counts."
