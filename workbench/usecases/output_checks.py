"""Answers with what their output format says of them.

Invariant: only an answer that finished is checked, and checking never loses one. Blocks for as long as a large answer
takes to be read, so it belongs on a worker thread.
"""

from __future__ import annotations

from dataclasses import replace

from workbench.core.blocks import OutputFormat
from workbench.core.output_check import check_output
from workbench.core.runs import IterationDetail, Result


def with_check(result: Result, output: OutputFormat | None) -> Result:
    """Return a result with its check, as it is when it has none to pass."""
    if output is None or result.state != "finished":
        return result
    return replace(result, format_check=check_output(output, result.text))


def with_checks(detail: IterationDetail) -> IterationDetail:
    """Return an iteration with the checks of all its answers, and of those beside them."""
    if detail.earlier:
        detail = replace(detail, earlier=tuple(with_checks(one) for one in detail.earlier))
    formats = {lane.position: lane.output for lane in detail.lanes}
    if not any(formats.values()):
        return detail
    outputs = tuple(replace(one, result=with_check(one.result, formats.get(one.position))) for one in detail.outputs)
    return replace(detail, outputs=outputs)
