"""Checking answers against their output format.

Invariant: only finished answers are checked, and checking changes nothing else of them. Blocks while it parses large
answers; use it on worker threads.
"""

from __future__ import annotations

from dataclasses import replace

from workbench.core.blocks import OutputFormat
from workbench.core.output_check import check_output
from workbench.core.runs import IterationDetail, Result


def with_check(result: Result, output: OutputFormat | None) -> Result:
    """Return a result with its format check, unchanged if there is nothing to check."""
    if output is None or result.state != "finished":
        return result
    return replace(result, format_check=check_output(output, result.text))


def with_checks(detail: IterationDetail) -> IterationDetail:
    """Return an iteration with the checks of all its answers, including those of earlier iterations."""
    if detail.earlier:
        detail = replace(detail, earlier=tuple(with_checks(one) for one in detail.earlier))
    formats = {lane.position: lane.output for lane in detail.lanes}
    if not any(formats.values()):
        return detail
    outputs = tuple(replace(one, result=with_check(one.result, formats.get(one.position))) for one in detail.outputs)
    return replace(detail, outputs=outputs)
